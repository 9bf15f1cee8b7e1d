//! The baseline: what one can predict without looking at any feature.

use ndarray::{Array2, ArrayView2};

use super::adapter::first_largest;
use super::saved::{ColumnModel, Constant, OnColumns};
use super::shared::PassModel;
use super::{FitContext, FitError, Fitted, Learner, Predictions, TrainTarget};
use crate::data::Scaling;
use crate::stats::sum_of;

/// Predicts the mean of the train targets, or the most frequent class (the first of equally
/// frequent ones) with the class shares as probabilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Baseline;

/// The fitted baseline.
pub enum FittedBaseline {
    /// The mean of the train targets.
    Mean(f64),
    /// The share of each class.
    Prior(Vec<f64>),
}

impl Learner for Baseline {
    fn scaling(&self) -> Option<Scaling> {
        None
    }

    fn in_passes(&self, classes: usize) -> Option<PassModel> {
        (classes == 0).then_some(PassModel::Mean)
    }

    fn fit(&self, _: Array2<f64>, answers: TrainTarget, _: &FitContext) -> Result<Box<dyn Fitted>, FitError> {
        Ok(Box::new(match answers {
            TrainTarget::Values(y) => FittedBaseline::Mean(sum_of(y, |v| v) / y.len() as f64),
            TrainTarget::Classes { codes, classes } => {
                let mut counts = vec![0.0; classes];
                codes.iter().for_each(|c| counts[*c as usize] += 1.0);
                FittedBaseline::Prior(counts.iter().map(|c| c / codes.len() as f64).collect())
            }
        }))
    }
}

impl Fitted for FittedBaseline {
    fn learned(&self) -> Option<OnColumns> {
        let (constant, classes) = match self {
            Self::Mean(mean) => (Constant::Mean(*mean), 0),
            Self::Prior(shares) => (Constant::Shares(shares.clone()), shares.len()),
        };
        Some(OnColumns { classes: (0..classes as u32).collect(), model: ColumnModel::Constant(constant) })
    }

    fn predict(&self, x: ArrayView2<f64>) -> Predictions {
        let rows = x.nrows();
        match self {
            Self::Mean(mean) => Predictions::Values(vec![*mean; rows]),
            Self::Prior(prior) => Predictions::Classes {
                labels: vec![first_largest(prior.into()) as u32; rows],
                probabilities: Some(Array2::from_shape_fn((rows, prior.len()), |(_, c)| prior[c])),
                decision: None,
            },
        }
    }
}
