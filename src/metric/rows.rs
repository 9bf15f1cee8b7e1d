//! Predictions beside the true values, with what several metrics need worked out once.

use std::cell::OnceCell;

use ndarray::ArrayView2;

use super::classification::Confusion;
use super::contract::Undefined;
use super::ranking::Ranking;
use super::regression::{squared_error, total_deviation};
use crate::data::Target;
use crate::model::Predictions;

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

const OF_NUMBERS: Undefined = Undefined("it is for regression");
const OF_LABELS: Undefined = Undefined("it is for classification");

/// The rows of one part of a split: the true values and one model's predictions, in the same order.
///
/// What is asked for and is not there, as probabilities of a model that gives none, is [`Undefined`].
#[derive(Debug)]
pub struct ScoredRows<'a> {
    truth: &'a Truth<'a>,
    predictions: &'a Predictions,
    threshold: Option<f64>,
    finite: OnceCell<bool>,
    squared_error: OnceCell<f64>,
    confusion: OnceCell<Confusion>,
    /// Of the positive class.
    ranking: OnceCell<Ranking>,
}

impl<'a> ScoredRows<'a> {
    pub(super) fn new(truth: &'a Truth<'a>, predictions: &'a Predictions, threshold: Option<f64>) -> Self {
        Self {
            truth,
            predictions,
            threshold,
            finite: OnceCell::new(),
            squared_error: OnceCell::new(),
            confusion: OnceCell::new(),
            ranking: OnceCell::new(),
        }
    }

    /// Number of rows.
    pub fn count(&self) -> usize {
        match self.truth {
            Truth::Numbers { values, .. } => values.len(),
            Truth::Classes { codes, .. } => codes.len(),
        }
    }

    /// The true and the predicted number of each row; the latter are finite.
    ///
    /// # Errors
    /// [`Undefined`] for labels, and where a prediction is not finite.
    pub fn numbers(&self) -> Result<(&'a [f64], &'a [f64]), Undefined> {
        let (Truth::Numbers { values, .. }, Predictions::Values(predicted)) = (self.truth, self.predictions) else {
            return Err(OF_NUMBERS);
        };
        if *self.finite.get_or_init(|| predicted.iter().all(|p| p.is_finite())) {
            Ok((values, predicted))
        } else {
            Err(Undefined("a prediction is not a finite number"))
        }
    }

    /// The true and the predicted label of each row, as positions in [`ScoredRows::classes`].
    ///
    /// # Errors
    /// [`Undefined`] for numbers.
    pub fn labels(&self) -> Result<(&'a [u32], &'a [u32]), Undefined> {
        match (self.truth, self.predictions) {
            (Truth::Classes { codes, .. }, Predictions::Classes { labels, .. }) => Ok((codes, labels)),
            _ => Err(OF_LABELS),
        }
    }

    /// The labels of the target, those without a row among these included; empty for numbers.
    pub fn classes(&self) -> &'a [String] {
        match self.truth {
            Truth::Classes { labels, .. } => labels,
            Truth::Numbers { .. } => &[],
        }
    }

    /// The positive one of two classes.
    pub fn positive(&self) -> Option<u32> {
        match self.truth {
            Truth::Classes { positive, .. } => *positive,
            Truth::Numbers { .. } => None,
        }
    }

    /// The probability of each class, rows × classes.
    ///
    /// # Errors
    /// [`Undefined`] where the model gives none.
    pub fn probabilities(&self) -> Result<ArrayView2<'a, f64>, Undefined> {
        match (self.labels()?, self.predictions) {
            (_, Predictions::Classes { probabilities: Some(p), .. }) => Ok(p.view()),
            _ => Err(Undefined("the model gives no probabilities")),
        }
    }

    /// What ranks the rows by each class, rows × classes: probabilities, or another score that is larger where the
    /// class is likelier.
    ///
    /// # Errors
    /// [`Undefined`] where the model gives neither.
    pub fn ranks(&self) -> Result<ArrayView2<'a, f64>, Undefined> {
        match (self.labels()?, self.predictions) {
            (_, Predictions::Classes { probabilities: Some(p), .. })
            | (_, Predictions::Classes { decision: Some(p), .. }) => Ok(p.view()),
            _ => Err(Undefined("the model ranks no rows")),
        }
    }

    /// The probability from which a row is positive, where the train rows have chosen one.
    pub(super) fn threshold(&self) -> Option<f64> {
        self.threshold
    }

    pub(super) fn predictions(&self) -> &'a Predictions {
        self.predictions
    }

    /// Sum of squared errors.
    pub(super) fn squared_error(&self) -> Result<f64, Undefined> {
        let (truth, predicted) = self.numbers()?;
        Ok(*self.squared_error.get_or_init(|| squared_error(truth, predicted)))
    }

    /// Squared deviation of the true values from their mean.
    pub(super) fn total_deviation(&self) -> Result<f64, Undefined> {
        match self.truth {
            Truth::Numbers { values, deviation } => *deviation.get_or_init(|| total_deviation(values)),
            Truth::Classes { .. } => Err(OF_NUMBERS),
        }
    }

    /// Counts of true and predicted labels.
    pub(super) fn confusion(&self) -> Result<&Confusion, Undefined> {
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
