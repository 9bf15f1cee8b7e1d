//! Behaviours, chains and cascades where they meet odd tables, other commands and other flags.

use crate::program;

use std::fmt::Write;

use program::{Noise, judged as json, run, write};
use serde_json::Value;

fn mean(report: &Value, name: &str) -> f64 {
    report["models"][0]["probes"][name]["mean"].as_f64().unwrap_or_else(|| panic!("no {name}"))
}

#[test]
fn a_report_that_looked_at_a_column_that_is_no_feature_can_be_asked_again() {
    let folder = tempfile::tempdir().unwrap();
    let claims = "[[behaviour]]\nname='s'\ntest='slice'\ncolumn='sex'\nlevel='female'\nat_least=0\n\
                  [[behaviour]]\nname='p'\ntest='parity'\ncolumn='sex'\nmeasure='rate'\nratio=0.1";
    let claims = write(folder.path(), "claims.toml", claims);
    let file = folder.path().join("run.json");
    let (file, out) = (file.to_str().unwrap(), folder.path().join("rows"));
    let flags = ["eval", "data/titanic.csv", "-t", "survived", "--drop", "sex", "-n", "10", "--claims", &claims];
    let report = json(&flags);
    assert!(report["data"]["features"].as_array().unwrap().iter().all(|f| f["name"] != "sex"));
    std::fs::write(file, report.to_string()).unwrap();
    for command in [
        vec!["inspect", file],
        vec!["predict", file, "data/titanic.csv"],
        vec!["export", file, "--split", "worst", "--out", out.to_str().unwrap()],
    ] {
        let output = run(&command);
        assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn rounding_is_no_violation() {
    let mut text = String::from("y,x\n");
    (0..90).for_each(|i| writeln!(text, "{},{}", 3.0 * f64::from(i) * 0.01 + 0.1, f64::from(i) * 0.01).unwrap());
    let folder = tempfile::tempdir().unwrap();
    let (data, claims) = (
        write(folder.path(), "mono.csv", &text),
        write(
            folder.path(),
            "claims.toml",
            "[[behaviour]]\nname='rises'\ntest='direction'\ncolumn='x'\nprediction='rises'\nby=0.001",
        ),
    );
    for model in ["knn", "knn:weights=distance,n_neighbors=7", "forest:n_estimators=20"] {
        let report = json(&["eval", &data, "-t", "y", "-n", "20", "-m", model, "--claims", &claims]);
        let most = report["models"][0]["probes"]["behaviour_most[rises]"]["max"].as_f64().unwrap();
        // Whatever is left is a true fall, and of neighbours on a line there is none.
        assert!(most == 0.0 || most > 1e-9, "{model}: {most}");
        assert!(model != "knn" || report["claims"][0]["verdict"] == "holds");
    }
}

#[test]
fn columns_whose_names_have_signs_can_be_named() {
    let mut noise = Noise(3);
    let mut text = String::from("y,g=h,\"c,d\",a,a=b\n");
    for i in 0..80 {
        let (g, c, a) = (noise.normal(), noise.normal(), noise.normal());
        writeln!(text, "{:.5},{g:.5},{c:.5},{},{a:.5}", g + c - 4.0 * a, ["b", "z"][i % 2]).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let data = write(folder.path(), "odd.csv", &text);
    let eval = ["eval", &data, "-t", "y", "-n", "5"];
    let report =
        json(&[&eval[..], &["--chain", "g=h", "--probe", "cascade:c,d,0.5", "--probe", "coefficients"]].concat());
    assert!(mean(&report, "chain[g=h loss]") > 0.01 && mean(&report, "cascade[c,d 0.5 r2]") < 1.0);
    // A column called as a level of another is: both are there, and not mixed.
    let probes = &report["models"][0]["probes"];
    assert_eq!(
        (&probes["coefficient[a=b]"]["count"], &probes["coefficient[a=b (column)]"]["count"]),
        (&5.into(), &5.into())
    );
    assert!(mean(&report, "coefficient[a=b (column)]") < -3.0 && mean(&report, "coefficient[a=b]").abs() < 0.5);
    let report = json(&[&eval[..], &["--chain", "g=h=tree:max_depth=2"]].concat());
    assert!(mean(&report, "chain[g=h loss]") > 0.01);
    for name in ["c,d", "c?d"] {
        let report = json(&[&eval[..], &["--drop", name]].concat());
        let left: Vec<&str> =
            report["data"]["features"].as_array().unwrap().iter().map(|f| f["name"].as_str().unwrap()).collect();
        assert_eq!(left, ["g=h", "a", "a=b"], "{name}");
    }
}

#[test]
fn a_sample_of_splits_is_no_sample_of_behaviours() {
    let folder = tempfile::tempdir().unwrap();
    let claims = "[[behaviour]]\nname='rises'\ntest='direction'\ncolumn='s5'\nprediction='rises'";
    let claims = write(folder.path(), "claims.toml", claims);
    let flags = ["eval", "data/diabetes.csv", "-t", "target", "-m", "knn", "-n", "12", "--claims", &claims];
    let sample = ["--probe", "gap", "--probe-splits", "3"];
    let (all, some) = (json(&flags), json(&[&flags[..], &sample].concat()));
    assert_eq!(all["claims"], some["claims"]);
    let probes = &some["models"][0]["probes"];
    assert_eq!((&probes["behaviour[rises]"]["count"], &probes["gap[r2]"]["count"]), (&12.into(), &3.into()));
    for format in ["table", "markdown"] {
        let output = run(&[&flags[..], &sample, &["-f", format]].concat());
        assert!(String::from_utf8_lossy(&output.stdout).contains("first 3 of 12 splits (behaviours on all)"));
    }
}

#[test]
fn a_model_without_probabilities_says_nothing_about_them() {
    let folder = tempfile::tempdir().unwrap();
    let claims = "[[behaviour]]\nname='d'\ntest='direction'\ncolumn='worst area'\nprediction='falls'\n\
                  [[behaviour]]\nname='e'\ntest='examples'\nrows=[{}]\nlike=0\nat_least=0.1\n\
                  [[behaviour]]\nname='c'\ntest='parity'\ncolumn='big'\nmeasure='calibration'\nratio=0.1\n\
                  [[behaviour]]\nname='l'\ntest='examples'\nrows=[{}]\nlike=0\nlabel='malignant'";
    let text = std::fs::read_to_string("data/breast_cancer.csv").unwrap();
    let table: String = text
        .lines()
        .enumerate()
        .map(|(i, line)| format!("{line},{}\n", if i == 0 { "big".into() } else { (i % 2 == 0).to_string() }))
        .collect();
    let (data, claims) = (write(folder.path(), "t.csv", &table), write(folder.path(), "claims.toml", claims));
    let report = json(&["eval", &data, "-t", "target", "-m", "svm", "-n", "3", "--claims", &claims]);
    let verdicts: Vec<(&str, bool)> = report["claims"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| (c["verdict"].as_str().unwrap(), c["observed"].is_null()))
        .collect();
    assert_eq!(verdicts, [("fails", true), ("fails", true), ("fails", true), ("holds", false)]);
}

#[test]
fn gaps_get_the_level_that_all_get_and_booleans_are_spelt_in_any_way() {
    let mut noise = Noise(9);
    let mut text = String::from("y,c,f\n");
    for i in 0..120 {
        let level = ["p", "q", ""][i % 3];
        writeln!(text, "{:.4},{level},{}", [0.0, 5.0, 9.0][i % 3] + noise.normal(), i % 2 == 0).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let claims = "[[behaviour]]\nname='q'\ntest='invariance'\ncolumn='c'\nlevel='q'\ntolerance=1\n\
                  [[behaviour]]\nname='t'\ntest='slice'\ncolumn='f'\nlevel=true\nat_least=0.5\n\
                  [[behaviour]]\nname='f'\ntest='slice'\ncolumn='f'\nlevel='False'\nat_least=0.5";
    let (data, claims) = (write(folder.path(), "t.csv", &text), write(folder.path(), "claims.toml", claims));
    let report = json(&["eval", &data, "-t", "y", "-m", "ols", "-n", "10", "--claims", &claims]);
    // Only rows that have the level stay: a third, and not the gaps as well.
    assert!((mean(&report, "behaviour[q]") - 1.0 / 3.0).abs() < 0.1);
    assert!(mean(&report, "behaviour[t]") > 0.5 && mean(&report, "behaviour[f]") > 0.5);
}

#[test]
fn every_behaviour_is_in_the_table() {
    let mut claims = String::new();
    for i in 0..30 {
        let way = ["rises", "falls"][i % 2];
        writeln!(claims, "[[behaviour]]\nname='b{i}'\ntest='direction'\ncolumn='bmi'\nprediction='{way}'").unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let claims = write(folder.path(), "claims.toml", &claims);
    let output = run(&["eval", "data/diabetes.csv", "-t", "target", "-n", "5", "--claims", &claims]);
    let table = String::from_utf8_lossy(&output.stdout).into_owned();
    (0..30).for_each(|i| assert!(table.contains(&format!("\n  behaviour[b{i}] ")), "{table}"));
}

#[test]
fn a_config_file_may_hold_behaviours() {
    let folder = tempfile::tempdir().unwrap();
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/data/diabetes.csv");
    let config = format!(
        "data = '{data}'\ntarget = 'target'\nsplits = 5\n[[behaviour]]\nname = 'b'\ntest = 'direction'\ncolumn = 'bmi'\nprediction = 'rises'"
    );
    let config = write(folder.path(), "randsplit.toml", &config);
    let report = json(&["eval", "--config", &config]);
    assert_eq!((&report["claims"][0]["name"], &report["claims"][0]["verdict"]), (&"b".into(), &"holds".into()));
}

#[test]
fn a_claim_in_doubt_bears_nothing() {
    let flags = ["eval", "data/diabetes.csv", "-t", "target", "-n", "20", "--probe", "cascade:bmi,0.5", "--claim"];
    let of = |claim: &str, confidence: &str| {
        let output = run(&[&flags[..], &[claim, "--confidence", confidence, "--wide"]].concat());
        String::from_utf8_lossy(&output.stdout)
            .lines()
            .find(|l| l.contains("noise") && l.contains(" in bmi"))
            .unwrap()
            .to_owned()
    };
    assert!(of("share(r2 > 0.3) >= 95%", "0.95").contains("holds at no level of noise in bmi: it is undecided from 0"));
    assert!(of("mean(r2) >= 0.3", "0.95").contains("holds with noise up to 0.5 in bmi, fails at no level"));
    assert!(of("mean(r2) >= 0.9", "0.95").contains("fails without noise"));
}

#[test]
fn numbers_in_the_names_of_readings_are_numbers() {
    let flags = ["eval", "data/diabetes.csv", "-t", "target", "-n", "5", "--probe", "learning:0.5,1.0"];
    let names = ["learning[1.0]", "learning[1]", "learning[.5]", "learning[0.50]", "cascade[bmi 0.50 r2]"];
    let mut flags = [&flags[..], &["--probe", "cascade:bmi,0.5"]].concat();
    let claims: Vec<String> = names.iter().map(|name| format!("mean({name}) < 1")).collect();
    claims.iter().for_each(|claim| flags.extend(["--claim", claim]));
    let report = json(&flags);
    let observed: Vec<f64> =
        report["claims"].as_array().unwrap().iter().map(|c| c["observed"].as_f64().unwrap()).collect();
    assert!(observed[0] == observed[1] && observed[2] == observed[3] && observed[1] != observed[2]);
    assert_eq!(observed[1], mean(&report, "learning[1]"));
    assert_eq!(observed[4], mean(&report, "cascade[bmi 0.5 r2]"));
}
