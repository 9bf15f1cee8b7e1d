//! The README shows what the program prints.

use std::process::Command;

#[test]
fn the_shown_output_is_what_the_first_command_prints() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let commands = readme.split("```sh\n").nth(1).unwrap();
    let arguments = commands.lines().next().unwrap().strip_prefix("cargo run --release -- ").unwrap();
    assert_eq!(commands.lines().nth(1).unwrap(), "cargo test --release");
    let shown = readme.split("```text\n").nth(1).unwrap().split("```").next().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_randsplit"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(arguments.split(' '))
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), shown);
}

/// The words of a command as a shell has them: quoted text is one.
fn words(command: &str) -> Vec<String> {
    let (mut words, mut quoted) = (vec![String::new()], false);
    for c in command.chars() {
        match c {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().unwrap().push(c),
        }
    }
    words.into_iter().filter(|word| !word.is_empty()).collect()
}

/// Every other `randsplit` line of the README runs, from the top of the checkout, and says what it should.
#[test]
fn the_recipes_run() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut run = 0;
    for block in readme.split("```sh\n").skip(2) {
        for line in block.split("```").next().unwrap().lines() {
            let command = line.split(" | ").next().unwrap().split('#').next().unwrap().trim();
            let arguments = command.strip_prefix("randsplit ").unwrap_or_else(|| panic!("{line}"));
            // Files are written to a folder of their own.
            let arguments: Vec<String> = words(arguments)
                .into_iter()
                .map(|a| a.replace("file:", &format!("file:{}/", folder.path().display())))
                .map(|a| {
                    if ["plan.parquet", "report.json", "model.json", "rows"].contains(&a.as_str()) {
                        folder.path().join(a).display().to_string()
                    } else {
                        a
                    }
                })
                .collect();
            let output = Command::new(env!("CARGO_BIN_EXE_randsplit"))
                .current_dir(env!("CARGO_MANIFEST_DIR"))
                .args(&arguments)
                .output()
                .unwrap();
            assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
            run += 1;
        }
    }
    assert!(run >= 9, "{run}");
}

/// The walk-through of docs/inspect.md shows what the program prints.
#[test]
fn the_shown_inspection_is_what_is_printed() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/inspect.md")).unwrap();
    let shown = page.split("```text\n").nth(1).unwrap().split("```").next().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("run.json");
    let run = |line: &str| {
        let report = report.to_str().unwrap();
        let arguments: Vec<&str> = line.split(' ').skip(1).map(|a| if a == "run.json" { report } else { a }).collect();
        let output = Command::new(env!("CARGO_BIN_EXE_randsplit"))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(arguments)
            .output()
            .unwrap();
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let walk = page.split("**Four stars.**").nth(1).unwrap().split("```sh\n").nth(1).unwrap();
    let mut printed = String::new();
    for line in walk.split("```").next().unwrap().lines() {
        printed = run(line);
    }
    assert_eq!(printed, shown);
}
