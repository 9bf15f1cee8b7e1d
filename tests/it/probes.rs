//! Probes: their values against scikit-learn, the shap package and scipy, cases planted for them to find, and cases
//! in which there is nothing to find. The references are written by tests/reference/make_probes.py.

use crate::program;

use std::fmt::Write;

use program::{Noise, report as json, run};
use serde_json::Value;

/// A report on a table of that text; the first column is the target, called y.
fn ask(text: &str, flags: &[&str]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table.csv");
    std::fs::write(&path, text).unwrap();
    json(&[&["eval", path.to_str().unwrap(), "-t", "y"], flags].concat())
}

fn mean(report: &Value, probe: &str) -> f64 {
    report["models"][0]["probes"][probe]["mean"].as_f64().unwrap_or_else(|| panic!("no {probe}"))
}

fn figure(report: &Value, name: &str) -> f64 {
    report["models"][0]["probe_figures"][name].as_f64().unwrap_or_else(|| panic!("no {name}"))
}

fn codes(report: &Value) -> Vec<&str> {
    report["warnings"].as_array().unwrap().iter().map(|w| w["code"].as_str().unwrap()).collect()
}

#[test]
fn values_are_those_of_scikit_learn_shap_and_scipy() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/probes.json");
    let cases: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let (mut compared, mut wrong) = (0, Vec::new());
    for case in cases.as_array().unwrap() {
        let data = format!("data/{}.csv", case["data"].as_str().unwrap());
        let model = case["model"].as_str().unwrap();
        let values = case["values"].as_object().unwrap();
        // The mean over 400 shuffles is within a few standard errors of the mean over others.
        let shuffled = values.contains_key(values.keys().find(|k| k.starts_with("sd[")).map_or("", String::as_str));
        let metric = if data.contains("diabetes") { "r2" } else { "accuracy" };
        let n = values.values().map(|v| v.as_array().unwrap().len()).max().unwrap_or(0).to_string();
        let mut flags = vec!["eval", &data, "-t", case["target"].as_str().unwrap(), "-m", model, "-n", &n];
        flags.extend([
            "--metric",
            metric,
            "--probe",
            "coefficients",
            "--probe",
            "impurity",
            "--probe",
            "shap:rows=100000",
        ]);
        flags.extend(["--probe", "importance:repeats=400"]);
        flags.extend(["--probe", if metric == "r2" { "residuals" } else { "calibration" }]);
        let report = json(&flags);
        for (name, wanted) in values.iter().filter(|(name, _)| !name.starts_with("sd[")) {
            for (k, want) in wanted.as_array().unwrap().iter().enumerate() {
                let got = &report["models"][0]["splits"][k]["probes"][name];
                // Where scikit-learn draws which of equally good tests it takes, there is nothing to compare.
                if want == "ambiguous" {
                    continue;
                }
                compared += 1;
                let same = match (want.as_f64(), got.as_f64()) {
                    (Some(want), Some(got)) if shuffled => {
                        let sd = values[&name.replace("importance", "sd")][k].as_f64().unwrap();
                        // Two means of 400: four of their standard errors, and some for so many comparisons.
                        (want - got).abs() <= 4.5 * sd * (2.0f64 / 400.0).sqrt() + 1e-12
                    }
                    (Some(want), Some(got)) => (want - got).abs() <= 1e-5 * want.abs().max(1e-2),
                    (None, None) => true,
                    _ => false,
                };
                if !same {
                    wrong.push(format!("{data} {model} {name} of split {k}: {got}, and not {want}"));
                }
            }
        }
    }
    assert!(compared > 750, "{compared}");
    assert!(wrong.is_empty(), "{} of {compared} differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn scores_do_not_depend_on_probes_nor_probes_on_threads() {
    for model in ["ridge", "tree:max_depth=5", "forest:n_estimators=5", "boost:n_estimators=5", "knn"] {
        let flags = ["eval", "data/diabetes.csv", "-t", "target", "-n", "12", "-m", model];
        let plain = json(&flags);
        let [one, three] = ["1", "3"].map(|threads| {
            let output = run(&[&flags[..], &["--probe", "all", "-f", "json", "--threads", threads]].concat());
            String::from_utf8(output.stdout).unwrap()
        });
        assert_eq!(one, three, "{model}");
        let probed: Value = serde_json::from_str(&one).unwrap();
        for (a, b) in plain["models"][0]["splits"]
            .as_array()
            .unwrap()
            .iter()
            .zip(probed["models"][0]["splits"].as_array().unwrap())
        {
            assert_eq!((&a["scores"], &a["train_scores"]), (&b["scores"], &b["train_scores"]), "{model}");
        }
        assert_eq!(plain["models"][0].get("probes"), None);
        let first = probed["models"][0]["splits"][0]["probes"].as_object().unwrap();
        assert_eq!(
            first.keys().collect::<Vec<_>>(),
            probed["models"][0]["probes"].as_object().unwrap().keys().collect::<Vec<_>>()
        );
    }
}

