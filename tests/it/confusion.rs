//! True and predicted labels over splits, against scikit-learn: see `tests/reference/make_confusion.py`.

use std::sync::atomic::AtomicBool;

use randsplit::data::Task;
use randsplit::report::{ClassRate, Report};
use randsplit::run::Part;
use randsplit::split::Scheme;
use randsplit::{Dataset, Evaluation, Values};
use serde_json::Value;

fn near(got: Option<f64>, want: &Value, what: &str) {
    match (got, want.as_f64()) {
        (Some(got), Some(want)) => assert!((got - want).abs() < 1e-9, "{what}: {got} {want}"),
        (got, want) => assert_eq!(got, want, "{what}"),
    }
}

fn evaluation(case: &Value) -> Evaluation {
    let text = |key: &str| case[key].as_str().unwrap();
    let mut evaluation = Evaluation::new(format!("data/{}.csv", text("data")), text("target"))
        .task(Task::Classification)
        .models([text("model")])
        .metrics(["accuracy"])
        .scheme(text("scheme").parse::<Scheme>().unwrap())
        .splits(case["splits"].as_u64().unwrap() as usize);
    if let Some(size) = case["test_size"].as_str() {
        evaluation = evaluation.test_size(size.parse().unwrap());
    }
    evaluation
}

#[test]
fn counts_and_rates_are_scikit_learns_for_the_same_rows() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/confusion.json");
    let cases: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut untested = 0;
    for case in &cases {
        let report = evaluation(case).run().unwrap();
        let model = &report.models[0];
        let matrix = model.confusion.as_ref().unwrap();
        assert_eq!(matrix.splits as u64, case["splits"].as_u64().unwrap());
        assert_eq!(serde_json::json!(matrix.labels), case["labels"]);
        for (t, row) in matrix.cells.iter().enumerate() {
            for (p, cell) in row.iter().enumerate() {
                let (want, what) = (&case["cells"][t][p], format!("{} {t} {p}", case["data"]));
                near(Some(cell.mean), &want["count"]["mean"], &what);
                near(cell.sd, &want["count"]["sd"], &what);
                near(Some(f64::from(cell.min)), &want["count"]["min"], &what);
                near(Some(f64::from(cell.max)), &want["count"]["max"], &what);
                near(cell.share, &want["share"]["mean"], &what);
                near(cell.share_sd, &want["share"]["sd"], &what);
            }
        }
        for (class, want) in model.classes.iter().zip(case["classes"].as_array().unwrap()) {
            let what = format!("{} {}", case["data"], class.label);
            near(Some(class.support), &want["support"], &what);
            assert_eq!(class.tested as u64, want["tested"].as_u64().unwrap(), "{what}");
            untested += matrix.splits - class.tested;
            for (name, rate) in [("precision", class.precision), ("recall", class.recall), ("f1", class.f1)] {
                let ClassRate { mean, sd, worst, .. } = rate;
                near(mean, &want[name]["mean"], &what);
                near(sd, &want[name]["sd"], &what);
                near(worst.map(|worst| worst.score), &want[name]["min"], &what);
                // Two formulas of F1 round differently, and may part splits that are equal.
                if name != "f1" {
                    assert_eq!(worst.map(|worst| worst.split), want[name]["first_min"].as_u64(), "{what}");
                }
            }
        }
        let baseline = report.baseline.as_ref().unwrap();
        assert!(baseline.confusion.is_some() && baseline.classes.len() == model.classes.len());
    }
    assert!(untested > 0, "no case has a class that a split does not test");
}

fn text(report: &Report) -> String {
    serde_json::to_string(report).unwrap()
}

#[test]
fn parts_and_threads_leave_the_counts_as_they_are() {
    let ask = |threads| {
        Evaluation::new("data/penguins.csv", "species").models(["tree:max_depth=2"]).splits(70).threads(threads)
    };
    let whole = ask(1).run().unwrap();
    assert_eq!(text(&whole), text(&ask(3).run().unwrap()));
    let prepared = ask(2).prepare().unwrap();
    let stop = AtomicBool::new(false);
    let part = |range| {
        let part = prepared.run_splits(range, &stop, |_| Ok(())).unwrap();
        // As another machine would send it.
        serde_json::from_str::<Part>(&serde_json::to_string(&part).unwrap()).unwrap()
    };
    // In another order, and with splits in common.
    let joined = Part::join(part(40..70), Part::join(part(0..25), part(20..45)).unwrap()).unwrap();
    assert_eq!(text(&prepared.report(&joined, &stop).unwrap()), text(&whole));
    let damaged = serde_json::to_string(&joined).unwrap().replacen("\"size\":3", "\"size\":2", 1);
    assert!(serde_json::from_str::<Part>(&damaged).is_err());
    let tables = &joined.splits().models[1].confusions;
    let (first, counts) = (tables.at(0).unwrap(), serde_json::to_string(&joined).unwrap());
    let (from, to) = (format!("\"counts\":[{},", first[0]), format!("\"counts\":[{},", first[0] + 1));
    assert!(serde_json::from_str::<Part>(&counts.replace(&from, &to)).is_err());
}

