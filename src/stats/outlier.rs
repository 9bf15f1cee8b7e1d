//! Splits whose scores stand out.
//!
//! A score's z is its distance from the median in units of the spread on its own side: the distance from the median
//! to the octile of that side over 1.1503, so that z is a standard score where the sample is normal. On the side of
//! the longer tail the unit grows by exp(2.5 s), with s the octile skewness of Hinkley (1975), since the tails of skewed
//! scores are longer than their octiles tell; Hubert and Vandervieren (An adjusted boxplot for skewed distributions,
//! CSDA 52, 2008) widen their fences likewise. On the other side it is the mean of both sides. Octiles are those of the
//! mid-distribution function (Ma, Genton and Parzen, Asymptotic properties of sample quantiles of discrete
//! distributions, AISM 63, 2011), and a unit is never less than the step of scores that take few values.
//!
//! A score is an outlier beyond a z of 3.5 that differs from the median by more than a thousandth of it. Tukey's fences
//! at 1.5 interquartile ranges are counted beside.

use super::quantile::quantile;
use crate::metric::Direction;
use crate::stats::mean;

/// Beyond this z a split is an outlier.
pub const OUTLIER_Z: f64 = 3.5;

/// With fewer scores nothing is called an outlier: an octile of so few is moved by the outlier itself.
pub const LEAST_SCORES: usize = 12;

/// The octile of the standard normal distribution.
const OCTILE: f64 = 1.150_349_380_376_008;

/// How fast the unit of the longer tail grows with skewness.
const TAIL: f64 = 2.5;

/// Of scores that take two values: the share of the median that is taken for a step if their difference is more.
const LONE_STEP: f64 = 0.05;

/// Differences up to this share of the median are none that matter.
const PRACTICAL: f64 = 1e-3;

/// Where at most this share of scores differ from all others, which are equal, there is no octile to go by, and
/// the mean deviation takes its place.
const FEW: f64 = 0.05;

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
    /// Distance from the median in units of the spread on its side.
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

/// How many outliers a sample of `n` scores has on average where none is due: by simulation over normal, skewed and
/// discrete scores and over the metrics' own distributions (`docs/statistics.md`, `tests/it/coverage.rs`).
pub fn expected_outliers(n: usize) -> f64 {
    if n < LEAST_SCORES { 0.0 } else { 0.02 + 3.5e-4 * n as f64 }
}

/// Different values with the middle of the share of scores up to each, ascending.
fn mid_distribution(sorted: &[f64]) -> Vec<(f64, f64)> {
    let n = sorted.len() as f64;
    let mut start = 0;
    let of = |ties: &[f64]| {
        let middle = (start as f64 + 0.5 * ties.len() as f64) / n;
        start += ties.len();
        (ties[0], middle)
    };
    sorted.chunk_by(|a, b| a == b).map(of).collect()
}

/// The quantile of a mid-distribution, between its values by straight lines.
fn mid_quantile(values: &[(f64, f64)], q: f64) -> f64 {
    let above = values.partition_point(|(_, middle)| *middle < q);
    match (above.checked_sub(1).and_then(|i| values.get(i)), values.get(above)) {
        (Some(a), Some(b)) => a.0 + (q - a.1) / (b.1 - a.1) * (b.0 - a.0),
        (Some(only), None) | (None, Some(only)) => only.0,
        (None, None) => f64::NAN,
    }
}

/// The middle of scores, and the unit of their z below and above it.
struct Scale {
    middle: f64,
    units: [f64; 2],
}

impl Scale {
    fn new(sorted: &[f64]) -> Self {
        let values = mid_distribution(sorted);
        let [low, middle, high] = [0.125, 0.5, 0.875].map(|q| mid_quantile(&values, q));
        let (below, above) = (middle - low, high - middle);
        let both = below + above;
        // Scores of many equal values stand for no more than their steps; of a single other value the step is not known.
        let steps = values.windows(2).map(|w| w[1].0 - w[0].0).fold(f64::INFINITY, f64::min);
        let step = match values.len() {
            0 | 1 => 0.0,
            2 => steps.min(LONE_STEP * quantile(sorted, 0.5).abs()),
            different if 2 * different <= sorted.len() => steps,
            _ => 0.0,
        };
        let most = sorted.chunk_by(|a, b| a == b).map(<[f64]>::len).max();
        if sorted.len() - most.unwrap_or(0) <= (FEW * sorted.len() as f64) as usize {
            let middle = quantile(sorted, 0.5);
            let deviations: Vec<f64> = sorted.iter().map(|s| (s - middle).abs()).collect();
            return Self { middle, units: [(1.253_314 * mean(&deviations)).max(step); 2] };
        }
        let skewness = if both > 0.0 { (above - below) / both } else { 0.0 };
        let unit = |own: f64, longer: f64| {
            let unit = if longer > 0.0 { own * (TAIL * longer).exp() } else { 0.5 * both };
            (unit / OCTILE).max(step)
        };
        Self { middle, units: [unit(below, -skewness), unit(above, skewness)] }
    }
}

