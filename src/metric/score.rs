//! The scores of predictions by several metrics.

use super::classification::{MOST_TABLED, counts};
use super::contract::Undefined;
use super::named::NamedMetric;
use super::rows::{ScoredRows, Truth};
use crate::data::Target;
use crate::model::Predictions;

/// Computes several metrics at once, for the predictions of any number of models for the same rows.
#[derive(Debug)]
pub struct Scorer<'a> {
    metrics: &'a [NamedMetric],
    truth: Truth<'a>,
}

impl<'a> Scorer<'a> {
    /// For the given rows (used rows, possibly repeated) of a target.
    pub fn new(metrics: &'a [NamedMetric], target: &'a Target, rows: &[u32]) -> Self {
        Self { metrics, truth: Truth::new(target, rows) }
    }

    /// The scores of predictions for these rows, in the order of the metrics.
    pub fn score(&self, predictions: &Predictions) -> Vec<Result<f64, Undefined>> {
        self.score_at(predictions, None)
    }

    /// Number of rows by true and predicted label, true label by true label, as metrics of labels count them; empty for
    /// numbers, and for more than [`MOST_TABLED`] labels.
    pub fn counts(&self, predictions: &Predictions) -> Vec<u32> {
        match (&self.truth, predictions) {
            (Truth::Classes { codes, labels, .. }, Predictions::Classes { labels: predicted, .. })
                if labels.len() <= MOST_TABLED =>
            {
                counts(codes, predicted, labels.len())
            }
            _ => Vec::new(),
        }
    }

    /// The scores with a threshold that inner folds of the train rows have chosen.
    pub fn score_at(&self, predictions: &Predictions, threshold: Option<f64>) -> Vec<Result<f64, Undefined>> {
        let rows = ScoredRows::new(&self.truth, predictions, threshold);
        let finite = |s: f64| if s.is_finite() { Ok(s) } else { Err(Undefined("the result is not a finite number")) };
        self.metrics.iter().map(|m| m.metric.score(&rows).and_then(finite)).collect()
    }
}
