//! `--probe leak-check`: models that were planted to know test rows are found, and all built-in models are not.
//! `tests/external/leaks.py` does the same with scikit-learn's.

use std::fmt::Write;

use randsplit::data::Task;
use randsplit::model::registry::MODELS;
use serde_json::Value;

use crate::program::{Noise, command, data, report, run_in, said, write};

const LEAK: &str = "RS308";

/// The messages of the warnings of that code.
fn found(report: &Value) -> Vec<&str> {
    let warnings = report["warnings"].as_array().unwrap().iter();
    warnings.filter(|w| w["code"] == LEAK).map(|w| w["message"].as_str().unwrap()).collect()
}

fn figure(model: &Value, name: &str) -> f64 {
    model["probe_figures"][name].as_f64().unwrap_or_else(|| panic!("no {name} of {}", model["name"]))
}

/// Models that fit in a moment.
fn quick(model: &'static str) -> &'static str {
    match model {
        "forest" => "forest:n_estimators=5",
        "extra-trees" => "extra-trees:n_estimators=5",
        "boost" => "boost:n_estimators=10",
        "qda" => "qda:reg_param=0.1",
        other => other,
    }
}

#[test]
fn no_built_in_model_knows_test_rows() {
    let (numbers, classes) = (Task::Regression, Task::Classification);
    let mut looked = 0;
    for (file, target, task, more) in [
        ("diabetes.csv", "target", numbers, &[][..]),
        ("mtcars.csv", "mpg", numbers, &[]),
        ("hitters.csv", "Salary", numbers, &[]),
        ("sleepstudy.csv", "Reaction", numbers, &["--group", "Subject"]),
        ("breast_cancer.csv", "target", classes, &[]),
        ("iris.csv", "target", classes, &[]),
        ("penguins.csv", "species", classes, &[]),
        ("titanic.csv", "survived", classes, &["--scheme", "bootstrap"]),
    ] {
        let path = data(file);
        let mut arguments = vec!["eval", &path, "-t", target, "-n", "4", "--probe", "leak-check", "--no-config"];
        arguments.extend(["--task", task.name()]);
        arguments.extend(more);
        let models = MODELS.iter().filter(|m| m.tasks.contains(&task) && m.name != "baseline");
        models.for_each(|model| arguments.extend(["-m", quick(model.name)]));
        let report = report(&arguments);
        assert_eq!(found(&report), Vec::<&str>::new(), "{file}");
        for model in report["models"].as_array().unwrap().iter().filter(|m| m["failed"].as_u64() < Some(2)) {
            assert_eq!(figure(model, "leak.moved"), 0.0, "{file} {}", model["name"]);
            looked += 1;
        }
    }
    assert!(looked > 60, "{looked}");
}

#[test]
fn a_tuned_model_and_both_engines_are_looked_at() {
    for engine in ["shared", "per-split"] {
        let path = data("diabetes.csv");
        let arguments = ["eval", &path, "-t", "target", "-n", "3", "--tune", "ridge:alpha=0.1,10", "--engine", engine];
        let report = report(&[&arguments[..], &["--probe", "leak-check:splits=2", "--no-config"]].concat());
        assert!(found(&report).is_empty());
        let model = &report["models"][0];
        assert_eq!(figure(model, "leak.moved"), 0.0);
        // On as many splits as were asked for.
        assert_eq!(model["probe_tables"]["leak"].as_array().unwrap().len(), 2);
        assert!(figure(model, "leak.true") > 0.3 && figure(model, "leak.shuffled") < 0.0);
    }
}

/// A table of noise, whose last column is the target.
fn noise(folder: &std::path::Path) -> String {
    let mut noise = Noise(5);
    let mut text = String::from("x,z,y\n");
    (0..60).for_each(|_| {
        let _ = writeln!(text, "{:.4},{:.4},{:.4}", noise.normal(), noise.normal(), noise.normal());
    });
    write(folder, "data.csv", &text)
}

#[cfg(unix)]
#[test]
fn workers_that_know_test_rows_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = noise(folder.path());
    let ask = |what: &str, more: &[&str]| {
        let model = format!("worker:python3 {}/tests/external/worker.py {what}", env!("CARGO_MANIFEST_DIR"));
        let arguments = ["eval", "data.csv", "-t", "y", "-n", "5", "-m", &model, "--probe", "leak-check", "-f", "json"];
        let mut command = command(&[&arguments[..], &["--no-config"], more].concat());
        command.current_dir(folder.path()).env("KNOWN", &path).output().unwrap()
    };
    let answer = |what: &str| {
        let output = ask(what, &[]);
        assert!(output.status.success(), "{what}: {}", said(&output));
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    for what in ["mean", "noise", "loud"] {
        let report = answer(what);
        assert!(found(&report).is_empty(), "{what}: {:?}", found(&report));
        assert_eq!(figure(&report["models"][0], "leak.moved"), 0.0, "{what}");
    }
    for what in ["peek", "batch", "file"] {
        let report = answer(what);
        assert!(figure(&report["models"][0], "leak.moved") > 1e-3, "{what}");
        let [message] = found(&report)[..] else { panic!("{what}: {:?}", report["warnings"]) };
        assert!(message.contains("move by up to") && message.contains("on 3 of 3 splits"), "{what}: {message}");
    }
    // What comes from a file of its own does not move, but stays when targets are shuffled.
    let report = answer("known");
    assert_eq!(figure(&report["models"][0], "leak.moved"), 0.0);
    assert_eq!(figure(&report["models"][0], "leak.shuffled"), 1.0);
    assert!(found(&report)[0].contains("shuffled train targets it still predicts"), "{:?}", found(&report));
    // As claims.
    for (what, code) in [("mean", 0), ("peek", 1)] {
        assert_eq!(ask(what, &["--claim", "leak.moved <= 0"]).status.code(), Some(code), "{what}");
    }
}

/// Nothing is left of the folders that programs are run in.
#[cfg(unix)]
#[test]
fn the_working_folder_is_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    noise(folder.path());
    let model = format!("worker:python3 {}/tests/external/worker.py mean", env!("CARGO_MANIFEST_DIR"));
    let before = std::fs::read(folder.path().join("data.csv")).unwrap();
    let arguments = ["eval", "data.csv", "-t", "y", "-n", "3", "-m", &model, "--probe", "leak-check", "--no-config"];
    let output = run_in(folder.path(), &arguments);
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(std::fs::read(folder.path().join("data.csv")).unwrap(), before);
    assert_eq!(folder.path().read_dir().unwrap().count(), 1);
}
