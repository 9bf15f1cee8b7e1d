//! What goes wrong around external models: a disk that is full, programs that they start and leave behind, answers that come
//! in another order.
#![cfg(unix)]

use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::program::{command, data, run, said, text};

fn worker(what: &str) -> String {
    format!("worker:python3 {}/tests/external/worker.py {what}", env!("CARGO_MANIFEST_DIR"))
}

const COPY: &str = r#"cmd:sh -c 'sed "s/.*/1/; 1s/.*/prediction/" $1 > $2' {train} {test} {out}"#;

/// Runs the program where temporary files find no room: on a small disk of its own where that may be made, else under a
/// limit of the size of files. Says whether it was a disk.
fn without_room(folder: &Path, arguments: &[&str]) -> (Output, bool) {
    let small = folder.join("small");
    std::fs::create_dir_all(&small).unwrap();
    let under = |script: &str| {
        let program = command(arguments);
        let mut shell = Command::new("sh");
        shell.args(["-c", script]).arg(&small).arg(program.get_program()).args(program.get_args());
        shell.env("TMPDIR", &small).env("PYTHONDONTWRITEBYTECODE", "1").output().unwrap()
    };
    let mounted = r#"exec unshare -rm sh -c 'mount -t tmpfs -o size=32k none "$0" || exit 99
"$@"
code=$?
[ -z "$(ls -A "$0")" ] || exit 98
exit $code' "$0" "$@""#;
    let done = under(mounted);
    if !matches!(done.status.code(), Some(1 | 99 | 127)) {
        return (done, true);
    }
    (under("trap '' XFSZ; ulimit -f 8; exec \"$@\""), false)
}

/// 20,000 rows, whose file is beyond the room that there is.
fn table(folder: &Path) -> String {
    let rows: String = (0..20_000).map(|i| format!("{},{}\n", f64::from(i % 97) / 7.0, i % 13)).collect();
    crate::program::write(folder, "table.csv", &format!("x,y\n{rows}"))
}

#[test]
fn a_full_disk_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = table(folder.path());
    for (model, file, code) in
        [(&*worker("mean"), "table.csv cannot be written: ", 2), (COPY, "train.csv cannot be written: ", 3)]
    {
        let arguments = ["eval", &path, "-t", "y", "--task", "regression", "-n", "2", "-m", model, "--no-config", "-q"];
        let (done, is_disk) = without_room(folder.path(), &arguments);
        assert_eq!(done.status.code(), Some(code), "{}", said(&done));
        let why = if is_disk { "the disk is full; free some space, or set TMPDIR" } else { "file too large" };
        let told = text(&done.stderr);
        assert!(told.contains(file) && told.contains(why), "{told}");
        assert_eq!(told.lines().count(), 1, "{told}");
        assert!(done.stdout.is_empty());
        // What was begun is gone; on the small disk the exit code says so.
        assert_eq!(std::fs::read_dir(folder.path().join("small")).unwrap().count(), 0);
    }
}

/// Whether a process is there, but for one that has ended and that nobody has waited for.
fn is_alive(process: &str) -> bool {
    std::fs::read_to_string(format!("/proc/{process}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

#[test]
fn what_workers_start_ends_with_them() {
    let folder = tempfile::tempdir().unwrap();
    let children = folder.path().join("children");
    let path = data("mtcars.csv");
    let arguments = ["eval", &path, "-t", "mpg", "-n", "6", "-m", &worker("forks"), "-f", "json", "--no-config"];
    let done = command(&arguments).env("CHILDREN", &children).output().unwrap();
    assert!(done.status.success(), "{}", said(&done));
    let report: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(report["models"][0]["failed"], 3);
    let started = std::fs::read_to_string(&children).unwrap();
    assert!(started.lines().count() >= 6);
    let until = Instant::now() + Duration::from_secs(60);
    while cfg!(target_os = "linux") && started.lines().any(is_alive) {
        assert!(Instant::now() < until, "a child is still there");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_report_that_finds_no_room_is_an_error() {
    if !Path::new("/dev/full").exists() {
        return;
    }
    let path = data("mtcars.csv");
    let model = worker("mean");
    let done = run(&["eval", &path, "-t", "mpg", "-n", "2", "-m", &model, "-o", "json=/dev/full", "--no-config", "-q"]);
    assert_eq!(done.status.code(), Some(3), "{}", said(&done));
    assert!(text(&done.stderr).contains("/dev/full"), "{}", said(&done));
}
