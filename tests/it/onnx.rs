//! Models as ONNX: what is written and what is refused. What the file says `tests/onnx/compare.py` asks onnxruntime.

use std::fs;

use serde_json::Value;

use crate::program::{ask, ok, refused};

#[test]
fn a_file_of_onnx_takes_no_fits_of_splits_and_no_models_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).display().to_string();
    let (report, model) = (place("r.json"), place("m.json"));
    let data = ["eval", "data/mtcars.csv", "-t", "mpg", "-m", "ridge", "-n", "10", "--no-checks", "-q"];
    ok(&[&data[..], &["-o", &report, "--save-model", &place("a.onnx")]].concat());
    ok(&["fit", &report, "-q", "-o", &model]);
    ok(&["fit", &report, "-q", "-o", &place("b.onnx")]);
    ok(&["fit", &model, "-q", "-o", &place("c.ONNX")]);
    let [a, b, c] = ["a.onnx", "b.onnx", "c.ONNX"].map(|name| fs::read(place(name)).unwrap());
    assert!(a == b && b == c && a.windows(3).any(|three| three == b"mpg"));
    // Splits that are fitted again are seen to score otherwise than this report says; for ONNX none is.
    let mut other: Value = serde_json::from_slice(&fs::read(&report).unwrap()).unwrap();
    for split in other["models"][0]["splits"].as_array_mut().unwrap() {
        split["scores"]["r2"] = 0.123.into();
    }
    fs::write(&report, other.to_string()).unwrap();
    assert_eq!(ask(&["fit", &report, "-q", "-o", &place("d.json")]).code, 2);
    ok(&["fit", &report, "-q", "-o", &place("d.onnx")]);
    assert_eq!(fs::read(place("d.onnx")).unwrap(), b);
    // What has no place in the file is not passed over in silence.
    for from in [&report, &model] {
        refused(&["fit", from, "-o", &place("e.onnx"), "--ensemble", "5"], &["--ensemble", ".onnx", "leave it out"]);
    }
    assert!(!folder.path().join("e.onnx").exists());
    // The usual file has both.
    let kept: Value = serde_json::from_slice(&fs::read(&model).unwrap()).unwrap();
    assert!(kept["residuals"]["splits"] == 10 && kept["ensemble"].as_array().unwrap().len() == 10);
}

#[test]
fn a_model_that_operators_do_not_say_is_refused_before_anything_is_fitted() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).display().to_string();
    let data = ["eval", "data/iris.csv", "-t", "target", "-m", "knn", "-n", "5", "--no-checks", "-q"];
    refused(&[&data[..], &["--save-model", &place("a.onnx")]].concat(), &["'knn' cannot be written as ONNX", "ties"]);
    ok(&[&data[..], &["-o", &place("r.json")]].concat());
    refused(&["fit", &place("r.json"), "-o", &place("a.onnx")], &["'knn' cannot be written as ONNX", ".json"]);
    assert!(!folder.path().join("a.onnx").exists());
}
