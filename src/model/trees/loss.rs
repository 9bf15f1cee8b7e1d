//! Losses: first scores, gradients, and what scores mean.
//!
//! Formulas are those of scikit-learn 1.9 (`sklearn/_loss`). Scores are kept output by output: with n rows the score of
//! row i for output k is at k·n + i.

use super::FitError;
use super::impurity::Truth;
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

/// Gradients and hessians in whole numbers: a sum of them is exact in any order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Units {
    /// What one unit of a gradient stands for: a power of two.
    pub(super) gradient: f64,
    /// What one unit of a hessian stands for.
    pub(super) hessian: f64,
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
            let n = scores.len() / present.len();
            norms.extend((0..n).map(|i| log_sum_exp((0..present.len()).map(|k| scores[k * n + i]))));
        }
    }

    /// Gradients and hessians of output `k` in whole numbers. `scores` are those of the output, one per row of `rows`;
    /// `hessians` is left empty where they are all 1.
    pub(super) fn gradients(
        &self,
        k: usize,
        rows: &[u32],
        scores: &[f64],
        norms: &[f64],
        gradients: &mut Vec<i64>,
        hessians: &mut Vec<i64>,
    ) -> Units {
        gradients.clear();
        hessians.clear();
        gradients.reserve_exact(rows.len());
        if !self.constant_hessian() {
            hessians.reserve_exact(rows.len());
        }
        // Until the unit is known the buffers hold the bits of floating-point numbers: a second set would be as large.
        let mut push = |g: f64| gradients.push(g.to_bits() as i64);
        let mut push_hessian = |h: f64| hessians.push(h.to_bits() as i64);
        let pairs = rows.iter().zip(scores);
        match self {
            Self::Squared(y) => pairs.for_each(|(r, s)| push(s - y[*r as usize])),
            Self::Absolute(y) => pairs.for_each(|(r, s)| push(if *s > y[*r as usize] { 1.0 } else { -1.0 })),
            Self::Poisson(y) => pairs.for_each(|(r, s)| {
                let mean = s.exp();
                push(mean - y[*r as usize]);
                push_hessian(mean);
            }),
            Self::Logistic { .. } => pairs.for_each(|(r, s)| {
                let p = logistic(*s);
                push(p - self.is(*r, 0));
                push_hessian(p * (1.0 - p));
            }),
            Self::Softmax { .. } => pairs.zip(norms).for_each(|((r, s), norm)| {
                let p = (s - norm).exp();
                push(p - self.is(*r, k));
                push_hessian(p * (1.0 - p));
            }),
        }
        Units { gradient: to_units(gradients), hessian: to_units(hessians) }
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

/// Rounds numbers, given as bits, to multiples of a power of two and keeps the multiples.
///
/// No multiple exceeds 2⁵¹ and no sum 2⁶², so that i64 sums are exact. The unit is NaN if a number is infinite.
///
/// A thousand rows have 51 bits and a million 41, which leave numbers 10⁻⁹ of the largest three digits; scikit-learn
/// rounds every gradient to 24 bits instead.
fn to_units(bits: &mut [i64]) -> f64 {
    let number = |b: &i64| f64::from_bits(*b as u64);
    let largest = bits.iter().map(|b| number(b).abs()).fold(0.0, f64::max);
    if largest == 0.0 {
        bits.fill(0);
        return 1.0;
    }
    if !largest.is_finite() {
        return f64::NAN;
    }
    let of_count = usize::BITS - bits.len().leading_zeros();
    let room = (61 - of_count as i32).min(50);
    // The exponent field of the largest number: 2^exponent ≤ largest < 2^(exponent + 1).
    let exponent = ((largest.to_bits() >> 52) & 0x7ff) as i32 - 1023;
    let shift = (room - exponent).clamp(-1000, 1000);
    let scale = 2f64.powi(shift);
    // Adding 1.5 · 2⁵² rounds to a whole number, ties to even, and leaves it in the low bits.
    const SHIFTER: f64 = 6_755_399_441_055_744.0;
    for b in bits.iter_mut() {
        *b = (number(b) * scale + SHIFTER).to_bits() as i64 - SHIFTER.to_bits() as i64;
    }
    2f64.powi(-shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_round_to_the_nearest() {
        for numbers in [vec![1.0, -0.3, 1e-9, 0.0], vec![-1e300, 3e299], vec![1e-280, 2.5e-281], vec![0.0, -0.0]] {
            let mut bits: Vec<i64> = numbers.iter().map(|x: &f64| x.to_bits() as i64).collect();
            let unit = to_units(&mut bits);
            for (q, x) in bits.iter().zip(&numbers) {
                assert_eq!(*q as f64, (x / unit).round_ties_even());
                assert!(q.abs() <= 1 << 51 && (*q as f64 * unit - x).abs() <= 1e-11 * numbers[0].abs());
            }
        }
    }

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
            let (mut norms, mut g, mut h) = (Vec::new(), Vec::new(), Vec::new());
            objective.norms(&scores, &mut norms);
            for k in 0..objective.outputs() {
                let units = objective.gradients(k, &rows, &scores[3 * k..][..3], &norms, &mut g, &mut h);
                for i in 0..3 {
                    let at = |d: f64| {
                        let mut moved = scores.clone();
                        moved[3 * k + i] += d;
                        3.0 * objective.mean_loss(&rows, &moved)
                    };
                    let slope = (at(1e-4) - at(-1e-4)) / 2e-4;
                    assert!((slope - g[i] as f64 * units.gradient).abs() < 1e-6);
                    if !objective.constant_hessian() {
                        let bend = (at(1e-4) - 2.0 * at(0.0) + at(-1e-4)) / 1e-8;
                        assert!((bend - h[i] as f64 * units.hessian).abs() < 1e-5);
                    }
                }
            }
        }
    }

    #[test]
    fn a_score_that_is_met_counts_as_too_low() {
        let (mut g, mut h) = (Vec::new(), Vec::new());
        let units = Objective::Absolute(&[2.0]).gradients(0, &[0, 0], &[2.0, 2.5], &[], &mut g, &mut h);
        assert_eq!([g[0] as f64 * units.gradient, g[1] as f64 * units.gradient], [-1.0, 1.0]);
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
