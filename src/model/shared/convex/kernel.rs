//! What rows say of many fits at once: slopes of losses and predictions, in loops that the processor does side by side.
//!
//! Sums and products are not fused, so that results are the same on every processor.

use std::ops::Range;

use pulp::Arch;

use super::family::Family;
use crate::data::Target;

/// Round to the nearest whole number by adding it and taking it away.
const ROUNDING: f64 = 6_755_399_441_055_744.0;
const LN2_HIGH: f64 = 0.693_147_180_369_123_8;
const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
/// 1 / k! for k = 13 ... 0: the error of the series is below half a unit in the last place for what is left of the argument.
const SERIES: [f64; 14] = [
    1.0 / 6_227_020_800.0,
    1.0 / 479_001_600.0,
    1.0 / 39_916_800.0,
    1.0 / 3_628_800.0,
    1.0 / 362_880.0,
    1.0 / 40_320.0,
    1.0 / 5_040.0,
    1.0 / 720.0,
    1.0 / 120.0,
    1.0 / 24.0,
    1.0 / 6.0,
    0.5,
    1.0,
    1.0,
];

/// eˣ, of numbers outside ±708 that of the nearest inside.
#[inline(always)]
fn exp(x: f64) -> f64 {
    let x = x.clamp(-708.0, 708.0);
    let shifted = x * std::f64::consts::LOG2_E + ROUNDING;
    let whole = shifted - ROUNDING;
    let rest = (x - whole * LN2_HIGH) - whole * LN2_LOW;
    let mut sum = SERIES[0];
    for term in &SERIES[1..] {
        sum = sum * rest + term;
    }
    // The whole number is in the low bits; put in place of the exponent it is a power of 2.
    let power = f64::from_bits((shifted.to_bits() << 52).wrapping_add(1023 << 52));
    sum * power
}

#[inline(always)]
fn sigmoid(z: f64) -> f64 {
    1.0 / (1.0 + exp(-z))
}

/// Softmax of each fit of a row, over outputs × fits.
#[inline(always)]
fn softmax(cells: &mut [f64], fits: usize) {
    let mut buffer = [0.0; 2 * MOST_FITS];
    let (top, total) = buffer.split_at_mut(MOST_FITS);
    let (top, total) = (&mut top[..fits], &mut total[..fits]);
    top.copy_from_slice(&cells[..fits]);
    for output in cells.chunks_exact(fits).skip(1) {
        top.iter_mut().zip(output).for_each(|(top, z)| *top = if *z > *top { *z } else { *top });
    }
    for output in cells.chunks_exact_mut(fits) {
        for ((z, top), total) in output.iter_mut().zip(&*top).zip(&mut *total) {
            *z = exp(*z - top);
            *total += *z;
        }
    }
    for output in cells.chunks_exact_mut(fits) {
        output.iter_mut().zip(&*total).for_each(|(p, total)| *p /= total);
    }
}

/// The most fits side by side.
pub const MOST_FITS: usize = 64;

/// In place of the predictors of some rows, the derivatives of their losses times their weights. `cells` are rows × outputs ×
/// fits, `weights` rows × fits.
pub fn slopes(family: Family, target: &Target, rows: Range<usize>, weights: &[f64], cells: &mut [f64], fits: usize) {
    let row_cells = family.outputs() * fits;
    Arch::new().dispatch(|| {
        let each = rows.zip(cells.chunks_exact_mut(row_cells)).zip(weights.chunks_exact(fits));
        match (family, target) {
            (Family::Softmax { outputs: 1 }, Target::Classification { codes, .. }) => {
                for ((row, cells), weights) in each {
                    let is = f64::from(codes[row]);
                    cells.iter_mut().zip(weights).for_each(|(z, w)| *z = w * (sigmoid(*z) - is));
                }
            }
            (Family::Softmax { .. }, Target::Classification { codes, .. }) => {
                for ((row, cells), weights) in each {
                    softmax(cells, fits);
                    let own = codes[row] as usize * fits;
                    cells[own..own + fits].iter_mut().for_each(|p| *p -= 1.0);
                    for output in cells.chunks_exact_mut(fits) {
                        output.iter_mut().zip(weights).for_each(|(slope, w)| *slope *= w);
                    }
                }
            }
            (Family::Tweedie { power }, Target::Regression { values }) => {
                for ((row, cells), weights) in each {
                    let y = values[row];
                    let cells = cells.iter_mut().zip(weights);
                    if power == 1.0 {
                        cells.for_each(|(z, w)| *z = w * (exp(*z) - y));
                    } else if power == 2.0 {
                        cells.for_each(|(z, w)| *z = w * (1.0 - y * exp(-*z)));
                    } else {
                        cells.for_each(|(z, w)| *z = w * (exp((2.0 - power) * *z) - y * exp((1.0 - power) * *z)));
                    }
                }
            }
            // A family never meets the other kind of target.
            _ => cells.fill(f64::NAN),
        }
    });
}

/// In place of the predictors of rows, what is predicted: means, the probabilities of classes, or of a single output a
/// [tail](probabilities).
pub fn predictions(family: Family, cells: &mut [f64], fits: usize) {
    Arch::new().dispatch(|| match family {
        Family::Softmax { outputs: 1 } => cells.iter_mut().for_each(|z| {
            let tail = sigmoid(-z.abs());
            *z = if *z > 0.0 { -tail } else { tail };
        }),
        Family::Softmax { outputs } => cells.chunks_exact_mut(outputs * fits).for_each(|row| softmax(row, fits)),
        Family::Tweedie { .. } => cells.iter_mut().for_each(|z| *z = exp(*z)),
    });
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
    fn powers_of_e_are_right_to_the_last_digits() {
        let mut worst: f64 = 0.0;
        for i in -200_000..=200_000 {
            let x = f64::from(i) * 0.003_51;
            worst = worst.max((exp(x) / x.exp() - 1.0).abs());
        }
        assert!(worst < 6e-16, "{worst}");
        assert_eq!((exp(0.0), exp(-1e9), exp(1e9)), (1.0, exp(-708.0), exp(708.0)));
        assert!(exp(f64::NAN).is_nan());
    }

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
