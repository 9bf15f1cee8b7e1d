//! Scores with two modes.

use serde_json::json;

use super::{Check, Finding, SuspicionContext, log_losses};
use crate::error::Result;
use crate::inspect::driver::number;
use crate::stats::population_deviation;
use crate::warning::Code;

pub(super) const CHECK: Check =
    Check { code: Code::TwoModes, looks_at: "whether the scores have two modes, and what parts them", look };

/// Two modes need so many scores.
const LEAST_SCORES: usize = 50;
/// Improvement of Bayes's information criterion of two normals over one.
const BIC: f64 = 10.0;
/// Ashman's distance of the two, and the smallest weight of either.
const ASHMAN: f64 = 3.0;
const LEAST_WEIGHT: f64 = 0.05;
/// Between the modes the density falls below this share of that at the lower one.
const VALLEY: f64 = 0.5;

/// Two normals as weights, means and standard deviations.
struct Mixture {
    weights: [f64; 2],
    means: [f64; 2],
    sds: [f64; 2],
    log_likelihood: f64,
}

fn log_normal(x: f64, mean: f64, sd: f64) -> f64 {
    -0.5 * ((x - mean) / sd).powi(2) - sd.ln() - 0.5 * (2.0 * std::f64::consts::PI).ln()
}

/// Fits two normals by expectation-maximisation (Dempster, Laird and Rubin 1977) from a cut at the middle of
/// the widest gap near the centre; scores are standardised. No standard deviation falls below a twentieth.
fn mixture(scores: &[f64], cut: f64) -> Option<Mixture> {
    let n = scores.len() as f64;
    let mut share: Vec<f64> = scores.iter().map(|s| f64::from(u8::from(*s > cut))).collect();
    let mut fit = Mixture { weights: [0.5; 2], means: [0.0; 2], sds: [1.0; 2], log_likelihood: f64::NEG_INFINITY };
    for _ in 0..200 {
        for side in 0..2 {
            let of = |s: f64| if side == 1 { s } else { 1.0 - s };
            let total: f64 = share.iter().map(|s| of(*s)).sum();
            if total < 2.0 {
                return None;
            }
            let mean = scores.iter().zip(&share).map(|(x, s)| of(*s) * x).sum::<f64>() / total;
            let variance = scores.iter().zip(&share).map(|(x, s)| of(*s) * (x - mean).powi(2)).sum::<f64>() / total;
            (fit.weights[side], fit.means[side], fit.sds[side]) = (total / n, mean, variance.sqrt().max(0.05));
        }
        let before = fit.log_likelihood;
        fit.log_likelihood = 0.0;
        for (x, share) in scores.iter().zip(&mut share) {
            let of = |side: usize| fit.weights[side].ln() + log_normal(*x, fit.means[side], fit.sds[side]);
            let (a, b) = (of(0), of(1));
            let top = a.max(b);
            let both = top + ((a - top).exp() + (b - top).exp()).ln();
            fit.log_likelihood += both;
            *share = (b - both).exp();
        }
        if (fit.log_likelihood - before).abs() < 1e-9 {
            break;
        }
    }
    Some(fit)
}

/// The two modes of scores, if there are two.
fn modes(scores: &[f64]) -> Option<[f64; 2]> {
    let n = scores.len() as f64;
    if scores.len() < LEAST_SCORES {
        return None;
    }
    let (mean, sd) = population_deviation(scores);
    if sd <= 1e-12 * mean.abs() {
        return None;
    }
    let standard: Vec<f64> = scores.iter().map(|s| (s - mean) / sd).collect();
    let mut sorted = standard.clone();
    sorted.sort_unstable_by(f64::total_cmp);
    let inner = (n * LEAST_WEIGHT) as usize..(n * (1.0 - LEAST_WEIGHT)) as usize;
    let gap = inner
        .filter(|i| *i > 0)
        .max_by(|a, b| (sorted[*a] - sorted[a - 1]).total_cmp(&(sorted[*b] - sorted[b - 1])))?;
    let cut = 0.5 * (sorted[gap] + sorted[gap - 1]);
    let fit = mixture(&standard, cut)?;
    let single: f64 = standard.iter().map(|s| log_normal(*s, 0.0, 1.0)).sum();
    let bic = 2.0 * (fit.log_likelihood - single) - 3.0 * n.ln();
    let ashman = std::f64::consts::SQRT_2 * (fit.means[1] - fit.means[0]).abs() / fit.sds[0].hypot(fit.sds[1]);
    let least = fit.weights[0].min(fit.weights[1]);
    let density =
        |x: f64| (0..2).map(|i| (fit.weights[i].ln() + log_normal(x, fit.means[i], fit.sds[i])).exp()).sum::<f64>();
    let between = |i: usize| fit.means[0] + (fit.means[1] - fit.means[0]) * i as f64 / 50.0;
    let valley = (1..50).map(|i| density(between(i))).fold(f64::INFINITY, f64::min);
    let parted = valley < VALLEY * density(fit.means[0]).min(density(fit.means[1]));
    (bic > BIC && ashman > ASHMAN && least >= LEAST_WEIGHT && parted).then(|| fit.means.map(|m| mean + sd * m))
}

fn look(scene: &SuspicionContext, _: &mut Vec<String>) -> Result<Vec<Finding>> {
    let (look, subject) = (scene.look, scene.subject);
    let Some(modes) = modes(&look.goodness).filter(|_| log_losses(scene).is_some_and(|l| modes(&l).is_some())) else {
        return Ok(Vec::new());
    };
    let sign = subject.sign();
    let modes = modes.map(|m| sign * m);
    let row = look.memberships.strongest(1).first().copied().filter(|i| i.p <= 1e-4);
    let signal = scene.signals.first().filter(|s| s.q <= 1e-4 && s.correlation.abs() > 0.5);
    let parted = match (row, signal) {
        (Some(i), _) => format!(
            "; whether row {} is tested parts them ({} where it is, {} where it is not)",
            subject.row_text(i.row),
            number(i.means[0]),
            number(i.means[1])
        ),
        (None, Some(s)) => format!("; the {} in the test rows parts them", s.what(scene.columns)),
        (None, None) => String::new(),
    };
    let message = format!("the scores have two modes, near {} and {}{parted}", number(modes[0]), number(modes[1]));
    let evidence = [
        ("modes", json!(modes)),
        ("row", json!(row.map(|i| subject.row(i.row)))),
        ("column", json!(signal.map(|s| scene.columns[s.column].name))),
    ];
    Ok(vec![Finding::new(message, &evidence)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    fn normal(rng: &mut ChaCha8Rng) -> f64 {
        (-2.0 * (1.0 - rng.r#gen::<f64>()).ln()).sqrt() * (2.0 * std::f64::consts::PI * rng.r#gen::<f64>()).cos()
    }

    #[test]
    fn two_modes_are_seen_and_one_is_not_parted() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let two: Vec<f64> = (0..100).map(|i| 0.05 * normal(&mut rng) + if i % 5 == 0 { 0.2 } else { 0.8 }).collect();
        let [low, high] = modes(&two).unwrap();
        assert!((low - 0.2).abs() < 0.05 && (high - 0.8).abs() < 0.05);
        let mut alarms = 0;
        for _ in 0..500 {
            let one: Vec<f64> = (0..100).map(|_| normal(&mut rng)).collect();
            // Skewed to the left, as R² is.
            let skewed: Vec<f64> = one.iter().map(|x| -(0.4 * x).exp()).collect();
            alarms += usize::from(modes(&one).is_some()) + usize::from(modes(&skewed).is_some());
        }
        assert!(alarms <= 10, "{alarms} of 1000");
    }
}
