//! Median absolute error.

use crate::metric::contract::{Direction, Needs, Undefined};
use crate::metric::registry::MetricInfo;
use crate::metric::rows::ScoredRows;
use crate::stats::median_in_place;

pub(in crate::metric) const INFO: MetricInfo =
    MetricInfo::new("medae", Needs::Numbers, Direction::Lower, "median absolute error", score)
        .between(0.0, f64::INFINITY)
        .absolute()
        .or(&["median_absolute_error"])
        .source("sklearn.metrics.median_absolute_error");

fn score(rows: &ScoredRows) -> Result<f64, Undefined> {
    let (truth, predicted) = rows.numbers()?;
    let mut errors: Vec<f64> = truth.iter().zip(predicted).map(|(t, p)| (t - p).abs()).collect();
    Ok(median_in_place(&mut errors))
}
