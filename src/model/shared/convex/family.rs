//! Losses of linear predictors: their values, slopes and curvatures row by row.

use super::super::{Fallback, SplitState};
use crate::data::Target;
use crate::model::glm::tweedie_loss;

/// Which loss.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Family {
    /// Log loss of classes: one output for the second of two classes, else one a class.
    Softmax {
        /// Number of linear predictors.
        outputs: usize,
    },
    /// Half the Tweedie deviance of a number under the log link.
    Tweedie {
        /// Variance = mean^power.
        power: f64,
    },
}

/// 1 / (1 + e⁻ᶻ) without overflow.
pub fn sigmoid(z: f64) -> f64 {
    if z >= 0.0 {
        1.0 / (1.0 + (-z).exp())
    } else {
        let e = z.exp();
        e / (1.0 + e)
    }
}

/// Softmax in place; returns the log of the sum of exponentials.
pub fn softmax(z: &mut [f64]) -> f64 {
    let top = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    z.iter_mut().for_each(|v| *v = (*v - top).exp());
    let sum: f64 = z.iter().sum();
    z.iter_mut().for_each(|v| *v /= sum);
    top + sum.ln()
}

impl Family {
    /// Number of linear predictors.
    pub fn outputs(self) -> usize {
        match self {
            Self::Softmax { outputs } => outputs,
            Self::Tweedie { .. } => 1,
        }
    }

    /// Whether it is a loss of classes.
    pub fn is_for_classes(self) -> bool {
        matches!(self, Self::Softmax { .. })
    }

    /// The loss of a row at predictors `z`. Leaves in `z` what the curvature needs (probabilities, or
    /// the predictor) and in `slope` the derivative in each predictor.
    pub fn loss(self, target: &Target, row: usize, z: &mut [f64], slope: &mut [f64]) -> f64 {
        match (self, target) {
            (Self::Softmax { outputs: 1 }, Target::Classification { codes, .. }) => {
                let is = f64::from(codes[row]);
                let probability = sigmoid(z[0]);
                let soft = if z[0] > 0.0 { z[0] + (-z[0]).exp().ln_1p() } else { z[0].exp().ln_1p() };
                let value = soft - is * z[0];
                slope[0] = probability - is;
                z[0] = probability;
                value
            }
            (Self::Softmax { .. }, Target::Classification { codes, .. }) => {
                let own = codes[row] as usize;
                let score = z[own];
                let value = softmax(z) - score;
                slope.copy_from_slice(z);
                slope[own] -= 1.0;
                value
            }
            (Self::Tweedie { power: p }, Target::Regression { values }) => {
                let (z, y) = (z[0], values[row]);
                slope[0] = (z.exp() - y) * ((1.0 - p) * z).exp();
                tweedie_loss(p, z, y)
            }
            _ => f64::NAN,
        }
    }

    /// Second derivative in predictors `k` and `l` from the row's state. For the Tweedie family the
    /// exact one where it is never negative (power 1 to 2), else its expectation.
    pub fn curvature(self, target: &Target, row: usize, state: &[f64], k: usize, l: usize) -> f64 {
        match (self, target) {
            (Self::Softmax { .. }, _) => (if k == l { state[k] } else { 0.0 }) - state[k] * state[l],
            (Self::Tweedie { power: p }, Target::Regression { values }) => {
                let expected = ((2.0 - p) * state[0]).exp();
                if (1.0..=2.0).contains(&p) {
                    (2.0 - p) * expected + (p - 1.0) * values[row] * ((1.0 - p) * state[0]).exp()
                } else {
                    expected
                }
            }
            _ => f64::NAN,
        }
    }

    /// Mean of the target over the train rows.
    fn mean(work: &SplitState) -> f64 {
        match work.common.target {
            Target::Regression { values } => {
                let sum: f64 = work.split().train.iter().map(|r| values[*r as usize]).sum();
                sum / work.n_train() as f64
            }
            Target::Classification { .. } => 0.0,
        }
    }

    /// The unit of the gradient's tolerance.
    pub fn gradient_unit(self, work: &SplitState) -> f64 {
        match self {
            Self::Softmax { .. } => 1.0,
            Self::Tweedie { power } => Self::mean(work).powf(2.0 - power).max(f64::MIN_POSITIVE),
        }
    }

    /// The intercept to start from when nothing is known.
    pub fn cold_intercept(self, work: &SplitState) -> f64 {
        match self {
            Self::Softmax { .. } => 0.0,
            Self::Tweedie { .. } => Self::mean(work).ln(),
        }
    }

    /// Whether the train rows suit: every class occurs, every number is in the family's range.
    ///
    /// # Errors
    /// [`Fallback::Refit`] where they do not: the fit of that split alone says what is wrong, or does
    /// without the missing class.
    pub fn check(self, work: &SplitState) -> Result<(), Fallback> {
        let suits = match (self, work.common.target) {
            (Self::Softmax { .. }, Target::Classification { codes, labels, .. }) => {
                let mut occurs = vec![false; labels.len()];
                work.split().train.iter().for_each(|r| occurs[codes[*r as usize] as usize] = true);
                occurs.iter().all(|o| *o)
            }
            (Self::Tweedie { power }, Target::Regression { values }) => {
                let mut train = work.split().train.iter().map(|r| values[*r as usize]);
                let lowest = train.clone().fold(f64::INFINITY, f64::min);
                lowest >= 0.0 && (lowest > 0.0 || power < 2.0) && train.any(|y| y > 0.0)
            }
            _ => false,
        };
        if suits { Ok(()) } else { Err(Fallback::Refit) }
    }
}
