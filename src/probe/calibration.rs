//! Whether probabilities come true.
//!
//! Of two classes the probability of the positive one is looked at, of more the probability of the predicted
//! one. Bins of equal width as in scikit-learn's `calibration_curve`; expected and maximum calibration error (Naeini, Cooper
//! and Hauskrecht 2015); Murphy's (1973) decomposition of the Brier score; slope and intercept of the logistic
//! recalibration (Cox 1958; Van Calster and others 2019).

use super::{Conclusion, Line, Names, Notebook, Over, Probe, Scene};
use crate::data::Target;
use crate::metric::{Direction, Undefined};
use crate::model::Predictions;
use crate::run::Seen;
use crate::warning::{Code, Warning};

/// The measures, with bins of equal width.
pub struct Calibration {
    /// Number of bins.
    pub bins: usize,
}

/// A bin: rows, the sum of their probabilities, of their outcomes, and of p(1 - p).
type Bin = [f64; 4];

fn bins_of(probabilities: &[f64], outcomes: &[bool], bins: usize) -> Vec<Bin> {
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
/// Most Newton steps, and the mean gradient at which they end.
const STEPS: usize = 100;
const STILL: f64 = 1e-10;
/// No step is longer.
const FARTHEST: f64 = 20.0;

/// The mean negative log-likelihood of outcomes at `a + b·z`.
fn loss(odds: &[f64], outcomes: &[bool], a: f64, b: f64) -> f64 {
    let of = |(z, came): (&f64, &bool)| {
        let z = if *came { -(a + b * z) } else { a + b * z };
        if z > 0.0 { z + (-z).exp().ln_1p() } else { z.exp().ln_1p() }
    };
    odds.iter().zip(outcomes).map(of).sum::<f64>() / odds.len() as f64
}

/// `a + b·logit(p)` by maximum likelihood, with Newton's steps from 0, each halved until it gains; `b` is held at 1
/// where `free` is false.
fn recalibrate(odds: &[f64], outcomes: &[bool], free: bool) -> Result<(f64, f64), Undefined> {
    let none = Undefined("the logistic recalibration has no optimum");
    let n = odds.len() as f64;
    let (mut a, mut b) = (0.0, if free { 0.0 } else { 1.0 });
    let mut value = loss(odds, outcomes, a, b);
    for _ in 0..STEPS {
        let (mut g, mut h) = ([0.0; 2], [0.0; 3]);
        for (z, came) in odds.iter().zip(outcomes) {
            let q = 1.0 / (1.0 + (-(a + b * z)).exp());
            let (left, weight) = ((f64::from(u8::from(*came)) - q) / n, q * (1.0 - q) / n);
            g = [g[0] + left, g[1] + left * z];
            h = [h[0] + weight, h[1] + weight * z, h[2] + weight * z * z];
        }
        if g[0].abs() <= STILL && (!free || g[1].abs() <= STILL * (1.0 + h[2].sqrt())) {
            // Outcomes that the odds part without error push the slope up for ever.
            return if value > 1e-6 { Ok((a, b)) } else { Err(none) };
        }
        let (step_a, step_b) = if free {
            let det = h[0] * h[2] - h[1] * h[1];
            ((h[2] * g[0] - h[1] * g[1]) / det, (h[0] * g[1] - h[1] * g[0]) / det)
        } else {
            (g[0] / h[0], 0.0)
        };
        // Where the curvature has vanished, the gradient alone shows the way.
        let (step_a, step_b) = if step_a.is_finite() && step_b.is_finite() {
            (step_a.clamp(-FARTHEST, FARTHEST), step_b.clamp(-FARTHEST, FARTHEST))
        } else {
            (g[0], if free { g[1] } else { 0.0 })
        };
        let mut length = 1.0;
        loop {
            let there = loss(odds, outcomes, a + length * step_a, b + length * step_b);
            if there <= value {
                (a, b, value) = (a + length * step_a, b + length * step_b, there);
                break;
            }
            length *= 0.5;
            if length < 1e-12 {
                // What is left of the gradient is rounding, or there is no optimum.
                let level = g[0].abs() <= 1e-7 && (!free || g[1].abs() <= 1e-7 * (1.0 + h[2].sqrt()));
                return if level && value > 1e-6 { Ok((a, b)) } else { Err(none) };
            }
        }
    }
    Err(none)
}

/// The probabilities that are looked at and whether each came true.
fn pairs(target: &Target, predictions: &Predictions, rows: &[u32]) -> Option<(Vec<f64>, Vec<bool>)> {
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
    fn names(&self, _: &Scene, names: &mut Names) {
        READS.iter().for_each(|(name, direction)| names.reading(*name, *direction));
    }

    fn look(&self, seen: &Seen, notes: &mut Notebook) {
        let Some((p, came)) = pairs(seen.question.target, &seen.fit.predictions.test, &seen.split.test) else { return };
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
        notes.tally(self.bins, 3, (0..self.bins as u32).collect(), values);
    }

    fn conclude(&self, over: &Over, conclusion: &mut Conclusion) {
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
        let Some(total) = over.total else { return };
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
        let table = total.sums.chunks_exact(total.width).enumerate().map(line).collect();
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
        assert!(recalibrate(&[-1.0, 1.0], &[false, true], true).is_err());
    }
}
