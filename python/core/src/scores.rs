//! Scores that were made elsewhere, as a report.

use pyo3::prelude::*;
use randsplit::data::LoadOptions;
use randsplit::verdict::Bound;
use randsplit::{Direction, Error, Report, Result, ScoreRows, ScoresOptions};
use serde::Deserialize;

use crate::error::raised;
use crate::judging::Judging;
use crate::report::CoreReport;
use crate::table::Table;

/// What is asked of scores.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Asked {
    metrics: Vec<String>,
    /// Metrics with whether a higher score is better.
    directions: Vec<(String, bool)>,
    baseline: Option<String>,
    n_train: Option<usize>,
    n_test: Option<usize>,
    test_size: Option<f64>,
    judging: Judging,
}

/// The report of a table of scores.
#[pyfunction]
pub fn from_scores(py: Python, table: &Table, asked: &str) -> PyResult<CoreReport> {
    let dataset = table.dataset.clone();
    let made = py.detach(|| {
        let asked: Asked =
            serde_json::from_str(asked).map_err(|e| Error::internal(format!("the settings cannot be read: {e}")))?;
        let rows = ScoreRows::read(&dataset, &LoadOptions::default(), &asked.metrics)?;
        Report::from_scores(&rows, &options(asked)?)
    });
    Ok(CoreReport { report: made.map_err(|e| raised(py, &e))? })
}

fn options(asked: Asked) -> Result<ScoresOptions> {
    let judging = asked.judging;
    let (claims, allowed, rope) =
        (judging.claims(&[])?.claims, judging.allowed()?.unwrap_or_default(), judging.rope()?);
    let direction = |better: bool| if better { Direction::Higher } else { Direction::Lower };
    let below = judging.fail_below.into_iter().map(|text| (Bound::Below, text));
    Ok(ScoresOptions {
        metrics: asked.metrics,
        directions: asked.directions.into_iter().map(|(name, better)| (name, direction(better))).collect(),
        baseline: asked.baseline,
        n_train: asked.n_train,
        n_test: asked.n_test,
        test_size: asked.test_size,
        worst_case: below.chain(judging.fail_above.into_iter().map(|text| (Bound::Above, text))).collect(),
        claims,
        confidence: judging.confidence,
        allowed,
        rope,
    })
}
