//! External models: workers that speak the protocol and commands that are run for each split, with what may go wrong.
//! `.ci/run` tries real libraries with `tests/external/libraries.py`.
#![cfg(unix)]

use std::path::Path;

use serde_json::Value;

use crate::program::{self, data, run, said, write};

fn worker(what: &str) -> String {
    format!("worker:python3 {}/tests/external/worker.py {what}", env!("CARGO_MANIFEST_DIR"))
}

/// The mean of the second field of all lines but the first, by awk: the train mean for every row to predict.
const MEAN: &str = r#"cmd:sh -c 'm=$(awk -F, "NR>1{s+=\$NF;n++}END{printf \"%.17g\",s/n}" $0); awk -v m=$m "NR==1{print \"prediction\"} NR>1{print m}" $1 > $2' {train} {test} {out}"#;

fn eval(model: &str, more: &[&str]) -> Value {
    let path = data("mtcars.csv");
    let mut arguments = vec!["eval", &path, "-t", "mpg", "-m", model, "-f", "json", "--no-config"];
    arguments.extend(if more.contains(&"-n") { &[][..] } else { &["-n", "6"] });
    arguments.extend(more);
    let output = run(&arguments);
    assert!(output.status.success(), "{}", said(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn scores(model: &Value) -> Vec<Option<f64>> {
    model["splits"].as_array().unwrap().iter().map(|split| split["scores"]["rmse"].as_f64()).collect()
}

fn near(a: &[Option<f64>], b: &[Option<f64>]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a.unwrap() - b.unwrap()).abs() < 1e-9)
}

#[test]
fn a_mean_from_elsewhere_scores_as_the_baseline() {
    for model in [worker("mean"), worker("loud"), MEAN.to_owned()] {
        let report = eval(&model, &["--metric", "rmse"]);
        let external = &report["models"][0];
        assert_eq!(external["engine"], "external");
        assert_eq!(external["failed"], 0, "{model}");
        assert!(near(&scores(external), &scores(&report["baseline"])), "{model}");
        // Train rows are predicted too.
        assert!(external["splits"][0]["train_scores"]["rmse"].is_number());
    }
}

#[test]
fn reports_do_not_depend_on_threads() {
    let of = |threads| eval(&worker("mean"), &["--threads", threads, "--probe", "importance"]).to_string();
    let one = of("1");
    assert_eq!(one, of("3"));
    // The mean looks at no column.
    assert!(one.contains(r#""importance[wt]":{"#));
}

#[test]
fn what_goes_wrong_costs_its_split_alone() {
    for (what, more, words) in [
        ("hang", &["--timeout", "0.5"][..], "did not answer within 0.5 s"),
        ("die", &[], "signal 9; its last line: about to die"),
        ("garbage", &[], "cannot be understood"),
        ("short", &[], "predictions for"),
        ("nan", &[], "not finite numbers"),
        ("order", &[], "answered request"),
    ] {
        let report = eval(&worker(what), &[&["--metric", "rmse"], more].concat());
        let model = &report["models"][0];
        let good: Vec<bool> = scores(model).iter().map(Option::is_some).collect();
        assert_eq!(good, [true, false, true, false, true, false], "{what}");
        assert!(report["warnings"].to_string().contains(words), "{what}: {}", report["warnings"]);
    }
}

/// Files and folders of external models that are there now.
fn left(folder: &Path) -> usize {
    folder.read_dir().unwrap().count()
}

#[test]
fn nothing_is_left_of_a_run_that_is_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = program::command(&["eval", &data("mtcars.csv"), "-t", "mpg", "-m", &worker("hang"), "--no-config"])
        .env("TMPDIR", folder.path())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    while left(folder.path()) == 0 {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    std::thread::sleep(std::time::Duration::from_millis(1500));
    let signal = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(signal.success());
    child.wait().unwrap();
    assert_eq!(left(folder.path()), 0);
}

#[test]
fn what_cannot_start_is_said_before_the_run() {
    let refused = |model: &str, more: &[&str], words: &[&str]| {
        let path = data("mtcars.csv");
        program::refused(&[&["eval", &path, "-t", "mpg", "-m", model, "--no-config"], more].concat(), words);
    };
    refused("worker:no-such-program-here", &[], &["no-such-program-here", "cannot be started"]);
    refused(&worker("version"), &[], &["version 2 of the protocol, not 1"]);
    refused(&worker("mute"), &[], &["exit code 1", "nothing to say"]);
    refused("cmd:fit {train} {out}", &[], &["{test} is nowhere in the command"]);
    refused("ridge", &["--timeout", "5"], &["--timeout has no effect"]);
    refused("python:no_such_file.py:make", &["--python", "no-such-python"], &["no-such-python", "cannot be started"]);
}

#[test]
fn commands_that_fail_say_why() {
    let reason = |script: &str| {
        let folder = tempfile::tempdir().unwrap();
        let file = write(folder.path(), "fit.sh", script);
        let model = format!("cmd:sh {file} {{train}} {{test}} {{out}} {{split}} {{seed}}");
        let path = data("iris.csv");
        let output = run(&["eval", &path, "-t", "target", "-n", "2", "-m", &model, "-f", "json", "--no-config"]);
        assert_eq!(output.status.code(), Some(3), "{}", said(&output));
        said(&output)
    };
    assert!(reason("echo no model today >&2; exit 4").contains("exit code 4; its last line: no model today"));
    assert!(reason("true").contains("it wrote no file {out}"));
    assert!(reason("printf 'prediction\nsetosa\n' > $3").contains("{out} has 1 rows"));
    assert!(reason("sed 's/.*/rose/; 1s/.*/prediction/' $2 > $3").contains("'rose' in row 0, which is no class"));
    assert!(reason("sed 's/.*/1/; 1s/.*/answer/' $2 > $3").contains("no column 'prediction', nor one a class"));
    let sums = "sed 's/.*/0.5,0.1,0.1/; 1s/.*/setosa,versicolor,virginica/' $2 > $3";
    assert!(reason(sums).contains("sum to 0.7, not to 1"));
}

#[test]
fn a_command_may_give_probabilities() {
    let folder = tempfile::tempdir().unwrap();
    let sums = "sed 's/.*/0.5,0.25,0.25/; 1s/.*/setosa,virginica,versicolor/' $2 > $3";
    let file = write(folder.path(), "fit.sh", sums);
    let model = format!("third=cmd:sh {file} {{train}} {{test}} {{out}}");
    let report = program::json(&[
        "eval",
        &data("iris.csv"),
        "-t",
        "target",
        "-n",
        "3",
        "-m",
        &model,
        "--metric",
        "log_loss,accuracy",
        "-f",
        "json",
        "--no-config",
    ]);
    let model = &report["models"][0];
    assert_eq!(model["name"], "third");
    // Ten rows of each of three classes: a third at -ln 0.5, two thirds at -ln 0.25.
    let expected = (2f64.ln() + 2.0 * 4f64.ln()) / 3.0;
    assert!((model["splits"][0]["scores"]["log_loss"].as_f64().unwrap() - expected).abs() < 1e-12);
    assert!((model["splits"][0]["scores"]["accuracy"].as_f64().unwrap() - 1.0 / 3.0).abs() < 1e-12);
}

/// A report of the mean of the train targets, from a worker, and its path.
fn report_of_a_worker(folder: &Path) -> String {
    let path = folder.join("report.json").to_str().unwrap().to_owned();
    let model = worker("mean");
    let done = run(&["eval", &data("mtcars.csv"), "-t", "mpg", "-n", "40", "-m", &model, "-o", &path, "--no-config"]);
    assert!(done.status.success(), "{}", said(&done));
    path
}

#[test]
fn a_report_starts_no_program_and_tells_what_it_holds() {
    let folder = tempfile::tempdir().unwrap();
    let report = report_of_a_worker(folder.path());
    let found = program::json(&["inspect", &report, "-f", "json"]);
    assert!(found["notes"].to_string().contains("worker is not at hand, so nothing was fitted"), "{}", found["notes"]);
    let split = &found["splits"][0];
    assert!(split["scores"]["r2"]["score"].is_number() && split["drift"][0]["value"].is_number());
    assert_eq!(split["rows"], serde_json::json!([]));
    // Rows are written without predictions.
    let out = folder.path().join("split");
    let done = run(&["export", &report, "--split", "worst", "--out", out.to_str().unwrap()]);
    assert!(done.status.success(), "{}", said(&done));
    let test = std::fs::read_to_string(out.join("test.csv")).unwrap();
    assert!(test.starts_with("row,mpg,") && !test.contains("prediction"), "{test}");
    let words = &["a report starts no program", "--model worker=python:train.py:make_model"][..];
    program::refused(&["predict", &report, &data("mtcars.csv")], words);
    program::refused(&["fit", &report, "-o", folder.path().join("m.json").to_str().unwrap()], words);
}

#[test]
fn a_model_that_is_stated_anew_is_fitted_again() {
    let folder = tempfile::tempdir().unwrap();
    let report = report_of_a_worker(folder.path());
    let stated = worker("mean");
    let found = program::json(&["inspect", &report, "-m", &stated, "-f", "json"]);
    assert!(!found["notes"].to_string().contains("not at hand"));
    assert!(found["splits"][0]["rows"][0]["loss"].is_number());
    let out = folder.path().join("split");
    let done = run(&["export", &report, "-m", &stated, "--split", "0", "--out", out.to_str().unwrap()]);
    assert!(done.status.success(), "{}", said(&done));
    assert!(
        std::fs::read_to_string(out.join("test.csv")).unwrap().lines().next().unwrap().contains(",prediction,error")
    );
    // A mean of train targets is the mean of all, give or take.
    let predicted = run(&["predict", &report, &data("mtcars.csv"), "-m", &stated, "-f", "json"]);
    assert!(predicted.status.success(), "{}", said(&predicted));
    let rows: Value = serde_json::from_slice(&predicted.stdout).unwrap();
    assert!((rows[0]["prediction"].as_f64().unwrap() - 20.09).abs() < 0.5, "{}", rows[0]);
    // Another model is not that of the report.
    program::refused(&["inspect", &report, "-m", &worker("short")], &["do not score as the report says"]);
    program::refused(&["inspect", &report, "-m", &format!("other={stated}")], &["no model 'other'", "worker"]);
    program::refused(
        &["inspect", &report, "-m", &format!("baseline={stated}")],
        &["'baseline' of the report is not a python:, worker: or cmd: model"],
    );
    program::refused(&["inspect", &report, "--timeout", "3"], &["--timeout has no effect"]);
    program::refused(&["fit", &report, "-m", &stated], &["worker"]);
}

#[test]
fn a_model_that_differs_from_itself_is_named() {
    let codes = |model: &str, more: &[&str]| {
        let report = eval(model, &[&["--metric", "rmse", "-n", "12"], more].concat());
        let warnings = report["warnings"].as_array().unwrap().clone();
        let of = warnings.into_iter().filter(|w| w["code"] == "RS309");
        of.map(|w| w["message"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let [said] = &codes(&worker("noise"), &[])[..] else { panic!() };
    assert!(
        said.starts_with("worker differs from itself on the same rows with the same seed: rmse by up to 0."),
        "{said}"
    );
    assert!(said.contains("(2 splits fitted again); of the variance of rmse over splits "), "{said}");
    let share: f64 = said.split("over splits ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    assert!((0.0..=100.0).contains(&share), "{said}");
    assert!(codes(&worker("noise"), &["--repeat-check", "5"])[0].contains("(5 splits fitted again)"));
    assert!(codes(&worker("noise"), &["--repeat-check", "0"]).is_empty());
    assert!(codes(&worker("mean"), &[]).is_empty());
    assert!(codes(MEAN, &[]).is_empty());
    // All of what differs is chance where no row has a say.
    let [said] = &codes(&worker("chance"), &["--threads", "1"])[..] else { panic!() };
    let share: f64 = said.split("over splits ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    assert!(share > 60.0, "{said}");
}

/// Models of randsplit's own are not fitted twice where nobody asks, and repeat themselves where somebody does.
#[test]
fn built_in_models_repeat_themselves() {
    let path = data("diabetes.csv");
    let ask = |more: &[&str]| {
        let models = ["-m", "forest:n_estimators=5", "-m", "boost:n_estimators=5", "-m", "ridge", "-m", "svm"];
        let arguments = [&["eval", &path, "-t", "target", "-n", "4", "--no-config"], &models[..], more].concat();
        let mut report = program::report(&arguments);
        report["config"].as_object_mut().unwrap().remove("repeat_check");
        report.to_string()
    };
    assert_eq!(ask(&[]), ask(&["--repeat-check", "3"]));
}

fn has(program: &str) -> bool {
    std::process::Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

/// The worker in Node is k nearest neighbours, as the built-in model is. `.ci/run` has Node.
#[test]
fn a_worker_in_another_language_scores_as_the_built_in_model() {
    if !has("node") {
        return;
    }
    let node = format!("near=worker:node {}/examples/workers/neighbors.js", env!("CARGO_MANIFEST_DIR"));
    for (file, target, metric) in [("diabetes.csv", "target", "rmse"), ("breast_cancer.csv", "target", "brier")] {
        let path = data(file);
        let arguments = ["eval", &path, "-t", target, "-n", "5", "-m", "knn", "-m", &node, "--metric", metric];
        let probed = ["--probe", "importance:repeats=1", "--probe-splits", "1", "--drop", "mean radius"];
        let probed = if file == "diabetes.csv" { &probed[..4] } else { &probed[4..] };
        let report = program::report(&[&arguments[..], probed, &["--no-config"]].concat());
        let [one, other] = [0, 1].map(|at| &report["models"][at]);
        assert_eq!((other["name"].as_str(), other["failed"].as_u64()), (Some("near"), Some(0)));
        for k in 0..5 {
            let score = |model: &Value| model["splits"][k]["scores"][metric].as_f64().unwrap();
            assert!((score(one) - score(other)).abs() < 1e-9, "{file} {k}: {} {}", score(one), score(other));
        }
        // Columns that a probe changes reach it.
        if file == "breast_cancer.csv" {
            continue;
        }
        let reading = one["probes"].as_object().unwrap().keys().find(|name| name.starts_with("importance")).unwrap();
        let mean = |model: &Value| model["probes"][reading]["mean"].as_f64().unwrap();
        assert!((mean(one) - mean(other)).abs() < 1e-9, "{file}: {} {}", mean(one), mean(other));
    }
    // Texts, gaps and booleans are no obstacle.
    let report = eval_of("titanic.csv", "survived", &node);
    assert_eq!(report["models"][0]["failed"], 0, "{}", report["warnings"]);
    assert!(report["models"][0]["metrics"]["accuracy"]["mean"].as_f64().unwrap() > 0.7);
}

/// The model in R is least squares and logistic regression, as the built-in ones are. `.ci/run` has R.
#[test]
fn a_model_in_r_scores_as_the_built_in_models() {
    if !has("Rscript") {
        return;
    }
    let r = format!("r=cmd:Rscript {}/examples/fit.R {{train}} {{test}} {{out}}", env!("CARGO_MANIFEST_DIR"));
    for (file, target, built_in, metric) in [
        ("diabetes.csv", "target", "ols", "r2"),
        ("hitters.csv", "Salary", "ols", "rmse"),
        ("titanic.csv", "survived", "logistic:C=1e9", "log_loss"),
    ] {
        let path = data(file);
        let mut arguments = vec!["eval", &path, "-t", target, "-n", "3", "-m", built_in, "-m", &r, "--metric", metric];
        // R leaves rows with gaps out, where randsplit fills them.
        arguments.extend(if file == "titanic.csv" { &["--drop", "age"][..] } else { &[] });
        let report = program::report(&[&arguments[..], &["--no-config"]].concat());
        let [one, other] = [0, 1].map(|at| &report["models"][at]);
        assert_eq!((other["name"].as_str(), other["failed"].as_u64()), (Some("r"), Some(0)), "{}", report["warnings"]);
        for k in 0..3 {
            let score = |model: &Value| model["splits"][k]["scores"][metric].as_f64().unwrap();
            let far = (score(one) - score(other)).abs() / score(one).abs();
            assert!(far < 1e-6, "{file} {k}: {} {}", score(one), score(other));
        }
    }
}

/// A tree of the CRAN package rpart is the built-in tree, where no two cuts are equally good. `.ci/run` has rpart.
#[test]
fn a_tree_of_rpart_scores_as_the_built_in_one() {
    let there = std::process::Command::new("Rscript").args(["-e", "library(rpart)"]).output();
    if !there.is_ok_and(|output| output.status.success()) {
        return;
    }
    let rpart = format!("rpart=cmd:Rscript {}/examples/rpart.R {{train}} {{test}} {{out}}", env!("CARGO_MANIFEST_DIR"));
    for depth in ["1", "2"] {
        let (own, path) = (format!("tree:max_depth={depth}"), data("diabetes.csv"));
        let rpart = format!("{rpart} {depth}");
        let asked =
            ["eval", &path, "-t", "target", "-n", "3", "-m", &own, "-m", &rpart, "--metric", "r2", "--no-config"];
        let report = program::report(&asked);
        let [one, other] = [0, 1].map(|at| &report["models"][at]);
        assert_eq!(
            (other["name"].as_str(), other["failed"].as_u64()),
            (Some("rpart"), Some(0)),
            "{}",
            report["warnings"]
        );
        for k in 0..3 {
            let score = |model: &Value| model["splits"][k]["scores"]["r2"].as_f64().unwrap();
            assert!((score(one) - score(other)).abs() < 1e-9, "{depth} {k}: {} {}", score(one), score(other));
        }
    }
    // Texts, gaps and classes.
    let report = eval_of("titanic.csv", "survived", &rpart);
    assert_eq!(report["models"][0]["failed"], 0, "{}", report["warnings"]);
    assert!(report["models"][0]["metrics"]["accuracy"]["mean"].as_f64().unwrap() > 0.7);
}

fn eval_of(file: &str, target: &str, model: &str) -> Value {
    program::report(&["eval", &data(file), "-t", target, "-n", "3", "-m", model, "--metric", "accuracy", "--no-config"])
}
