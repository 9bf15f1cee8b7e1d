//! What predictions are worth: metrics, thresholds from train rows, and the plain example.

use serde_json::Value;

use crate::program::{Answer, ask};

#[test]
fn a_model_that_saves_ten_thousand_and_costs_a_hundred_thousand_fails() {
    let arguments = [
        "eval",
        "data/breast_cancer.csv",
        "-t",
        "target",
        "--positive",
        "malignant",
        "--claims",
        "examples/worth.toml",
        "--wide",
    ];
    let Answer { code, stdout: table, .. } = ask(&arguments);
    assert_eq!(code, 1);
    assert!(table.contains("costs 100000: a loss on 100 % of splits"), "{table}");
    let verdict = |name: &str| table.lines().find(|l| l.contains(name)).unwrap().split(' ').next().unwrap().to_owned();
    assert_eq!(verdict("good by the books:"), "holds");
    assert_eq!(verdict("saves something:"), "holds");
    assert_eq!(verdict("earns its cost:"), "fails");
    let Answer { stdout: json, .. } = ask(&[&arguments[..], &["-f", "json", "--metric", "accuracy"]].concat());
    let report: Value = serde_json::from_str(&json).unwrap();
    let mean = report["models"][0]["metrics"]["value_per_year"]["mean"].as_f64().unwrap();
    assert!((9_500.0..10_500.0).contains(&mean), "{mean}");
    assert_eq!(report["value"]["loss_share"]["logistic"], 1.0);
    let split = &report["models"][0]["splits"][3];
    let of = |name: &str| split["scores"][name].as_f64().unwrap();
    assert!((of("value_per_year") - 1000.0 * of("value_per_row")).abs() < 1e-9);
    assert!(split["figures"]["threshold"].as_f64().unwrap() > 0.0);
}

#[test]
fn a_report_is_checked_with_the_value_table_that_it_was_made_with_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (made, plain, claims) = (path("made.json"), path("plain.json"), path("v.toml"));
    let eval = ["eval", "data/breast_cancer.csv", "-t", "target", "--positive", "malignant", "-n", "20"];
    ask(&[&eval[..], &["--claims", "examples/worth.toml", "-o", &made]].concat());
    ask(&[&eval[..], &["-o", &plain]].concat());
    let Answer { code, stdout: out, .. } = ask(&["check", &made, "--claims", "examples/worth.toml"]);
    assert_eq!((code, out.matches(" for logistic: ").count()), (1, 3), "{out}");
    assert!(out.lines().any(|l| l.starts_with("fails ✗") && l.contains("earns its cost")), "{out}");
    let table = std::fs::read_to_string("examples/worth.toml").unwrap();
    // The same said otherwise is the same.
    let cells =
        "[value.cells]\n'malignant -> malignant' = 30\n'benign -> malignant' = -15\n'malignant -> benign' = -25\n";
    let without: String = table
        .lines()
        .filter(|l| !["true_", "false_"].iter().any(|k| l.starts_with(k)))
        .map(|l| format!("{l}\n"))
        .collect();
    std::fs::write(&claims, without.replacen("[[claim]]", &format!("{cells}[[claim]]"), 1)).unwrap();
    assert_eq!(ask(&["check", &made, "--claims", &claims]).stdout, out);
    let refused = |report: &str, from: &str, to: &str, words: &[&str]| {
        assert!(table.contains(from));
        std::fs::write(&claims, table.replace(from, to)).unwrap();
        let Answer { code, stdout: out, stderr: error } = ask(&["check", report, "--claims", &claims]);
        assert_eq!((code, out.as_str(), error.lines().count()), (2, "", 1), "{error}");
        assert!(words.iter().chain(&["v.toml: [value]", report]).all(|w| error.contains(w)), "{error}");
    };
    refused(&plain, "", "", &["made without a [value] table", "run eval"]);
    refused(&made, "true_positive = 30", "true_positive = 31", &["other gains", "run eval"]);
    refused(&made, "rows_per_year = 1000", "rows_per_year = 1001", &["other rows_per_year"]);
    refused(&made, "100_000", "9", &["other cost_per_year"]);
    refused(&made, "threshold = \"best\"", "threshold = 0.3", &["other threshold"]);
    // Of a target that is a number.
    let errors =
        |over: &str| format!("claim = ['mean(value_per_year) > cost']\n[value]\nrows_per_year = 9\nover = {over}\n");
    std::fs::write(&claims, errors("-2")).unwrap();
    ask(&["eval", "data/mtcars.csv", "-t", "mpg", "-n", "5", "--claims", &claims, "-o", &made]);
    assert_eq!(ask(&["check", &made, "--claims", &claims]).code, 1);
    std::fs::write(&claims, errors("-3")).unwrap();
    let Answer { code, stderr: error, .. } = ask(&["check", &made, "--claims", &claims]);
    assert!(code == 2 && error.contains("other gains"), "{error}");
}

