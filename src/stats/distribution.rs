//! One metric over all splits.

use super::bounds::UNBOUNDED;
use super::interval::bounded_interval;
use super::outlier::{Outliers, outliers};
use super::quantile::quantile;
use crate::metric::Direction;
use crate::stats::{compensated_sum, mean, mean_and_variance, standard_deviation};

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

/// Scores, and what is known of the splits that they are of.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample<'a> {
    /// The scores, one or more.
    pub scores: &'a [f64],
    /// The places of those on different splits, where some splits are drawn more than once: intervals and outliers are
    /// worked out of these alone.
    pub different: Option<Vec<usize>>,
    /// The mean of n_test / n_train over splits, train rows counted once; `None` where the rows are not known, and with them
    /// no interval.
    pub test_to_train: Option<f64>,
    /// What a score can be at least and at most.
    pub bounds: [f64; 2],
}

impl<'a> Sample<'a> {
    /// Scores of which nothing else is known.
    pub fn new(scores: &'a [f64]) -> Self {
        Self { scores, different: None, test_to_train: Some(0.0), bounds: UNBOUNDED }
    }
}

/// Summarises scores; `None` for no scores.
pub fn summarise(sample: &Sample, direction: Direction) -> Option<Summary> {
    let scores = sample.scores;
    let n = scores.len();
    if n == 0 {
        return None;
    }
    let mean = mean(scores);
    let moment = |power: i32| compensated_sum(scores.iter().map(|s| (s - mean).powi(power)));
    let sd = standard_deviation(scores);
    let variance = moment(2) / n as f64;
    let varies = variance.sqrt() > 1e-12 * mean.abs();
    let mut sorted = scores.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let extreme = |better: fn(f64, f64) -> bool| {
        let at = (1..n).fold(0, |best, i| if better(scores[i], scores[best]) { i } else { best });
        Extreme { score: scores[at], at }
    };
    let (high, low) = (extreme(|a, b| a > b), extreme(|a, b| a < b));
    let (best, worst) = if direction == Direction::Lower { (low, high) } else { (high, low) };
    let apart: Option<Vec<f64>> = sample.different.as_ref().map(|places| places.iter().map(|at| scores[*at]).collect());
    let different = apart.as_deref().unwrap_or(scores);
    let (centre, spread) = mean_and_variance(different);
    let interval = |ratio| bounded_interval(centre, spread.sqrt(), different.len(), ratio, 0.95, sample.bounds);
    let ci95 = sample.test_to_train.and_then(interval);
    let mut found = outliers(different, direction);
    if let Some(places) = &sample.different {
        found.list.iter_mut().for_each(|outlier| outlier.at = places[outlier.at]);
    }
    Some(Summary {
        count: n,
        mean,
        sd,
        ci95,
        min: low.score,
        max: high.score,
        quantiles: QUANTILES.map(|q| quantile(&sorted, q)),
        skewness: (n > 2 && varies).then(|| moment(3) / n as f64 / variance.powf(1.5)),
        best,
        worst,
        outliers: found,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_and_extremes_of_a_small_sample() {
        let s =
            summarise(&Sample { test_to_train: Some(0.25), ..Sample::new(&[2.0, 4.0, 4.0, 10.0]) }, Direction::Lower)
                .unwrap();
        assert_eq!((s.mean, s.min, s.max), (5.0, 2.0, 10.0));
        assert!((s.sd.unwrap() - 12f64.sqrt()).abs() < 1e-14);
        assert_eq!((s.best.at, s.worst.at), (0, 3));
        // scipy.stats.skew([2, 4, 4, 10]) = 96 / 4 / 9^1.5
        assert!((s.skewness.unwrap() - 24.0 / 27.0).abs() < 1e-14);
        let unknown = Sample { test_to_train: None, ..Sample::new(&[2.0, 4.0]) };
        assert_eq!(summarise(&unknown, Direction::Higher).map(|s| (s.mean, s.ci95)), Some((3.0, None)));
        assert!(summarise(&Sample::new(&[]), Direction::Higher).is_none());
        assert_eq!(summarise(&Sample::new(&[1.0]), Direction::Higher).unwrap().sd, None);
    }
}
