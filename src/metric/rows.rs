//! Predictions beside the true values, with what several metrics need worked out once.

use std::cell::OnceCell;

use ndarray::ArrayView2;

use super::classification::Confusion;
use super::contract::Undefined;
use super::probability::{of_brier, of_log_loss};
use super::ranking::Ranking;
use super::regression::{squared_error, total_deviation};
use super::totals::{NOT_A_SUM, Totals};
use crate::data::Target;
use crate::model::Predictions;
use crate::stats::sum_of_pairs;

/// The true values of some rows.
#[derive(Debug)]
pub(super) enum Truth<'a> {
    Numbers {
        values: Vec<f64>,
        /// Their squared deviation from their mean: the same for every model.
        deviation: OnceCell<Result<f64, Undefined>>,
    },
    Classes {
        codes: Vec<u32>,
        labels: &'a [String],
        positive: Option<u32>,
    },
}

impl<'a> Truth<'a> {
    /// Of the given rows (used rows, possibly repeated) of a target.
    pub fn new(target: &'a Target, rows: &[u32]) -> Self {
        match target {
            Target::Regression { values } => {
                let values = rows.iter().map(|r| values[*r as usize]).collect();
                Self::Numbers { values, deviation: OnceCell::new() }
            }
            Target::Classification { codes, labels, positive } => {
                let codes = rows.iter().map(|r| codes[*r as usize]).collect();
                Self::Classes { codes, labels, positive: *positive }
            }
        }
    }
}

const NOT_FINITE: Undefined = Undefined("a prediction is not a finite number");
const NO_PROBABILITIES: Undefined = Undefined("the model gives no probabilities");
const OF_NUMBERS: Undefined = Undefined("it is for regression");
const OF_LABELS: Undefined = Undefined("it is for classification");

/// The rows of one part of a split: the true values and one model's predictions, in the same order.
///
/// What is asked for and is not there, as probabilities of a model that gives none, is [`Undefined`].
#[derive(Debug)]
pub struct ScoredRows<'a> {
    /// The rows themselves, or sums over them.
    of: Of<'a>,
    threshold: Option<f64>,
    finite: OnceCell<bool>,
    squared_error: OnceCell<f64>,
    confusion: OnceCell<Confusion>,
    /// Of the positive class.
    ranking: OnceCell<Ranking>,
}

