//! Brier score.

use crate::metric::contract::{Direction, Needs, Undefined};
use crate::metric::registry::MetricInfo;
use crate::metric::rows::ScoredRows;

pub(in crate::metric) const INFO: MetricInfo = MetricInfo::new(
    "brier",
    Needs::Probabilities,
    Direction::Lower,
    "mean squared error of the probabilities (two classes: of the positive one)",
    score,
)
.between(0.0, 2.0)
.or(&["brier_score", "brier_score_loss", "brier_loss", "brier_class"])
.source("sklearn.metrics.brier_score_loss; Brier 1950");

/// Two classes: mean of (p - y)² of the positive class. More: summed over classes.
fn score(rows: &ScoredRows) -> Result<f64, Undefined> {
    let ((truth, _), probabilities) = (rows.labels()?, rows.probabilities()?);
    let classes = probabilities.ncols();
    let sum: f64 = truth
        .iter()
        .enumerate()
        .map(|(i, t)| {
            let all: f64 =
                (0..classes).map(|c| (probabilities[[i, c]] - f64::from(u8::from(*t as usize == c))).powi(2)).sum();
            if classes == 2 { 0.5 * all } else { all }
        })
        .sum();
    Ok(sum / truth.len() as f64)
}
