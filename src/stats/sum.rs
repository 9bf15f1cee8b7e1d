//! Sums and means of many numbers.
//!
//! A mean lies between the smallest and the largest of its numbers, and the mean of equal numbers is that number with
//! a variance of 0: a claim such as `mean(accuracy) >= 0.85` must hold where every score is 0.85. Adding up and dividing
//! alone gives 0.8499999999999993 there. Sums are compensated (Neumaier, ZAMM 54, 1974), and what rounding is left in
//! their quotient is cut off at the extremes.

/// Additions that are under way at once: a processor waits some cycles for each sum, not for each number.
const LANES: usize = 16;

/// Σ `term(a, b)` over two slices of equal length, in a fixed order of its own.
pub fn sum_of_pairs(a: &[f64], b: &[f64], term: impl Fn(f64, f64) -> f64) -> f64 {
    let (mut lanes, whole) = ([0.0; LANES], a.len() - a.len() % LANES);
    for (a, b) in a[..whole].chunks_exact(LANES).zip(b[..whole].chunks_exact(LANES)) {
        for (lane, (a, b)) in lanes.iter_mut().zip(a.iter().zip(b)) {
            *lane += term(*a, *b);
        }
    }
    let rest: f64 = a[whole..].iter().zip(&b[whole..]).map(|(a, b)| term(*a, *b)).sum();
    lanes.iter().sum::<f64>() + rest
}

/// Σ `term(v)`, likewise.
pub fn sum_of(values: &[f64], term: impl Fn(f64) -> f64) -> f64 {
    sum_of_pairs(values, values, |v, _| term(v))
}

/// Σ values, with the digits that each addition loses carried along.
pub fn compensated_sum(values: impl IntoIterator<Item = f64>) -> f64 {
    let (mut sum, mut lost) = (0.0f64, 0.0f64);
    for value in values {
        let next = sum + value;
        lost += if sum.abs() >= value.abs() { (sum - next) + value } else { (value - next) + sum };
        sum = next;
    }
    // Infinities would leave NaN in what was lost.
    if sum.is_finite() && lost.is_finite() { sum + lost } else { sum }
}

/// The mean of values, never beyond the smallest or the largest; NaN for none.
pub fn mean(values: &[f64]) -> f64 {
    weighted_mean(values.iter().map(|v| (*v, 1.0)))
}

/// Σ weight · value / Σ weight over pairs of value and weight (0 or more), never beyond the smallest or the largest
/// value that has a weight; NaN where no weight is above 0.
pub fn weighted_mean(pairs: impl Iterator<Item = (f64, f64)> + Clone) -> f64 {
    let known = pairs.filter(|(_, weight)| *weight > 0.0);
    let total = compensated_sum(known.clone().map(|(_, weight)| weight));
    if total == 0.0 {
        return f64::NAN;
    }
    let mut mean = compensated_sum(known.clone().map(|(value, weight)| value * weight)) / total;
    if !mean.is_finite() {
        // The sum may be too large for a number where the mean is not.
        mean = compensated_sum(known.clone().map(|(value, weight)| value * (weight / total)));
    }
    if mean.is_nan() {
        return mean;
    }
    let (low, high) =
        known.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), (value, _)| (low.min(value), high.max(value)));
    mean.min(high).max(low)
}

/// Mean, and variance with divisor n - 1 (NaN for a single value).
pub fn mean_and_variance(values: &[f64]) -> (f64, f64) {
    let mean = mean(values);
    (mean, compensated_sum(values.iter().map(|v| (v - mean).powi(2))) / (values.len() as f64 - 1.0))
}

/// Standard deviation with divisor n - 1; `None` for fewer than two values.
pub fn standard_deviation(values: &[f64]) -> Option<f64> {
    (values.len() > 1).then(|| mean_and_variance(values).1.sqrt())
}

/// Mean, and standard deviation with divisor n: of values that are all there are, or whose likelihood it makes largest.
pub fn population_deviation(values: &[f64]) -> (f64, f64) {
    let mean = mean(values);
    (mean, (compensated_sum(values.iter().map(|v| (v - mean).powi(2))) / values.len() as f64).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_mean_lies_within_its_values(values in proptest::collection::vec(-1e300..1e300f64, 1..40), n in 1..300usize) {
            let mean = mean(&values);
            let least = values.iter().copied().fold(f64::INFINITY, f64::min);
            let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            prop_assert!(least <= mean && mean <= most);
            let same = vec![values[0]; n];
            prop_assert_eq!(super::mean(&same), values[0]);
            prop_assert_eq!(standard_deviation(&same).unwrap_or(0.0), 0.0);
            let weighted = weighted_mean(values.iter().map(|v| (values[0], v.abs())));
            prop_assert!(weighted == values[0] || values.iter().all(|v| *v == 0.0));
        }
    }

    #[test]
    fn sums_keep_the_digits_that_additions_lose() {
        assert_eq!(compensated_sum([1e16, 1.0, 1.0, -1e16]), 2.0);
        assert_eq!(mean(&[0.85; 100]), 0.85);
        assert_eq!(mean(&[f64::MAX, f64::MAX]), f64::MAX);
        assert!(mean(&[]).is_nan() && mean(&[1.0, f64::NAN]).is_nan());
        assert_eq!(compensated_sum([f64::INFINITY, 1.0]), f64::INFINITY);
        // numpy.var([2, 4, 4, 10], ddof=1)
        assert_eq!(mean_and_variance(&[2.0, 4.0, 4.0, 10.0]), (5.0, 12.0));
        // numpy.std([2, 4, 4, 10])
        assert_eq!(population_deviation(&[2.0, 4.0, 4.0, 10.0]), (5.0, 3.0));
    }

    #[test]
    fn every_term_counts_once() {
        for n in [0, 1, 15, 16, 17, 100] {
            let a: Vec<f64> = (1..=n).map(f64::from).collect();
            let b: Vec<f64> = a.iter().map(|v| v + 1.0).collect();
            assert_eq!(sum_of(&a, |v| v), f64::from(n * (n + 1) / 2));
            assert_eq!(sum_of_pairs(&a, &b, |a, b| b - a), f64::from(n));
        }
    }
}