/// Text with levels and gaps, a date, and a column that only the first of two engines shares work on.
#[test]
fn columns_of_every_kind_are_probed_as_one_and_both_engines_agree() {
    let mut noise = Noise(3);
    let mut text = String::from("y,level,when,gappy,plain\n");
    for i in 0..300 {
        let level = ["a", "b", "c"][i % 3];
        let (gappy, plain) = (noise.normal(), noise.normal());
        let day = i % 28 + 1;
        let y = [0.0, 3.0, -3.0][i % 3] + 0.2 * day as f64 + plain + 0.3 * noise.normal();
        let gappy = if i % 7 == 0 { String::new() } else { format!("{gappy:.4}") };
        let _ = writeln!(text, "{y:.4},{level},2024-01-{day:02},{gappy},{plain:.4}");
    }
    let flags = ["-n", "6", "--probe", "all", "-m", "ridge"];
    let shared = ask(&text, &flags);
    let alone = ask(&text, &[&flags[..], &["--engine", "linfa"]].concat());
    let of = |report: &Value| report["models"][0]["splits"][0]["probes"].as_object().unwrap().clone();
    let (shared, alone) = (of(&shared), of(&alone));
    assert_eq!(shared.keys().collect::<Vec<_>>(), alone.keys().collect::<Vec<_>>());
    for (name, value) in &shared {
        let (a, b) = (value.as_f64(), alone[name].as_f64());
        assert!(a.zip(b).is_some_and(|(a, b)| (a - b).abs() <= 1e-6 * a.abs().max(1.0)), "{name}: {a:?} {b:?}");
    }
    for name in
        ["importance[level]", "importance[when]", "shap[when]", "coefficient[level=b]", "coefficient[when.days]"]
    {
        assert!(shared.contains_key(name), "{name}");
    }
    assert!(!shared.contains_key("importance[when.days]"));
    assert!(shared["importance[level]"].as_f64().unwrap() > 0.5);
}

/// y depends on a and b; c and d are noise.
fn sloped(rows: usize, seed: u64) -> String {
    let mut noise = Noise(seed);
    let mut text = String::from("y,a,b,c,d\n");
    for _ in 0..rows {
        let x: Vec<f64> = (0..4).map(|_| noise.normal()).collect();
        let y = 3.0 * x[0] - 2.0 * x[1] + noise.normal();
        let _ = writeln!(text, "{y:.5},{:.5},{:.5},{:.5},{:.5}", x[0], x[1], x[2], x[3]);
    }
    text
}

