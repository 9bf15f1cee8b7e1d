//! One metric over all splits.

use super::interval::corrected_interval;
use super::outlier::{Outliers, outliers};
use super::quantile::quantile;
use crate::metric::Direction;

/// The quantiles that are reported.
pub const QUANTILES: [f64; 9] = [0.01, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 0.99];

/// A score and where it stands in the list given.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Extreme {
    /// The score.
    pub score: f64,
    /// Its position; the first of equal scores.
    pub at: usize,
}

/// The distribution of one metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Number of scores.
    pub count: usize,
    /// Mean.
    pub mean: f64,
    /// Standard deviation with divisor N - 1; `None` for one score.
    pub sd: Option<f64>,
    /// Corrected 95 % interval of the mean.
    pub ci95: Option<[f64; 2]>,
    /// Smallest.
    pub min: f64,
    /// Largest.
    pub max: f64,
    /// At [`QUANTILES`].
    pub quantiles: [f64; 9],
    /// Third standardised moment (divisor N); `None` where scores do not vary.
    pub skewness: Option<f64>,
    /// The best score.
    pub best: Extreme,
    /// The worst score.
    pub worst: Extreme,
    /// What stands out.
    pub outliers: Outliers,
}

/// Summarises scores; `test_to_train` is the mean of n_test / n_train over splits. `None` for no
/// scores.
pub fn summarise(scores: &[f64], direction: Direction, test_to_train: f64) -> Option<Summary> {
    let n = scores.len();
    if n == 0 {
        return None;
    }
    let mean = scores.iter().sum::<f64>() / n as f64;
    let moment = |power: i32| scores.iter().map(|s| (s - mean).powi(power)).sum::<f64>();
    let squares = moment(2);
    let sd = (n > 1).then(|| (squares / (n - 1) as f64).sqrt());
    let variance = squares / n as f64;
    let varies = variance.sqrt() > 1e-12 * mean.abs();
    let mut sorted = scores.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let extreme = |better: fn(f64, f64) -> bool| {
        let at = (1..n).fold(0, |best, i| if better(scores[i], scores[best]) { i } else { best });
        Extreme { score: scores[at], at }
    };
    let (high, low) = (extreme(|a, b| a > b), extreme(|a, b| a < b));
    let (best, worst) = if direction == Direction::Lower { (low, high) } else { (high, low) };
    Some(Summary {
        count: n,
        mean,
        sd,
        ci95: sd.and_then(|sd| corrected_interval(mean, sd, n, test_to_train, 0.95)),
        min: low.score,
        max: high.score,
        quantiles: QUANTILES.map(|q| quantile(&sorted, q)),
        skewness: (n > 2 && varies).then(|| moment(3) / n as f64 / variance.powf(1.5)),
        best,
        worst,
        outliers: outliers(scores, direction),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_and_extremes_of_a_small_sample() {
        let s = summarise(&[2.0, 4.0, 4.0, 10.0], Direction::Lower, 0.25).unwrap();
        assert_eq!((s.mean, s.min, s.max), (5.0, 2.0, 10.0));
        assert!((s.sd.unwrap() - 12f64.sqrt()).abs() < 1e-14);
        assert_eq!((s.best.at, s.worst.at), (0, 3));
        // scipy.stats.skew([2, 4, 4, 10]) = 96 / 4 / 9^1.5
        assert!((s.skewness.unwrap() - 24.0 / 27.0).abs() < 1e-14);
        assert!(summarise(&[], Direction::Higher, 0.25).is_none());
        assert_eq!(summarise(&[1.0], Direction::Higher, 0.25).unwrap().sd, None);
    }
}
