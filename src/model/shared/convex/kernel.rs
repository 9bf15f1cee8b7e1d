//! What rows say of many fits at once: slopes of losses and predictions, in loops that the processor does side by side.
//!
//! Sums and products are not fused, so that results are the same on every processor.

use std::ops::Range;

use pulp::{Arch, Simd, WithSimd};

use super::family::Family;
use crate::data::Target;
use crate::model::exponential::{exp, sigmoid};

/// Softmax of each fit of a row, over outputs × fits.
#[inline(always)]
fn softmax(cells: &mut [f64], fits: usize) {
    let mut buffer = [0.0; 2 * MOST_FITS];
    let (top, total) = buffer.split_at_mut(MOST_FITS);
    let (top, total) = (&mut top[..fits], &mut total[..fits]);
    top.copy_from_slice(&cells[..fits]);
    for output in cells.chunks_exact(fits).skip(1) {
        for (top, z) in top.iter_mut().zip(output) {
            *top = if *z > *top { *z } else { *top };
        }
    }
    for output in cells.chunks_exact_mut(fits) {
        for ((z, top), total) in output.iter_mut().zip(&*top).zip(&mut *total) {
            *z = exp(*z - top);
            *total += *z;
        }
    }
    for output in cells.chunks_exact_mut(fits) {
        for (p, total) in output.iter_mut().zip(&*total) {
            *p /= total;
        }
    }
}

/// The most fits side by side.
pub const MOST_FITS: usize = 64;

/// In place of the predictors of some rows, the derivatives of their losses times their weights. `cells` are rows × outputs ×
/// fits, `weights` rows × fits.
pub fn slopes(family: Family, target: &Target, rows: Range<usize>, weights: &[f64], cells: &mut [f64], fits: usize) {
    Arch::new().dispatch(Slopes { family, target, rows, weights, cells, fits });
}

/// In place of the predictors of rows, what is predicted: means, the probabilities of classes, or of a single output a
/// [tail](probabilities).
pub fn predictions(family: Family, cells: &mut [f64], fits: usize) {
    Arch::new().dispatch(Responses { family, cells, fits });
}

/// How often splits have rows, of numbers in binary: of each digit a word a row, or what is not in it where they are
/// `inverse`; of each split the mask of its bit, or 0. `out` is rows × masks, which are whole groups of eight.
pub fn multiplicities(digits: &[&[u64]], inverse: bool, masks: &[u64], out: &mut [f64]) {
    Arch::new().dispatch(Multiplicities { digits, inverse, masks, out });
}

// These are no closures: a closure that is not inlined is compiled for the least of processors.
struct Slopes<'a> {
    family: Family,
    target: &'a Target,
    rows: Range<usize>,
    weights: &'a [f64],
    cells: &'a mut [f64],
    fits: usize,
}

impl WithSimd for Slopes<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { family, target, rows, weights, cells, fits } = self;
        let each = rows.zip(cells.chunks_exact_mut(family.outputs() * fits)).zip(weights.chunks_exact(fits));
        match (family, target) {
            (Family::Softmax { outputs: 1 }, Target::Classification { codes, .. }) => {
                for ((row, cells), weights) in each {
                    let is = f64::from(codes[row]);
                    for (z, w) in cells.iter_mut().zip(weights) {
                        *z = w * (sigmoid(*z) - is);
                    }
                }
            }
            (Family::Softmax { .. }, Target::Classification { codes, .. }) => {
                for ((row, cells), weights) in each {
                    softmax(cells, fits);
                    let own = codes[row] as usize * fits;
                    for p in &mut cells[own..own + fits] {
                        *p -= 1.0;
                    }
                    for output in cells.chunks_exact_mut(fits) {
                        for (slope, w) in output.iter_mut().zip(weights) {
                            *slope *= w;
                        }
                    }
                }
            }
            (Family::Tweedie { power }, Target::Regression { values }) => {
                for ((row, cells), weights) in each {
                    let y = values[row];
                    if power == 1.0 {
                        for (z, w) in cells.iter_mut().zip(weights) {
                            *z = w * (exp(*z) - y);
                        }
                    } else if power == 2.0 {
                        for (z, w) in cells.iter_mut().zip(weights) {
                            *z = w * (1.0 - y * exp(-*z));
                        }
                    } else {
                        for (z, w) in cells.iter_mut().zip(weights) {
                            *z = w * (exp((2.0 - power) * *z) - y * exp((1.0 - power) * *z));
                        }
                    }
                }
            }
            // A family never meets the other kind of target.
            _ => cells.fill(f64::NAN),
        }
    }
}

struct Multiplicities<'a> {
    digits: &'a [&'a [u64]],
    inverse: bool,
    masks: &'a [u64],
    out: &'a mut [f64],
}

