//! Rules of the house that a compiler does not check.

use std::path::{Path, PathBuf};

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// The lines of a source file that are code of the library: no comments, and nothing below its unit tests.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let tests = |line: &&str| !(line.starts_with("#[cfg(") && line.contains("test"));
    text.lines().take_while(tests).enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"))
}

fn flags(line: &str) -> bool {
    let word = |at: usize| line[at + 2..].starts_with(|c: char| c.is_ascii_lowercase());
    line.match_indices("--").any(|(at, _)| word(at) && !line[..at].ends_with('-'))
}

/// The core names settings, and the command line alone spells flags.
#[test]
fn no_room_but_the_command_line_writes_flags() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut files, mut in_cli) = (Vec::new(), 0);
    sources(&src, &mut files);
    for file in &files {
        let text = std::fs::read_to_string(file).unwrap();
        let found = code(&text).find(|(_, line)| flags(line));
        if file.starts_with(src.join("cli")) || file.ends_with("main.rs") {
            in_cli += usize::from(found.is_some());
        } else if let Some((number, line)) = found {
            panic!("{}:{}: a flag in the core: {}", file.display(), number + 1, line.trim());
        }
    }
    assert!(files.len() > 300 && in_cli > 5, "the search finds flags where they are");
}

/// What stands beside a front end is at the crate's root or in a documented module; the stations are hidden.
#[test]
fn examples_use_the_documented_library_alone() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let hidden = |text: &str| {
        let lib = std::fs::read_to_string(top.join("src/lib.rs")).unwrap();
        let stations = lib.split("#[doc(hidden)]\npub mod ").skip(1).filter_map(|rest| rest.split_once(';'));
        let stations: Vec<String> = stations.map(|(name, _)| format!("randsplit::{name}::")).collect();
        assert!(stations.len() > 10);
        stations.into_iter().find(|path| text.contains(path.as_str()))
    };
    let (mut files, mut examples) = (Vec::new(), 0);
    sources(&top.join("examples"), &mut files);
    for file in files {
        assert_eq!(hidden(&std::fs::read_to_string(&file).unwrap()), None, "{}", file.display());
        examples += 1;
    }
    assert!(examples > 4);
}
