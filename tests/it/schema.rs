//! `randsplit schema` says the truth about reports.

use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::program::run;

/// Arguments of `eval` that together make every part of a report.
const RUNS: &[&str] = &[
    "diabetes.csv -t target -m ridge -m tree:max_depth=3 -n 60 --timings --fail-below r2=0.3 --claim worst(rmse)<60 \
     --claim mean(r2)>=0.3 --claim p05(r2)>=0.27 --confidence 0.95 --null permutation:9:3 --drop age --csv-cells raw",
    "diabetes.csv -t target -n 8 --probe all --chain bmi=tree:max_depth=2 --probe-splits 5 --probe partial-dependence:bmi",
    "diabetes.csv -t target -n 8 --probe cascade:bmi,0,0.5,3 --claim mean(r2)>=0.3",
    "diabetes.csv -t target -n 8 --claims examples/behaviours.toml",
    "diabetes.csv -t target --tune ridge:alpha=0.1,1,10 --grid ridge:alpha=1,100 -n 6",
    "diabetes.csv -t target -n auto --max-splits 60 --claim mean(r2)>=0.1",
    "breast_cancer.csv -t target --positive malignant -n 60 --claims examples/worth.toml",
    "titanic.csv -t survived -m logistic -m knn -m forest:n_estimators=5 --probe all -n 6 --metric accuracy,f1,roc_auc,brier \
     --probe partial-dependence",
    "iris.csv -t target --task classification -m lda -m svm --metric f1_macro,log_loss -n 6 --scheme stratified",
    "penguins.csv -t species --probe calibration -n 6 --encode island=ordinal --na 3750.0",
    "diabetes.csv -t target --scheme kfold:5 -n 10 --engine per-split",
    "diabetes.csv -t target --scheme bootstrap -n 6 --metric r2,mae",
    "diabetes.csv -t target --scheme shuffle --test-size 30 --train-size 100 -n 5",
    "mtcars.csv -t mpg -n 40 -m soft=ridge:alpha=3 -m ols --probe curves",
    "titanic.csv -t survived --metric roc_auc --scheme shuffle --test-size 3 -n 30 --claim mean(roc_auc)>=0.5",
    "sleepstudy.csv -t Reaction --group Subject -n 6",
    "sleepstudy.csv -t Reaction --group Subject --scheme stratified-group -n 6",
    "sleepstudy.csv -t Reaction --group Subject --time Days --scheme group-time -n 5",
    "airpassengers.csv -t value --time time --scheme time:rolling --gap 2 -n 5",
    "airpassengers.csv -t value --time time --scheme time -n 5",
    "hitters.csv -t Salary -m boost -n 5",
];

static REPORTS: LazyLock<Vec<(&str, Value)>> = LazyLock::new(|| {
    let report = |line: &&'static str| {
        let (file, flags) = line.split_once(' ').unwrap();
        let file = format!("data/{file}");
        let mut arguments = vec!["eval", &file, "-q", "-f", "json"];
        arguments.extend(flags.split_whitespace());
        let done = run(&arguments);
        let report = serde_json::from_slice(&done.stdout);
        (*line, report.unwrap_or_else(|_| panic!("{line}: {}", String::from_utf8_lossy(&done.stderr))))
    };
    let mut all: Vec<(&str, Value)> = RUNS.iter().map(report).collect();
    let worker = format!("worker:python3 {}/tests/external/worker.py mean", env!("CARGO_MANIFEST_DIR"));
    let done = run(&["eval", "data/mtcars.csv", "-t", "mpg", "-n", "3", "-m", &worker, "-q", "-f", "json"]);
    all.push(("an external model", serde_json::from_slice(&done.stdout).unwrap()));
    for (line, more) in [("scores", &[][..]), ("scores and a baseline", &["--baseline", "2_poly"])] {
        let arguments = [&["scores", "data/svm_kernels.csv", "-f", "json"], more].concat();
        all.push((line, serde_json::from_slice(&run(&arguments).stdout).unwrap()));
    }
    all
});

fn schema() -> Value {
    let done = run(&["schema"]);
    assert!(done.status.success());
    serde_json::from_slice(&done.stdout).unwrap()
}

