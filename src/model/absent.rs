//! A report's model that is not at hand: its splits can be drawn, and nothing can be fitted to them.

use ndarray::Array2;

use super::by_rows::{FittedRows, RowLearner, TableRows};
use super::{FitContext, FitError, Fitted, Learner, TrainTarget};
use crate::data::{Features, Scaling};

/// A model of which only a report speaks.
#[derive(Debug, Clone, Copy)]
pub struct Absent;

impl Learner for Absent {
    fn scaling(&self) -> Option<Scaling> {
        Some(Scaling::Gaps)
    }

    fn fit(&self, _: Array2<f64>, _: TrainTarget, _: &FitContext) -> Result<Box<dyn Fitted>, FitError> {
        Err(FitError::new("the model is not at hand"))
    }

    fn is_absent(&self) -> bool {
        true
    }
}

/// The same of a model that runs elsewhere, which is not started.
#[derive(Debug, Clone)]
pub struct NotStarted {
    /// Where the model comes from, as a report says it.
    pub source: String,
}

impl Learner for NotStarted {
    fn scaling(&self) -> Option<Scaling> {
        Absent.scaling()
    }

    fn fit(&self, x: Array2<f64>, answers: TrainTarget, terms: &FitContext) -> Result<Box<dyn Fitted>, FitError> {
        Absent.fit(x, answers, terms)
    }

    fn by_rows(&self) -> Option<&dyn RowLearner> {
        Some(self)
    }

    fn is_absent(&self) -> bool {
        true
    }
}

impl RowLearner for NotStarted {
    fn rows<'r>(&self, rows: &'r [u32], _: &Features) -> TableRows<'r> {
        TableRows::of_table(rows)
    }

    fn source(&self) -> String {
        self.source.clone()
    }

    fn fit_rows(&self, _: &TableRows, _: TrainTarget, _: &FitContext) -> Result<Box<dyn FittedRows>, FitError> {
        Err(FitError::new("the model is not at hand"))
    }
}
