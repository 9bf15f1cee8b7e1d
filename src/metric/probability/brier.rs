//! Brier score.

use ndarray::ArrayView2;

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
    Ok(rows.brier()? / rows.count() as f64)
}

/// The sum over rows.
pub fn of_brier(truth: &[u32], probabilities: ArrayView2<f64>) -> f64 {
    let classes = probabilities.ncols();
    truth
        .iter()
        .enumerate()
        .map(|(i, t)| {
            let all: f64 =
                (0..classes).map(|c| (probabilities[[i, c]] - f64::from(u8::from(*t as usize == c))).powi(2)).sum();
            if classes == 2 { 0.5 * all } else { all }
        })
        .sum()
}
