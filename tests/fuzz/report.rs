//! Reports: bytes to a document, and all that is made of one.

use std::io::Write;
use std::path::Path;
use std::sync::LazyLock;

use randsplit::Evaluation;
use randsplit::data::Task;
use randsplit::render::{FORMATS, Style, WriteOptions};
use randsplit::report::Report;
use randsplit::verdict::claim::cannot_fail;
use randsplit::verdict::{Allowed, ClaimSpec, Rope, compare};

use crate::harness::{Fault, Target, expect_or_error};
use crate::random::Random;

/// Reports of regression and classification with all that a report can have.
pub static REPORTS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let data = |name: &str| format!("{}/data/{name}.csv", env!("CARGO_MANIFEST_DIR"));
    let whole = Evaluation::new(data("mtcars"), "mpg")
        .models(["ridge", "tree:max_depth=2"])
        .splits(4)
        .claim("worst(r2) >= 0.1")
        .claim("mean(rmse) < baseline.mean(rmse)")
        .probes(["coefficients", "importance", "gap", "conformal"])
        .grids(["ridge:alpha=0.1,1"])
        .tunes(["ridge:alpha=0.1,1"]);
    let labels = Evaluation::new(data("iris"), "target")
        .task(Task::Classification)
        .models(["logistic"])
        .splits(3)
        .probes(["calibration"]);
    let small = Evaluation::new(data("mtcars"), "mpg").models(["ols"]).splits(2);
    let text = |q: &Evaluation| serde_json::to_vec(&q.run().unwrap()).unwrap();
    vec![text(&whole), text(&labels), text(&small)]
});

const WORDS: [&str; 22] = [
    "null",
    "true",
    "false",
    "[]",
    "{}",
    "\"\"",
    "0",
    "-1",
    "1e308",
    "-1e308",
    "1e-308",
    "18446744073709551615",
    "\"NaN\"",
    ",",
    ":",
    "\"",
    "{\"x\":",
    "[[[",
    "\\u0000",
    "\\u001b[0m",
    "\\ud800",
    "\"r2\"",
];

/// The places of all values in a document.
fn places(value: &serde_json::Value, at: &str, all: &mut Vec<String>) {
    all.push(at.to_owned());
    match value {
        serde_json::Value::Array(list) => {
            list.iter().enumerate().for_each(|(i, v)| places(v, &format!("{at}/{i}"), all));
        }
        serde_json::Value::Object(map) => map.iter().for_each(|(k, v)| {
            places(v, &format!("{at}/{}", k.replace('~', "~0").replace('/', "~1")), all);
        }),
        _ => {}
    }
}

/// Other values in some places of a report.
pub fn other_values(random: &mut Random, report: &[u8]) -> Vec<u8> {
    let mut value: serde_json::Value = serde_json::from_slice(report).unwrap();
    let mut all = Vec::new();
    places(&value, "", &mut all);
    for _ in 0..=random.below(5) {
        let from = value.pointer(&all[random.below(all.len())]).cloned().unwrap_or_default();
        let Some(place) = value.pointer_mut(&all[random.below(all.len())]) else { continue };
        let list = place.as_array().cloned();
        *place = match (random.below(10), place.as_f64(), list) {
            (0, ..) => serde_json::Value::Null,
            (1, ..) => from,
            (2, ..) => serde_json::json!(*random.pick(&crate::random::CELLS.each_ref())),
            (3, ..) => serde_json::json!([]),
            (4, _, Some(mut list)) => {
                list.truncate(random.below(list.len() + 1));
                list.into()
            }
            (5, _, Some(mut list)) if !list.is_empty() => {
                list.push(list[0].clone());
                list.into()
            }
            (6, Some(_), _) => serde_json::json!(random.below(usize::MAX) as u64),
            (7, Some(_), _) => serde_json::json!(-1e308),
            (8, Some(_), _) => serde_json::json!(random.below(5)),
            _ => serde_json::json!(random.number()),
        };
    }
    serde_json::to_vec(&value).unwrap()
}

fn make(random: &mut Random) -> Vec<u8> {
    let at = if random.one_in(4) { 0 } else { 1 + random.below(2) };
    let report = &REPORTS[at];
    if random.one_in(5) {
        return random.mutate(report, &REPORTS[2], &WORDS);
    }
    other_values(random, report)
}

/// Everything that can be made of a report.
pub fn render(report: &Report) -> Result<(), Fault> {
    let out = &mut Vec::new();
    let mut narrow = WriteOptions::default();
    (narrow.style, narrow.width, narrow.kept) = (Style { colour: true, ascii: false }, 40, Some(Path::new("r.json")));
    let written = [WriteOptions::default(), narrow]
        .iter()
        .try_for_each(|options| FORMATS.iter().try_for_each(|format| format.write(report, options, out)));
    written.map_err(|e| format!("cannot be written: {e}"))?;
    std::str::from_utf8(out).map(|_| ()).map_err(|e| e.to_string())
}

/// Claims and comparisons on a report.
fn judge(report: &Report) -> Result<(), Fault> {
    let board = report.score_table();
    let known = board.known(Vec::new());
    let first = report.metrics[0].as_str();
    for text in [
        format!("worst({first}) >= 0.1"),
        format!("p05({first}) > baseline.mean({first}) - 2 * sd({first})"),
        format!("share({first} > baseline.{first}) >= 95%"),
        format!("median({first}) / gap({first}) <= 3"),
    ] {
        let posed = ClaimSpec::flag(text).pose(Some(0.95), Allowed::default(), &known);
        if let Some(posed) = expect_or_error(posed)? {
            let _ = cannot_fail(&posed.statement);
            let _ = posed.judge(&board, 1);
        }
    }
    let models: Vec<_> = board.models.iter().collect();
    let _ = compare::pairs(&board, &models, &Rope::default());
    let _ = compare::standings(&board, &models);
    let _ = compare::against_baseline(&board, &Rope::default());
    Ok(())
}

fn check(bytes: &[u8]) -> Result<(), Fault> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    let Some(report) = expect_or_error(Report::read(file.path()))? else { return Ok(()) };
    render(&report)?;
    judge(&report)?;
    for model in &report.models {
        expect_or_error(Evaluation::from_report(&report, model, Some("data/mtcars.csv")))?;
    }
    // A report that is written and read again is the same.
    let again: Report = serde_json::from_slice(&serde_json::to_vec(&report).unwrap())
        .map_err(|e| format!("written again it cannot be read: {e}"))?;
    if again == report { Ok(()) } else { Err("written and read again it is another report".into()) }
}

#[test]
fn reports() {
    Target { name: "report", runs: 500, make: &make, check: &check }.run();
}
