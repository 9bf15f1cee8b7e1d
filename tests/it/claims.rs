//! Claims from outside: verdicts, exit codes, and a sentence for every mistake.

use crate::program::{ask as run, judged as json, refused};

const DIABETES: [&str; 6] = ["eval", "data/diabetes.csv", "-t", "target", "-n", "60"];

fn diabetes<'a>(flags: &[&'a str]) -> Vec<&'a str> {
    [&DIABETES[..], flags].concat()
}

#[test]
fn claims_are_judged_and_shown_with_what_decided_them() {
    let flags = [
        "-m",
        "ridge",
        "-m",
        "forest:n_estimators=10",
        "--claim",
        "worst(r2) >= 0.05",
        "--claim",
        "mean(ridge.r2) > mean(forest.r2)",
        "--claim",
        "mean(rmse) < 90% * baseline.mean(rmse)",
        "--claim",
        "sd(r2) < 0.02",
    ];
    let report = json(&diabetes(&flags));
    let claims = report["claims"].as_array().unwrap();
    let short: Vec<(&str, &str)> =
        claims.iter().map(|c| (c["model"].as_str().unwrap(), c["verdict"].as_str().unwrap())).collect();
    assert_eq!(short.len(), 7);
    assert_eq!((short[0].0, short[1].0, short[2].0), ("ridge", "forest", "ridge, forest"));
    let of = |model: usize, metric: &str| report["models"][model]["metrics"][metric].clone();
    assert_eq!(claims[0]["observed"], of(0, "r2")["worst"]["score"]);
    assert_eq!(claims[0]["split"], of(0, "r2")["worst"]["split"]);
    let (ridge, forest) = (of(0, "r2")["mean"].as_f64().unwrap(), of(1, "r2")["mean"].as_f64().unwrap());
    assert!((claims[2]["margin"].as_f64().unwrap() - (ridge - forest)).abs() < 1e-12);
    let limit = 0.9 * report["baseline"]["metrics"]["rmse"]["mean"].as_f64().unwrap();
    assert!((claims[3]["threshold"].as_f64().unwrap() - limit).abs() < 1e-9);
    assert_eq!((short[3].1, short[5].1), ("holds", "fails"));
    let table = run(&diabetes(&flags));
    assert_eq!(table.code, 1);
    assert!(table.stdout.contains("fails ✗ sd(r2) < 0.02 for ridge: misses by 0.0"), "{}", table.stdout);
}

#[test]
fn a_confidence_leaves_claims_undecided_and_exit_4_is_asked_for() {
    let claim = ["--claim", "mean(r2) >= 0.45", "--confidence", "0.95"];
    let a = run(&diabetes(&claim));
    assert_eq!(a.code, 0, "{}", a.stderr);
    assert!(a.stdout.contains("undecided ? mean(r2) >= 0.45 for ridge: is on the right side by 0.03"), "{}", a.stdout);
    assert_eq!(run(&diabetes(&[&claim[..], &["--undecided", "fail"]].concat())).code, 4);
    let report = json(&diabetes(&claim));
    let [low, high] = [0, 1].map(|i| report["claims"][0]["margin_bounds"][i].as_f64().unwrap());
    assert!(low < 0.0 && high > 0.0 && report["claims"][0]["confidence"] == 0.95);
    // A failing claim outweighs an undecided one.
    assert_eq!(run(&diabetes(&[&claim[..], &["--undecided", "fail", "--claim", "mean(r2) > 0.9"]].concat())).code, 1);
}

#[test]
fn a_report_is_checked_without_its_data() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (report, claims) = (path("r.json"), path("claims.toml"));
    assert_eq!(run(&diabetes(&["-f", "json", "-o", &report])).code, 0);
    let text = "confidence = 0.95\n[[claim]]\nname = 'floor'\nwhy = 'below it nobody acts on the score'\n\
                expr = 'share(r2 > 0.2) >= 90%'\n[[claim]]\nname = 'typical'\nexpr = 'median(r2) > 0.4'\n";
    std::fs::write(&claims, text).unwrap();
    let a = run(&["check", &report, "--claims", &claims]);
    assert_eq!(a.code, 0, "{}", a.stderr);
    assert!(a.stdout.contains("\nholds ✓ floor: share(r2 > 0.2) >= 90% for ridge: passes by "), "{}", a.stdout);
    assert!(a.stdout.contains("why: below it nobody acts on the score"), "{}", a.stdout);
    // The same claims give the same verdicts in the run itself.
    let run_itself = json(&diabetes(&["--claims", &claims]));
    let checked = json(&["check", &report, "--claims", &claims]);
    assert_eq!(checked["claims"], run_itself["claims"]);
    assert_eq!(checked["claims"][0]["why"], "below it nobody acts on the score");
    assert_eq!(run(&["check", &report, "--claim", "worst(r2) > 0.9"]).code, 1);
    refused(&["check", &report], &["nothing to check"]);
    refused(&["check", &report, "--claim", "worst(r3) > 0"], &["no metric 'r3'", "'r2'", "--claim"]);
    refused(&["check", &path("none.json"), "--claim", "worst(r2) > 0"], &["none.json", "no such file"]);
    refused(&["check", &claims, "--claim", "worst(r2) > 0"], &["claims.toml", "it is not JSON"]);
    std::fs::write(path("other.json"), "{\"a\": 1}").unwrap();
    refused(&["check", &path("other.json"), "--claim", "worst(r2) > 0"], &["it names no schema"]);
    std::fs::write(path("old.json"), "{\"schema\": \"randsplit.report/9\"}").unwrap();
    refused(&["check", &path("old.json"), "--claim", "worst(r2) > 0"], &["randsplit.report/9"]);
    std::fs::write(path("cut.json"), "{\"schema\": \"randsplit.report/1\"}").unwrap();
    refused(&["check", &path("cut.json"), "--claim", "worst(r2) > 0"], &["not a whole report"]);
}

