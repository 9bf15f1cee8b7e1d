//! Log loss.

use ndarray::ArrayView2;

use crate::metric::contract::{Direction, Needs, Undefined};
use crate::metric::registry::MetricInfo;
use crate::metric::rows::ScoredRows;

pub(in crate::metric) const INFO: MetricInfo = MetricInfo::new(
    "log_loss",
    Needs::Probabilities,
    Direction::Lower,
    "mean negative log of the probability given to the true label, in nats",
    score,
)
.between(0.0, f64::INFINITY)
.usual(|_| true)
.or(&["cross_entropy", "mn_log_loss", "mlogloss", "binary_logloss", "multi_logloss", "nll"])
.source("sklearn.metrics.log_loss");

fn score(rows: &ScoredRows) -> Result<f64, Undefined> {
    Ok(rows.log_loss()? / rows.count() as f64)
}

/// The sum over rows. Probabilities are kept a machine epsilon away from 0 and 1, as in scikit-learn.
pub fn of_log_loss(truth: &[u32], probabilities: ArrayView2<f64>) -> f64 {
    let clip = |p: f64| p.clamp(f64::EPSILON, 1.0 - f64::EPSILON);
    truth.iter().enumerate().map(|(i, t)| -clip(probabilities[[i, *t as usize]]).ln()).sum()
}
