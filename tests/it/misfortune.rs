//! What goes wrong around the program: readers that leave, handles that are closed, full disks, signals, limits, and
//! files that are not what their names say. Real processes, real signals.
#![cfg(unix)]

use crate::program;

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use program::{Noise, PROGRAM, write};

const EVAL: &str = "eval data/diabetes.csv -t target -n 20 -q";

/// A shell line, in which `$R` is the program and `$D` a folder of the test's own.
fn shell_command(folder: &Path, line: &str) -> Command {
    let mut command = Command::new("sh");
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(["-c", line]).env("R", PROGRAM).env("D", folder);
    command.stdin(Stdio::null());
    command
}

fn shell(folder: &Path, line: &str) -> Output {
    shell_command(folder, line).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// How it ended, where no panic and no signal ended it.
fn code(output: &Output, what: &str) -> i32 {
    let said = text(&output.stderr);
    assert!(!said.contains("panicked") && !said.contains("mistake"), "{what}: {said}");
    output.status.code().unwrap_or_else(|| panic!("{what}: ended by signal {:?}: {said}", output.status.signal()))
}

/// Names in a folder, hidden ones too.
fn names(folder: &Path) -> Vec<String> {
    let mut all: Vec<String> =
        folder.read_dir().unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    all.sort();
    all
}

fn assert_no_temporary(folder: &Path, what: &str) {
    let left: Vec<String> = names(folder).into_iter().filter(|n| n.starts_with('.')).collect();
    assert!(left.is_empty(), "{what} left {left:?}");
}

/// Waits for something, on a slow machine as well.
fn wait_for(what: &str, mut there: impl FnMut() -> bool) {
    let started = Instant::now();
    while !there() {
        assert!(started.elapsed() < Duration::from_secs(120), "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

/// The end of a child, which must come by itself.
fn end(mut child: Child, what: &str) -> Output {
    wait_for(what, || child.try_wait().unwrap().is_some());
    child.wait_with_output().unwrap()
}

fn start(folder: &Path, arguments: &str) -> Child {
    // Exec: the signal is for the program, not for the shell.
    shell_command(folder, &format!("exec $R {arguments}"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// A report, and the path of it.
fn report(folder: &Path, name: &str) -> PathBuf {
    let made = shell(folder, &format!("$R {EVAL} -m ridge -o json=$D/{name} > /dev/null"));
    assert_eq!(code(&made, "report"), 0, "{}", text(&made.stderr));
    folder.join(name)
}

/// A program with the rights of nobody, in a folder of its own; `None` where that cannot be had.
fn unprivileged(folder: &Path) -> Option<String> {
    let root = fs::metadata("/proc/self").is_ok_and(|m| m.uid() == 0);
    if !root {
        return Some(PROGRAM.into());
    }
    let able = Command::new("setpriv").args(["--reuid", "54321", "--clear-groups", "true"]).status();
    if !able.is_ok_and(|s| s.success()) {
        return None;
    }
    let copy = folder.join("randsplit");
    fs::copy(PROGRAM, &copy).unwrap();
    fs::set_permissions(folder, fs::Permissions::from_mode(0o777)).unwrap();
    Some(format!("setpriv --reuid 54321 --clear-groups {}", copy.display()))
}

#[test]
fn a_verdict_does_not_depend_on_who_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    report(folder.path(), "r.json");
    for form in ["table", "json", "ndjson", "csv", "markdown", "junit", "github"] {
        for (gate, expected) in [("--fail-below r2=0.99", 1), ("--fail-below r2=-9", 0)] {
            let line = format!("{EVAL} {gate} -f {form} -o json=$D/{form}.json");
            let mut child = start(folder.path(), &line);
            drop(child.stdout.take());
            let done = end(child, &line);
            assert_eq!(code(&done, &line), expected, "{line}: {}", text(&done.stderr));
            assert!(!text(&done.stderr).contains("error"), "{line}: {}", text(&done.stderr));
            let kept = fs::read_to_string(folder.path().join(format!("{form}.json"))).unwrap();
            assert!(kept.ends_with("}\n"), "{line}");
        }
    }
    let line = "check $D/r.json --claim 'worst(r2) >= 0.99'";
    let mut child = start(folder.path(), line);
    drop(child.stdout.take());
    assert_eq!(code(&end(child, line), line), 1);
    // A pipe that is named ends alone, too.
    let piped = format!("mkfifo $D/p; head -c 5 < $D/p > /dev/null & $R {EVAL} --fail-below r2=0.99 -o json=$D/p");
    assert_eq!(code(&shell(folder.path(), &piped), &piped), 1);
    // Where nothing is judged, a reader who leaves is no failure, and a long run ends with him.
    for line in [
        "splits data/diabetes.csv -t target -n 100000",
        "splits data/diabetes.csv -t target -f parquet -n 5000",
        "eval data/diabetes.csv -t target -n 10000000 -f ndjson",
        "models",
        "--help",
    ] {
        let mut child = start(folder.path(), line);
        drop(child.stdout.take());
        let done = end(child, line);
        assert_eq!((code(&done, line), text(&done.stderr).as_str()), (0, ""), "{line}");
    }
    assert_no_temporary(folder.path(), "a reader who left");
}

#[test]
fn standard_error_that_takes_nothing_changes_no_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    report(folder.path(), "r.json");
    let cases = [
        ("eval", 2),
        ("frob", 2),
        ("eval $D/none.csv -t y", 2),
        ("eval data/diabetes.csv -t none", 2),
        ("eval data/diabetes.csv -t target -n 5 --fail-below r2=0.99 -f json", 1),
        ("eval data/diabetes.csv -t target -n 5 -f json", 0),
        ("check $D/r.json --claim 'worst(r2) >= 0.99'", 1),
        ("export $D/r.json --split 1 -o $D/s1", 0),
        ("eval data/diabetes.csv -t target -n 5 > /dev/full", 3),
    ];
    for (line, expected) in cases {
        for end in ["2>&-", "2>/dev/full", "2>&1 >/dev/null | true; exit $(cat $D/code)"] {
            let line = if end.contains('|') {
                format!(
                    "{{ $R {line} 2>&3; echo $? > $D/code; }} 3>&1 >/dev/null | true; sleep 0.05; cat $D/code > /dev/null; exit $(cat $D/code)"
                )
            } else {
                format!("$R {line} {end}")
            };
            let done = shell(folder.path(), &line);
            assert_eq!(code(&done, &line), expected, "{line}");
        }
    }
}

#[test]
fn a_full_standard_output_is_an_error_with_a_sentence() {
    if !Path::new("/dev/full").exists() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    report(folder.path(), "r.json");
    for line in [
        "eval data/diabetes.csv -t target -n 5 -f json",
        "eval data/diabetes.csv -t target -n 5 -f ndjson",
        "eval data/diabetes.csv -t target -n 5 --fail-below r2=0.99",
        "splits data/diabetes.csv -t target -n 5",
        "splits data/diabetes.csv -t target -n 5 -f parquet",
        "check $D/r.json --claim 'worst(r2) >= 0.99'",
        "inspect $D/r.json",
        "predict $D/r.json data/diabetes.csv",
        "models",
        "--help",
        "--version",
    ] {
        let done = shell(folder.path(), &format!("$R {line} > /dev/full"));
        assert_eq!(code(&done, line), 3, "{line}: {}", text(&done.stderr));
        assert!(text(&done.stderr).contains("cannot write standard output: No space left"), "{line}");
    }
    // What else the command writes is not there then.
    let line = "$R eval data/diabetes.csv -t target -n 5 -o json=$D/a.json -o csv=$D/b.csv > /dev/full";
    assert_eq!(code(&shell(folder.path(), line), line), 3);
    assert_eq!(names(folder.path()), ["r.json"]);
}

#[test]
fn closed_handles_are_not_taken_by_files() {
    let folder = tempfile::tempdir().unwrap();
    let open = format!("$R {EVAL} -o json=$D/open.json > /dev/null");
    assert_eq!(code(&shell(folder.path(), &open), &open), 0);
    let closed = format!("$R {EVAL} -o json=$D/closed.json <&- >&- 2>&-");
    assert_eq!(code(&shell(folder.path(), &closed), &closed), 0);
    let read = |name| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(read("open.json"), read("closed.json"));
    let line = "$R eval - -t target <&-";
    assert_eq!(code(&shell(folder.path(), line), line), 2);
}

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

#[test]
fn a_limit_of_the_file_size_is_a_sentence_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    report(folder.path(), "r.json");
    for line in [
        "splits data/diabetes.csv -t target -n 500 -o $D/plan.csv",
        "splits data/diabetes.csv -t target -n 500 -o $D/plan.parquet",
        "eval data/diabetes.csv -t target -n 500 -o json=$D/a.json -o ndjson=$D/b.ndjson -q",
        "export $D/r.json --split 1 -o $D/s",
    ] {
        let limited = shell(folder.path(), &format!("ulimit -f 4; exec $R {line} > /dev/null"));
        assert_eq!(code(&limited, line), 3, "{line}: {}", text(&limited.stderr));
        assert!(text(&limited.stderr).contains("cannot write"), "{line}: {}", text(&limited.stderr));
        let _ = fs::remove_dir(folder.path().join("s"));
        assert_eq!(names(folder.path()), ["r.json"], "{line}");
    }
}

#[test]
fn memory_that_is_refused_is_a_sentence_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut noise = Noise(7);
    let mut rows = String::from("a,b,c,d,e,f,g,y\n");
    for _ in 0..160_000 {
        let row: Vec<String> = (0..8).map(|_| format!("{:.15}", noise.next())).collect();
        rows.push_str(&row.join(","));
        rows.push('\n');
    }
    write(folder.path(), "d.csv", &rows);
    fs::create_dir(folder.path().join("out")).unwrap();
    let mut sentences = 0;
    // Less than the first cannot hold the program itself.
    for megabytes in [85, 90, 100, 120, 160] {
        let line = format!(
            "ulimit -v {}; exec $R eval $D/d.csv -t y -n 20 -m ridge -j 1 -q -o json=$D/out/a.json -o ndjson=$D/out/b.ndjson",
            megabytes * 1024
        );
        let done = shell(folder.path(), &line);
        let said = text(&done.stderr);
        assert_no_temporary(&folder.path().join("out"), &format!("{megabytes} MB"));
        match code(&done, &said) {
            0 => {}
            3 => sentences += usize::from(said.contains("memory")),
            other => panic!("{megabytes} MB: exit {other}: {said}"),
        }
    }
    assert!(sentences > 0);
}

/// Scores take some 16 bytes a split for each metric of each model, where they once took kilobytes.
#[cfg(target_os = "linux")]
#[test]
fn many_splits_fit_into_little_memory() {
    let folder = tempfile::tempdir().unwrap();
    let line = "ulimit -v 409600; exec $R eval data/diabetes.csv -t target -m ols -n 150000 -j 1 -q";
    let done = shell(folder.path(), &format!("{line} -o json=$D/r.json > /dev/null"));
    assert_eq!(code(&done, line), 0, "{}", text(&done.stderr));
    let line = "ulimit -v 409600; exec $R check $D/r.json --claim 'mean(r2) <= 1'";
    let done = shell(folder.path(), line);
    assert_eq!(code(&done, line), 0, "{}", text(&done.stderr));
}

#[cfg(target_os = "linux")]
#[test]
fn splits_that_cannot_be_held_are_refused_before_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let line = "ulimit -v 409600; exec $R eval data/mtcars.csv -t mpg -m ols -n 10000000 -j 1 -q";
    let refused = shell(folder.path(), &format!("{line} -o json=$D/r.json"));
    assert_eq!(code(&refused, line), 2, "{}", text(&refused.stderr));
    let said = text(&refused.stderr);
    assert!(said.contains("10000000 splits need 1.6 GB") && said.contains("--format ndjson"), "{said}");
    assert_eq!(names(folder.path()), Vec::<String>::new());
    // Lines alone keep nothing, so that their number does not matter.
    let lines = shell(folder.path(), &format!("{line} -f ndjson | head -3"));
    assert_eq!(text(&lines.stdout).lines().count(), 3, "{}", text(&lines.stderr));
}

#[cfg(target_os = "linux")]
#[test]
fn the_threads_are_those_that_are_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let made = shell(folder.path(), "$R splits data/diabetes.csv -t target -n 5 -o $D/plan.parquet");
    assert_eq!(code(&made, "plan"), 0);
    for (threads, most) in [("-j 1", 8), ("-j 3", 16)] {
        let line = format!("exec $R eval $D/plan.parquet -t row -n 10000000 -f ndjson {threads}");
        let mut child = shell_command(folder.path(), &line)
            .envs([("POLARS_MAX_THREADS", "5000"), ("RAYON_NUM_THREADS", "5000")])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
        assert!(lines.next().unwrap().unwrap().starts_with('{'));
        let count = fs::read_dir(format!("/proc/{}/task", child.id())).unwrap().count();
        drop(lines);
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(count <= most, "{threads}: {count} threads");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn threads_that_are_refused_are_said_to_be() {
    let folder = tempfile::tempdir().unwrap();
    let Some(program) = unprivileged(folder.path()) else { return };
    let made =
        shell(folder.path(), "$R splits data/diabetes.csv -t target -n 5 -o $D/plan.parquet; chmod 644 $D/*.parquet");
    assert_eq!(code(&made, "plan"), 0);
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("data/diabetes.csv"), folder.path().join("d.csv")).unwrap();
    for line in ["eval d.csv -t target -n 5", "eval plan.parquet -t row -n 5", "splits d.csv -t target -n 3 -f parquet"]
    {
        let limited =
            format!("cd $D && {{ ulimit -u 1 2>/dev/null || ulimit -p 1; }} && exec {program} {line} > /dev/null");
        let done = shell(folder.path(), &limited);
        assert_eq!(code(&done, line), 3, "{line}: {}", text(&done.stderr));
        assert!(text(&done.stderr).contains("cannot start threads"), "{line}: {}", text(&done.stderr));
    }
}

#[test]
fn an_output_keeps_its_mode_and_its_links() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let mode = |name: &str| path(name).metadata().unwrap().permissions().mode() & 0o7777;
    let eval = |output: &str| {
        let line = format!("umask 027; $R {EVAL} -o json=$D/{output} > /dev/null");
        let done = shell(folder.path(), &line);
        assert_eq!(code(&done, &line), 0, "{line}: {}", text(&done.stderr));
    };
    eval("new.json");
    assert_eq!(mode("new.json"), 0o640);
    for kept in [0o600, 0o664, 0o755] {
        fs::set_permissions(path("new.json"), fs::Permissions::from_mode(kept)).unwrap();
        eval("new.json");
        assert_eq!(mode("new.json"), kept);
    }
    let expected = fs::read(path("new.json")).unwrap();
    fs::create_dir(path("sub")).unwrap();
    fs::write(path("sub/old.json"), "old").unwrap();
    symlink("sub/old.json", path("link.json")).unwrap();
    symlink("sub/later.json", path("early.json")).unwrap();
    symlink("link.json", path("twice.json")).unwrap();
    for (link, target) in
        [("link.json", "sub/old.json"), ("early.json", "sub/later.json"), ("twice.json", "sub/old.json")]
    {
        eval(link);
        assert!(path(link).symlink_metadata().unwrap().is_symlink(), "{link}");
        assert_eq!(fs::read(path(target)).unwrap(), expected, "{link}");
        fs::write(path(target), "old").unwrap();
    }
    for length in [1, 243, 244, 250, 251, 255] {
        let name = "x".repeat(length);
        eval(&name);
        assert_eq!(fs::read(path(&name)).unwrap(), expected, "{length}");
    }
    assert_no_temporary(folder.path(), "outputs");
    assert_no_temporary(&path("sub"), "outputs");
    // An owner is kept where the user may.
    if path("new.json").metadata().unwrap().uid() == 0 {
        std::os::unix::fs::chown(path("new.json"), Some(54321), Some(54322)).unwrap();
        eval("new.json");
        let owner = path("new.json").metadata().unwrap();
        assert_eq!((owner.uid(), owner.gid()), (54321, 54322));
    }
}

#[test]
fn devices_and_pipes_are_written_to_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let done = |line: &str| {
        let done = shell(folder.path(), line);
        assert_eq!(code(&done, line), 0, "{line}: {}", text(&done.stderr));
        text(&done.stdout)
    };
    let expected = done(&format!("$R {EVAL} -f json"));
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    for place in ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"] {
        if Path::new(place).exists() {
            assert!(done(&format!("$R {EVAL} -o json={place}")).starts_with(&expected), "{place}");
            done(&format!("$R {EVAL} -o json={place} > $D/file"));
            assert!(read("file").starts_with(&expected), "{place}");
        }
    }
    done(&format!("$R {EVAL} -o json=/dev/fd/3 3> $D/three > /dev/null"));
    assert_eq!(read("three"), expected);
    done(&format!("echo before > $D/log; $R {EVAL} -o json=/dev/fd/3 3>> $D/log > /dev/null"));
    assert_eq!(read("log"), format!("before\n{expected}"));
    done(&format!("mkfifo $D/pipe; cat $D/pipe > $D/piped & $R {EVAL} -o json=$D/pipe > /dev/null; wait"));
    assert_eq!(read("piped"), expected);
    done(&format!("$R {EVAL} -o json=/dev/null -o csv=/dev/null > /dev/null"));
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
    let missing = format!("$R {EVAL} -o json=/dev/fd/99");
    assert_eq!(code(&shell(folder.path(), &missing), &missing), 2);
}

