//! Models, grids and probes as they are asked for, and fits with parameters of any size.

use std::io::Write;
use std::sync::LazyLock;

use randsplit::Evaluation;
use randsplit::model::registry::MODELS;
use randsplit::model::{GridSpec, ModelSpec};
use randsplit::probe::ProbeSpec;

use crate::harness::{Fault, Target, check_error, expect_or_error};
use crate::random::Random;

const WORDS: [&str; 40] = [
    "ridge",
    "forest",
    "knn",
    "svm",
    "boost",
    "tree",
    "Ridge",
    "random_forest",
    "xgboost",
    ":",
    ",",
    "=",
    "::",
    "==",
    "alpha",
    "n_estimators",
    "max_depth",
    "max_features",
    "n_neighbors",
    "C",
    "kernel",
    "rbf",
    "none",
    "inf",
    "-inf",
    "nan",
    "true",
    "sqrt",
    "1.0",
    "0",
    "..",
    "10..20",
    "log",
    "é",
    "\n",
    "\u{0}",
    "all",
    "coefficients",
    "cascade:x,0..0.5",
    "importance:repeats=3",
];

fn make(random: &mut Random) -> Vec<u8> {
    if random.one_in(3) {
        return random.sentence(&WORDS, 10);
    }
    let model = &MODELS[random.below(MODELS.len())];
    let mut text = model.name.to_owned();
    for i in 0..random.below(4) {
        let Some(param) = model.params.get(random.below(model.params.len().max(1))) else { break };
        let value = match random.below(4) {
            0 => param.default.to_owned(),
            1 => random.number().to_string(),
            2 => random.whole(),
            _ => (*random.pick(&WORDS.each_ref())).to_owned(),
        };
        text.push_str(&format!("{}{}={value}", if i == 0 { ":" } else { "," }, param.name));
    }
    if random.one_in(3) { random.mutate(text.as_bytes(), b"knn:n_neighbors=3", &WORDS) } else { text.into_bytes() }
}

fn check(bytes: &[u8]) -> Result<(), Fault> {
    let text = String::from_utf8_lossy(bytes);
    let _ = ModelSpec::split_list(&text);
    let _ = expect_or_error(GridSpec::parse(randsplit::setting::GRID, &text))?;
    let _ = expect_or_error(ProbeSpec::parse_all(&[text.clone().into_owned()]))?;
    let Some(spec) = expect_or_error(ModelSpec::parse(&text))? else { return Ok(()) };
    match ModelSpec::parse(&spec.text) {
        Ok(again) if again.params == spec.params && again.text == spec.text => Ok(()),
        other => Err(format!("it is written as '{}', which is {other:?}", spec.text)),
    }
}

static TABLE: LazyLock<tempfile::NamedTempFile> = LazyLock::new(|| {
    let mut text = String::from("y,label,x,z,c\n");
    for i in 0..24 {
        let y = (i * i % 13) as f64 / 3.0;
        text.push_str(&format!(
            "{y},{},{},{},{}\n",
            ["no", "yes"][i / 2 % 2],
            i % 5,
            (i * 7 % 11) as f64 - 4.5,
            ["p", "q", ""][i % 3]
        ));
    }
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
});

/// Parameters whose size is the size of the work.
const WORK: [&str; 4] = ["n_estimators", "max_iter", "repeats", "samples"];

fn make_fit(random: &mut Random) -> Vec<u8> {
    let model = &MODELS[random.below(MODELS.len())];
    let mut text = format!("{}\n{}", random.pick(&["y", "label"]), model.name);
    for (i, param) in model.params.iter().enumerate().filter(|_| random.one_in(2)).collect::<Vec<_>>() {
        let value = match random.below(4) {
            _ if WORK.contains(&param.name) => (1 + random.below(20)).to_string(),
            0 => random.number().abs().to_string(),
            1 => random.whole(),
            _ => param.default.to_owned(),
        };
        text.push_str(&format!("{}{}={value}", if i == 0 { ":" } else { "," }, param.name));
    }
    // The first parameter that is given follows a colon, whichever it is.
    if !text.contains(':') {
        text = text.replacen(',', ":", 1);
    }
    text.into_bytes()
}

/// A model that is accepted is fitted, or its fit is an error with a reason.
fn check_fit(bytes: &[u8]) -> Result<(), Fault> {
    let text = String::from_utf8_lossy(bytes);
    let Some((target, model)) = text.split_once('\n') else { return Ok(()) };
    let path = TABLE.path().to_str().unwrap();
    let evaluation = Evaluation::new(path, target).models([model]).splits(2).threads(1);
    match evaluation.run() {
        Ok(report) => crate::report::render(&report),
        Err(error) => check_error(&error),
    }
}

#[test]
fn specifications() {
    Target { name: "specs", runs: 5000, make: &make, check: &check }.run();
}

#[test]
fn fits() {
    Target { name: "fits", runs: 200, make: &make_fit, check: &check_fit }.run();
}
