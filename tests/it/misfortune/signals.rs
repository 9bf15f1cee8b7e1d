//! Signals at any time.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::{EVAL, assert_no_temporary, code, end, names, report, shell_command, signal, start, text, wait_for};

#[test]
fn a_permutation_test_that_is_stopped_exits_130_and_the_report_says_so() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["INT", "TERM", "HUP"] {
        let line =
            "eval data/diabetes.csv -t target -n 3 -m ridge -f ndjson -o json=$D/r.json --null permutation:1000000";
        let mut child = start(folder.path(), line);
        // The test begins when all lines are there.
        let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
        (0..3).for_each(|_| drop(lines.next().unwrap().unwrap()));
        signal(&child, name);
        let done = end(child, name);
        assert_eq!(code(&done, name), 130, "{}", text(&done.stderr));
        assert!(text(&done.stderr).contains("partial"), "{}", text(&done.stderr));
        let report: serde_json::Value =
            serde_json::from_slice(&fs::read(folder.path().join("r.json")).unwrap()).unwrap();
        assert_eq!(report["plan"]["partial"], true);
        assert!(report["warnings"].to_string().contains("stopped early"), "{}", report["warnings"]);
        assert!(report.get("null").is_none());
    }
}

#[test]
fn a_signal_ends_what_reports_nothing_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let report = report(folder.path(), "r.json");
    fs::create_dir(folder.path().join("out")).unwrap();
    let made = Command::new("mkfifo").arg(folder.path().join("pipe")).status().unwrap();
    assert!(made.success());
    let out = folder.path().join("out");
    // A pipe that nobody writes to keeps the program waiting wherever it reads.
    let lines = [
        "eval $D/pipe -t y -o json=$D/out/a.json".to_owned(),
        "splits $D/pipe -t y -o $D/out/a.csv".to_owned(),
        format!("inspect {} --data $D/pipe -o $D/out/a.json", report.display()),
        format!("export {} --data $D/pipe --split 1 -o $D/out", report.display()),
        format!("predict {} $D/pipe -o $D/out/a.csv", report.display()),
        "eval data/diabetes.csv -t target --scheme file:$D/pipe -o json=$D/out/a.json".to_owned(),
        format!("{EVAL} -o json=$D/pipe -o csv=$D/out/a.csv"),
    ];
    for (line, name) in lines.iter().zip(["INT", "TERM", "HUP"].into_iter().cycle()) {
        let child = start(folder.path(), line);
        wait_for(line, || listens(&child));
        // Files are written before the pipe that nobody reads, and get their names after it.
        let writes = || names(&out).iter().any(|name| out.join(name).metadata().is_ok_and(|m| m.len() > 0));
        if line.contains("json=$D/pipe") {
            wait_for(line, writes);
        }
        signal(&child, name);
        let sent = Instant::now();
        let done = end(child, line);
        assert!(sent.elapsed() < Duration::from_secs(10), "{line}");
        assert_eq!(code(&done, line), 130, "{line}: {}", text(&done.stderr));
        assert_eq!(text(&done.stderr).trim(), "stopped before there was anything to report", "{line}");
        assert_eq!(names(&folder.path().join("out")), Vec::<String>::new(), "{line}");
    }
}

/// Whether the program has its handlers: the thread that waits for signals is there.
fn listens(child: &Child) -> bool {
    let tasks = fs::read_dir(format!("/proc/{}/task", child.id()));
    let Ok(tasks) = tasks else {
        // No such folder on this system; the start takes less than this.
        std::thread::sleep(Duration::from_secs(2));
        return true;
    };
    tasks.flatten().any(|t| fs::read_to_string(t.path().join("comm")).is_ok_and(|name| name.trim() == "signals"))
}

#[cfg(target_os = "linux")]
#[test]
fn signals_that_are_ignored_stay_ignored() {
    let folder = tempfile::tempdir().unwrap();
    let data = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("data/diabetes.csv")).unwrap();
    for (i, (traps, name)) in [("HUP", "HUP"), ("INT QUIT", "INT"), ("TERM", "TERM")].into_iter().enumerate() {
        let pipe = folder.path().join(format!("pipe{i}"));
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let line = format!("trap '' {traps}; exec $R eval {} -t target -n 5 -f json", pipe.display());
        let child = shell_command(folder.path(), &line).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        wait_for(name, || listens(&child));
        signal(&child, name);
        // Opens when the program reads, which it still does.
        fs::write(&pipe, &data).unwrap();
        let done = end(child, name);
        assert_eq!(code(&done, name), 0, "{}", text(&done.stderr));
    }
}

#[test]
fn no_signal_leaves_a_temporary_file() {
    let folder = tempfile::tempdir().unwrap();
    for names_sent in
        [&["TERM"][..], &["HUP"], &["INT", "INT"], &["TERM", "TERM"], &["QUIT"], &["USR1"], &["ALRM"], &["XCPU"]]
    {
        let line = "eval data/diabetes.csv -t target -n 10000000 -q -o ndjson=$D/a.ndjson -o json=$D/b.json";
        let child = start(folder.path(), line);
        wait_for("temporaries", || names(folder.path()).len() == 2);
        for name in names_sent {
            // The process may be gone when the second one is sent.
            let _ = Command::new("kill")
                .args([&format!("-{name}"), &child.id().to_string()])
                .stderr(Stdio::null())
                .status();
        }
        let done = end(child, names_sent[0]);
        assert_no_temporary(folder.path(), names_sent[0]);
        let said = text(&done.stderr);
        match names_sent[0] {
            "QUIT" | "USR1" | "ALRM" => assert!(done.status.signal().is_some(), "{names_sent:?}: {said}"),
            "XCPU" => assert_eq!(code(&done, &said), 3),
            _ => assert_eq!(code(&done, &said), 130),
        }
        names(folder.path()).iter().for_each(|name| fs::remove_file(folder.path().join(name)).unwrap());
    }
}
