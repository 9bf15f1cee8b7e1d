//! Tables with many columns, levels, groups or classes: what they take grows with their size, not with its square. Real
//! processes, whose address space is bounded well below what a square would take.
#![cfg(unix)]

use crate::program;

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Output};

use program::{Noise, PROGRAM, run, said, write};

/// Runs the program with so many megabytes of address space, on one thread.
fn within(megabytes: usize, arguments: &[&str]) -> Output {
    let line = format!("ulimit -v {}; exec \"$0\" \"$@\"", megabytes * 1024);
    let mut command = Command::new("sh");
    command.args(["-c", &line, PROGRAM]).args(arguments);
    command.env("RAYON_NUM_THREADS", "1").output().unwrap()
}

fn assert_runs(output: &Output, what: &str) {
    assert!(output.status.success(), "{what}: {}", said(output));
}

/// A table of random numbers with a number `y` and a class `c`.
fn numbers(folder: &Path, rows: usize, columns: usize) -> String {
    let mut noise = Noise(3);
    let mut text: String = (0..columns).fold(String::new(), |mut text, j| {
        let _ = write!(text, "x{j},");
        text
    });
    text.push_str("y,c\n");
    for row in 0..rows {
        (0..columns).for_each(|_| {
            let _ = write!(text, "{:.3},", noise.next());
        });
        let _ = writeln!(text, "{:.3},{}", 1.0 + noise.next(), ["no", "yes"][row % 2]);
    }
    write(folder, "wide.csv", &text)
}

#[test]
fn no_model_makes_a_square_of_the_columns_of_a_wide_table() {
    let folder = tempfile::tempdir().unwrap();
    let data = numbers(folder.path(), 40, 10_000);
    // The square alone is 800 MB.
    let eval = |target: &str, other: &str, more: &[&str]| {
        let arguments = ["eval", data.as_str(), "-t", target, "--drop", other, "-n", "2", "-j", "1", "-q"];
        assert_runs(&within(500, &[&arguments[..], more].concat()), &more.join(" "));
    };
    for model in ["ols", "ridge", "lasso", "elastic-net", "glm", "knn", "svm", "tree", "boost"] {
        eval("y", "c", &["-m", model]);
    }
    // Not qda, which is a square of the columns for each class.
    for model in ["logistic", "multinomial", "nb", "lda", "knn", "svm", "tree", "forest", "boost"] {
        eval("c", "y", &["-m", model]);
    }
    for probe in ["coefficients", "importance", "shap"] {
        eval("y", "c", &["-m", "ridge", "--probe", probe]);
    }
    eval("y", "c", &["--tune", "ridge:alpha=0.1,1"]);
}

#[test]
fn levels_that_stand_for_numbers_cost_no_square_of_their_number() {
    let folder = tempfile::tempdir().unwrap();
    let (n, mut noise) = (15_000, Noise(5));
    let mut text = String::from("a,b,y,c\n");
    for i in 0..n {
        let class = ["no", "yes"][usize::from(noise.next() > 0.5)];
        let _ = writeln!(text, "u{i},v{},{:.4},{class}", i * 7 % n, noise.next() + i as f64 / n as f64);
    }
    let data = write(folder.path(), "levels.csv", &text);
    for (target, other, models) in [("y", "c", ["ridge", "lasso", "tree"]), ("c", "y", ["nb", "lda", "logistic"])] {
        for model in models {
            let arguments = ["eval", data.as_str(), "-t", target, "--drop", other, "-n", "2", "-j", "1", "-q"];
            let more = ["--encode", "a=ordinal", "--encode", "b=frequency", "-m", model];
            // Every level of one column with every one of the other would be 1.8 GB.
            assert_runs(&within(1000, &[&arguments[..], &more].concat()), model);
        }
    }
    // Fitted with shared work or not, the scores are the same.
    let scores = |engine: &str| {
        let report = folder.path().join(format!("{engine}.json"));
        let output = format!("json={}", report.display());
        let arguments =
            ["eval", &data, "-t", "y", "--features", "a", "--encode", "a=ordinal", "-n", "3", "-m", "ridge"];
        assert_runs(&run(&[&arguments[..], &["-q", "--engine", engine, "-o", &output]].concat()), engine);
        let report: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(report).unwrap()).unwrap();
        report["models"][0]["metrics"]["r2"]["mean"].as_f64().unwrap()
    };
    let (shared, alone) = (scores("auto"), scores("per-split"));
    assert!((shared - alone).abs() < 1e-9, "{shared} {alone}");
}