#[test]
fn columns_that_matter_are_found_and_noise_is_not() {
    for model in ["ridge", "tree:max_depth=5", "boost:n_estimators=30", "knn"] {
        let report = ask(&sloped(400, 1), &["-n", "20", "-m", model, "--probe", "importance:top=2", "--probe", "gap"]);
        assert!(mean(&report, "importance[a]") > mean(&report, "importance[b]"), "{model}");
        assert!(mean(&report, "importance[b]") > 0.1, "{model}");
        for column in ["c", "d"] {
            assert!(mean(&report, &format!("importance[{column}]")).abs() < 0.05, "{model} {column}");
        }
        assert_eq!(figure(&report, "importance.top2[a]"), 1.0);
        assert_eq!(figure(&report, "importance.jaccard_top2"), 1.0);
        assert!(figure(&report, "importance.kendall_w") > 0.7, "{model}");
    }
    let report = ask(&sloped(400, 2), &["-n", "40", "--probe", "coefficients", "--probe", "shap"]);
    // One standard deviation of a or b is 1.
    assert!((mean(&report, "coefficient[a]") - 3.0).abs() < 0.2 && (mean(&report, "coefficient[b]") + 2.0).abs() < 0.2);
    assert_eq!((figure(&report, "coefficient.flips[a]"), figure(&report, "coefficient.flips[b]")), (0.0, 0.0));
    assert!(mean(&report, "shap[a]") > 1.5 && mean(&report, "shap[c]") < 0.3);
    // Where nothing matters, splits agree on nothing, and no column is in the top of all.
    let mut noise = Noise(9);
    let mut text = String::from("y,a,b,c,d,e,f\n");
    for _ in 0..200 {
        let row: Vec<String> = (0..7).map(|_| format!("{:.4}", noise.normal())).collect();
        let _ = writeln!(text, "{}", row.join(","));
    }
    let report = ask(&text, &["-n", "40", "--probe", "importance"]);
    assert!(figure(&report, "importance.kendall_w") < 0.4);
}

#[test]
fn probabilities_that_are_too_sure_are_found_and_true_ones_are_not() {
    // Two classes by one score, which stands in five columns: naive Bayes counts it five times.
    let mut noise = Noise(5);
    let mut text = String::from("y,a,b,c,d,e\n");
    for _ in 0..1500 {
        let x = noise.normal();
        let label = if noise.next() < 1.0 / (1.0 + (-x).exp()) { "yes" } else { "no" };
        let near = |noise: &mut Noise| x + 0.01 * noise.normal();
        let copies: Vec<String> = (0..5).map(|_| format!("{:.5}", near(&mut noise))).collect();
        let _ = writeln!(text, "{label},{}", copies.join(","));
    }
    let of = |model| ask(&text, &["-n", "30", "-m", model, "--probe", "calibration"]);
    let sure = of("nb");
    assert!(codes(&sure).contains(&"RS303") && mean(&sure, "calibration_slope") < 0.5, "{:?}", codes(&sure));
    let right = of("logistic");
    assert!(!codes(&right).contains(&"RS303"));
    assert!((mean(&right, "calibration_slope") - 1.0).abs() < 0.15);
    assert!(mean(&right, "ece") < 1.5 * mean(&right, "ece_by_chance"));
    let table = right["models"][0]["probe_tables"]["reliability"].as_array().unwrap();
    let rows: f64 = table.iter().map(|t| t["predictions"].as_f64().unwrap()).sum();
    assert_eq!((table.len(), rows), (10, 30.0 * 300.0));
}

#[test]
fn bent_and_spreading_residuals_are_found_and_straight_ones_are_not() {
    let table = |bend: f64, spread: f64| {
        let mut noise = Noise(11);
        let mut text = String::from("y,x\n");
        for _ in 0..600 {
            let x = 4.0 * noise.next();
            let _ = writeln!(text, "{:.5},{x:.5}", x + bend * x * x + (1.0 + spread * x) * noise.normal());
        }
        ask(&text, &["-n", "40", "--probe", "residuals", "--probe", "conformal"])
    };
    let straight = table(0.0, 0.0);
    assert!(codes(&straight).iter().all(|c| !c.starts_with("RS3")), "{:?}", codes(&straight));
    assert!(mean(&straight, "residual_spread_trend").abs() < 0.1);
    assert!((mean(&straight, "coverage") - 0.9).abs() < 0.03);
    let bent = table(2.0, 0.0);
    assert!(codes(&bent).contains(&"RS304"));
    assert!(mean(&bent, "residual[1]") > 0.5 && mean(&bent, "residual[3]") < -0.5);
    assert!(mean(&table(0.0, 2.0), "residual_spread_trend") > 0.2);
}

