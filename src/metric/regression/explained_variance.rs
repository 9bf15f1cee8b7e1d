//! Explained variance.

use super::deviation;
use crate::metric::contract::{Direction, Needs, Undefined};
use crate::metric::registry::MetricInfo;
use crate::metric::rows::ScoredRows;

pub(in crate::metric) const INFO: MetricInfo = MetricInfo::new(
    "explained_variance",
    Needs::Numbers,
    Direction::Higher,
    "1 - variance of the errors / variance of the test target",
    score,
)
.between(f64::NEG_INFINITY, 1.0)
.or(&["explained_variance_score", "evs"])
.source("sklearn.metrics.explained_variance_score");

fn score(rows: &ScoredRows) -> Result<f64, Undefined> {
    let (truth, predicted) = rows.numbers()?;
    let total = rows.total_deviation()?;
    let errors: Vec<f64> = truth.iter().zip(predicted).map(|(t, p)| t - p).collect();
    Ok(1.0 - deviation(&errors) / total)
}
