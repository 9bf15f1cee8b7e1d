//! Mean Poisson deviance.

use super::mean_of_pairs;
use crate::metric::contract::{Direction, Needs, Undefined};
use crate::metric::registry::{MetricInfo, relative};
use crate::metric::rows::ScoredRows;

pub(in crate::metric) const INFO: MetricInfo = MetricInfo::new(
    "poisson_deviance",
    Needs::Numbers,
    Direction::Lower,
    "mean Poisson deviance; needs positive predictions",
    score,
)
.between(0.0, f64::INFINITY)
.or(&["mean_poisson_deviance"])
.near(&[relative(
    &["mean_gamma_deviance", "gamma_deviance", "mean_tweedie_deviance", "d2_tweedie_score"],
    "the only deviance of numbers is poisson_deviance",
)])
.source("sklearn.metrics.mean_poisson_deviance");

fn score(rows: &ScoredRows) -> Result<f64, Undefined> {
    let (truth, predicted) = rows.numbers()?;
    if predicted.iter().any(|p| *p <= 0.0) {
        return Err(Undefined("a prediction is not positive"));
    }
    if truth.iter().any(|t| *t < 0.0) {
        return Err(Undefined("a true value is negative"));
    }
    mean_of_pairs(rows, |t, p| {
        let log = if t == 0.0 { 0.0 } else { t * (t / p).ln() };
        2.0 * (log - t + p)
    })
}
