//! New rows, as the program reads them, and what it writes of them.

use crate::program;

use std::fmt::Write as _;
use std::path::Path;
use std::process::Output;

use polars::prelude::{ParquetReader, SerReader};
use program::{Noise, run, write};

/// Two classes or numbers by `y`, and a column of each kind.
fn table(classes: bool) -> String {
    let mut noise = Noise(11);
    let mut text = String::from("y,x,when,sure\n");
    for i in 0..60 {
        let x = noise.normal();
        let y = if classes { ["no", "yes"][usize::from(x + noise.normal() > 0.0)].into() } else { format!("{x:.3}") };
        let _ = writeln!(text, "{y},{x:.3},2024-01-{:02},{}", i % 28 + 1, ["true", "false"][i % 2]);
    }
    text
}

/// The report of a model on [`table`].
fn report(folder: &Path, classes: bool, flags: &[&str]) -> String {
    let data = write(folder, "t.csv", &table(classes));
    let report = folder.join("r.json").display().to_string();
    let eval = run(&[&["eval", &data, "-t", "y", "-n", "8", "-o", &report], flags].concat());
    assert!(eval.status.success(), "{}", String::from_utf8_lossy(&eval.stderr));
    report
}

/// `predict` on new rows of that text.
fn predict(folder: &Path, report: &str, new: &str, flags: &[&str]) -> Output {
    run(&[&["predict", report, &write(folder, "new.csv", new)], flags].concat())
}

/// The one sentence of an invalid input.
fn refusal(output: &Output) -> String {
    let said = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!((output.status.code(), said.lines().count(), output.stdout.len()), (Some(2), 1, 0), "{said}");
    said
}

#[test]
fn a_metric_that_the_model_has_no_scores_of_is_refused_wherever_it_chooses() {
    let folder = tempfile::tempdir().unwrap();
    let metrics = ["--metric", "accuracy,log_loss", "-m", "svm", "-m", "nb"];
    let report = report(folder.path(), true, &metrics);
    let new = "x,when,sure\n0.1,2024-01-05,true\n";
    for best in [&[][..], &["--best", "2"]] {
        let flags = [&["--metric", "log_loss"], best].concat();
        let said = refusal(&predict(folder.path(), &report, new, &flags));
        assert!(said.contains("no log_loss of svm on any split; choose another --metric"), "{said}");
        let other = predict(folder.path(), &report, new, &[&flags[..], &["-m", "nb"]].concat());
        assert!(other.status.success(), "{}", String::from_utf8_lossy(&other.stderr));
    }
    let out = folder.path().join("rows").display().to_string();
    for asked in [&["inspect"][..], &["export", "--split", "best", "--out", &out]] {
        let said = refusal(&run(&[asked, &[&report, "--metric", "log_loss"]].concat()));
        assert!(said.contains("no log_loss of svm"), "{said}");
    }
}

#[test]
fn a_cell_that_the_model_cannot_take_is_named_with_its_row_and_what_the_column_is() {
    let folder = tempfile::tempdir().unwrap();
    let report = report(folder.path(), false, &["-m", "ridge"]);
    for (rows, words) in [
        (
            "1,2024-01-02,true\n2,oops,true\n3,2024-13-01,true\n",
            "row 1 (line 3): column 'when' holds the text 'oops', and the model was fitted to dates;",
        ),
        (
            "1,2024-01-02,True\n2,2024-01-03,1\n3,,yes\n4,,no\n",
            "row 2 (line 4): column 'sure' holds the text 'yes', and the model was fitted to booleans;",
        ),
        ("1,,true\n2,,7\n", "row 1 (line 3): column 'sure' holds the text '7', and the model was fitted to booleans;"),
        (
            "1.5,,true\nb,,true\na,,true\n",
            "row 1 (line 3): column 'x' holds the text 'b', and the model was fitted to numbers;",
        ),
        (
            "1,,true\n2,20240102,true\n",
            "row 1 (line 3): column 'when' holds the number 20240102, and the model was fitted to dates;",
        ),
        ("1,,true\n,,true\n,3,\n,,\n", "row 2 (line 4): column 'when' holds the number 3,"),
        ("1,,1\n1,,0.5\n", "row 1 (line 3): column 'sure' holds the number 0.5, and the model was fitted to booleans;"),
        ("1,True,1\n", "row 0 (line 2): column 'when' holds the boolean 'True', and the model was fitted to dates;"),
        ("2024-01-02,,true\n", "row 0 (line 2): column 'x' holds a date, and the model was fitted to numbers;"),
    ] {
        let said = refusal(&predict(folder.path(), &report, &format!("x,when,sure\n{rows}"), &[]));
        assert!(said.contains(words), "{said}");
    }
    // With decimal commas it is not the first number.
    let said = refusal(&predict(folder.path(), &report, "x;when;sure\n1,5;;true\nmany;;true\n", &[]));
    assert!(said.contains("row 1 (line 3): column 'x' holds the text 'many'"), "{said}");
    // Booleans in several forms, and columns without any value, are what they were.
    let plain = predict(folder.path(), &report, "x,when,sure\n1,,1\n1,,0\n", &[]);
    let mixed = predict(folder.path(), &report, "x,when,sure\n1,,TRUE\n1,,0\n", &[]);
    assert!(plain.status.success() && plain.stdout == mixed.stdout, "{}", String::from_utf8_lossy(&mixed.stderr));
    assert_ne!(
        plain.stdout.split(|b| *b == b'\n').nth(1).map(|l| &l[1..]),
        plain.stdout.split(|b| *b == b'\n').nth(2).map(|l| &l[1..])
    );
}