#[test]
fn two_outputs_on_one_file_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.json"), "kept").unwrap();
    fs::hard_link(folder.path().join("a.json"), folder.path().join("hard.csv")).unwrap();
    symlink("a.json", folder.path().join("soft.csv")).unwrap();
    for (a, b) in
        [("a.json", "a.json"), ("a.json", "./a.json"), ("a.json", "hard.csv"), ("soft.csv", "a.json"), ("new", "./new")]
    {
        let line = format!("$R {EVAL} -o json=$D/{a} -o csv=$D/{b}");
        let done = shell(folder.path(), &line);
        assert_eq!(code(&done, &line), 2, "{line}");
        let said = text(&done.stderr);
        assert!(said.contains("one file") || said.contains("given twice"), "{line}: {said}");
    }
    let line = format!("$R {EVAL} -f json -o csv=$D/a.json >> $D/hard.csv");
    let done = shell(folder.path(), &line);
    assert_eq!(code(&done, &line), 2, "{}", text(&done.stderr));
    assert_eq!(fs::read_to_string(folder.path().join("a.json")).unwrap(), "kept");
    assert_eq!(names(folder.path()), ["a.json", "hard.csv", "soft.csv"]);
}

#[test]
fn an_output_that_is_an_input_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("data/diabetes.csv"), path("d.csv")).unwrap();
    let made = shell(
        folder.path(),
        "cd $D; $R eval d.csv -t target -n 20 -m ridge -o r.json > /dev/null; cp r.json old.json; \
        $R splits d.csv -t target -n 5 -o plan.csv; $R eval d.csv -t target --scheme file:plan.csv -o p.json > /dev/null",
    );
    assert_eq!(code(&made, "inputs"), 0, "{}", text(&made.stderr));
    write(folder.path(), "c.toml", "[[claim]]\nname = 'x'\nexpr = 'worst(r2) > 0.9'\n");
    write(folder.path(), "s.toml", "data = 'd.csv'\ntarget = 'target'\n");
    for (from, to) in [("d.csv", "hard"), ("r.json", "rhard"), ("c.toml", "chard")] {
        fs::hard_link(path(from), path(to)).unwrap();
    }
    symlink("d.csv", path("soft")).unwrap();
    fs::create_dir(path("x")).unwrap();
    fs::hard_link(path("d.csv"), path("x/test.csv")).unwrap();
    let before: Vec<_> =
        names(folder.path()).iter().filter(|n| *n != "x").map(|n| fs::read(path(n)).unwrap()).collect();
    for (line, what) in [
        ("eval d.csv -t target -n 5 -o csv=d.csv", "data"),
        ("eval d.csv -t target -n 5 -o json=./d.csv", "data"),
        ("eval d.csv -t target -n 5 -o json=hard", "data"),
        ("eval d.csv -t target -n 5 -o json=soft", "data"),
        ("eval soft -t target -n 5 -o json=x/../d.csv", "data"),
        ("eval d.csv -t target -n 5 -f csv >> d.csv", "data"),
        ("eval d.csv -t target -n 5 --claims c.toml -o json=chard", "claims file"),
        ("eval d.csv -t target --scheme file:plan.csv -o plan.csv", "split plan"),
        ("eval --config s.toml -n 5 -o json=s.toml", "config file"),
        ("splits d.csv -t target -n 5 -o hard", "data"),
        ("splits d.csv -t target --scheme file:plan.csv -o ./plan.csv", "split plan"),
        ("inspect r.json -o rhard", "report"),
        ("inspect r.json -o soft", "data"),
        ("inspect p.json -o plan.csv", "split plan"),
        ("inspect r.json --data d.csv -o hard", "data"),
        ("export r.json --split 1 -o x", "data"),
        ("predict r.json soft -o d.csv", "file of new rows"),
        ("predict r.json soft -o r.json", "report"),
        ("check r.json --claims c.toml -o chard", "claims file"),
        ("check r.json --claims c.toml -o rhard", "report"),
        ("check r.json --against old.json -o old.json", "report accepted last"),
        ("compare r.json old.json -o old.json", "report"),
    ] {
        let done = shell(folder.path(), &format!("cd $D && $R {line}"));
        let said = text(&done.stderr);
        assert_eq!(code(&done, line), 2, "{line}: {said}");
        assert!(said.contains(what), "{line}: {said}");
    }
    let after: Vec<_> = names(folder.path()).iter().filter(|n| *n != "x").map(|n| fs::read(path(n)).unwrap()).collect();
    assert!(before == after);
}

