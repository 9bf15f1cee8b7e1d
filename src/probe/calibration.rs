//! Whether probabilities come true.
//!
//! Of two classes the probability of the positive one is looked at, of more the probability of the predicted
//! one. Bins of equal width as in scikit-learn's `calibration_curve`; expected and maximum calibration error (Naeini, Cooper
//! and Hauskrecht 2015); Murphy's (1973) decomposition of the Brier score; slope and intercept of the logistic
//! recalibration (Cox 1958; Van Calster and others 2019).

use super::registry::{CLASSES, ProbeInfo};
use super::{Conclusion, Line, Names, Probe, ProbeContext, ProbeResults, Recorder};
use crate::data::Target;
use crate::metric::{Direction, Undefined};
use crate::model::Predictions;
use crate::model::registry::{ParamInfo, ParamKind};
use crate::run::FittedSplit;
use crate::warning::{Code, Warning};

pub(super) const INFO: ProbeInfo = ProbeInfo {
    of_predictions: true,
    params: &[ParamInfo::new("bins", ParamKind::Whole { least: 2 }, "10", "bins of equal width")],
    ..ProbeInfo::new(
        "calibration",
        CLASSES,
        "whether a probability of 0.8 comes true in 80 % of rows",
        "probabilities",
        &[
            "ece",
            "mce",
            "ece_by_chance",
            "brier_reliability",
            "brier_resolution",
            "brier_uncertainty",
            "calibration_slope",
            "calibration_intercept",
        ],
        |spec, _| Ok(Box::new(Calibration { bins: spec.whole("bins") })),
    )
};

/// The measures, with bins of equal width.
pub struct Calibration {
    /// Number of bins.
    pub bins: usize,
}

/// A bin: rows, the sum of their probabilities, of their outcomes, and of p(1 - p).
pub(super) type Bin = [f64; 4];

pub(super) fn bins_of(probabilities: &[f64], outcomes: &[bool], bins: usize) -> Vec<Bin> {
    let mut all = vec![[0.0; 4]; bins];
    for (p, came) in probabilities.iter().zip(outcomes) {
        // As numpy.searchsorted of the inner edges: an edge belongs to the bin below it.
        let place = (1..bins).take_while(|edge| *p > *edge as f64 / bins as f64).count();
        let bin = &mut all[place];
        let parts = [1.0, *p, f64::from(u8::from(*came)), p * (1.0 - p)];
        bin.iter_mut().zip(parts).for_each(|(b, v)| *b += v);
    }
    all
}

/// Expected and maximum calibration error, and the expected one that would be found were every probability true.
fn errors(bins: &[Bin]) -> [f64; 3] {
    let n: f64 = bins.iter().map(|b| b[0]).sum();
    let filled = || bins.iter().filter(|b| b[0] > 0.0);
    let far = |b: &Bin| (b[2] - b[1]).abs();
    [
        filled().map(far).sum::<f64>() / n,
        filled().map(|b| far(b) / b[0]).fold(0.0, f64::max),
        // The mean of |x| for a normal x of variance Σp(1 - p).
        filled().map(|b| (b[3] * 2.0 / std::f64::consts::PI).sqrt()).sum::<f64>() / n,
    ]
}

/// Reliability, resolution and uncertainty.
fn decomposition(bins: &[Bin]) -> [f64; 3] {
    let n: f64 = bins.iter().map(|b| b[0]).sum();
    let base = bins.iter().map(|b| b[2]).sum::<f64>() / n;
    let filled = || bins.iter().filter(|b| b[0] > 0.0);
    [
        filled().map(|b| (b[1] - b[2]).powi(2) / b[0]).sum::<f64>() / n,
        filled().map(|b| b[0] * (b[2] / b[0] - base).powi(2)).sum::<f64>() / n,
        base * (1.0 - base),
    ]
}

/// Probabilities are kept this far from 0 and 1 where their log-odds are taken.
const EDGE: f64 = 1e-12;
/// Most Newton steps.
const STEPS: usize = 100;
/// A step that moves no row's log-odds by more than this is the last: what it leaves is about its square.
const CLOSE: f64 = 1e-6;

/// The mean negative log-likelihood of outcomes at `a + b·z`.
fn loss(odds: &[f64], outcomes: &[bool], a: f64, b: f64) -> f64 {
    let of = |(z, came): (&f64, &bool)| {
        let z = if *came { -(a + b * z) } else { a + b * z };
        if z > 0.0 { z + (-z).exp().ln_1p() } else { z.exp().ln_1p() }
    };
    odds.iter().zip(outcomes).map(of).sum::<f64>() / odds.len() as f64
}

