//! Curves of splits and counts of predictions, against scikit-learn and by hand. The references are written by
//! tests/reference/make_curves.py.

use crate::program::report as json;

use std::sync::atomic::AtomicBool;

use randsplit::report::{CurveSummary, Report};
use randsplit::run::Part;
use randsplit::{Evaluation, PreparedEvaluation};
use serde_json::Value;

fn root(data: &str) -> String {
    format!("{}/data/{data}", env!("CARGO_MANIFEST_DIR"))
}

fn part(prepared: &PreparedEvaluation) -> Part {
    prepared.run(&AtomicBool::new(false), |_| Ok(())).unwrap().part
}

fn done(evaluation: &Evaluation) -> (Part, Report) {
    let prepared = evaluation.prepare().unwrap();
    let part = part(&prepared);
    let report = prepared.report(&part, &AtomicBool::new(false)).unwrap();
    (part, report)
}

fn numbers(list: &Value) -> Vec<f64> {
    list.as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
}

/// Equal to six digits.
fn alike(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 6e-6 * b.abs().max(1e-3))
}

#[test]
fn curves_and_counts_are_those_of_scikit_learn_and_numpy() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/curves.json");
    let cases: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let mut compared = 0;
    for case in cases.as_array().unwrap() {
        let text = |name: &str| case[name].as_str().unwrap();
        let columns = case["columns"].as_array().unwrap().iter();
        let probes = columns.map(|column| format!("partial-dependence:{}", column.as_str().unwrap()));
        let evaluation = Evaluation::new(root(&format!("{}.csv", text("data"))), text("target"))
            .models([text("model")])
            .probes(probes.chain(["curves".to_owned()]));
        let curves = case["curves"].as_object().unwrap();
        let splits = curves.values().next().unwrap().as_array().unwrap().len();
        let (part, report) = done(&evaluation.splits(splits));
        let (kept, model) = (&part.splits().models[1].curves, &report.models[0]);
        let about = |name: &str| format!("{name} of {} on {}", text("model"), text("data"));
        for (name, wanted) in curves {
            let got: Vec<(usize, &[f32])> = kept.of(name).collect();
            assert_eq!(got.len(), splits, "{}", about(name));
            for ((k, got), want) in got.iter().zip(wanted.as_array().unwrap()) {
                let (got, want) = (got.iter().map(|v| f64::from(*v)).collect::<Vec<_>>(), numbers(want));
                assert!(alike(&got, &want), "{} of split {k}: {got:?}, and not {want:?}", about(name));
                compared += 1;
            }
        }
        assert_eq!(model.curves.len(), curves.len(), "{:?}", model.curves.keys());
        for (name, places) in case["places"].as_object().unwrap() {
            let CurveSummary { x, levels, .. } = &model.curves[name];
            match places[0].as_str() {
                Some(_) => assert!(serde_json::to_value(levels).unwrap() == *places && x[1] == 1.0, "{name}"),
                None => assert!(alike(x, &numbers(places)) && levels.is_empty(), "{name}: {x:?}, and not {places}"),
            }
        }
        for (name, over) in case["over"].as_object().unwrap() {
            let CurveSummary { mean, p05, p25, median, p75, p95, splits: n, .. } = &model.curves[name];
            let lists = [("mean", mean), ("p05", p05), ("p25", p25), ("median", median), ("p75", p75), ("p95", p95)];
            for (what, got) in lists {
                assert!(alike(got, &numbers(&over[what])), "{what} {}: {got:?}", about(name));
            }
            assert_eq!(*n, splits);
        }
        match (&model.reliability_bins, &model.predicted) {
            (Some(of), None) => {
                let wanted = case["reliability"].as_array().unwrap();
                assert_eq!((of.bins.len(), of.splits, of.label.is_some()), (10, splits, curves.contains_key("roc")));
                for (bin, want) in of.bins.iter().zip(wanted) {
                    assert_eq!(bin.rows, want[0].as_u64().unwrap(), "{}", about("reliability"));
                    let near = |got: Option<f64>, want: &Value| match (got, want.as_f64()) {
                        (Some(got), Some(want)) => (got - want).abs() < 1e-7,
                        (got, want) => got == want,
                    };
                    assert!(near(bin.predicted, &want[1]) && near(bin.observed, &want[2]), "{bin:?}, and not {want}");
                }
            }
            (None, Some(of)) => {
                for (grid, want) in
                    [(&of.truth, &case["predicted"]["truth"]), (&of.residual, &case["predicted"]["residual"])]
                {
                    assert!(alike(&grid.x_range, &numbers(&want["x_range"])));
                    assert!(alike(&grid.y_range, &numbers(&want["y_range"])), "{:?}", grid.y_range);
                    assert_eq!(serde_json::to_value(&grid.counts).unwrap(), want["counts"], "{}", about(&grid.y_name));
                    assert_eq!(grid.outside, want["outside"].as_u64().unwrap());
                }
                assert_eq!(of.splits, splits);
            }
            _ => panic!("{}", about("counts")),
        }
    }
    assert!(compared > 100, "{compared}");
}

