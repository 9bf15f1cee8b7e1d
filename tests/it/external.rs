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
    let mut arguments = vec!["eval", &path, "-t", "mpg", "-n", "6", "-m", model, "-f", "json", "--no-config"];
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

#[test]
fn a_report_starts_no_program() {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report.json");
    let path = report.to_str().unwrap();
    let done =
        run(&["eval", &data("mtcars.csv"), "-t", "mpg", "-n", "3", "-m", &worker("mean"), "-o", path, "--no-config"]);
    assert!(done.status.success(), "{}", said(&done));
    let output = run(&["inspect", path, "--split", "0", "--data", &data("mtcars.csv")]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("a report starts no program"), "{}", said(&output));
}
