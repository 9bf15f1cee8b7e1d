//! The README shows what the program prints.

use crate::program::{ask, ok, text, words};

#[test]
fn the_shown_output_is_what_the_first_command_prints() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let commands = readme.split("```sh\n").nth(1).unwrap();
    let arguments = commands.lines().next().unwrap().strip_prefix("cargo run --release -- ").unwrap();
    assert_eq!(commands.lines().nth(1).unwrap(), "cargo test --release");
    let shown = readme.split("```text\n").nth(1).unwrap().split("```").next().unwrap();
    assert_eq!(ask(&arguments.split(' ').collect::<Vec<_>>()).stdout, shown);
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
            ok(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
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
        text(&ok(&arguments))
    };
    let walk = page.split("**Four stars.**").nth(1).unwrap().split("```sh\n").nth(1).unwrap();
    let mut printed = String::new();
    for line in walk.split("```").next().unwrap().lines() {
        printed = run(line);
    }
    assert_eq!(printed, shown);
}