#[test]
fn intervals_fall_short_where_the_future_is_unlike_the_past() {
    let table = |drift: f64| {
        let mut noise = Noise(13);
        let mut text = String::from("y,x,t\n");
        for t in 0..600 {
            let x = noise.normal();
            let shift = drift * f64::from(t) * f64::from(t) / 3600.0;
            let _ = writeln!(text, "{:.5},{x:.5},{t}", x + shift + noise.normal());
        }
        ask(&text, &["-n", "20", "--time", "t", "--probe", "conformal", "-m", "tree:max_depth=4"])
    };
    assert!(codes(&table(0.3)).contains(&"RS305"));
    assert!(!codes(&table(0.0)).contains(&"RS305"));
}

#[test]
fn the_row_on_the_edge_has_most_churn_and_a_straight_line_none() {
    // Without noise every split finds the same line.
    let mut text = String::from("y,x\n");
    (0..60).for_each(|i| {
        let _ = writeln!(text, "{},{i}", 2 * i + 1);
    });
    let exact = ask(&text, &["-n", "30", "-m", "ols", "--probe", "churn"]);
    assert!(figure(&exact, "churn.max") < 1e-6);
    // One row far out: its own prediction swings, with a slope that the others hardly know.
    let mut noise = Noise(17);
    let mut text = String::from("y,x\n");
    for i in 0..60 {
        let x = if i == 23 { 40.0 } else { noise.normal() };
        let _ = writeln!(text, "{:.5},{x:.5}", noise.normal());
    }
    let report = ask(&text, &["-n", "60", "-m", "ols", "--probe", "churn"]);
    assert_eq!(report["models"][0]["probe_tables"]["churn"][0]["row"].as_f64(), Some(23.0));
    assert!(figure(&report, "churn.max") > 5.0 * figure(&report, "churn"));
    let classes = json(&["eval", "data/iris.csv", "-t", "target", "-n", "30", "--probe", "churn"]);
    let (flips, churn) = (figure(&classes, "churn.flips"), figure(&classes, "churn"));
    assert!(flips > 0.0 && flips < 0.2 && churn < flips);
}

#[test]
fn churn_is_the_spread_of_the_predictions_themselves() {
    // ndjson has no predictions; the export of each split does.
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).display().to_string();
    let mut text = String::from("y,x\n");
    let mut noise = Noise(19);
    (0..25).for_each(|_| {
        let _ = writeln!(text, "{:.4},{:.4}", noise.normal(), noise.normal());
    });
    std::fs::write(place("t.csv"), text).unwrap();
    let flags = ["-t", "y", "-n", "8", "-m", "ols", "--probe", "churn", "-o"];
    assert!(run(&[&["eval", &place("t.csv")], &flags[..], &[&place("r.json")]].concat()).status.success());
    let report: Value = serde_json::from_slice(&std::fs::read(place("r.json")).unwrap()).unwrap();
    let mut by_row: Vec<Vec<f64>> = vec![Vec::new(); 25];
    for k in 0..8 {
        let out = place(&format!("s{k}"));
        let done = run(&["export", &place("r.json"), "--split", &k.to_string(), "--out", &out]);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let mut reader = csv::Reader::from_path(std::path::Path::new(&out).join("test.csv")).unwrap();
        let header = reader.headers().unwrap().clone();
        let at = |name: &str| header.iter().position(|h| h == name).unwrap_or_else(|| panic!("{header:?}"));
        let (row, predicted) = (at("row"), at("prediction"));
        for record in reader.records().map(Result::unwrap) {
            by_row[record[row].parse::<usize>().unwrap()].push(record[predicted].parse().unwrap());
        }
    }
    let sd = |v: &Vec<f64>| {
        let mean = v.iter().sum::<f64>() / v.len() as f64;
        (v.iter().map(|p| (p - mean) * (p - mean)).sum::<f64>() / (v.len() - 1) as f64).sqrt()
    };
    let spreads: Vec<f64> = by_row.iter().filter(|v| v.len() > 1).map(sd).collect();
    assert!((figure(&report, "churn") - spreads.iter().sum::<f64>() / spreads.len() as f64).abs() < 1e-9);
}