/// Finds the outliers among scores; none among fewer than [`LEAST_SCORES`]. For a metric without direction, high
/// counts as good.
pub fn outliers(scores: &[f64], direction: Direction) -> Outliers {
    let mut sorted = scores.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let median_of = |sorted: &[f64]| quantile(sorted, 0.5);
    let mut deviations: Vec<f64> = scores.iter().map(|s| (s - median_of(&sorted)).abs()).collect();
    deviations.sort_unstable_by(f64::total_cmp);
    let mad = median_of(&deviations);
    let mut list = Vec::new();
    if scores.len() >= LEAST_SCORES {
        let Scale { middle, units } = Scale::new(&sorted);
        for (at, score) in scores.iter().enumerate() {
            let (difference, unit) = (score - middle, units[usize::from(*score > middle)]);
            let z = difference / unit;
            // A unit that is rounding of equal scores stands for nothing, and so does what differs by a hair.
            if z.abs() > OUTLIER_Z && unit > 1e-12 * middle.abs() && difference.abs() > PRACTICAL * middle.abs() {
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
        // Symmetric about 0.505: nine of 101 at each of eleven values, so that the octile 12.625/101 lies between
        // 0.501 (middle 14.5/101) and 0.5 (5.5/101), at 0.5 + 0.001 · 7.125/9.
        let unit = (0.005 - 0.001 * 7.125 / 9.0) / 1.150_349_4;
        assert!((found.list[0].z - (0.2 - 0.505) / unit).abs() < 1e-4 * (0.305 / unit), "{found:?}");
    }

    #[test]
    fn with_most_scores_equal_the_mean_deviation_or_a_step_judges() {
        let mut scores = vec![1.0; 50];
        scores.push(0.5);
        // Mean deviation 0.5 / 51, which is less than a step; then 0.501 / 52.
        let found = outliers(&scores, Direction::Higher);
        assert_eq!(found.list.iter().map(|o| (o.at, o.z)).collect::<Vec<_>>(), [(50, -0.5 / 0.05)]);
        scores.push(0.999);
        let found = outliers(&scores, Direction::Higher);
        assert!((found.list[0].z + 0.5 * 52.0 / 0.501 / 1.253_314).abs() < 1e-9 && found.list.len() == 1, "{found:?}");
        // One wrong row of ten where all others are right is no outlier.
        assert!(outliers(&[vec![1.0; 50], vec![0.9]].concat(), Direction::Higher).list.is_empty());
        assert!(outliers(&[1.0; 50], Direction::Higher).list.is_empty());
    }

    #[test]
    fn few_scores_alarm_nobody_and_steps_are_no_outliers() {
        assert!(outliers(&[0.5, 0.5, 0.51, 0.49, 0.5, 0.1], Direction::Higher).list.is_empty());
        // Twenty-six of fifty equal, the others one or two wrong rows of ten away.
        let mut scores = vec![0.9; 26];
        scores.extend([0.8; 14]);
        scores.extend([0.7; 4]);
        scores.extend([1.0; 6]);
        assert!(outliers(&scores, Direction::Higher).list.is_empty());
        assert_eq!(expected_outliers(11), 0.0);
        assert!((expected_outliers(5_000) - 1.77).abs() < 1e-9);
    }

    #[test]
    fn what_differs_by_a_hair_is_no_outlier() {
        let mut scores: Vec<f64> = (0..50).map(|i| 1000.0 + 1e-4 * f64::from(i * 7 % 50)).collect();
        scores[7] = 1000.5;
        assert!(outliers(&scores, Direction::Lower).list.is_empty());
        scores[7] = 1002.0;
        assert_eq!(outliers(&scores, Direction::Lower).list.len(), 1);
    }
}