#[test]
fn numbers_and_many_labels_have_no_matrix() {
    let report = Evaluation::new("data/mtcars.csv", "mpg").splits(3).run().unwrap();
    assert!(report.models[0].confusion.is_none() && report.models[0].classes.is_empty());
    assert!(!text(&report).contains("confusion"));
    let table = |labels: usize| {
        let rows = labels * 6;
        let levels = (0..labels).map(|label| format!("c{label:03}")).collect();
        let label = Values::Text { codes: (0..rows).map(|r| (r % labels) as u32).collect(), levels };
        let x: Vec<f64> = (0..rows).map(|r| (r % labels) as f64 + 0.01 * (r / labels) as f64).collect();
        let data = Dataset::from_columns("many", [("label", label), ("x", Values::from(x))]);
        Evaluation::new(data.unwrap(), "label").models(["tree"]).metrics(["accuracy"]).splits(3).run().unwrap()
    };
    assert_eq!(table(50).models[0].confusion.as_ref().map(|matrix| matrix.cells.len()), Some(50));
    let many = table(51);
    assert!(many.models[0].confusion.is_none() && many.models[0].classes.is_empty());
    let said = |report: &Report| report.warnings.iter().filter(|w| w.code == "RS036").count();
    assert_eq!((said(&many), said(&table(50))), (1, 0));
}

/// Rows of two or three classes, of which the last is rare, and a column that says nothing about them.
fn rare(classes: u32, positive: Option<&str>) -> Evaluation {
    let rows = 300u32;
    let codes = (0..rows).map(|r| if r % 25 == 0 { classes - 1 } else { r % (classes - 1) }).collect();
    let levels = (0..classes).map(|class| format!("c{class}")).collect();
    let x: Vec<f64> = (0..rows).map(|r| f64::from(r.wrapping_mul(2_654_435_761) >> 16)).collect();
    let data = Dataset::from_columns("rare", [("y", Values::Text { codes, levels }), ("x", Values::from(x))]);
    let mut evaluation = Evaluation::new(data.unwrap(), "y").models(["logistic"]).splits(10);
    evaluation.target.positive = positive.map(str::to_owned);
    evaluation
}

#[test]
fn a_rare_class_takes_the_first_place_from_accuracy_where_no_metric_is_asked_for() {
    let said = |report: &Report, code: &str| {
        report.warnings.iter().filter(|w| w.code == code).map(|w| w.message.clone()).collect::<Vec<String>>()
    };
    for (evaluation, first) in [
        (rare(2, None), "average_precision"),
        (rare(2, Some("c1")), "average_precision"),
        (rare(2, Some("c0")), "balanced_accuracy"),
        (rare(3, None), "balanced_accuracy"),
    ] {
        let report = evaluation.run().unwrap();
        assert_eq!(report.metrics[0], first);
        assert!(report.metrics.iter().any(|name| name == "accuracy"), "{:?}", report.metrics);
        assert!(said(&report, "RS033")[0].contains("4.00 % of the rows"));
        let own = evaluation.metrics(["accuracy", "log_loss"]).run().unwrap();
        assert_eq!(own.metrics, ["accuracy", "log_loss"]);
        assert!(said(&own, "RS033").is_empty());
    }
    let usual = Evaluation::new("data/titanic.csv", "survived").splits(4).run().unwrap();
    assert!(usual.metrics[0] == "accuracy" && said(&usual, "RS033").is_empty() && said(&usual, "RS034").is_empty());
    // The model never finds the rare class; that the baseline does not either goes without saying.
    let report = rare(2, None).run().unwrap();
    let [class] = &said(&report, "RS034")[..] else { panic!("{:?}", report.warnings) };
    assert_eq!(class, "logistic: class 'c1' (12 rows) is never found: recall 0 on all splits that test it");
    assert_eq!(report.models[0].classes[1].recall.mean, Some(0.0));
    assert_eq!(report.baseline.as_ref().unwrap().classes[1].recall.mean, Some(0.0));
}