/// Whether a threshold has all rows that came true on one side, itself included, and all others on the other. With one
/// variable these are the cases without an optimum (Albert and Anderson, Biometrika 71, 1984).
fn parted(odds: &[f64], outcomes: &[bool]) -> bool {
    let of = |which: bool| odds.iter().zip(outcomes).filter(move |(_, came)| **came == which).map(|(z, _)| *z);
    let ends = |which| (of(which).fold(f64::INFINITY, f64::min), of(which).fold(f64::NEG_INFINITY, f64::max));
    let ((least, most), (other_least, other_most)) = (ends(true), ends(false));
    least >= other_most || other_least >= most
}

/// Newton's step in `a` and `b`, each variable less its weighted mean, so that odds far from 0 lose no digits.
fn step(odds: &[f64], outcomes: &[bool], a: f64, b: f64, free: bool) -> (f64, f64) {
    // What is left of an outcome and how much it weighs, neither as a difference of numbers near 1.
    let parts = || {
        odds.iter().zip(outcomes).map(move |(z, came)| {
            let (for_it, against) = (1.0 / (1.0 + (-(a + b * z)).exp()), 1.0 / (1.0 + (a + b * z).exp()));
            (*z, if *came { against } else { -for_it }, for_it * against)
        })
    };
    let (mut slope, mut weights, mut middle) = (0.0, 0.0, 0.0);
    for (z, left, weight) in parts() {
        (slope, weights, middle) = (slope + left, weights + weight, middle + weight * z);
    }
    if !free {
        return (slope / weights, 0.0);
    }
    let middle = middle / weights;
    let (mut along, mut curve) = (0.0, 0.0);
    for (z, left, weight) in parts() {
        (along, curve) = (along + left * (z - middle), curve + weight * (z - middle).powi(2));
    }
    let step_b = along / curve;
    (slope / weights - step_b * middle, step_b)
}

/// `a + b·logit(p)` by maximum likelihood, with Newton's steps from 0, each halved until it gains; `b` is held at 1
/// where `free` is false. There are outcomes of both kinds.
fn recalibrate(odds: &[f64], outcomes: &[bool], free: bool) -> Result<(f64, f64), Undefined> {
    if free && parted(odds, outcomes) {
        return Err(Undefined("the logistic recalibration has no optimum where probabilities part the outcomes"));
    }
    let ends =
        [odds.iter().copied().fold(f64::INFINITY, f64::min), odds.iter().copied().fold(f64::NEG_INFINITY, f64::max)];
    let (mut a, mut b) = (0.0, if free { 0.0 } else { 1.0 });
    let mut value = loss(odds, outcomes, a, b);
    for _ in 0..STEPS {
        let (step_a, step_b) = step(odds, outcomes, a, b, free);
        let moved = ends.iter().map(|z| (step_a + step_b * z).abs()).fold(0.0, f64::max);
        if moved <= CLOSE {
            return Ok((a + step_a, b + step_b));
        }
        if !moved.is_finite() {
            break;
        }
        let mut length = 1.0;
        loop {
            let (next_a, next_b) = (a + length * step_a, b + length * step_b);
            let there = loss(odds, outcomes, next_a, next_b);
            if there < value {
                (a, b, value) = (next_a, next_b, there);
                break;
            }
            length *= 0.5;
            if length * moved < CLOSE {
                // The loss is flat to its last digit, and it has one optimum: this is as near as numbers come.
                return Ok((a, b));
            }
        }
    }
    Err(Undefined("the logistic recalibration was not found"))
}

/// The probabilities that are looked at and whether each came true.
pub(super) fn pairs(target: &Target, predictions: &Predictions, rows: &[u32]) -> Option<(Vec<f64>, Vec<bool>)> {
    let (Target::Classification { codes, positive, .. }, Predictions::Classes { labels, probabilities: Some(p), .. }) =
        (target, predictions)
    else {
        return None;
    };
    let looked = |i: usize| positive.unwrap_or(labels[i]);
    let chances = (0..rows.len()).map(|i| p[[i, looked(i) as usize]]).collect();
    let came = rows.iter().enumerate().map(|(i, r)| codes[*r as usize] == looked(i)).collect();
    Some((chances, came))
}

