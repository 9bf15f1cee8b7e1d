//! Sums over the rows of a part, for rows that are never all at hand: from them come the scores that are means over rows.

use ndarray::Array2;

use super::classification::Confusion;
use super::contract::Undefined;
use super::named::NamedMetric;
use super::probability::{of_brier, of_log_loss};
use super::rows::ScoredRows;
use crate::data::Target;
use crate::model::Predictions;
use crate::stats::sum_of_pairs;

/// Why a metric has no score from sums.
pub const NOT_A_SUM: Undefined = Undefined("it takes all rows at once, and these are read in passes");

/// Sums over rows of one part and one model. Rows are added stretch by stretch.
#[derive(Debug, Clone)]
pub struct Totals {
    labels: Vec<String>,
    positive: Option<u32>,
    pub(super) rows: usize,
    pub(super) squared_error: f64,
    pub(super) absolute_error: f64,
    /// Squared deviation of the true numbers from their mean, of all rows of the part.
    pub(super) deviation: Result<f64, Undefined>,
    pub(super) confusion: Confusion,
    /// Rows by true and predicted label; empty for numbers and for more than can be tabled.
    table: Vec<u32>,
    /// Sums of log loss and Brier score; `None` where the model gives no probabilities.
    pub(super) of_probabilities: Option<[f64; 2]>,
    pub(super) is_finite: bool,
}

impl Totals {
    /// Of no rows yet; the deviation is that of the true numbers of all rows of the part.
    pub fn new(target: &Target, deviation: Result<f64, Undefined>) -> Self {
        let classes = target.labels().len();
        Self {
            labels: target.labels().to_vec(),
            positive: target.positive(),
            rows: 0,
            squared_error: 0.0,
            absolute_error: 0.0,
            deviation,
            confusion: Confusion::new(&[], &[], classes),
            table: vec![0; if classes <= super::MOST_TABLED { classes * classes } else { 0 }],
            of_probabilities: (classes > 0).then_some([0.0; 2]),
            is_finite: true,
        }
    }

    /// Takes the squared deviation of the true numbers from their mean, of all rows of the part.
    pub fn set_deviation(&mut self, deviation: Result<f64, Undefined>) {
        self.deviation = deviation;
    }

    /// Adds rows with their predictions, as positions from a first row.
    pub fn add(&mut self, target: &Target, first: usize, at: &[usize], predictions: &Predictions) {
        match (target, predictions) {
            (Target::Regression { values }, Predictions::Values(predicted)) => {
                let truth: Vec<f64> = at.iter().map(|row| values[first + row]).collect();
                self.add_numbers(&truth, predicted);
            }
            (Target::Classification { codes, .. }, Predictions::Classes { labels, probabilities, .. }) => {
                let truth: Vec<u32> = at.iter().map(|row| codes[first + row]).collect();
                self.add_classes(&truth, labels, probabilities.as_ref());
            }
            _ => self.is_finite = false,
        }
    }

    /// Adds so many rows whose squared and absolute errors are added up already; a prediction that is no finite number makes
    /// these so.
    pub fn add_errors(&mut self, rows: usize, squared: f64, absolute: f64) {
        self.rows += rows;
        self.is_finite &= squared.is_finite();
        self.squared_error += squared;
        self.absolute_error += absolute;
    }

    fn add_numbers(&mut self, truth: &[f64], predicted: &[f64]) {
        self.rows += truth.len();
        self.is_finite &= predicted.iter().all(|p| p.is_finite());
        self.squared_error += sum_of_pairs(truth, predicted, |t, p| (t - p) * (t - p));
        self.absolute_error += sum_of_pairs(truth, predicted, |t, p| (t - p).abs());
    }

    fn add_classes(&mut self, truth: &[u32], labels: &[u32], probabilities: Option<&Array2<f64>>) {
        self.rows += truth.len();
        self.confusion.add(truth, labels);
        let classes = self.labels.len();
        if !self.table.is_empty() {
            truth.iter().zip(labels).for_each(|(t, p)| self.table[*t as usize * classes + *p as usize] += 1);
        }
        match (probabilities, &mut self.of_probabilities) {
            (Some(p), Some([log_loss, brier])) => {
                *log_loss += of_log_loss(truth, p.view());
                *brier += of_brier(truth, p.view());
            }
            _ => self.of_probabilities = None,
        }
    }

    /// Forgets all rows.
    pub fn clear(&mut self) {
        let classes = self.labels.len();
        (self.rows, self.squared_error, self.absolute_error, self.is_finite) = (0, 0.0, 0.0, true);
        self.confusion = Confusion::new(&[], &[], classes);
        self.table.fill(0);
        self.of_probabilities = (classes > 0).then_some([0.0; 2]);
    }

    /// The scores by metrics that are sums over rows.
    pub fn score(&self, metrics: &[NamedMetric]) -> Vec<Result<f64, Undefined>> {
        let rows = ScoredRows::of_totals(self);
        let finite = |s: f64| if s.is_finite() { Ok(s) } else { Err(Undefined("the result is not a finite number")) };
        metrics.iter().map(|m| m.metric.score(&rows).and_then(finite)).collect()
    }

    /// Rows by true and predicted label, as [`Scorer::counts`](super::Scorer::counts) has them.
    pub fn counts(&self) -> Vec<u32> {
        self.table.clone()
    }

    pub(super) fn labels(&self) -> &[String] {
        &self.labels
    }

    pub(super) fn positive(&self) -> Option<u32> {
        self.positive
    }
}

/// Whether a metric has a score from sums over rows.
pub fn is_sum(metric: &NamedMetric, target: &Target) -> bool {
    let mut totals = Totals::new(target, Ok(1.0));
    match target {
        Target::Regression { .. } => totals.add_numbers(&[0.0, 1.0], &[0.0, 0.5]),
        Target::Classification { labels, .. } => {
            let codes: Vec<u32> = (0..labels.len() as u32).collect();
            let share = 1.0 / labels.len() as f64;
            let probabilities = Array2::from_elem((codes.len(), codes.len()), share);
            totals.add_classes(&codes, &codes, Some(&probabilities));
        }
    }
    metric.metric.score(&ScoredRows::of_totals(&totals)) != Err(NOT_A_SUM)
}

/// Squared deviation from their mean of the true numbers of some rows.
///
/// # Errors
/// As R² has none where these do not vary.
pub fn deviation_of(values: &[f64], rows: &[u32]) -> Result<f64, Undefined> {
    let own: Vec<f64> = rows.iter().map(|row| values[*row as usize]).collect();
    super::regression::total_deviation(&own)
}