impl WithSimd for Multiplicities<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { digits, inverse, masks, out } = self;
        let (zero, none) = (simd.splat_u64s(0), simd.splat_f64s(0.0));
        let (flip, masks) = (if inverse { u64::MAX } else { 0 }, S::as_simd_u64s(masks).0);
        for (row, out) in out.chunks_exact_mut(masks.len() * S::F64_LANES).enumerate() {
            for (out, mask) in S::as_mut_simd_f64s(out).0.iter_mut().zip(masks) {
                let (mut sum, mut worth) = (none, 1.0);
                for words in digits {
                    let bits = simd.and_u64s(simd.splat_u64s(words[row] ^ flip), *mask);
                    let is_none = simd.equal_u64s(bits, zero);
                    sum = simd.add_f64s(sum, simd.select_f64s(is_none, none, simd.splat_f64s(worth)));
                    worth *= 2.0;
                }
                *out = sum;
            }
        }
    }
}

struct Responses<'a> {
    family: Family,
    cells: &'a mut [f64],
    fits: usize,
}

impl WithSimd for Responses<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { family, cells, fits } = self;
        match family {
            Family::Softmax { outputs: 1 } => {
                for z in cells {
                    let tail = sigmoid(-z.abs());
                    *z = if *z > 0.0 { -tail } else { tail };
                }
            }
            Family::Softmax { outputs } => {
                for row in cells.chunks_exact_mut(outputs * fits) {
                    softmax(row, fits);
                }
            }
            Family::Tweedie { .. } => {
                for z in cells {
                    *z = exp(*z);
                }
            }
        }
    }
}

/// The probabilities of the two classes from the smaller of them, which has a minus where it is the first one's. Both keep
/// their digits so.
pub fn probabilities(tail: f64) -> [f64; 2] {
    if tail < 0.0 { [-tail, 1.0 + tail] } else { [1.0 - tail, tail] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes_are_those_of_the_loss_of_each_row_alone() {
        let wave = |i: usize| 3.0 * (i as f64 * 0.7).sin();
        let labels = ["a", "b", "c"].map(String::from).to_vec();
        let classes = |k: usize| Target::Classification {
            codes: (0..40).map(|i| (i % k) as u32).collect(),
            labels: labels[..k].to_vec(),
            positive: (k == 2).then_some(1),
        };
        let numbers = Target::Regression { values: (0..40).map(|i| 0.5 + f64::from(i % 7)).collect() };
        let mut cases =
            vec![(Family::Softmax { outputs: 1 }, classes(2)), (Family::Softmax { outputs: 3 }, classes(3))];
        cases.extend([1.0, 1.5, 2.0, 3.0].map(|power| (Family::Tweedie { power }, numbers.clone())));
        for (family, target) in cases {
            let (fits, outputs, rows) = (8, family.outputs(), 5..40);
            let cells: Vec<f64> = (0..rows.len() * outputs * fits).map(wave).collect();
            let weights: Vec<f64> = (0..rows.len() * fits).map(|i| (i % 3) as f64).collect();
            let mut all = cells.clone();
            slopes(family, &target, rows.clone(), &weights, &mut all, fits);
            let mut slope = vec![0.0; outputs];
            for (i, row) in rows.clone().enumerate() {
                for fit in 0..fits {
                    let at = |output: usize| (i * outputs + output) * fits + fit;
                    let mut z: Vec<f64> = (0..outputs).map(|output| cells[at(output)]).collect();
                    family.loss(&target, row, &mut z, &mut slope);
                    for output in 0..outputs {
                        let want = weights[i * fits + fit] * slope[output];
                        assert!(
                            (all[at(output)] - want).abs() <= 1e-12 * want.abs().max(1.0),
                            "{family:?} {row} {fit}"
                        );
                    }
                }
            }
            let mut predicted = cells;
            predictions(family, &mut predicted, fits);
            if family == (Family::Softmax { outputs: 1 }) {
                for (tail, z) in predicted.iter().zip(0..).map(|(tail, i)| (*tail, wave(i))) {
                    let [first, second] = probabilities(tail);
                    assert!((second / (1.0 / (1.0 + (-z).exp())) - 1.0).abs() < 1e-14 && first > 0.0);
                    assert!((first / (1.0 / (1.0 + z.exp())) - 1.0).abs() < 1e-14, "{first} {z}");
                }
            }
            if outputs == 3 {
                for row in predicted.chunks_exact(3 * fits) {
                    assert!((row[1] + row[1 + fits] + row[1 + 2 * fits] - 1.0).abs() < 1e-15);
                }
            }
        }
    }
}
