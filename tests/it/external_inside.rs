//! What external models tell of their inside: coefficients, importances, SHAP values. `python/tests/test_inside.py` compares
//! with the libraries' own numbers.
#![cfg(unix)]

use serde_json::Value;

use crate::program::{data, report};

fn eval(model: &str, more: &[&str]) -> Value {
    let path = data("mtcars.csv");
    let probes = ["--probe", "coefficients", "--probe", "impurity", "--probe", "shap:rows=3"];
    report(&[&["eval", &path, "-t", "mpg", "-n", "4", "-m", model, "--no-config"], &probes[..], more].concat())
}

fn worker(what: &str) -> String {
    format!("worker:python3 {}/tests/external/worker.py {what}", env!("CARGO_MANIFEST_DIR"))
}

/// The messages of RS301.
fn unfit(report: &Value) -> Vec<&str> {
    let warnings = report["warnings"].as_array().unwrap().iter();
    warnings.filter(|w| w["code"] == "RS301").map(|w| w["message"].as_str().unwrap()).collect()
}

#[test]
fn a_worker_tells_what_is_inside_its_model() {
    // The names of features that are no columns are the model's own.
    let claims = ["--claim", "max(coefficient[cyl squared]) < 0"];
    let found = eval(&worker("tells"), &claims);
    let probes = &found["models"][0]["probes"];
    assert_eq!(probes["coefficient[wt]"]["mean"], 2.0);
    assert_eq!(probes["coefficient[cyl squared]"]["mean"], -1.0);
    assert_eq!(probes["coefficient[wt]"]["count"], 4);
    // Shares of their sum.
    assert_eq!(probes["impurity[wt]"]["mean"], 0.75);
    assert_eq!(found["models"][0]["probe_figures"]["coefficient.flips[wt]"], 0.0);
    assert_eq!(found["claims"][0]["verdict"], "holds");
    assert_eq!(unfit(&found), ["probe shap does not apply to worker: it has no SHAP values today"]);
    assert_eq!(found, eval(&worker("tells"), &[&claims[..], &["--threads", "1"]].concat()));
}

#[test]
fn a_model_that_does_not_tell_is_named() {
    let ones = "cmd:sh -c 'sed \"s/.*/1/; 1s/.*/prediction/\" $1 > $2' {train} {test} {out}";
    for (model, why) in
        [(&*worker("mean"), "its worker does not tell "), (ones, "a command leaves predictions and no ")]
    {
        let found = eval(model, &[]);
        let name = found["models"][0]["name"].as_str().unwrap();
        let told = |probe: &str, what: &str| format!("probe {probe} does not apply to {name}: {why}{what}");
        let all = [told("coefficients", "coefficients"), told("impurity", "importances"), told("shap", "SHAP values")];
        assert_eq!(unfit(&found), all);
    }
}
