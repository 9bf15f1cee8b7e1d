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

/// The commands of a page run where the checkout's files are; what is written stays out of the checkout.
#[cfg(unix)]
fn commands_run<'p>(blocks: impl Iterator<Item = &'p str>) -> usize {
    let top = std::path::Path::new(crate::program::ROOT);
    let folder = tempfile::tempdir().unwrap();
    for name in ["data", "examples", "tests"] {
        std::os::unix::fs::symlink(top.join(name), folder.path().join(name)).unwrap();
    }
    let mut run = 0;
    for block in blocks {
        for line in block.split("```").next().unwrap().lines() {
            let command = line.split(" | ").next().unwrap().split('#').next().unwrap().trim();
            let arguments = words(command.strip_prefix("randsplit ").unwrap_or_else(|| panic!("{line}")));
            let output =
                crate::program::run_in(folder.path(), &arguments.iter().map(String::as_str).collect::<Vec<_>>());
            assert!(output.status.success(), "{line}: {}", crate::program::said(&output));
            run += 1;
        }
    }
    run
}

/// Every other `randsplit` line of the README runs.
#[cfg(unix)]
#[test]
fn the_recipes_run() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let run = commands_run(readme.split("```sh\n").skip(2));
    assert!(run >= 9, "{run}");
}

#[cfg(unix)]
#[test]
fn the_commands_for_long_runs_run() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/scale.md")).unwrap();
    assert_eq!(commands_run(page.split("```sh\n").skip(1)), 9);
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

/// Pages whose every output block is what the last command before it prints.
const SHOWN: [&str; 2] = ["docs/scores.md", "docs/questions.md"];

/// With `RANDSPLIT_BLESS=1` the blocks are written anew.
#[cfg(unix)]
#[test]
fn the_pages_show_what_their_commands_print() {
    let top = std::path::Path::new(crate::program::ROOT);
    for page in SHOWN {
        let text = std::fs::read_to_string(top.join(page)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(top.join("data"), folder.path().join("data")).unwrap();
        let mut pieces: Vec<String> = text.split("```").map(str::to_owned).collect();
        let (mut printed, mut blocks) = (None, 0);
        for piece in pieces.iter_mut().skip(1).step_by(2) {
            if let Some(commands) = piece.strip_prefix("sh\n") {
                for line in commands.lines() {
                    let arguments = words(line.strip_prefix("randsplit ").unwrap_or_else(|| panic!("{page}: {line}")));
                    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
                    let output = crate::program::run_in(folder.path(), &arguments);
                    assert!(output.status.success(), "{page}: {line}: {}", crate::program::said(&output));
                    printed = Some(crate::program::text(&output.stdout));
                }
            } else if let Some(shown) = piece.strip_prefix("text\n")
                && let Some(printed) = printed.take()
            {
                blocks += 1;
                if std::env::var_os("RANDSPLIT_BLESS").is_some() {
                    *piece = format!("text\n{printed}");
                } else {
                    assert_eq!(printed, shown, "{page}");
                }
            }
        }
        assert!(blocks >= 2, "{page} has {blocks} blocks of output");
        if std::env::var_os("RANDSPLIT_BLESS").is_some() {
            std::fs::write(top.join(page), pieces.join("```")).unwrap();
        }
    }
}