#[test]
fn many_classes_are_scored_without_a_square_of_their_number() {
    let folder = tempfile::tempdir().unwrap();
    let text = (0..20_000).fold(String::from("x,y\n"), |text, i| text + &format!("{i},k{}\n", i % 10_000));
    let data = write(folder.path(), "classes.csv", &text);
    // The test rows' probabilities are 2 MB, and the table of true and predicted classes would be 800 MB.
    let plan = ["-n", "1", "-j", "1", "-q", "--scheme", "shuffle", "--test-size", "20", "--train-size", "20"];
    let eval = ["eval", data.as_str(), "-t", "y", "-m", "tree", "--metric", "accuracy", "--metric", "f1_macro"];
    assert_runs(&within(600, &[&eval[..], &plan].concat()), "10,000 classes");
}

#[test]
fn a_target_of_too_many_classes_is_refused_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let text = (0..140_000).fold(String::from("x,y\n"), |text, i| text + &format!("{i},k{}\n", i % 70_000));
    let data = write(folder.path(), "classes.csv", &text);
    let refused = run(&["eval", &data, "-t", "y", "-n", "2", "-q"]);
    assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
    assert!(said(&refused).contains("target 'y' has 70000 classes in 140000 rows"), "{}", said(&refused));
}

#[test]
fn every_command_takes_a_table_with_a_very_long_header() {
    let folder = tempfile::tempdir().unwrap();
    let data = numbers(folder.path(), 20, 30_000);
    let report = folder.path().join("r.json");
    let (report, out) = (report.to_str().unwrap(), folder.path().join("split"));
    let output = format!("json={report}");
    let eval = ["eval", &data, "-t", "y", "--features", "x1*", "--features", "x2", "-n", "4", "-m", "ridge", "-q"];
    assert_runs(&run(&[&eval[..], &["-o", &output]].concat()), "eval");
    assert_runs(&run(&["splits", &data, "-t", "y", "-n", "2"]), "splits");
    assert_runs(&run(&["inspect", report, "-q"]), "inspect");
    assert_runs(&run(&["predict", report, &data]), "predict");
    assert_runs(&run(&["export", report, "--split", "0", "--out", out.to_str().unwrap()]), "export");
}

#[test]
fn new_rows_find_their_level_however_it_is_spelt() {
    let folder = tempfile::tempdir().unwrap();
    let rows = |codes: &[&str]| codes.iter().enumerate().map(|(i, c)| format!("{c},{i}\n")).collect::<String>();
    let cycle: Vec<&str> = ["1", "2", "3.50"].into_iter().cycle().take(60).collect();
    let data = write(folder.path(), "d.csv", &format!("k,y\n{}", rows(&cycle)));
    let new = write(folder.path(), "new.csv", &format!("k,y\n{}", rows(&["1.0", "2", "3.5", "4"])));
    let report = folder.path().join("r.json");
    let report = report.to_str().unwrap();
    let output = format!("json={report}");
    assert_runs(
        &run(&["eval", &data, "-t", "y", "--encode", "k=onehot", "-m", "ridge", "-n", "3", "-q", "-o", &output]),
        "eval",
    );
    let predicted = run(&["predict", report, &new]);
    assert_runs(&predicted, "predict");
    assert!(said(&predicted).contains("never seen in training in 1 row, first '4'"), "{}", said(&predicted));
}

#[test]
fn levels_that_cannot_be_encoded_in_memory_are_refused_before_the_first_fit() {
    let folder = tempfile::tempdir().unwrap();
    let mut noise = Noise(5);
    let mut text = String::from("code,x,y\n");
    for row in 0..20_000 {
        let _ = writeln!(text, "code{},{:.3},{:.3}", row / 2, noise.next(), noise.next());
    }
    let data = write(folder.path(), "codes.csv", &text);
    let eval = |how: &str| {
        let encode = format!("code={how}");
        within(1000, &["eval", &data, "-t", "y", "-n", "2", "-j", "1", "-q", "-m", "ridge", "--encode", &encode])
    };
    // 20,000 rows of 10,002 columns are 1.6 GB.
    let refused = eval("onehot");
    assert_eq!((refused.status.code(), refused.stdout.len()), (Some(2), 0), "{}", said(&refused));
    let sentence = said(&refused);
    assert!(sentence.contains("column 'code' has 10000 levels: --encode 'code=ordinal'"), "{sentence}");
    assert_runs(&eval("ordinal"), "ordinal");
}