/// What is read, with the way in which each gets better.
const READS: [(&str, Direction); 8] = [
    ("ece", Direction::Lower),
    ("mce", Direction::Lower),
    ("ece_by_chance", Direction::None),
    ("brier_reliability", Direction::Lower),
    ("brier_resolution", Direction::Higher),
    ("brier_uncertainty", Direction::None),
    ("calibration_slope", Direction::None),
    ("calibration_intercept", Direction::None),
];

impl Probe for Calibration {
    fn names(&self, _: &ProbeContext, names: &mut Names) {
        READS.iter().for_each(|(name, direction)| names.reading(*name, *direction));
    }

    fn look(&self, fitted: &FittedSplit, notes: &mut Recorder) {
        let Some((p, came)) = pairs(fitted.context.target, &fitted.fit.predictions.test, &fitted.split.test) else {
            return;
        };
        let bins = bins_of(&p, &came, self.bins);
        let [ece, mce, chance] = errors(&bins);
        let [reliability, resolution, uncertainty] = decomposition(&bins);
        let odds: Vec<f64> = p.iter().map(|p| p.clamp(EDGE, 1.0 - EDGE)).map(|p| (p / (1.0 - p)).ln()).collect();
        let both = came.iter().any(|c| *c) && came.iter().any(|c| !*c);
        let guard = |fit: Result<f64, Undefined>| if both { fit } else { Err(Undefined("all outcomes are the same")) };
        let slope = guard(recalibrate(&odds, &came, true).map(|(_, b)| b));
        let intercept = guard(recalibrate(&odds, &came, false).map(|(a, _)| a));
        let measured = [ece, mce, chance, reliability, resolution, uncertainty].map(Ok);
        for ((name, direction), value) in READS.into_iter().zip(measured.into_iter().chain([slope, intercept])) {
            notes.read(name, direction, value);
        }
        let values = bins.iter().flat_map(|b| &b[..3]).copied().collect();
        notes.row_sums_of(self.bins, 3, (0..self.bins as u32).collect(), values);
    }