#[test]
fn numbers_beyond_what_eval_takes_are_refused_with_its_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let report = report(folder.path(), false, &["-m", "ridge"]);
    let header = "x,when,sure\n";
    for (cell, rows) in [("1e200", "2e139,,true\n1e200,,true\n"), ("-1e141", "1,,true\n-1e141,,true\n")] {
        let said = refusal(&predict(folder.path(), &report, &format!("{header}{rows}"), &[]));
        let told =
            format!("row 1 (line 3): 'x' is {cell}, and numbers beyond 1e140 overflow when squared; divide the column");
        assert!(said.contains(&told), "{said}");
        let data = write(folder.path(), "far.csv", &format!("y,{header}1,1,,true\n2,{cell},,true\n3,2,,true\n"));
        let said = refusal(&run(&["eval", &data, "-t", "y"]));
        assert!(said.contains(&told), "{said}");
    }
    let far = predict(folder.path(), &report, &format!("{header}1e139,,true\n"), &[]);
    let text = String::from_utf8(far.stdout).unwrap();
    assert!(far.status.success() && !text.contains("inf") && !text.contains("NaN"), "{text}");
}

#[test]
fn a_file_called_parquet_is_parquet_and_says_the_same() {
    let folder = tempfile::tempdir().unwrap();
    for (classes, flags, columns) in [(false, ["-m", "ridge"], 5), (true, ["-m", "nb"], 9), (true, ["-m", "svm"], 3)] {
        let report = report(folder.path(), classes, &flags);
        let new = "x,when,sure\n0.1,2024-01-05,true\n-2,2024-01-06,false\n";
        let text = predict(folder.path(), &report, new, &[]);
        let out = folder.path().join("p.parquet").display().to_string();
        assert!(predict(folder.path(), &report, new, &["-o", &out]).status.success());
        assert!(std::fs::read(&out).unwrap().starts_with(b"PAR1"));
        // Read back by the program itself: the same columns, and the same numbers in them.
        let csv = String::from_utf8(text.stdout).unwrap();
        let names: Vec<&str> = csv.lines().next().unwrap().split(',').collect();
        assert_eq!(names.len(), columns, "{csv}");
        let frame = ParquetReader::new(std::fs::File::open(&out).unwrap()).finish().unwrap();
        assert_eq!(frame.get_column_names().iter().map(|n| n.as_str()).collect::<Vec<_>>(), names);
        for (row, line) in csv.lines().skip(1).enumerate() {
            for (name, cell) in names.iter().zip(line.split(',')) {
                let value = frame.column(name).unwrap().get(row).unwrap();
                let same = match (value.try_extract::<f64>(), cell.parse::<f64>()) {
                    (Ok(a), Ok(b)) => a == b,
                    _ => value.str_value() == cell,
                };
                assert!(same, "{name} of row {row}: {value} and {cell}");
            }
        }
    }
}
