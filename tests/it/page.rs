//! The page of a report in terminals of several widths: it fits, names stay different, and what matters is there.

use std::fmt::Write;
use std::process::Command;

use unicode_width::UnicodeWidthStr;

use crate::program::{ROOT, command, text, words};

const WIDTHS: [usize; 4] = [60, 80, 120, 200];

/// The program in the folder with data, in a terminal of so many columns.
fn program(arguments: &[&str], columns: usize) -> Command {
    let mut command = command(arguments);
    command.current_dir(format!("{ROOT}/data")).env("COLUMNS", columns.to_string());
    command
}

fn page(arguments: &[&str], columns: usize) -> String {
    text(&program(arguments, columns).output().unwrap().stdout)
}

/// Ten classes with names that begin and end alike, features with wide characters: three rows in four tell their class.
fn classes(folder: &std::path::Path) -> String {
    let mut text =
        String::from("身長の測定値（センチメートル）,体重の測定値（キログラム）,🙂 mood of the day,species\n");
    for row in 0..300u32 {
        let class = row % 10;
        let noise = f64::from(row * 7919 % 101) / 101.0;
        let shown = if row % 4 == 3 { (class + 3) % 10 } else { class };
        let (a, b) = (f64::from(shown % 4), f64::from(shown / 4));
        let _ = writeln!(
            text,
            "{:.3},{:.3},{:.3},tropical forest number {class} of the south",
            a + noise / 2.0,
            b + noise / 3.0,
            noise
        );
    }
    let path = folder.join("森林.csv");
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn pages_fit_the_terminal_and_stay_readable() {
    let folder = tempfile::tempdir().unwrap();
    let classes = classes(folder.path());
    let one: Vec<&str> = "eval diabetes.csv -t target -n 40".split(' ').collect();
    let verdicts = [
        "--claim",
        "worst(r2) >= 0.2",
        "--claim",
        "p05(r2) >= 0.36",
        "--claim",
        "mean(r2) >= 0.3",
        "--confidence",
        "0.95",
    ];
    let three = [&one[..], &["-m", "ridge", "-m", "tree:max_depth=3", "-m", "knn"], &verdicts].concat();
    let grid = ["--grid", "elastic-net:alpha=0.001,0.01,0.1,1,l1_ratio=0.2,0.5,0.8"];
    let twelve = [&one[..], &grid].concat();
    let binary: Vec<&str> = "eval breast_cancer.csv -t target -n 30 -m logistic -m nb".split(' ').collect();
    let labels = "recall[tropical forest number 1 of the south],recall[tropical forest number 2 of the south],accuracy";
    let ten = ["eval", &classes, "-t", "species", "-n", "20", "-m", "lda", "--metric", labels];
    for (name, arguments) in
        [("one", &one[..]), ("three", &three), ("twelve", &twelve), ("binary", &binary), ("ten_classes", &ten)]
    {
        for columns in WIDTHS {
            let text = page(arguments, columns);
            for line in text.lines() {
                // Nothing but a single word is wider.
                assert!(line.width() <= columns || !line.trim().contains(' '), "{columns}: {line}");
            }
            insta::assert_snapshot!(
                format!("page_{name}_{columns}"),
                text.replace(folder.path().to_str().unwrap(), "FOLDER")
            );
        }
    }
    // Two scores of long names can be told apart in each width.
    for columns in WIDTHS {
        let text = page(&ten, columns);
        let head = text.lines().find(|line| line.contains("recall") && line.contains('…') && !line.contains(':'));
        let names: Vec<&str> =
            head.map_or_else(Vec::new, |head| head.split("  ").filter(|n| !n.trim().is_empty()).collect());
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
    }
}

/// Names stay whole in each width, and so do the lines to type.
#[test]
fn lists_fit_the_terminal() {
    let lists: [&[&str]; 8] = [
        &["models"],
        &["models", "forest"],
        &["metrics"],
        &["probes"],
        &["schemes"],
        &["explain"],
        &["list"],
        &["list", "formats"],
    ];
    let names = |list: &[&str]| -> Vec<String> {
        let topic = match list {
            ["explain"] => "warnings",
            ["list", topic] | [topic] => topic,
            _ => return vec!["forest".into()],
        };
        let json = page(&["list", topic, "-f", "json"], 80);
        let entries: Vec<serde_json::Value> = serde_json::from_str(&json).unwrap_or_default();
        entries.iter().map(|entry| entry["name"].as_str().unwrap().to_owned()).collect()
    };
    for list in lists {
        let names = names(list);
        for columns in WIDTHS {
            let text = page(list, columns);
            for line in text.lines() {
                assert!(line.width() <= columns, "{columns}: {line}");
            }
            let words: Vec<&str> = text.split_whitespace().collect();
            let whole = |name: &String| words.iter().any(|word| word.starts_with(name.as_str()));
            assert!(names.iter().all(whole), "{list:?} {columns}: {text}");
            assert!(text.lines().last().unwrap().starts_with("  randsplit "), "{list:?} {columns}: {text}");
            if columns < 200 {
                insta::assert_snapshot!(format!("list_{}_{columns}", list.join("_")), text);
            }
        }
        let mut ascii = program(list, 100);
        let text = String::from_utf8(ascii.env("LC_ALL", "C").output().unwrap().stdout).unwrap();
        assert!(text.is_ascii(), "{text}");
    }
    // Behaviours and statistics are under the same roof.
    for topic in ["behaviours", "statistics", "suspicions", "errors"] {
        let text = page(&["list", topic], 60);
        assert!(text.lines().all(|line| line.width() <= 60), "{text}");
    }
}

/// What is typed below a list works.
#[test]
fn examples_of_lists_are_taken() {
    let folder = tempfile::tempdir().unwrap();
    let mut table = String::from("id,a,b,y\n");
    for row in 0..60u32 {
        let _ = writeln!(table, "{},{},{},{}", row / 4, row * 7 % 11, row * 5 % 13, row % 2);
    }
    std::fs::write(folder.path().join("data.csv"), table).unwrap();
    let claims = "[[behaviour]]\nname = 'up'\ntest = 'direction'\ncolumn = 'a'\nprediction = 'rises'\nshare = 0\n";
    std::fs::write(folder.path().join("claims.toml"), claims).unwrap();
    let mut tried = 0;
    for topic in ["models", "metrics", "probes", "behaviours", "schemes", "statistics", "formats"] {
        let text = page(&["list", topic], 120);
        for line in text.lines().filter_map(|line| line.strip_prefix("  randsplit eval ")) {
            let line = line.replace("recall[yes]", "recall[1]");
            let classes = line.contains("recall");
            let mut command = program(&["eval"], 80);
            command.current_dir(folder.path()).args(words(&line));
            command.args(["-n", "4", "--task", if classes { "classification" } else { "regression" }]);
            let done = command.output().unwrap();
            let told = String::from_utf8_lossy(&done.stderr);
            assert!(matches!(done.status.code(), Some(0 | 1)), "{line}: {told}");
            tried += 1;
        }
    }
    assert!(tried > 10, "{tried}");
}

#[test]
fn a_locale_without_unicode_gets_ascii() {
    let mut command = program(&["eval", "diabetes.csv", "-t", "target", "-n", "20", "-m", "ridge", "-m", "tree"], 120);
    let text = String::from_utf8(command.env("LC_ALL", "C").output().unwrap().stdout).unwrap();
    assert!(text.is_ascii() && text.contains("r2: mean over splits ~ half"), "{text}");
}

#[test]
fn wide_output_is_not_fitted_and_details_are_on_request() {
    let arguments = ["eval", "diabetes.csv", "-t", "target", "-n", "20", "-m", "ridge", "-m", "tree"];
    let (narrow, wide) = (page(&arguments, 60), page(&[&arguments[..], &["--wide"]].concat(), 60));
    let told = narrow.replace("\n  ", " ").contains("not shown, for want of room: worst 5 %");
    assert!(told && wide.contains("worst split  worst 5 %"));
    let detail = page(&[&arguments[..], &["--detail"]].concat(), 80);
    let rows = |text: &str| text.matches("train - test gap").count();
    assert_eq!((rows(&narrow), rows(&detail)), (0, 2));
    assert!(narrow.contains("--detail shows") && !detail.contains("--detail shows"));
}

/// Scores of thousands of millions are written with an exponent, all of a column alike.
#[test]
fn scores_of_any_size_are_shown() {
    let folder = tempfile::tempdir().unwrap();
    for (name, scale) in [("large", 1e12), ("small", 1e-12)] {
        let path = folder.path().join(format!("{name}.csv"));
        let mut text = String::from("x,wage\n");
        for row in 0..60u32 {
            let _ = writeln!(text, "{row},{:e}", scale * f64::from(row + row * 7919 % 13));
        }
        std::fs::write(&path, text).unwrap();
        let arguments = ["eval", path.to_str().unwrap(), "-t", "wage", "-n", "20", "-m", "ridge", "-m", "tree"];
        for more in [&["--metric", "rmse"][..], &["--metric", "rmse", "--detail"]] {
            let text = page(&[&arguments[..], more].concat(), 100);
            assert!(text.contains("is the best of 2 models: rmse ") && text.contains(" e".trim()), "{text}");
        }
    }
}
