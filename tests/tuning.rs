//! Tuning inside every split: against scikit-learn on the same inner folds, on cases planted for it, and that nothing of
//! the test rows reaches the choice. The reference is written by tests/reference/make_tuning.py.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Output};

use randsplit::data::{Target, Task};
use randsplit::model::registry;
use randsplit::report::{Model, Report};
use randsplit::run::{Engine, NullOptions};
use randsplit::split::{Scheme, Split};
use randsplit::{Prepared, Question};
use serde_json::{Value, json};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_randsplit")).current_dir(ROOT).args(arguments).output().unwrap()
}

fn data(name: &str) -> String {
    format!("{ROOT}/data/{name}.csv")
}

fn tuned(report: &Report) -> &Model {
    report.models.iter().find(|m| m.tuning.is_some()).unwrap()
}

/// The settings that the splits picked.
fn picks(report: &Report) -> Vec<String> {
    tuned(report).splits.iter().map(|s| s.setting.clone().unwrap()).collect()
}

/// Numbers from 0 to 1 that look random, the same on every machine.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    /// About normal: twelve of them, less 6.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.next()).sum::<f64>() - 6.0
    }
}

/// A file with that text, and its folder.
fn file(text: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table.csv");
    std::fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (folder, path)
}

/// Data, target and flags of the cases of the reference.
const CASES: [(&str, &str, &[&str], &str, &str); 5] = [
    ("diabetes", "target", &[], "ridge:alpha=0.01,1,10,100,1000", "r2"),
    ("diabetes", "target", &["--scheme", "bootstrap"], "ridge:alpha=0.01,1,10,100,1000", "rmse"),
    ("breast_cancer", "target", &[], "logistic:C=0.001,0.01,0.1,1,10,tol=1e-12", "log_loss"),
    ("breast_cancer", "target", &[], "knn:n_neighbors=1,3,7,15,41", "accuracy"),
    ("airpassengers", "value", &["--time", "time", "--test-size", "12", "--gap", "2"], "ridge:alpha=0.1,10,100", "mae"),
];

fn asked((name, target, flags, tune, metric): (&str, &str, &[&str], &str, &str)) -> Question {
    let mut question = Question::new(data(name), target).splits(4).tunes([tune]).metrics([metric]);
    match flags {
        ["--scheme", _] => question = question.scheme(Scheme::Bootstrap),
        [_, _, _, _, "--gap", _] => {
            question = question.test_size(randsplit::split::Size::Rows(12));
            (question.plan.time, question.plan.gap) = (Some("time".into()), 2);
        }
        _ => {}
    }
    question
}

/// The splits of a question with their inner folds.
fn folds_of(prepared: &Prepared) -> Vec<(Split, Vec<Split>)> {
    let of = |k| {
        let split = prepared.plan.draw(k);
        let folds = prepared.plan.inner(k, &split, &prepared.target, 5).unwrap();
        (split, folds)
    };
    (0..prepared.plan.splits()).map(of).collect()
}

fn folds_as_json() -> Value {
    let case = |case: (&'static str, &'static str, &'static [&'static str], &'static str, &'static str)| {
        let part = |s: &Split| json!({"train": s.train, "test": s.test});
        let split = |(split, folds): &(Split, Vec<Split>)| {
            json!({"train": split.train, "test": split.test, "folds": folds.iter().map(part).collect::<Vec<_>>()})
        };
        let prepared = asked(case).prepare().unwrap();
        let splits: Vec<Value> = folds_of(&prepared).iter().map(split).collect();
        json!({"data": case.0, "target": case.1, "tune": case.3, "metric": case.4, "splits": splits})
    };
    Value::Array(CASES.into_iter().map(case).collect())
}

/// Writes the inner folds for make_tuning.py: `cargo test --release --test tuning -- --ignored`.
#[test]
#[ignore = "writes a file of the reference"]
fn write_inner_folds() {
    std::fs::write(Path::new(ROOT).join("tests/reference/inner_folds.json"), folds_as_json().to_string() + "\n").unwrap();
}

fn reference(name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(Path::new(ROOT).join("tests/reference").join(name)).unwrap()).unwrap()
}

/// What is drawn for a seed stays the same for ever.
#[test]
fn inner_folds_are_those_checked_in() {
    assert!(folds_as_json() == reference("inner_folds.json"));
}

#[test]
fn choices_are_those_of_grid_search_on_the_same_inner_folds() {
    let cases = reference("tuning.json");
    let mut picked = std::collections::BTreeSet::new();
    for (case, asked_case) in cases.as_array().unwrap().iter().zip(CASES) {
        assert_eq!((case["tune"].as_str(), case["metric"].as_str()), (Some(asked_case.3), Some(asked_case.4)));
        let prepared = asked(asked_case).prepare().unwrap();
        let outcome = prepared.run(&false.into(), |_| Ok(())).unwrap();
        let report = prepared.report(&outcome).unwrap();
        let model = tuned(&report);
        let near = |got: f64, want: &Value, what: &str| {
            let want = want.as_f64().unwrap();
            assert!((got - want).abs() <= 1e-9 * want.abs().max(1.0), "{} {what}: {got}, scikit-learn {want}", case["tune"]);
        };
        for (k, want) in case["splits"].as_array().unwrap().iter().enumerate() {
            let choice = outcome.splits[k].models[1].as_ref().unwrap().choice.clone().unwrap();
            assert_eq!(choice.folds, 5);
            for (mean, want) in choice.inner.iter().zip(want["means"].as_array().unwrap()) {
                near(mean.unwrap(), want, "inner mean");
            }
            assert_eq!(Some(choice.setting as u64), want["best"].as_u64(), "{} on split {k}", case["tune"]);
            near(model.splits[k].scores[asked_case.4].unwrap(), &want["score"], "test score");
            picked.insert((asked_case.0, asked_case.3, choice.setting));
        }
        // The sums of the document, worked out again from the reference.
        let tuning = model.tuning.as_ref().unwrap();
        let splits = case["splits"].as_array().unwrap();
        let sign = if ["r2", "accuracy"].contains(&asked_case.4) { 1.0 } else { -1.0 };
        let inner = |s: &Value| s["means"][s["best"].as_u64().unwrap() as usize].as_f64().unwrap();
        let mean = |f: &dyn Fn(&Value) -> f64| json!(splits.iter().map(f).sum::<f64>() / splits.len() as f64);
        near(tuning.inner_mean.unwrap(), &mean(&inner), "mean of inner scores");
        near(tuning.optimism.unwrap(), &mean(&|s| sign * (inner(s) - s["score"].as_f64().unwrap())), "optimism");
        for (at, setting) in tuning.settings.iter().enumerate() {
            near(setting.inner_mean.unwrap(), &mean(&|s| s["means"][at].as_f64().unwrap()), "mean of a setting");
            near(setting.picked, &mean(&|s| f64::from(u8::from(s["best"] == json!(at)))), "share of splits");
        }
    }
    // Not always the same one.
    assert!(picked.len() > CASES.len() + 2, "{picked:?}");
}