#[test]
fn unknown_names_are_errors_and_never_a_pass() {
    refused(&diabetes(&["--claim", "worst(r2) => 0.35"]), &["--claim, character 11: ", "\n            ^"]);
    refused(&diabetes(&["--claim", "worst(mape) < 1"]), &["not computed", "--metric mape"]);
    refused(&diabetes(&["--claim", "worst(rsme) < 1"]), &["no metric 'rsme'", "did you mean 'rmse'?"]);
    refused(&diabetes(&["--claim", "mean(forrest.r2) < 1"]), &["character 6: no model 'forrest'", "baseline, ridge"]);
    refused(&diabetes(&["--claim", "avg(r2) > 0"]), &["no statistic 'avg'"]);
    refused(&diabetes(&["--claim", "p05(value_per_year) > cost"]), &["[value]"]);
    refused(&diabetes(&["--claim", "mean(r2) > r2"]), &["say which statistic"]);
    refused(&diabetes(&["--claim", "mean(r2) > 0", "--confidence", "95"]), &["--confidence", "between 0.5 and 1"]);
    refused(&diabetes(&["--claims", "none.toml"]), &["none.toml", "no such file"]);
}

#[test]
fn a_fall_against_the_accepted_report_is_exit_1() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let write = |name: &str, flags: &[&str]| {
        let a = run(&diabetes(&[flags, &["-f", "json", "-o", &path(name)]].concat()));
        assert_eq!(a.code, 0, "{}", a.stderr);
    };
    write("old.json", &["-m", "ridge"]);
    write("same.json", &["-m", "ridge", "--threads", "1"]);
    write("few.json", &["-m", "ridge", "--features", "age,sex,bp"]);
    write("other.json", &["-m", "ridge", "--seed", "9"]);
    write("knn.json", &["-m", "knn"]);
    let old = path("old.json");
    let check = |name: &str, more: &[&str]| run(&[&["check", &path(name), "--against", &old], more].concat());
    let same = check("same.json", &[]);
    assert_eq!(same.code, 0, "{}", same.stderr);
    assert!(
        same.stdout.contains("holds ✓ mean r2 has not got worse for ridge: unchanged on the same splits"),
        "{}",
        same.stdout
    );
    let few = check("few.json", &[]);
    assert_eq!(few.code, 1);
    assert!(few.stdout.contains("fails ✗ mean r2 has not got worse for ridge: 0."), "{}", few.stdout);
    assert_eq!(check("few.json", &["--tolerance", "0.9"]).code, 0);
    let other = check("other.json", &["--metric", "rmse"]);
    assert!(other.code == 0 && other.stdout.contains("different splits"), "{}{}", other.stdout, other.stderr);
    refused(&["check", &path("knn.json"), "--against", &old], &["no model 'ridge'", "knn"]);
    refused(&["check", &path("same.json"), "--against", &old, "--tolerance", "-1"], &["--tolerance -1"]);
    refused(&["check", &path("same.json"), "--against", &old, "--metric", "mape"], &["no metric 'mape'"]);
    // The same comparison as `compare` makes.
    let json = json(&["check", &path("few.json"), "--against", &old]);
    let change = json["acceptance"][0]["comparison"]["mean_difference"].as_f64().unwrap();
    let compared = self::json(&["compare", &path("few.json"), &old, "--metric", "r2"]);
    assert_eq!(compared["comparisons"][0]["mean_difference"].as_f64().unwrap(), change);
    assert!(change < 0.0 && compared["comparisons"][0]["paired"] == true);
    let across = run(&["compare", &old, &path("knn.json")]);
    assert!(across.code == 0 && across.stdout.contains("old.json) beats knn ("), "{}", across.stdout);
}
