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

/// The model file of a report.
fn kept(report: &str) -> String {
    let file = format!("{report}.model");
    let fit = run(&["fit", report, "-o", &file, "-q"]);
    assert!(fit.status.success(), "{}", String::from_utf8_lossy(&fit.stderr));
    file
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
    let kept = kept(&report);
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
        for by in [&report, &kept] {
            let said = refusal(&predict(folder.path(), by, &format!("x,when,sure\n{rows}"), &[]));
            assert!(said.contains(words), "{said}");
        }
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
    for (classes, flags, columns) in [(false, ["-m", "ridge"], 7), (true, ["-m", "nb"], 9), (true, ["-m", "svm"], 3)] {
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

#[test]
fn a_model_file_reads_new_rows_as_its_report_does() {
    let folder = tempfile::tempdir().unwrap();
    let text = "y,id,level,size,when,n\n".to_owned()
        + &(0..60).fold(String::new(), |mut text, i| {
            let (level, n) = (["a", "b", "None"][i % 3], if i % 5 == 0 { "?".into() } else { (i % 7).to_string() });
            let _ = writeln!(text, "{},0{},{level},{},2024-01-{:02},{n}", i * i % 23, i % 4, i % 11, i % 28 + 1);
            text
        });
    let data = write(folder.path(), "t.csv", &text);
    let report = folder.path().join("r.json").display().to_string();
    let flags = ["-t", "y", "-m", "ols", "-n", "5", "--na", "?", "--keep-na", "None", "--encode", "id=onehot", "-q"];
    let eval = run(&[&["eval", &data, "-o", &report], &flags[..]].concat());
    assert!(eval.status.success(), "{}", String::from_utf8_lossy(&eval.stderr));
    let kept = kept(&report);
    // The data is gone, and the file needs it no more.
    let without = folder.path().join("elsewhere.csv");
    std::fs::rename(&data, &without).unwrap();
    let without = without.display().to_string();
    for new in [
        "id,level,size,when,n\n01,a,3,2024-01-02,1\n02,None,100,2024-01-03,?\n",
        // Other order, more columns, unknown levels, gaps where training had none.
        "n,when,extra,size,level,id\n1,2024-02-02,x,,z,09\n?,2031-02-02,y,3,,1\n",
        "id;level;size;when;n\n01;a;3,5;2024-01-02;1\n",
        // A column is not there; a text for a number.
        "id,level,size,when\n01,a,3,2024-01-02\n",
        "id,level,size,when,n\n01,a,3,2024-01-02,many\n",
    ] {
        let by_file = predict(folder.path(), &kept, new, &[]);
        let by_report = predict(folder.path(), &report, new, &["--data", &without]);
        let said = |output: &Output| String::from_utf8(output.stderr.clone()).unwrap();
        assert_eq!((by_file.status.code(), said(&by_file)), (by_report.status.code(), said(&by_report)), "{new}");
        // The range over the split models is that of the same models.
        let ranges = |output: &Output| -> Vec<Vec<String>> {
            let text = String::from_utf8(output.stdout.clone()).unwrap();
            text.lines().map(|line| line.split(',').skip(2).take(3).map(str::to_owned).collect()).collect()
        };
        assert_eq!(ranges(&by_file), ranges(&by_report));
    }
}

/// Replaces a piece of a text that must be there.
fn damaged(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "no {from} in {text}");
    text.replacen(from, to, 1)
}

#[test]
fn a_damaged_model_file_is_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let new = "x,when,sure\n0.1,2024-01-05,true\n";
    for (flags, damages) in [
        (
            ["-m", "tree:max_depth=2"],
            &[
                ("\"left\":1", "\"left\":0", "node 0 of a tree points"),
                ("\"left\":1", "\"left\":4294967295", "node 0 of a tree points"),
                ("\"column\":0", "\"column\":77", "points to a column"),
                ("\"divisor\":1.0", "\"divisor\":0.0", "a mean of no trees"),
                ("\"leaf\":[", "\"leaf\":[1.0,", "a leaf of 2 values, of 1"),
                ("\"half_widths\":[", "\"half_widths\":[1e300,", "half widths that are not in order"),
                ("randsplit.model/1", "randsplit.model/9", "the schema is 'randsplit.model/9'"),
            ][..],
        ),
        (
            ["-m", "ridge"],
            &[
                ("\"link\":\"identity\"", "\"link\":\"logistic\"", "a logistic model that is not of two classes"),
                ("\"kind\":\"number\"", "\"kind\":\"colour\"", "of an unknown kind"),
                ("\"terms\":[", "\"terms\":[{\"levels\":[0.0]},", "terms for"),
                ("\"intercept\":", "\"intercept\":1e999,\"x\":", "not a whole model file"),
                ("\"part\":\"weekday\"", "\"part\":\"moon\"", "'moon' of a date"),
                ("\"task\":\"regression\"", "\"task\":\"classification\"", "its labels do not suit its task"),
            ][..],
        ),
    ] {
        let report = report(folder.path(), false, &flags);
        let text = std::fs::read_to_string(kept(&report)).unwrap();
        let try_text = |text: &str| {
            let file = write(folder.path(), "damaged.json", text);
            refusal(&predict(folder.path(), &file, new, &[]))
        };
        for (from, to, words) in damages {
            let said = try_text(&damaged(&text, from, to));
            assert!(said.contains(words) && said.contains("damaged.json"), "{said}");
        }
        assert!(try_text(&text[..text.len() / 2]).contains("not a whole model file"));
        assert!(
            try_text(&format!("{{\"schema\":\"randsplit.model/1\",\"learned\":{}", "[".repeat(100_000)))
                .contains("not a whole")
        );
    }
}