#[test]
fn a_folder_that_takes_no_file_is_said_or_got_round() {
    let folder = tempfile::tempdir().unwrap();
    let Some(program) = unprivileged(folder.path()) else { return };
    let path = |name: &str| folder.path().join(name);
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("data/diabetes.csv"), path("d.csv")).unwrap();
    fs::create_dir(path("shut")).unwrap();
    fs::write(path("shut/old.json"), "x".repeat(1_000_000)).unwrap();
    fs::set_permissions(path("shut/old.json"), fs::Permissions::from_mode(0o666)).unwrap();
    fs::set_permissions(path("shut"), fs::Permissions::from_mode(0o555)).unwrap();
    let run = |output: &str| {
        shell(folder.path(), &format!("cd $D && {program} eval d.csv -t target -n 20 -q -o json={output}"))
    };
    let done = run("shut/new.json");
    assert_eq!(code(&done, "new"), 2);
    assert!(text(&done.stderr).contains("check the mode of its folder"), "{}", text(&done.stderr));
    let done = run("shut/old.json");
    assert_eq!(code(&done, "old"), 0, "{}", text(&done.stderr));
    serde_json::from_slice::<serde_json::Value>(&fs::read(path("shut/old.json")).unwrap()).unwrap();
    // A file that may not be written to is not replaced either.
    fs::set_permissions(path("shut/old.json"), fs::Permissions::from_mode(0o444)).unwrap();
    let done = run("shut/old.json");
    assert_eq!(code(&done, "read-only"), 2);
    assert!(text(&done.stderr).contains("check the file's mode"), "{}", text(&done.stderr));
    fs::set_permissions(path("shut"), fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn data_that_changes_while_it_is_read_ends_no_run_by_a_signal() {
    let folder = tempfile::tempdir().unwrap();
    let made = shell(folder.path(), "$R splits data/diabetes.csv -t target -n 2000 -o $D/whole.parquet");
    assert_eq!(code(&made, "data"), 0);
    let whole = fs::read(folder.path().join("whole.parquet")).unwrap();
    let file = folder.path().join("d.parquet");
    fs::write(&file, &whole).unwrap();
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|threads| {
        threads.spawn(|| {
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                let cut = fs::File::options().write(true).open(&file).unwrap();
                cut.set_len(whole.len() as u64 / 2).unwrap();
                fs::write(&file, &whole).unwrap();
                std::thread::sleep(Duration::from_millis(2));
            }
        });
        for _ in 0..12 {
            let done = shell(folder.path(), "$R eval $D/d.parquet -t row -n 1 -f json > /dev/null");
            let code = done.status.code();
            if !matches!(code, Some(0 | 2 | 3)) {
                stop.store(true, std::sync::atomic::Ordering::Relaxed);
            }
            assert!(matches!(code, Some(0 | 2 | 3)), "{:?}: {}", done.status, text(&done.stderr));
        }
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
    });
}

