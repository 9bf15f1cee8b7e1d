//! Median absolute error.

use crate::metric::contract::{Direction, Needs, Undefined};
use crate::metric::registry::MetricInfo;
use crate::metric::rows::ScoredRows;

pub(in crate::metric) const INFO: MetricInfo =
    MetricInfo::new("medae", Needs::Numbers, Direction::Lower, "median absolute error", score)
        .between(0.0, f64::INFINITY)
        .absolute()
        .or(&["median_absolute_error"])
        .source("sklearn.metrics.median_absolute_error");

fn score(rows: &ScoredRows) -> Result<f64, Undefined> {
    let (truth, predicted) = rows.numbers()?;
    let mut errors: Vec<f64> = truth.iter().zip(predicted).map(|(t, p)| (t - p).abs()).collect();
    errors.sort_unstable_by(f64::total_cmp);
    let mid = errors.len() / 2;
    Ok(if errors.len() % 2 == 1 { errors[mid] } else { 0.5 * (errors[mid - 1] + errors[mid]) })
}