/// The area under the mean ROC curve is the mean score but for what happens between its places.
#[test]
fn curves_go_with_the_scores_and_name_the_best_and_the_worst_split() {
    let evaluation = Evaluation::new(root("titanic.csv"), "survived").models(["logistic"]).metrics(["roc_auc"]);
    let (_, report) = done(&evaluation.splits(30).figures(true));
    let model = &report.models[0];
    let (roc, scores) = (&model.curves["roc"], &model.metrics["roc_auc"]);
    let area = |y: &[f64]| y.windows(2).map(|two| 0.005 * (two[0] + two[1])).sum::<f64>();
    assert!((area(&roc.mean) - scores.mean.unwrap()).abs() < 2e-3, "{}", area(&roc.mean));
    for (curve, score) in [(&roc.best, scores.best), (&roc.worst, scores.worst)] {
        let (curve, score) = (curve.as_ref().unwrap(), score.unwrap());
        assert_eq!((curve.split, curve.score), (score.split, score.score));
        assert!((area(&curve.y) - score.score).abs() < 4e-3, "{}", area(&curve.y));
    }
    for (name, curve) in &model.curves {
        let lists = [&curve.p05, &curve.p25, &curve.median, &curve.p75, &curve.p95];
        let ordered = |i: usize| lists.windows(2).all(|two| two[0][i] <= two[1][i]);
        assert!((0..101).all(ordered) && curve.x.len() == 101 && curve.splits == 30, "{name}");
    }
    let rows: u64 = model.reliability_bins.as_ref().unwrap().bins.iter().map(|bin| bin.rows).sum();
    assert_eq!(rows, part_rows(&report));
}

/// Test rows of all splits.
fn part_rows(report: &Report) -> u64 {
    report.models[0].splits.n_test.iter().sum()
}

/// What figures need is collected where there is something to collect, and is no mistake where there is not.
#[test]
fn figures_change_no_score_and_fail_for_no_task_and_no_model() {
    for (data, target, models) in [
        ("diabetes.csv", "target", &["ridge", "knn", "boost:n_estimators=3"][..]),
        ("breast_cancer.csv", "target", &["svm", "nb", "tree:max_depth=2"]),
        ("iris.csv", "target", &["svm", "lda"]),
        ("hitters.csv", "Salary", &["lasso"]),
    ] {
        let evaluation = Evaluation::new(root(data), target).models(models.iter().copied()).splits(5);
        let (plain, with) = (done(&evaluation).1, done(&evaluation.clone().figures(true)).1);
        assert!(with.config.figures && !plain.config.figures);
        let codes = |report: &Report| report.warnings.iter().map(|w| w.code.clone()).collect::<Vec<_>>();
        assert_eq!(codes(&plain), codes(&with), "{data}");
        for (a, b) in plain.models.iter().zip(&with.models) {
            assert_eq!((&a.splits, &a.metrics), (&b.splits, &b.metrics), "{data}");
            assert!(a.curves.is_empty() && b.probes.is_empty() && b.probe_notes.is_empty());
            let is_numbers = b.predicted.is_some();
            assert_eq!(is_numbers, b.curves.is_empty(), "{} on {data}: {:?}", b.name, b.curves.keys());
            // Decision values rank rows, and are no probabilities.
            let is_ranked = b.name == "svm";
            assert_eq!(is_numbers || is_ranked, b.reliability_bins.is_none(), "{} on {data}", b.name);
            assert!(!is_ranked || !b.curves.keys().any(|name| name.starts_with("threshold")));
        }
        assert!(plain.data.unwrap().features.iter().all(|f| f.histogram.is_none()) && plain.plan.tested.is_empty());
    }
}