#[test]
fn more_rows_help_a_hungry_model_and_not_a_sated_one() {
    let grows = ask(&sloped(400, 23), &["-n", "20", "-m", "knn", "--probe", "learning:0.1,1"]);
    assert!(mean(&grows, "learning[0.1]") < mean(&grows, "learning[1]") - 0.1);
    assert_eq!(mean(&grows, "learning[1]"), grows["models"][0]["metrics"]["r2"]["mean"].as_f64().unwrap());
    let note = |report: &Value| report["models"][0]["probe_notes"][0].as_str().unwrap().to_owned();
    assert!(note(&grows).contains("more rows are likely worth it"), "{}", note(&grows));
    let sated = ask(&sloped(400, 23), &["-n", "20", "-m", "ols", "--probe", "learning:0.5,1"]);
    assert!(note(&sated).contains("may not help"), "{}", note(&sated));
}

#[test]
fn what_does_not_apply_is_said_and_what_is_wrong_is_refused() {
    let report = json(&["eval", "data/diabetes.csv", "-t", "target", "-n", "3", "-m", "knn", "--probe", "shap"]);
    assert_eq!(codes(&report), ["RS301"]);
    let report = json(&["eval", "data/diabetes.csv", "-t", "target", "-n", "3", "-m", "knn", "--probe", "all"]);
    assert!(!codes(&report).contains(&"RS301"));
    for (probe, words) in [
        ("importence", "did you mean 'importance'?"),
        ("calibration", "is for classification"),
        ("shap:rows=none", "a whole number from 1 up"),
        ("learning:0,1", "a share above 0"),
        ("conformal:level=1", "between 0 and 1"),
    ] {
        let output = run(&["eval", "data/diabetes.csv", "-t", "target", "--probe", probe]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), said.lines().count()), (Some(2), 1), "{probe}: {said}");
        assert!(said.contains(words) && output.stdout.is_empty(), "{probe}: {said}");
    }
}

#[test]
fn every_form_of_output_has_them() {
    let flags = ["eval", "data/diabetes.csv", "-t", "target", "-n", "3", "--probe", "importance", "-f"];
    let of = |format| String::from_utf8(run(&[&flags[..], &[format]].concat()).stdout).unwrap();
    assert!(of("table").contains("importance[bmi]") && of("markdown").contains("| importance[bmi] |"));
    assert!(of("csv").lines().next().unwrap().contains("importance[bmi]"));
    let line: Value = serde_json::from_str(of("ndjson").lines().next().unwrap()).unwrap();
    assert!(line["models"]["ridge"]["probes"]["importance[bmi]"].is_f64());
    let list = String::from_utf8(run(&["probes"]).stdout).unwrap();
    assert!(list.contains("repeats=5") && list.contains("learning"));
}

