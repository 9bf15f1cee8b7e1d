//! Splits whose scores stand out.
//!
//! Modified z-scores: 0.6745 (x - median) / MAD, flagged beyond 3.5; where MAD is 0, the mean
//! absolute deviation takes its place as (x - median) / (1.253314 MeanAD) (Iglewicz and Hoaglin, How
//! to Detect and Handle Outliers, 1993). Tukey's fences at 1.5 interquartile ranges are counted beside
//! them.

use statrs::distribution::{ContinuousCDF, Normal};

use super::quantile::{median, quantile};
use crate::metric::Direction;

/// Beyond this modified z-score a split is an outlier.
const LIMIT: f64 = 3.5;

/// Whether an outlier is better or worse than the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Better than the others.
    Good,
    /// Worse than the others.
    Bad,
}

/// One outlier.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outlier {
    /// Position in the scores given.
    pub at: usize,
    /// Modified z-score.
    pub z: f64,
    /// Which side.
    pub side: Side,
}

/// Tukey's fences.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fences {
    /// First quartile minus 1.5 interquartile ranges.
    pub low: f64,
    /// Third quartile plus 1.5 interquartile ranges.
    pub high: f64,
    /// Scores outside.
    pub outside: usize,
}

/// What stands out.
#[derive(Debug, Clone, PartialEq)]
pub struct Outliers {
    /// Median absolute deviation from the median.
    pub mad: f64,
    /// By position.
    pub list: Vec<Outlier>,
    /// Tukey's fences.
    pub fences: Fences,
}

/// How many outliers a normal sample of `n` scores has on average: n · 2Φ(-3.5).
pub fn expected_outliers(n: usize) -> f64 {
    Normal::new(0.0, 1.0).map_or(f64::NAN, |normal| n as f64 * 2.0 * normal.cdf(-LIMIT))
}

/// Finds the outliers among scores. For a metric without direction, high counts as good.
pub fn outliers(scores: &[f64], direction: Direction) -> Outliers {
    let mut sorted = scores.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let middle = quantile(&sorted, 0.5);
    let deviations: Vec<f64> = scores.iter().map(|s| (s - middle).abs()).collect();
    let mad = median(&deviations);
    let mean_deviation = deviations.iter().sum::<f64>() / deviations.len().max(1) as f64;
    // Deviations that are rounding of equal scores stand for nothing.
    let rounding = 1e-12 * middle.abs();
    let unit = if mad > rounding { mad / 0.6745 } else { 1.253_314 * mean_deviation };
    let mut list = Vec::new();
    if unit > rounding && unit > 0.0 {
        for (at, score) in scores.iter().enumerate() {
            let z = (score - middle) / unit;
            if z.abs() > LIMIT {
                let good = (z > 0.0) != (direction == Direction::Lower);
                list.push(Outlier { at, z, side: if good { Side::Good } else { Side::Bad } });
            }
        }
    }
    let (first, third) = (quantile(&sorted, 0.25), quantile(&sorted, 0.75));
    let (low, high) = (first - 1.5 * (third - first), third + 1.5 * (third - first));
    let outside = scores.iter().filter(|s| **s < low || **s > high).count();
    Outliers { mad, list, fences: Fences { low, high, outside } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_are_found_and_told_apart() {
        let mut scores: Vec<f64> = (0..99).map(|i| 0.5 + f64::from(i % 11) * 0.001).collect();
        scores.extend([0.2, 0.9]);
        let found = outliers(&scores, Direction::Higher);
        assert_eq!(found.list.iter().map(|o| (o.at, o.side)).collect::<Vec<_>>(), [(99, Side::Bad), (100, Side::Good)]);
        let found = outliers(&scores, Direction::Lower);
        assert_eq!(found.list[0].side, Side::Good);
        assert_eq!(found.fences.outside, 2);
        // Median 0.505; MAD 0.003 (deviations 0 to 0.005, each twice but 0).
        assert!((found.list[0].z - 0.6745 * (0.2 - 0.505) / 0.003).abs() < 1e-6);
    }

    #[test]
    fn with_most_scores_equal_the_mean_deviation_judges() {
        let mut scores = vec![1.0; 50];
        scores.push(0.5);
        // MAD 0; mean deviation 0.5 / 51; z = -51 / 1.253314.
        let found = outliers(&scores, Direction::Higher);
        assert_eq!(found.list.len(), 1);
        assert!((found.list[0].z + 51.0 / 1.253_314).abs() < 1e-9);
        assert!(outliers(&[1.0; 50], Direction::Higher).list.is_empty());
    }

    #[test]
    fn two_in_five_thousand_alarm_nobody() {
        assert!((expected_outliers(5_000) - 2.326).abs() < 0.001);
    }
}