#[test]
fn predictions_of_numbers_are_all_counted() {
    let (_, report) = done(&Evaluation::new(root("diabetes.csv"), "target").splits(7).figures(true));
    let counts = report.models[0].predicted.as_ref().unwrap();
    for grid in [&counts.truth, &counts.residual] {
        assert_eq!(grid.counts.iter().flatten().sum::<u64>(), part_rows(&report));
        assert!(grid.counts.len() == 40 && grid.counts.iter().all(|row| row.len() == 40));
    }
    assert_eq!((counts.truth.y_name.as_str(), counts.truth.x_range), ("target", counts.truth.y_range));
    // 25 to 346, and a twentieth of the width more at each end.
    assert!((counts.truth.x_range[0] - 8.95).abs() < 1e-9 && (counts.truth.x_range[1] - 362.05).abs() < 1e-9);
    assert!((counts.residual.y_range[1] - 353.1 / 2.0).abs() < 1e-9, "{:?}", counts.residual.y_range);
}

#[test]
fn curves_are_kept_of_the_first_thousand_splits() {
    let evaluation = Evaluation::new(root("mtcars.csv"), "am").task(randsplit::data::Task::Classification);
    let mut evaluation = evaluation.models(["nb"]).metrics(["accuracy"]).splits(1010).figures(true);
    evaluation.selection.features = vec!["wt".into()];
    let (part, report) = done(&evaluation);
    let curves = &part.splits().models[1].curves;
    assert!(curves.last().unwrap() < 1000 && report.models[0].curves["roc"].splits <= 1000);
    assert!(report.models[0].curves["roc"].splits > 900);
    assert_eq!(report.models[0].reliability_bins.as_ref().unwrap().splits, 1010);
}