#[derive(Debug, Clone, Copy)]
enum Of<'a> {
    Rows(&'a Truth<'a>, &'a Predictions),
    Totals(&'a Totals),
}

impl<'a> ScoredRows<'a> {
    pub(super) fn new(truth: &'a Truth<'a>, predictions: &'a Predictions, threshold: Option<f64>) -> Self {
        Self::of(Of::Rows(truth, predictions), threshold)
    }

    pub(super) fn of_totals(totals: &'a Totals) -> Self {
        Self::of(Of::Totals(totals), None)
    }

    fn of(of: Of<'a>, threshold: Option<f64>) -> Self {
        Self {
            of,
            threshold,
            finite: OnceCell::new(),
            squared_error: OnceCell::new(),
            confusion: OnceCell::new(),
            ranking: OnceCell::new(),
        }
    }

    /// Number of rows.
    pub fn count(&self) -> usize {
        match self.of {
            Of::Rows(Truth::Numbers { values, .. }, _) => values.len(),
            Of::Rows(Truth::Classes { codes, .. }, _) => codes.len(),
            Of::Totals(totals) => totals.rows,
        }
    }

    /// The true and the predicted number of each row; the latter are finite.
    ///
    /// # Errors
    /// [`Undefined`] for labels, and where a prediction is not finite.
    pub fn numbers(&self) -> Result<(&'a [f64], &'a [f64]), Undefined> {
        let (values, predicted) = match self.of {
            Of::Rows(Truth::Numbers { values, .. }, Predictions::Values(predicted)) => (values, predicted),
            Of::Totals(_) => return Err(NOT_A_SUM),
            Of::Rows(..) => return Err(OF_NUMBERS),
        };
        if *self.finite.get_or_init(|| predicted.iter().all(|p| p.is_finite())) {
            Ok((values, predicted))
        } else {
            Err(NOT_FINITE)
        }
    }

    /// The true and the predicted label of each row, as positions in [`ScoredRows::classes`].
    ///
    /// # Errors
    /// [`Undefined`] for numbers.
    pub fn labels(&self) -> Result<(&'a [u32], &'a [u32]), Undefined> {
        match self.of {
            Of::Rows(Truth::Classes { codes, .. }, Predictions::Classes { labels, .. }) => Ok((codes, labels)),
            Of::Totals(_) => Err(NOT_A_SUM),
            Of::Rows(..) => Err(OF_LABELS),
        }
    }

    /// The labels of the target, those without a row among these included; empty for numbers.
    pub fn classes(&self) -> &'a [String] {
        match self.of {
            Of::Rows(Truth::Classes { labels, .. }, _) => labels,
            Of::Rows(Truth::Numbers { .. }, _) => &[],
            Of::Totals(totals) => totals.labels(),
        }
    }

    /// The positive one of two classes.
    pub fn positive(&self) -> Option<u32> {
        match self.of {
            Of::Rows(Truth::Classes { positive, .. }, _) => *positive,
            Of::Rows(Truth::Numbers { .. }, _) => None,
            Of::Totals(totals) => totals.positive(),
        }
    }

    /// The probability of each class, rows × classes.
    ///
    /// # Errors
    /// [`Undefined`] where the model gives none.
    pub fn probabilities(&self) -> Result<ArrayView2<'a, f64>, Undefined> {
        match (self.labels()?, self.predictions()?) {
            (_, Predictions::Classes { probabilities: Some(p), .. }) => Ok(p.view()),
            _ => Err(NO_PROBABILITIES),
        }
    }

    /// What ranks the rows by each class, rows × classes: probabilities, or another score that is larger where the
    /// class is likelier.
    ///
    /// # Errors
    /// [`Undefined`] where the model gives neither.
    pub fn ranks(&self) -> Result<ArrayView2<'a, f64>, Undefined> {
        match (self.labels()?, self.predictions()?) {
            (_, Predictions::Classes { probabilities: Some(p), .. })
            | (_, Predictions::Classes { decision: Some(p), .. }) => Ok(p.view()),
            _ => Err(Undefined("the model ranks no rows")),
        }
    }

    /// The probability from which a row is positive, where the train rows have chosen one.
    pub(super) fn threshold(&self) -> Option<f64> {
        self.threshold
    }

    pub(super) fn predictions(&self) -> Result<&'a Predictions, Undefined> {
        match self.of {
            Of::Rows(_, predictions) => Ok(predictions),
            Of::Totals(_) => Err(NOT_A_SUM),
        }
    }

    /// What sums over rows say of numbers.
    fn total(&self, of: fn(&Totals) -> f64) -> Option<Result<f64, Undefined>> {
        let Of::Totals(totals) = self.of else { return None };
        Some(match (totals.labels().is_empty(), totals.is_finite) {
            (false, _) => Err(OF_NUMBERS),
            (true, false) => Err(NOT_FINITE),
            (true, true) => Ok(of(totals)),
        })
    }

    /// What sums over rows say of probabilities.
    fn total_of_probabilities(&self, at: usize) -> Option<Result<f64, Undefined>> {
        let Of::Totals(totals) = self.of else { return None };
        Some(match (totals.labels().is_empty(), totals.of_probabilities) {
            (true, _) => Err(OF_LABELS),
            (false, sums) => sums.map(|sums| sums[at]).ok_or(NO_PROBABILITIES),
        })
    }

    /// Sum of absolute errors.
    pub(super) fn absolute_error(&self) -> Result<f64, Undefined> {
        if let Some(sum) = self.total(|totals| totals.absolute_error) {
            return sum;
        }
        let (truth, predicted) = self.numbers()?;
        Ok(sum_of_pairs(truth, predicted, |t, p| (t - p).abs()))
    }

    /// Sum of the log losses.
    pub(super) fn log_loss(&self) -> Result<f64, Undefined> {
        self.total_of_probabilities(0).unwrap_or_else(|| Ok(of_log_loss(self.labels()?.0, self.probabilities()?)))
    }

    /// Sum of the Brier scores.
    pub(super) fn brier(&self) -> Result<f64, Undefined> {
        self.total_of_probabilities(1).unwrap_or_else(|| Ok(of_brier(self.labels()?.0, self.probabilities()?)))
    }

    /// Sum of squared errors.
    pub(super) fn squared_error(&self) -> Result<f64, Undefined> {
        if let Some(sum) = self.total(|totals| totals.squared_error) {
            return sum;
        }
        let (truth, predicted) = self.numbers()?;
        Ok(*self.squared_error.get_or_init(|| squared_error(truth, predicted)))
    }

    /// Squared deviation of the true values from their mean.
    pub(super) fn total_deviation(&self) -> Result<f64, Undefined> {
        match self.of {
            Of::Rows(Truth::Numbers { values, deviation }, _) => *deviation.get_or_init(|| total_deviation(values)),
            Of::Totals(totals) if totals.labels().is_empty() => totals.deviation,
            Of::Rows(..) | Of::Totals(_) => Err(OF_NUMBERS),
        }
    }

    /// Counts of true and predicted labels.
    pub(super) fn confusion(&self) -> Result<&Confusion, Undefined> {
        if let Of::Totals(totals) = self.of {
            return if totals.labels().is_empty() { Err(OF_LABELS) } else { Ok(&totals.confusion) };
        }
        let (truth, predicted) = self.labels()?;
        Ok(self.confusion.get_or_init(|| Confusion::new(truth, predicted, self.classes().len())))
    }

    /// One number of a ranking: by the positive class, or the mean over one-vs-rest of all classes.
    pub(super) fn ranked(&self, of: fn(&Ranking) -> Result<f64, Undefined>) -> Result<f64, Undefined> {
        let ((truth, _), scores) = (self.labels()?, self.ranks()?);
        let by = |class: u32| Ranking::new(truth, class, scores.column(class as usize));
        match self.positive() {
            Some(class) => of(self.ranking.get_or_init(|| by(class))),
            None => {
                let classes = 0..self.classes().len() as u32;
                Ok(crate::stats::mean(&classes.map(|class| of(&by(class))).collect::<Result<Vec<f64>, _>>()?))
            }
        }
    }
}
