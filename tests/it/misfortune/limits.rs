//! Limits of file size, memory and threads.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use super::{assert_no_temporary, code, names, report, shell, shell_command, text, unprivileged};
use crate::program::{Noise, write};

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