/// A table of all kinds of columns, by hand.
#[test]
fn columns_and_tested_rows_are_counted() {
    let mut text = String::from("y,level,flag,when,number,gappy\n");
    for i in 0..60 {
        let level = ["a", "b", "b", "c", "b"][i % 5];
        let gappy = if i % 3 == 0 { String::new() } else { format!("{}", i % 4) };
        let day = i % 28 + 1;
        let y = (i * 37 % 101) as f64 + if level == "b" { 20.0 } else { 0.0 };
        text += &format!("{y},{level},{},2024-01-{day:02},{},{gappy}\n", i % 4 == 0, (i * 7) % 60);
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table.csv");
    std::fs::write(&path, text).unwrap();
    let report = json(&["eval", path.to_str().unwrap(), "-t", "y", "-n", "20", "--probe", "curves"]);
    let features = report["data"]["features"].as_array().unwrap();
    let of = |name: &str| &features.iter().find(|f| f["name"] == name).unwrap()["histogram"];
    let want = serde_json::json!({"range": null, "levels": ["b", "a", "c"], "counts": [36, 12, 12], "other": 0});
    assert_eq!(of("level"), &want);
    let want = serde_json::json!({"range": null, "levels": ["false", "true"], "counts": [45, 15], "other": 0});
    assert_eq!(of("flag"), &want);
    assert_eq!(of("number")["range"], serde_json::json!([0.0, 59.0]));
    assert_eq!(numbers(&of("number")["counts"]), vec![3.0; 20]);
    // Days since 1970-01-01 of the first and the 28th of January 2024.
    assert_eq!(of("when")["range"], serde_json::json!([19723.0, 19750.0]));
    assert_eq!(numbers(&of("when")["counts"]).iter().sum::<f64>(), 60.0);
    let gappy = numbers(&of("gappy")["counts"]);
    assert!(gappy.iter().sum::<f64>() == 40.0 && [0, 6, 13, 19].iter().all(|bin| gappy[*bin] == 10.0), "{gappy:?}");
    // 20 splits of 12 test rows each.
    let tested = report["plan"]["tested"].as_array().unwrap();
    let sum = |of: &dyn Fn(&Value) -> u64| tested.iter().map(of).sum::<u64>();
    assert_eq!(sum(&|bin| bin["rows"].as_u64().unwrap()), 60);
    assert!(tested.iter().all(|bin| bin["from"] == bin["to"]));
    assert_eq!(sum(&|bin| bin["from"].as_u64().unwrap() * bin["rows"].as_u64().unwrap()), 240);
}

#[test]
fn a_column_is_set_to_its_values_and_mistakes_are_named() {
    let flags = ["eval", "data/titanic.csv", "-t", "survived", "-n", "6", "-m", "logistic"];
    let report = json(
        &[&flags[..], &["--probe", "partial-dependence:sex", "--probe", "partial-dependence:age,rows=20"]].concat(),
    );
    let model = &report["models"][0];
    let sex = &model["curves"]["partial_dependence[sex]"];
    assert_eq!(sex["levels"], serde_json::json!(["male", "female"]));
    assert_eq!((&sex["x_name"], &sex["y_name"]), (&"sex".into(), &"mean probability of yes".into()));
    let median = numbers(&sex["median"]);
    assert!(median[1] > median[0] + 0.3, "{median:?}");
    let age = &model["curves"]["partial_dependence[age]"];
    assert!(age["x"].as_array().unwrap().len() == 20 && age.get("levels").is_none());
    assert!(
        model["probe_notes"][0]
            .as_str()
            .unwrap()
            .starts_with("partial dependence on sex: mean probability of yes from 0.")
    );
    // No column is named: the first of the table.
    let report = json(&["eval", "data/diabetes.csv", "-t", "target", "-n", "3", "--probe", "partial-dependence:top=2"]);
    let names: Vec<_> = report["models"][0]["curves"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["partial_dependence[age]", "partial_dependence[sex]"]);
    let last = report["models"][0]["probe_notes"].as_array().unwrap().last().unwrap().as_str().unwrap();
    assert!(last.contains("8 more columns: --probe partial-dependence:COLUMN names one"), "{last}");
    let refused = |probe: &str| {
        let done = crate::program::run(&["eval", "data/sleepstudy.csv", "-t", "Reaction", "-n", "3", "--probe", probe]);
        assert_eq!(done.status.code(), Some(2));
        String::from_utf8(done.stderr).unwrap()
    };
    assert!(refused("partial-dependence:Dayz").contains("did you mean 'Days'?"));
    assert!(refused("partial-dependence:rows=0").contains("from 1 up"));
}

/// A probe that was asked for by name says where it has nothing to say.
#[test]
fn models_without_what_is_needed_are_noted() {
    let flags = ["eval", "data/breast_cancer.csv", "-t", "target", "-n", "3", "-m", "svm", "-m", "nb"];
    let report = json(&[&flags[..], &["--probe", "partial-dependence:mean radius"]].concat());
    let notes: Vec<&str> =
        report["warnings"].as_array().unwrap().iter().filter_map(|w| w["message"].as_str()).collect();
    let want = "probe partial-dependence does not apply to svm: it needs numbers or probabilities as predictions";
    assert!(notes.contains(&want), "{notes:?}");
    assert!(report["models"][0].get("curves").is_none() && report["models"][1].get("curves").is_some());
}