    fn conclude(&self, over: &ProbeResults, conclusion: &mut Conclusion) {
        let (Some(ece), Some(chance)) = (over.mean("ece"), over.mean("ece_by_chance")) else { return };
        let slope = over.mean("calibration_slope").map_or(String::new(), |s| format!(", slope {s:.2} (1 is right)"));
        conclusion.lines.push(format!("calibration: expected error {ece:.4}, {chance:.4} by chance alone{slope}"));
        if ece > 2.0 * chance && ece > 0.02 {
            let text = format!(
                "probabilities of {} are off by {ece:.3} on average over bins, and {chance:.3} would be chance",
                over.model
            );
            conclusion.warnings.push(Warning::new(Code::Miscalibrated, text));
        }
        let Some((3, sums)) = &over.total else { return };
        let width = 1.0 / self.bins as f64;
        let line = |(i, sums): (usize, &[f64])| {
            let mean = |v: f64| (sums[0] > 0.0).then(|| v / sums[0]);
            let from = i as f64 * width;
            [
                ("from", Some(from)),
                ("to", Some(from + width)),
                ("predictions", Some(sums[0])),
                ("predicted", mean(sums[1])),
                ("observed", mean(sums[2])),
            ]
            .map(|(name, value)| (name.to_owned(), value))
            .into_iter()
            .collect::<Line>()
        };
        let table = sums.chunks_exact(3).enumerate().map(line).collect();
        conclusion.tables.push(("reliability".into(), table));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_and_errors_of_a_few_rows_by_hand() {
        let p = [0.1, 0.2, 0.5, 0.75, 0.9, 1.0];
        let came = [false, true, false, true, true, false];
        // Bins of a half: 0.1, 0.2 and 0.5 (an edge belongs below), then the rest.
        let bins = bins_of(&p, &came, 2);
        assert_eq!((bins[0][0], bins[1][0]), (3.0, 3.0));
        let [ece, mce, chance] = errors(&bins);
        // Predicted sums 0.8 and 2.65, observed 1 and 2.
        assert!((ece - (0.2 + 0.65) / 6.0).abs() < 1e-12 && (mce - 0.65 / 3.0).abs() < 1e-12);
        let variances = [0.09 + 0.16 + 0.25, 0.1875 + 0.09];
        let want = variances.iter().map(|v: &f64| (v * 2.0 / std::f64::consts::PI).sqrt()).sum::<f64>() / 6.0;
        assert!((chance - want).abs() < 1e-12);
    }

    #[test]
    fn with_one_probability_a_bin_the_parts_are_the_brier_score() {
        let p = [0.25, 0.25, 0.25, 0.75, 0.75];
        let came = [false, true, false, true, false];
        let [reliability, resolution, uncertainty] = decomposition(&bins_of(&p, &came, 2));
        let brier = p.iter().zip(came).map(|(p, c)| (p - f64::from(u8::from(c))).powi(2)).sum::<f64>() / p.len() as f64;
        assert!((reliability - resolution + uncertainty - brier).abs() < 1e-12);
    }

    #[test]
    fn groups_recalibrate_to_their_own_odds() {
        // At z = -1 one of four came true, at z = 1 three of four: a + b·z are the log-odds ∓ln 3.
        let z = [-1.0, -1.0, -1.0, -1.0, 1.0, 1.0, 1.0, 1.0];
        let came = [true, false, false, false, true, true, true, false];
        let (a, b) = recalibrate(&z, &came, true).unwrap();
        assert!(a.abs() < 1e-8 && (b - 3f64.ln()).abs() < 1e-8);
        assert!(recalibrate(&z, &came, false).unwrap().0.abs() < 1e-8);
    }

    /// Rows on a threshold itself are on either side, and with one probability no slope is better than another.
    #[test]
    fn outcomes_that_a_threshold_parts_have_no_slope_but_an_intercept() {
        for (z, came) in [
            (&[-1.0, 1.0, 2.0][..], &[false, true, true][..]),
            (&[-1.0, 1.0, 2.0], &[true, false, false]),
            (&[-1.0, 0.5, 0.5, 2.0], &[false, false, true, true]),
            (&[0.3, 0.3, 0.3], &[true, false, true]),
        ] {
            assert!(recalibrate(z, came, true).is_err(), "{z:?}");
            let a = recalibrate(z, came, false).unwrap().0;
            let left: f64 =
                z.iter().zip(came).map(|(z, c)| f64::from(u8::from(*c)) - 1.0 / (1.0 + (-a - z).exp())).sum();
            assert!(left.abs() < 1e-12, "{z:?} {left}");
        }
        // One row on the wrong side by a hair is enough.
        assert!(recalibrate(&[-1.0, 0.5, 0.500_001, 2.0], &[false, true, false, true], true).is_ok());
    }

    /// Odds narrow and wide, near 0 and far from it, up to those of probabilities of 10⁻¹², outcomes that follow them,
    /// go against them or are rare.
    #[test]
    fn every_recalibration_that_exists_is_found() {
        let mut state = 7u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1u64 << 53) as f64
        };
        let mut slopes = 0;
        for _ in 0..4000 {
            let n = 3 + (next() * next() * 300.0) as usize;
            let (middle, width) = (20.0 * next() - 10.0, 10f64.powf(5.0 * next() - 4.0));
            let (a, b) = (4.0 * next() - 2.0, 6.0 * next() - 2.0);
            let edge = (1.0 / EDGE).ln();
            let z: Vec<f64> = (0..n)
                .map(|_| (middle + width * (next() + next() + next() - 1.5) / next()).clamp(-edge, edge))
                .collect();
            let came: Vec<bool> =
                z.iter().map(|z| next() < 1.0 / (1.0 + (-a - b * (z - middle) / width).exp())).collect();
            if came.iter().all(|c| *c) || !came.contains(&true) {
                continue;
            }
            for free in [false, true] {
                if free && parted(&z, &came) {
                    continue;
                }
                slopes += usize::from(free);
                let (a, b) = recalibrate(&z, &came, free).unwrap_or_else(|e| panic!("{}: {z:?} {came:?}", e.0));
                let value = loss(&z, &came, a, b);
                // No way to go from there gains.
                for (da, db) in [(1.0, 0.0), (0.0, 1.0), (-middle, 1.0), (middle, 1.0)] {
                    for h in [1e-2, 1e-4, -1e-2, -1e-4] {
                        let there = loss(&z, &came, a + h * da, b + if free { h * db / width } else { 0.0 });
                        assert!(there >= value - 1e-13 * value, "{free} {a} {b} {there} {value} {z:?} {came:?}");
                    }
                }
            }
        }
        assert!(slopes > 2000, "{slopes}");
    }
}