#[test]
fn cells_agree_with_the_confusion_matrix_and_errors_with_the_mean_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("v.toml").to_str().unwrap().to_owned();
    let report = |table: &str, arguments: &[&str]| -> Value {
        std::fs::write(&path, table).unwrap();
        let Answer { stdout: json, stderr: error, .. } =
            ask(&[arguments, &["-n", "5", "--claims", &path, "-f", "json"]].concat());
        serde_json::from_str(&json).unwrap_or_else(|_| panic!("{error}"))
    };
    // One for each hit and each right no is the accuracy.
    let titanic = ["eval", "data/titanic.csv", "-t", "survived", "--metric", "accuracy"];
    let cells = "[value]\nrows_per_year = 10\ntrue_positive = 1\ntrue_negative = 1\n";
    let other = "[value]\nrows_per_year = 10\n[value.cells]\n'yes -> yes' = 1\n'no -> no' = 1\n";
    for table in [cells, other] {
        for split in report(table, &titanic)["models"][0]["splits"].as_array().unwrap() {
            let of = |name: &str| split["scores"][name].as_f64().unwrap();
            assert!((of("value_per_row") - of("accuracy")).abs() < 1e-12);
            assert!((of("value_per_year") - 10.0 * of("accuracy")).abs() < 1e-12);
        }
    }
    let cars = ["eval", "data/mtcars.csv", "-t", "mpg", "--metric", "mae"];
    for split in report("[value]\nrows_per_year = 1\nabsolute_error = -2\nper_row = 30", &cars)["models"][0]["splits"]
        .as_array()
        .unwrap()
    {
        let of = |name: &str| split["scores"][name].as_f64().unwrap();
        assert!((of("value_per_row") - (30.0 - 2.0 * of("mae"))).abs() < 1e-9);
    }
}

#[test]
fn mistakes_in_the_value_table_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("v.toml").to_str().unwrap().to_owned();
    let refused = |table: &str, arguments: &[&str], words: &[&str]| {
        std::fs::write(&path, table).unwrap();
        let Answer { code, stdout: out, stderr: error } = ask(&[arguments, &["-n", "3", "--claims", &path]].concat());
        assert_eq!((code, out.as_str()), (2, ""), "{table}: {error}");
        assert!(words.iter().all(|w| error.contains(w)) && error.lines().count() == 1, "{table}: {error}");
    };
    let titanic = ["eval", "data/titanic.csv", "-t", "survived"];
    let cars = ["eval", "data/mtcars.csv", "-t", "mpg"];
    refused("[value]\ntrue_positive = 1", &titanic, &["v.toml", "rows_per_year"]);
    refused(
        "[value]\nrows_per_year = 1\ntrue_positve = 1",
        &titanic,
        &["'true_positve'", "did you mean 'true_positive'?"],
    );
    refused("[value]\nrows_per_year = 1\nthreshold = 'top'", &titanic, &["threshold", "best"]);
    refused("[value]\nrows_per_year = 1\n[value.cells]\n'yse -> no' = 1", &titanic, &["'yse'", "did you mean 'yes'?"]);
    refused("[value]\nrows_per_year = 1\nabsolute_error = 1", &titanic, &["give cells"]);
    refused("[value]\nrows_per_year = 1\ntrue_positive = 1", &cars, &["absolute_error"]);
    refused("[value]\nrows_per_year = 1\nabsolute_error = 'much'", &cars, &["absolute_error", "must be a number"]);
}