#[test]
fn a_config_file_that_nobody_named_writes_to_no_file_outside_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::create_dir_all(path("mine/sub")).unwrap();
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("data/diabetes.csv"), path("d.csv")).unwrap();
    fs::copy(path("d.csv"), path("mine/d.csv")).unwrap();
    fs::write(path("victim.json"), "kept").unwrap();
    symlink("../victim.json", path("mine/link.json")).unwrap();
    symlink("..", path("mine/up")).unwrap();
    let run = |output: &str, data: &str, flags: &str| {
        let config = format!("data = '{data}'\ntarget = 'target'\nsplits = 5\noutput = '{output}'\n");
        write(&path("mine"), "randsplit.toml", &config);
        shell(folder.path(), &format!("cd $D/mine && $R eval {flags} > /dev/null"))
    };
    let absolute = path("victim.json").display().to_string();
    for output in [
        "../victim.json",
        "json=../victim.json",
        "link.json",
        "up/victim.json",
        "sub/../../victim.json",
        &absolute,
        &format!("csv={absolute}"),
    ] {
        let done = run(output, "d.csv", "");
        assert_eq!(code(&done, output), 2, "{output}");
        assert!(text(&done.stderr).contains("is outside this folder"), "{output}: {}", text(&done.stderr));
    }
    assert_eq!(fs::read_to_string(path("victim.json")).unwrap(), "kept");
    for output in ["a.json", "sub/a.json", "json=./sub/b", "json=/dev/null"] {
        let done = run(output, "d.csv", "");
        assert_eq!(code(&done, output), 0, "{output}: {}", text(&done.stderr));
        assert!(!text(&done.stderr).contains("outside"), "{output}");
    }
    // What is read there is told, and who names the file means it.
    let done = run("a.json", "../d.csv", "-q");
    assert_eq!(code(&done, "data"), 0);
    assert!(text(&done.stderr).contains("reads ../d.csv, which is outside this folder"), "{}", text(&done.stderr));
    let done = run("../victim.json", "../d.csv", "--config randsplit.toml");
    assert_eq!(code(&done, "named"), 0, "{}", text(&done.stderr));
    assert!(fs::read_to_string(path("victim.json")).unwrap().starts_with('{'));
}
