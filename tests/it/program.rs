//! The program as tests run it, and what their tables are made of.

use std::path::Path;
use std::process::{Command, Output};

use assert_cmd::assert::OutputAssertExt;
use serde_json::Value;

/// Where the program is.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_randsplit");
/// The top folder of the project.
pub const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The program with these arguments in the top folder of the project. Who runs the tests does not change what it prints.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.current_dir(ROOT).args(arguments).env("LC_ALL", "C.UTF-8");
    ["COLUMNS", "GITHUB_STEP_SUMMARY", "NO_COLOR"].iter().for_each(|name| {
        command.env_remove(name);
    });
    command
}

/// Runs it.
pub fn run(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

/// Runs it in another folder.
pub fn run_in(folder: impl AsRef<Path>, arguments: &[&str]) -> Output {
    command(arguments).current_dir(folder).output().unwrap()
}

/// Runs it with this on standard input.
pub fn run_with_input(arguments: &[&str], input: &[u8]) -> Output {
    assert_cmd::Command::from_std(command(arguments)).write_stdin(input).output().unwrap()
}

/// How a run has ended, and what it said.
pub struct Answer {
    /// The exit code; -1 where a signal ended it.
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl From<Output> for Answer {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// Runs it, and takes what it says as text.
pub fn ask(arguments: &[&str]) -> Answer {
    run(arguments).into()
}

/// Standard output of a run that succeeds.
pub fn ok(arguments: &[&str]) -> Vec<u8> {
    run(arguments).assert().success().get_output().stdout.clone()
}

/// The JSON that a run which succeeds prints.
pub fn json(arguments: &[&str]) -> Value {
    serde_json::from_slice(&ok(arguments)).unwrap()
}

/// The same with `--format json`.
pub fn report(arguments: &[&str]) -> Value {
    json(&[arguments, &["--format", "json"]].concat())
}

/// The report of a run whose claims may hold or not.
pub fn judged(arguments: &[&str]) -> Value {
    let output = run(&[arguments, &["--format", "json"]].concat());
    assert!(matches!(output.status.code(), Some(0 | 1)), "{arguments:?}: {}", said(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Text as it is.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// What a run said on standard error.
pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Exit 2, nothing on standard output, and one sentence on standard error with all of the words.
pub fn refused(arguments: &[&str], words: &[&str]) {
    assert_refused(&ask(arguments), &format!("{arguments:?}"), words);
}

/// The same of a run that was made otherwise.
pub fn assert_refused(a: &Answer, what: &str, words: &[&str]) {
    assert_eq!((a.code, a.stdout.as_str()), (2, ""), "{what}: {}", a.stderr);
    assert!(!a.stderr.contains("panicked"), "{what}: {}", a.stderr);
    assert!(a.stderr.lines().any(|line| line.starts_with("error: ")), "{what}: no error in: {}", a.stderr);
    for word in words {
        assert!(a.stderr.contains(word), "{what}: no '{word}' in: {}", a.stderr);
    }
}

/// What the program shows on a terminal of so many columns, by `script` of util-linux: both streams, as they come.
pub fn on_terminal(columns: usize, arguments: &[&str]) -> String {
    let quoted = |text: &&str| format!("'{}'", text.replace('\'', "'\\''"));
    let program = [env!("CARGO_BIN_EXE_randsplit")];
    let command = program.iter().chain(arguments).map(quoted).collect::<Vec<_>>().join(" ");
    let output = std::process::Command::new("script")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["-qec", &format!("stty cols {columns} && {command}"), "/dev/null"])
        .stdin(std::process::Stdio::null())
        .output()
        .expect("script of util-linux");
    String::from_utf8(output.stdout).unwrap().replace("\r\n", "\n")
}

/// `eval` of the diabetes data with these flags.
pub fn diabetes<'a>(flags: &[&'a str]) -> Vec<&'a str> {
    [&["eval", "data/diabetes.csv", "--target", "target"], flags].concat()
}

/// The path of a data set of the project.
pub fn data(name: &str) -> String {
    format!("{ROOT}/data/{name}")
}

/// Writes a file and gives its path.
pub fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// The words of a command as a shell has them: quoted text is one.
pub fn words(line: &str) -> Vec<String> {
    let (mut words, mut quoted) = (vec![String::new()], false);
    for c in line.chars() {
        match c {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().unwrap().push(c),
        }
    }
    words.into_iter().filter(|word| !word.is_empty()).collect()
}

/// Numbers from 0 to 1 that look random, the same on every machine.
pub struct Noise(pub u64);

impl Noise {
    pub fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    /// About normal: twelve of them, less 6.
    pub fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.next()).sum::<f64>() - 6.0
    }
}

/// A file in a folder, as an argument.
pub fn place(folder: &std::path::Path, name: &str) -> String {
    folder.join(name).to_str().unwrap().to_owned()
}

/// The report of a run as JSON, whatever the verdicts.
pub fn json_report(arguments: &[&str]) -> Vec<u8> {
    let output = run(&[arguments, &["-f", "json"]].concat());
    assert!(matches!(output.status.code(), Some(0 | 1)), "{arguments:?}: {}", said(&output));
    output.stdout
}
