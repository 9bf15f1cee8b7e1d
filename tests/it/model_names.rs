//! Built-in models under names of the user's own.

use crate::program;

use program::{ask, data};
use serde_json::Value;

#[test]
fn a_name_before_a_model_is_its_name_everywhere() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (cars, report, model) = (data("mtcars.csv"), path("r.json"), path("m.json"));
    let models = ["-m", "soft=ridge:alpha=100", "-m", "hard=ridge:alpha=0.01", "-m", "ols"];
    let claim = ["--claim", "mean(soft.r2) > mean(hard.r2)", "-o", &report, "-q"];
    let run = ask(&[&["eval", &cars, "-t", "mpg", "-n", "30"], &models[..], &claim[..]].concat());
    assert!(run.code <= 1, "{}", run.stderr);
    let written: Value = serde_json::from_slice(&std::fs::read(&report).unwrap()).unwrap();
    let told = |at: usize, key: &str| written["models"][at][key].as_str().map(str::to_owned);
    assert_eq!([0, 1, 2].map(|at| told(at, "name").unwrap()), ["soft", "hard", "ols"]);
    assert_eq!([0, 1, 2].map(|at| told(at, "kind")), [Some("ridge".into()), Some("ridge".into()), None]);
    // The scores are those of the model under its usual name.
    let usual = ask(&["eval", &cars, "-t", "mpg", "-n", "30", "-m", "ridge:alpha=100", "-f", "json"]);
    let usual: Value = serde_json::from_str(&usual.stdout).unwrap();
    assert_eq!(usual["models"][0]["splits"], written["models"][0]["splits"]);
    // It is found again by that name, with its parameters.
    let inspected = ask(&["inspect", &report, "-m", "hard", "-q"]);
    assert!(inspected.code == 0 && inspected.stdout.contains("hard"), "{}", inspected.stderr);
    let fitted = ask(&["fit", &report, "-m", "soft", "-o", &model, "-q"]);
    assert_eq!(fitted.code, 0, "{}", fitted.stderr);
    let predicted = ask(&["predict", &model, &cars]);
    assert_eq!(predicted.code, 0, "{}", predicted.stderr);
}

#[test]
fn a_name_twice_or_the_baselines_is_refused() {
    let cars = data("mtcars.csv");
    for models in [["a=ridge", "a=ols"], ["baseline=ridge", "ols"], ["ols=ridge", "ols"]] {
        let run = ask(&["eval", &cars, "-t", "mpg", "-m", models[0], "-m", models[1]]);
        assert_eq!(run.code, 2);
        assert!(run.stderr.contains("two models are called"), "{}", run.stderr);
    }
    // What stands before `=` is a name only where a model follows.
    let run = ask(&["eval", &cars, "-t", "mpg", "-m", "ridge=3"]);
    assert!(run.code == 2 && run.stderr.contains("ridge=3"), "{}", run.stderr);
}
