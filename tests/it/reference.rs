//! randsplit's figures against scikit-learn's, on the same rows. The references are written by
//! tests/reference/make.py.

use std::path::Path;

use ndarray::Array2;
use randsplit::data::Target;
use randsplit::metric::{MetricSpec, NamedMetric, Scorer};
use randsplit::model::Predictions;
use serde_json::{Map, Value};

use crate::program::report;

fn reference(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference").join(name);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn numbers(v: &Value) -> Vec<f64> {
    v.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

fn texts(v: &Value) -> Vec<String> {
    v.as_array().unwrap().iter().map(|x| x.as_str().unwrap().to_owned()).collect()
}

/// The report of one reference case, from the program itself.
fn ask(case: &Value) -> Value {
    let metrics = case["test"].as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(",");
    let of = |name: &str| case[name].as_str().unwrap();
    let (data, flags) = (format!("data/{}.csv", of("data")), texts(&case["flags"]));
    let mut arguments = vec!["eval", &data, "--target", of("target"), "--splits", "20"];
    arguments.extend(flags.iter().map(String::as_str));
    arguments.extend(["--model", of("model"), "--metric", &metrics]);
    report(&arguments)
}

/// Where scikit-learn's own score hangs on ties or rounding; see make.py.
fn is_ambiguous(score: &Value) -> bool {
    score == "ambiguous"
}

/// Says what differs between a split's scores and the reference, if anything does.
fn differences(case: &Value, part: &str, field: &str, report: &Value) -> Vec<String> {
    let tolerance = case["tolerance"].as_f64().unwrap();
    let mut found = Vec::new();
    for (metric, expected) in case[part].as_object().unwrap() {
        for (k, want) in expected.as_array().unwrap().iter().enumerate() {
            let got = &report["models"][0]["splits"][k][field][metric];
            let same = match (want.as_f64(), got.as_f64()) {
                // Near zero a score is a difference of large numbers: one part in a thousand of 1.
                (Some(w), Some(g)) => (w - g).abs() <= tolerance * w.abs().max(1e-3),
                (None, None) => want.is_null() && got.is_null(),
                _ => false,
            };
            if !same && !is_ambiguous(want) {
                found.push(format!("{part} {metric} of split {k}: {got}, scikit-learn has {want}"));
            }
        }
    }
    found
}

#[test]
fn scores_are_those_of_scikit_learn_on_the_same_splits() {
    let cases = reference("scores.json");
    let cases = cases.as_array().unwrap();
    assert!(cases.len() > 80);
    let mut wrong = Vec::new();
    for case in cases {
        let report = ask(case);
        assert_eq!(report["models"][0]["splits"].as_array().unwrap().len(), 20);
        let mut found = differences(case, "test", "scores", &report);
        found.extend(differences(case, "train", "train_scores", &report));
        if let Some(first) = found.first() {
            wrong.push(format!(
                "{} {} {}: {} differ, such as {first}",
                case["data"],
                case["flags"],
                case["model"],
                found.len()
            ));
        }
    }
    let all = || cases.iter().flat_map(|c| [&c["test"], &c["train"]]).flat_map(|p| p.as_object().unwrap().values());
    let scores = all().map(|s| s.as_array().unwrap().len()).sum::<usize>();
    let ambiguous = all().flat_map(|s| s.as_array().unwrap()).filter(|s| is_ambiguous(s)).count();
    assert!(scores > 30_000 && ambiguous * 20 < scores, "{ambiguous} of {scores} scores are not compared");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn encodings_are_those_made_by_hand_from_the_train_rows() {
    let case = reference("encodings.json");
    let flags = texts(&case["flags"]);
    let mut arguments = vec!["eval", "tests/reference/encodings.csv", "-t", "y", "-n", "20", "-m", "ridge"];
    arguments.extend(flags.iter().map(String::as_str));
    let report = report(&arguments);
    let want = numbers(&case["r2"]);
    assert_eq!(want.len(), 20);
    for (split, want) in report["models"][0]["splits"].as_array().unwrap().iter().zip(want) {
        let got = split["scores"]["r2"].as_f64().unwrap();
        assert!((got - want).abs() < 1e-10, "{got} {want}");
    }
}

fn compare(
    name: &str,
    metrics: &[NamedMetric],
    target: &Target,
    predictions: &Predictions,
    expected: &Map<String, Value>,
) {
    let rows: Vec<u32> = (0..target.len() as u32).collect();
    let scores = Scorer::new(metrics, target, &rows).score(predictions);
    for (metric, score) in metrics.iter().zip(scores) {
        let want = expected[&metric.name].as_f64();
        let same = match (want, score) {
            (Some(w), Ok(s)) => (w - s).abs() <= 1e-10 * w.abs().max(1e-6),
            (None, Err(_)) => true,
            _ => false,
        };
        assert!(same, "{name}: {} is {score:?}, scikit-learn has {want:?}", metric.name);
    }
}

#[test]
fn metrics_are_those_of_scikit_learn_edge_cases_included() {
    let cases = reference("metrics.json");
    let names = |case: &Value| {
        case["scores"].as_object().unwrap().keys().map(|m| MetricSpec::from(m.as_str())).collect::<Vec<_>>()
    };
    for case in cases["regression"].as_array().unwrap() {
        let target = Target::Regression { values: numbers(&case["truth"]) };
        let metrics = NamedMetric::parse_all(&names(case), &target).unwrap();
        let predictions = Predictions::Values(numbers(&case["predicted"]));
        compare(case["name"].as_str().unwrap(), &metrics, &target, &predictions, case["scores"].as_object().unwrap());
    }
    for case in cases["classification"].as_array().unwrap() {
        let labels = texts(&case["labels"]);
        let code = |label: &String| labels.iter().position(|l| l == label).unwrap() as u32;
        let codes = |field: &str| texts(&case[field]).iter().map(code).collect::<Vec<u32>>();
        let positive = case["positive"].as_str().map(|p| code(&p.to_owned()));
        let target = Target::Classification { codes: codes("truth"), labels: labels.clone(), positive };
        let metrics = NamedMetric::parse_all(&names(case), &target).unwrap();
        let rows: Vec<Vec<f64>> = case["probabilities"].as_array().unwrap().iter().map(numbers).collect();
        let probabilities = Array2::from_shape_vec((rows.len(), labels.len()), rows.concat()).unwrap();
        let predictions =
            Predictions::Classes { labels: codes("predicted"), probabilities: Some(probabilities), decision: None };
        compare(case["name"].as_str().unwrap(), &metrics, &target, &predictions, case["scores"].as_object().unwrap());
    }
}