#[test]
fn a_grid_compares_settings_on_the_same_splits_with_figures_that_can_be_recomputed() {
    let flags = ["eval", "data/diabetes.csv", "-t", "target", "-n", "30", "--grid", "ridge:alpha=1,0.01,300"];
    let report = json(&flags);
    let grid = &report["grids"][0];
    assert_eq!((grid["base"].as_str(), grid["metric"].as_str()), (Some("ridge"), Some("r2")));
    let settings = grid["settings"].as_array().unwrap();
    assert_eq!(settings.len(), 3);
    // The first is the default: the base itself.
    assert_eq!((settings[0]["ks"].as_f64(), settings[0]["variance_ratio"].as_f64()), (Some(0.0), Some(1.0)));
    let scores = |name: &str| -> Vec<f64> {
        let model = report["models"].as_array().unwrap().iter().find(|m| m["name"] == name).unwrap();
        model["splits"].as_array().unwrap().iter().map(|s| s["scores"]["r2"].as_f64().unwrap()).collect()
    };
    let base = scores("ridge");
    for setting in settings {
        let own = scores(setting["model"].as_str().unwrap());
        let alone =
            json(&["eval", "data/diabetes.csv", "-t", "target", "-n", "30", "-m", setting["model"].as_str().unwrap()]);
        let by_itself = alone["models"][0]["splits"].as_array().unwrap();
        assert!(own.iter().zip(by_itself).all(|(a, b)| *a == b["scores"]["r2"].as_f64().unwrap()));
        let variance = |v: &[f64]| {
            let mean = v.iter().sum::<f64>() / v.len() as f64;
            v.iter().map(|x| (x - mean).powi(2)).sum::<f64>()
        };
        assert!((setting["variance_ratio"].as_f64().unwrap() - variance(&own) / variance(&base)).abs() < 1e-9);
    }
    // Far too strong a penalty is found to be the worst of them, and other than the base.
    assert!(settings[2]["ks"].as_f64().unwrap() > 0.3);
    let best =
        settings.iter().max_by(|a, b| a["worst"].as_f64().unwrap().total_cmp(&b["worst"].as_f64().unwrap())).unwrap();
    assert_eq!(grid["best_by_worst"], best["model"]);
    let table = String::from_utf8(run(&flags).stdout).unwrap();
    assert!(table.contains("best by mean: ") && table.matches("worst split").count() == 2, "{table}");
    // A model that the grid does not touch keeps its own page, and one that was asked for is the base.
    let with = json(&[&flags[..], &["-m", "tree:max_depth=2", "-m", "ridge:alpha=5"]].concat());
    assert_eq!(with["grids"][0]["base"], "ridge:alpha=5");
    for (grid, words) in [("ridge:alpha=1", "several values"), ("rigde:alpha=1,2", "did you mean 'ridge'?")] {
        let output = run(&["eval", "data/diabetes.csv", "-t", "target", "--grid", grid]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && said.contains(words) && said.lines().count() == 1, "{said}");
    }
}

/// Runs `predict` on rows of that text for a report on another.
fn predict(table: &str, new: &str, model: &str, flags: &[&str]) -> (Vec<Vec<String>>, String, Value) {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(place("t.csv"), table).unwrap();
    std::fs::write(place("new.csv"), new).unwrap();
    let eval = run(&["eval", &place("t.csv"), "-t", "y", "-n", "9", "-m", model, "-o", &place("r.json")]);
    assert!(eval.status.success(), "{}", String::from_utf8_lossy(&eval.stderr));
    let report: Value = serde_json::from_slice(&std::fs::read(place("r.json")).unwrap()).unwrap();
    let output = run(&[&["predict", &place("r.json"), &place("new.csv")], flags].concat());
    let said = String::from_utf8(output.stderr).unwrap();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(output.stdout.as_slice());
    let rows = reader.records().map(|r| r.unwrap().iter().map(String::from).collect()).collect();
    (rows, said, report)
}

