//! Losses: first scores, gradients, and what scores mean.
//!
//! Formulas are those of scikit-learn 1.9 (`sklearn/_loss`). Scores are kept output by output: with n rows the score of
//! row i for output k is at k·n + i.

use super::FitError;
use super::impurity::Truth;
use super::means::{self, Mean};
use super::step::{Step, Units, to_units};
use crate::stats::median_in_place;

/// What is minimised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// ½ (y − score)².
    Squared,
    /// |y − score|.
    Absolute,
    /// exp(score) − y · score, for counts and other y ≥ 0; the prediction is exp(score).
    Poisson,
    /// Logistic loss for two classes, softmax with one score per class for more.
    Log,
}

/// Rows whose means are worked out at once.
const CHUNK: usize = 512;

/// A loss with its target.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Objective<'a> {
    Squared(&'a [f64]),
    Absolute(&'a [f64]),
    Poisson(&'a [f64]),
    /// The code of the second class is `positive`.
    Logistic {
        codes: &'a [u32],
        positive: u32,
    },
    /// Output k is for the class `present[k]`.
    Softmax {
        codes: &'a [u32],
        present: &'a [u32],
    },
}

impl<'a> Objective<'a> {
    /// Checks the target of the train rows. `present` are the classes that occur, ascending.
    pub(super) fn new(loss: Loss, truth: Truth<'a>, present: &'a [u32], train: &[u32]) -> Result<Self, FitError> {
        let values = match truth {
            Truth::Classes { codes, .. } => {
                return match (loss, present) {
                    (Loss::Log, [_, positive]) => Ok(Self::Logistic { codes, positive: *positive }),
                    (Loss::Log, _) => Ok(Self::Softmax { codes, present }),
                    _ => Err(FitError("boosting for classes needs the loss log".into())),
                };
            }
            Truth::Values(values) => values,
        };
        let taken = || train.iter().map(|r| values[*r as usize]);
        if taken().any(|y| !y.is_finite()) {
            return Err(FitError("a target is missing or infinite".into()));
        }
        match loss {
            Loss::Squared => Ok(Self::Squared(values)),
            Loss::Absolute => Ok(Self::Absolute(values)),
            Loss::Poisson if taken().any(|y| y < 0.0) || taken().all(|y| y == 0.0) => {
                Err(FitError("the loss poisson needs targets of at least 0, and not only 0".into()))
            }
            Loss::Poisson => Ok(Self::Poisson(values)),
            Loss::Log => Err(FitError("the loss log is for classes, and the target is a number".into())),
        }
    }

    /// Number of scores per row, and of trees per iteration.
    pub(super) fn outputs(&self) -> usize {
        match self {
            Self::Softmax { present, .. } => present.len(),
            _ => 1,
        }
    }

    /// Whether every hessian is 1.
    pub(super) fn constant_hessian(&self) -> bool {
        matches!(self, Self::Squared(_) | Self::Absolute(_))
    }

    /// Whether row `r` is of output `k`'s class.
    fn is(&self, r: u32, k: usize) -> f64 {
        let hit = match self {
            Self::Logistic { codes, positive } => codes[r as usize] == *positive,
            Self::Softmax { codes, present } => codes[r as usize] == present[k],
            _ => false,
        };
        f64::from(u8::from(hit))
    }

    /// The scores before the first tree, one per output: the best constant, away from infinite ones.
    pub(super) fn baseline(&self, rows: &[u32]) -> Vec<f64> {
        let mean = |y: &dyn Fn(u32) -> f64| rows.iter().map(|r| y(*r)).sum::<f64>() / rows.len() as f64;
        let share = |k: usize| mean(&|r| self.is(r, k));
        match self {
            Self::Squared(y) => vec![mean(&|r| y[r as usize])],
            Self::Absolute(y) => vec![median_in_place(&mut rows.iter().map(|r| y[*r as usize]).collect::<Vec<_>>())],
            Self::Poisson(y) => vec![mean(&|r| y[r as usize]).max(10.0 * f64::EPSILON).ln()],
            Self::Logistic { .. } => {
                let p = share(0).clamp(10.0 * f64::EPSILON, 1.0 - 10.0 * f64::EPSILON);
                vec![(p / (1.0 - p)).ln()]
            }
            Self::Softmax { present, .. } => {
                let clipped = |k| share(k).clamp(f64::EPSILON, 1.0 - f64::EPSILON).ln();
                let logs: Vec<f64> = (0..present.len()).map(clipped).collect();
                let middle = logs.iter().sum::<f64>() / logs.len() as f64;
                logs.iter().map(|l| l - middle).collect()
            }
        }
    }

    /// Before the trees of an iteration: for softmax the logarithm of each row's sum of exp(score).
    pub(super) fn norms(&self, scores: &[f64], norms: &mut Vec<f64>) {
        norms.clear();
        if let Self::Softmax { present, .. } = self {
            norms.resize(scores.len() / present.len(), 0.0);
            means::log_sums(scores, norms);
        }
    }

    /// The steps of the rows for output `k`. `scores` are those of the output, one per row of `rows`.
    pub(super) fn steps(&self, k: usize, rows: &[u32], scores: &[f64], norms: &[f64], steps: &mut Vec<Step>) -> Units {
        // Until the units are known the steps hold the bits of floating-point numbers: a second set would be as large.
        let step = |gradient: f64, hessian: f64| [gradient.to_bits() as i64, hessian.to_bits() as i64];
        steps.resize(rows.len(), [0; 2]);
        let of_rows = rows.iter().zip(scores).zip(&mut *steps);
        match self {
            Self::Squared(y) => of_rows.for_each(|((r, s), to)| *to = step(s - y[*r as usize], 0.0)),
            Self::Absolute(y) => {
                of_rows.for_each(|((r, s), to)| *to = step(if *s > y[*r as usize] { 1.0 } else { -1.0 }, 0.0));
            }
            Self::Poisson(_) | Self::Logistic { .. } | Self::Softmax { .. } => {
                let mut means = [0.0; CHUNK];
                for (at, (rows, steps)) in rows.chunks(CHUNK).zip(steps.chunks_mut(CHUNK)).enumerate() {
                    let (chunk, means) = (at * CHUNK..at * CHUNK + rows.len(), &mut means[..rows.len()]);
                    let mean = match self {
                        Self::Poisson(_) => Mean::Exponential,
                        Self::Softmax { .. } => Mean::Share(&norms[chunk.clone()]),
                        _ => Mean::Logistic,
                    };
                    means::means(mean, &scores[chunk], means);
                    let of_rows = rows.iter().zip(&*means).zip(steps);
                    match self {
                        Self::Poisson(y) => of_rows.for_each(|((r, m), to)| *to = step(m - y[*r as usize], *m)),
                        _ => of_rows.for_each(|((r, p), to)| *to = step(p - self.is(*r, k), p * (1.0 - p))),
                    }
                }
            }
        }
        to_units(steps)
    }

    /// Mean loss of some rows, added up in their order; terms without scores are left out.
    pub(super) fn mean_loss(&self, rows: &[u32], scores: &[f64]) -> f64 {
        let n = rows.len();
        let one = |i: usize, r: u32| {
            let s = scores[i];
            match self {
                Self::Squared(y) => 0.5 * (s - y[r as usize]).powi(2),
                Self::Absolute(y) => (y[r as usize] - s).abs(),
                Self::Poisson(y) => s.exp() - y[r as usize] * s,
                Self::Logistic { .. } => s.max(0.0) + (-s.abs()).exp().ln_1p() - self.is(r, 0) * s,
                Self::Softmax { present, .. } => {
                    let own: f64 = (0..present.len()).map(|k| self.is(r, k) * scores[k * n + i]).sum();
                    log_sum_exp((0..present.len()).map(|k| scores[k * n + i])) - own
                }
            }
        };
        rows.iter().enumerate().map(|(i, r)| one(i, *r)).sum::<f64>() / n as f64
    }

    /// For the absolute error, whose leaves are set to medians: y of a table row.
    pub(super) fn refitted(&self) -> Option<&'a [f64]> {
        match self {
            Self::Absolute(y) => Some(y),
            _ => None,
        }
    }
}

/// 1 / (1 + exp(−s)).
pub(super) fn logistic(s: f64) -> f64 {
    1.0 / (1.0 + (-s).exp())
}

/// The logarithm of the sum of exponentials.
pub(super) fn log_sum_exp(scores: impl Iterator<Item = f64> + Clone) -> f64 {
    let top = scores.clone().fold(f64::NEG_INFINITY, f64::max);
    top + scores.map(|s| (s - top).exp()).sum::<f64>().ln()
}

#[cfg(test)]
mod tests {
    use super::super::step::STEP_BITS;
    use super::*;

    #[test]
    fn gradients_are_derivatives_of_the_loss() {
        let (y, codes) = ([1.5, 0.0, 4.0], [0, 2, 1]);
        let rows = [0, 1, 2];
        let two = [0, 1, 1];
        for objective in [
            Objective::Squared(&y),
            Objective::Absolute(&y),
            Objective::Poisson(&y),
            Objective::Logistic { codes: &two, positive: 1 },
            Objective::Softmax { codes: &codes, present: &[0, 1, 2] },
        ] {
            let scores: Vec<f64> = (0..3 * objective.outputs()).map(|i| (i as f64 * 1.7).sin()).collect();
            let (mut norms, mut steps) = (Vec::new(), Vec::new());
            objective.norms(&scores, &mut norms);
            for k in 0..objective.outputs() {
                let units = objective.steps(k, &rows, &scores[3 * k..][..3], &norms, &mut steps);
                for (i, [g, h]) in steps.iter().enumerate() {
                    let at = |d: f64| {
                        let mut moved = scores.clone();
                        moved[3 * k + i] += d;
                        3.0 * objective.mean_loss(&rows, &moved)
                    };
                    let slope = (at(1e-4) - at(-1e-4)) / 2e-4;
                    assert!((slope - *g as f64 * units.gradient).abs() < 1e-6);
                    if !objective.constant_hessian() {
                        let bend = (at(1e-4) - 2.0 * at(0.0) + at(-1e-4)) / 1e-8;
                        assert!((bend - (h >> STEP_BITS) as f64 * units.hessian).abs() < 1e-5);
                    }
                }
            }
        }
    }

    #[test]
    fn a_score_that_is_met_counts_as_too_low() {
        let mut steps = Vec::new();
        let units = Objective::Absolute(&[2.0]).steps(0, &[0, 0], &[2.0, 2.5], &[], &mut steps);
        assert_eq!([0, 1].map(|i| steps[i][0] as f64 * units.gradient), [-1.0, 1.0]);
    }

    #[test]
    fn the_baseline_is_the_best_constant() {
        let y = [1.0, 2.0, 6.0, 0.0];
        assert_eq!(Objective::Squared(&y).baseline(&[0, 1, 2, 2]), [3.75]);
        assert_eq!(Objective::Absolute(&y).baseline(&[0, 1, 2, 3]), [1.5]);
        assert_eq!(Objective::Poisson(&y).baseline(&[0, 1, 2]), [3f64.ln()]);
        let logit = Objective::Logistic { codes: &[0, 1, 1, 1], positive: 1 }.baseline(&[0, 1, 2, 3])[0];
        assert!((logit - 3f64.ln()).abs() < 1e-15);
        let many = Objective::Softmax { codes: &[0, 1, 2, 2], present: &[0, 1, 2] }.baseline(&[0, 1, 2, 3]);
        assert!((many[2] - many[0] - 2f64.ln()).abs() < 1e-15 && many.iter().sum::<f64>().abs() < 1e-15);
    }
}
