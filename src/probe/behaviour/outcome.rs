//! What behaviours read off predictions.

use crate::metric::{NamedMetric, Scorer, Undefined};
use crate::model::Predictions;
use crate::run::FittedSplit;

/// What a behaviour about probabilities has to say of a model that gives none.
pub(super) const NO_PROBABILITIES: Undefined = Undefined("the model gives no probabilities");

/// For each row the number predicted, or the probability of a class.
pub(super) fn outcome(predictions: &Predictions, class: Option<u32>) -> Result<Vec<f64>, Undefined> {
    match (predictions, class) {
        (Predictions::Values(values), _) => Ok(values.clone()),
        (Predictions::Classes { probabilities: Some(p), .. }, Some(class)) => Ok(p.column(class as usize).to_vec()),
        (Predictions::Classes { .. }, _) => Err(NO_PROBABILITIES),
    }
}

/// Numbers nearer to each other than this share of the larger are equal but for rounding.
pub(super) const EXACT: f64 = 1e-12;

/// `a - b`, or 0 where they differ by rounding alone.
pub(super) fn difference(a: f64, b: f64) -> f64 {
    if (a - b).abs() <= EXACT * a.abs().max(b.abs()) { 0.0 } else { a - b }
}

/// A metric of predictions for some rows; a metric that needs a threshold has that of the model that made them.
pub(super) fn score(
    fitted: &FittedSplit,
    metric: &NamedMetric,
    rows: &[u32],
    predictions: &Predictions,
    threshold: Option<f64>,
) -> Result<f64, Undefined> {
    let (metrics, target) = (std::slice::from_ref(metric), fitted.context.target);
    let scores = Scorer::new(metrics, target, rows).score_at(predictions, threshold);
    scores.into_iter().next().unwrap_or(Err(Undefined("there is no metric")))
}