#[test]
fn new_rows_are_predicted_by_every_split_model() {
    // Without noise every model is the line itself, whatever it is: no spread at all.
    let mut text = String::from("y,x,t\n");
    (0..40).for_each(|i| {
        let _ = writeln!(text, "{},{i},{}", 2 * i + 1 + 5 * (i % 2), ["a", "b"][i % 2]);
    });
    let (rows, said, _) = predict(&text, "t,x\na,3.5\nb,10\n", "ols", &[]);
    assert_eq!(
        (rows[0].join(","), said.as_str()),
        ("row,prediction,range_low,range_high,range_sd,interval_low,interval_high".into(), "")
    );
    let number = |row: usize, column: usize| rows[row][column].parse::<f64>().unwrap();
    assert!((number(1, 1) - 8.0).abs() < 1e-9 && (number(2, 1) - 26.0).abs() < 1e-9);
    assert!(number(1, 4) < 1e-9 && number(1, 2) <= number(1, 1) + 1e-9);
    assert!(number(1, 5) <= number(1, 1) && number(1, 6) - number(1, 5) < 1e-8);
    // What was never seen is said, with its place.
    let (_, said, _) = predict(&text, "t,x\nc,3\nb,1000\n", "ols", &[]);
    assert!(said.contains("'c' in row 0") && said.contains("0 to 39, in 1 row, first 1000 in row 1"), "{said}");
    assert!(said.lines().all(|l| l.starts_with("RS306")), "{said}");
    let (rows, said, _) = predict(&text, "t\na\n", "ols", &[]);
    assert!(rows.is_empty() && said.contains("no column 'x', which the model was fitted to"), "{said}");
    let (rows, said, _) = predict(&text, "t,x\na,1\nb,many\n", "ols", &[]);
    assert!(rows.is_empty() && said.contains("row 1 (line 3): column 'x' holds the text 'many'"), "{said}");
    let (_, said, _) = predict(&text, "t,x\na,1\n", "ols", &["--best", "0"]);
    assert!(said.contains("--best must be from 1 to 9"), "{said}");
}

#[test]
fn predictions_are_those_of_the_splits_themselves_for_every_kind_of_model() {
    let mut noise = Noise(29);
    let mut text = String::from("y,x,t,d\n");
    let mut new = String::from("x,t,d\n");
    for i in 0..120 {
        let x = noise.normal();
        let rest = format!("{x:.4},{},2024-02-{:02}", ["a", "b", "c"][i % 3], i % 28 + 1);
        let _ = writeln!(text, "{:.4},{rest}", x + noise.normal());
        let _ = writeln!(new, "{rest}");
    }
    for model in ["ridge", "tree:max_depth=4", "forest:n_estimators=5", "boost:n_estimators=10", "knn"] {
        // With one split model a row of the table gets the prediction that this split gives it.
        let (rows, said, report) = predict(&text, &new, model, &["--best", "1"]);
        // Its test rows were chosen for being easy, so their errors make no interval.
        assert!(rows.len() == 121 && said.starts_with("no interval is given: the best splits"), "{model}: {said}");
        assert_eq!(said.lines().count(), 1, "{said}");
        let best = report["models"][0]["metrics"]["r2"]["best"].clone();
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name).display().to_string();
        std::fs::write(place("t.csv"), &text).unwrap();
        std::fs::write(place("r.json"), report.to_string()).unwrap();
        let number = best["split"].to_string();
        let flags = ["--data", &place("t.csv"), "--split", &number, "--out", &place("out")];
        assert!(run(&[&["export", &place("r.json")], &flags[..]].concat()).status.success());
        for part in ["train.csv", "test.csv"] {
            let mut reader = csv::Reader::from_path(folder.path().join("out").join(part)).unwrap();
            let header = reader.headers().unwrap().clone();
            let at = |name: &str| header.iter().position(|h| h == name).unwrap();
            for record in reader.records().map(Result::unwrap) {
                let row: usize = record[at("row")].parse().unwrap();
                let want: f64 = record[at("prediction")].parse().unwrap();
                let got: f64 = rows[row + 1][1].parse().unwrap();
                assert!((want - got).abs() < 1e-9, "{model} row {row}: {got} {want}");
            }
        }
    }
    let iris = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/data/iris.csv")).unwrap();
    let iris = iris.replacen("target", "y", 1);
    let (rows, _, _) = predict(&iris, &iris, "logistic", &[]);
    assert_eq!(rows[0][2..4], ["agreement", "probability_setosa"]);
    let right = rows[1..].iter().zip(iris.lines().skip(1)).filter(|(r, l)| l.ends_with(r[1].as_str())).count();
    assert!(right > 140 && rows[1][2] == "1");
}
