//! Largest absolute error.

use crate::metric::contract::{Direction, Needs, Undefined};
use crate::metric::registry::MetricInfo;
use crate::metric::rows::ScoredRows;

pub(in crate::metric) const INFO: MetricInfo =
    MetricInfo::new("max_error", Needs::Numbers, Direction::Lower, "largest absolute error", score)
        .between(0.0, f64::INFINITY)
        .absolute()
        .or(&["maximum_error", "max_abs_error"])
        .source("sklearn.metrics.max_error");

fn score(rows: &ScoredRows) -> Result<f64, Undefined> {
    let (truth, predicted) = rows.numbers()?;
    Ok(truth.iter().zip(predicted).map(|(t, p)| (t - p).abs()).fold(0.0, f64::max))
}