/// The same schema for reports that hold nothing that it does not name.
fn closed(schema: &mut Value, alternative: bool) {
    match schema {
        Value::Object(map) => {
            let one_of = map.contains_key("oneOf") && map.contains_key("properties");
            if one_of {
                map.insert("unevaluatedProperties".into(), false.into());
            } else if map.contains_key("properties") && !alternative {
                map.insert("additionalProperties".into(), false.into());
            }
            for (name, value) in map.iter_mut() {
                match value {
                    // What stands beside the alternatives is no stranger to them.
                    Value::Array(list) if one_of && name == "oneOf" => list.iter_mut().for_each(|s| closed(s, true)),
                    value => closed(value, false),
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|s| closed(s, false)),
        _ => {}
    }
}

fn validator(schema: &Value) -> Validator {
    jsonschema::draft202012::new(schema).unwrap()
}

#[test]
fn reports_satisfy_the_schema_and_hold_nothing_else() {
    let open = schema();
    let mut strict = open.clone();
    closed(&mut strict, false);
    for validator in [validator(&open), validator(&strict)] {
        for (line, report) in REPORTS.iter() {
            let wrong: Vec<String> =
                validator.iter_errors(report).map(|e| format!("{} at {}", e, e.instance_path())).collect();
            assert!(wrong.is_empty(), "{line}: {wrong:#?}");
        }
    }
    // The runs are rich enough to say something: each field of these is in one of the reports.
    let fields = |of: &Value| of["properties"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let any = |has: &dyn Fn(&Value) -> bool| REPORTS.iter().any(|(_, report)| has(report));
    for name in fields(&open) {
        assert!(any(&|report| report.get(&name).is_some()), "no report has {name}");
    }
    for name in fields(&open["$defs"]["Model"]) {
        let has = |model: &Value| model.get(&name).is_some();
        assert!(any(&|report| report["models"].as_array().unwrap().iter().any(has)), "no model has {name}");
    }
    for name in fields(&open["$defs"]["ClaimResult"]) {
        let has = |claim: &Value| claim.get(&name).is_some();
        assert!(any(&|r| r["claims"].as_array().unwrap().iter().any(has)), "no claim has {name}");
    }
    for verdict in ["holds", "fails", "undecided"] {
        let is = |claim: &Value| claim["verdict"] == verdict;
        assert!(any(&|report| report["claims"].as_array().unwrap().iter().any(is)), "no claim {verdict}");
    }
}

#[test]
fn what_is_no_report_does_not_satisfy_the_schema() {
    let schema = schema();
    let validator = validator(&schema);
    let report = &REPORTS[0].1;
    for name in schema["required"].as_array().unwrap() {
        let mut less = report.clone();
        less.as_object_mut().unwrap().remove(name.as_str().unwrap()).unwrap();
        assert!(!validator.is_valid(&less), "without {name}");
    }
    for (place, value) in [
        ("/schema", json!("randsplit.report/2")),
        ("/plan/seed", json!("0")),
        ("/plan/splits", json!(-1)),
        ("/data/task", json!("clustering")),
        ("/models/0/metrics/r2/mean", json!("0.4")),
        ("/models/0/metrics/r2/ci95", json!([0.1])),
        ("/models/0/params/alpha", json!([1])),
        ("/models/0/splits", json!({})),
        ("/models/0/splits/0/scores/r2", json!("high")),
        ("/models/0/splits/0", json!({"split": 0})),
        ("/claims/0/verdict", json!("maybe")),
        ("/warnings", json!(null)),
    ] {
        let mut other = report.clone();
        *other.pointer_mut(place).unwrap_or_else(|| panic!("{place}")) = value;
        assert!(!validator.is_valid(&other), "{place}");
    }
    let mut other = report.clone();
    // A score that does not exist is null.
    *other.pointer_mut("/models/0/splits/0/scores/r2").unwrap() = Value::Null;
    other["added_by_a_later_version"] = json!(1);
    assert!(validator.is_valid(&other));
}

#[test]
fn every_field_has_a_description() {
    fn check(place: &str, schema: &Value) {
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            // The tag of an alternative is described with it.
            if field.get("const").is_none() || name == "schema" {
                let text = field["description"].as_str().unwrap_or_default();
                assert!(text.ends_with('.') && !text.starts_with('`'), "{place}.{name}: {text:?}");
                assert!(!text.contains("[`"), "{place}.{name}: {text:?}");
            }
        }
    }
    let schema = schema();
    check("Report", &schema);
    schema["$defs"].as_object().unwrap().iter().for_each(|(name, part)| check(name, part));
}

#[test]
fn fields_are_added_and_never_removed() {
    // A change of this file is a change of the report: fields may be added, and none may go or be renamed.
    insta::assert_snapshot!(format!("{:#}", schema()));
}

#[test]
fn checks_of_models_satisfy_theirs() {
    let mut schema: Value = serde_json::from_slice(&run(&["schema", "sanity"]).stdout).unwrap();
    assert_eq!(schema["title"], "randsplit.sanity/1");
    closed(&mut schema, false);
    let validator = validator(&schema);
    let done = run(&["sanity", "data/mtcars.csv", "-t", "mpg", "-m", "ridge,tree:max_depth=1", "-q", "-f", "json"]);
    let report: Value = serde_json::from_slice(&done.stdout).unwrap();
    let wrong: Vec<String> = validator.iter_errors(&report).map(|e| format!("{e} at {}", e.instance_path())).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let mut other = report.clone();
    other["models"][0]["checks"][0]["verdict"] = json!("maybe");
    assert!(!validator.is_valid(&other));
    other = report;
    other["schema"] = json!("randsplit.report/1");
    assert!(!validator.is_valid(&other));
}

#[test]
fn it_names_its_draft_and_no_address() {
    let schema = schema();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert!(schema.get("$id").is_none());
    let help = String::from_utf8(run(&["schema", "--help"]).stdout).unwrap();
    assert!(help.contains("randsplit schema > "), "{help}");
}
