//! What goes wrong around the program: readers that leave, handles that are closed, full disks, signals, limits, and
//! files that are not what their names say. Real processes, real signals.
#![cfg(unix)]

mod files;
mod limits;
mod signals;
mod streams;

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::program::PROGRAM;

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
