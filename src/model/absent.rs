//! A report's model that is not at hand: its splits can be drawn, and nothing can be fitted to them.

use ndarray::Array2;

use super::{FitContext, FitError, Fitted, Learner, TrainTarget};
use crate::data::Scaling;

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
