//! One-sided bounds for statistics of independent draws: each is wrong with probability 1 - `level`
//! at most (for the standard deviation: about).
//!
//! Quantiles and the worst case by order statistics (Wilks, Determination of sample sizes for setting
//! tolerance limits, Annals of Mathematical Statistics 12, 1941; David and Nagaraja, Order Statistics,
//! 2003, 7.1); shares by Clopper and Pearson (Biometrika 26, 1934); the standard deviation by Bonett
//! (Computational Statistics & Data Analysis 50, 2006), which does not lean on a normal distribution.

use statrs::distribution::{Beta, Binomial, ContinuousCDF, DiscreteCDF, Normal};

use crate::stats::{mean, mean_and_variance};

/// Nothing is known: any value is possible.
pub const UNBOUNDED: [f64; 2] = [f64::NEG_INFINITY, f64::INFINITY];

/// Lower and upper bound of a share, of which `hits` in `n` draws were seen.
pub fn share_bounds(hits: usize, n: usize, level: f64) -> [f64; 2] {
    let beta = |a: usize, b: usize, p: f64| Beta::new(a as f64, b as f64).map_or(f64::NAN, |beta| beta.inverse_cdf(p));
    if n == 0 {
        return [0.0, 1.0];
    }
    // Where all draws agree the bounds are powers, which hold more digits.
    let all = (1.0 - level).powf(1.0 / n as f64);
    let low = match hits {
        0 => 0.0,
        h if h == n => all,
        h => beta(h, n - h + 1, 1.0 - level),
    };
    let high = match hits {
        0 => 1.0 - all,
        h if h == n => 1.0,
        h => beta(h + 1, n - h, level),
    };
    [low, high]
}

/// Lower and upper bound of the quantile `q` from ascending values; infinite where there are too few.
pub fn quantile_bounds(sorted: &[f64], q: f64, level: f64) -> [f64; 2] {
    let n = sorted.len();
    let Ok(below) = Binomial::new(q.clamp(0.0, 1.0), n as u64) else { return UNBOUNDED };
    // With B draws at or below the quantile, the r-th value is no higher than it if B ≥ r, and the s-th no
    // lower if B < s.
    let at_least = |r: usize| if r == 0 { 1.0 } else { 1.0 - below.cdf(r as u64 - 1) };
    let (mut low, mut high) = (0, n + 1);
    let (mut step_low, mut step_high) = (n, 0);
    while low < step_low {
        let middle = (low + step_low).div_ceil(2);
        if at_least(middle) >= level { low = middle } else { step_low = middle - 1 }
    }
    while step_high + 1 < high {
        let middle = usize::midpoint(step_high, high);
        if below.cdf(middle as u64 - 1) >= level { high = middle } else { step_high = middle }
    }
    // The last place stands only if all draws but one at most may be beyond it.
    let upper = sorted.get(high.wrapping_sub(1)).copied().unwrap_or(f64::INFINITY);
    [low.checked_sub(1).map_or(f64::NEG_INFINITY, |i| sorted[i]), upper]
}

/// The smallest number of draws whose extreme leaves at most the share `tail` of all draws beyond it, at
/// `level`: 59 for a tail of 5 % at 95 %.
pub fn draws_for_tail(tail: f64, level: f64) -> usize {
    ((1.0 - level).ln() / (1.0 - tail).ln() - 1e-9).ceil().max(1.0) as usize
}

/// Lower and upper bound of the standard deviation (about right from 20 values on; `UNBOUNDED` below 5).
pub fn sd_bounds(sorted: &[f64], level: f64) -> [f64; 2] {
    let n = sorted.len() as f64;
    let Ok(normal) = Normal::new(0.0, 1.0) else { return UNBOUNDED };
    if n < 5.0 {
        return [0.0, f64::INFINITY];
    }
    let squares = mean_and_variance(sorted).1 * (n - 1.0);
    if squares == 0.0 {
        return [0.0, 0.0];
    }
    // Kurtosis about a trimmed mean, with the share 1/(2√(n - 4)) cut off in all.
    let cut = ((n * 0.5 / (n - 4.0).sqrt()).floor() as usize).min((sorted.len() - 1) / 2);
    let kept = &sorted[cut..sorted.len() - cut];
    let centre = mean(kept);
    let kurtosis = n * sorted.iter().map(|v| (v - centre).powi(4)).sum::<f64>() / (squares * squares);
    let z = normal.inverse_cdf(level);
    let c = n / (n - z);
    let error = c * ((kurtosis - (n - 3.0) / n) / (n - 1.0)).max(0.0).sqrt();
    let log_variance = (c * squares / (n - 1.0)).ln();
    [-1.0, 1.0].map(|side| (0.5 * (log_variance + side * z * error)).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_clopper_and_pearsons() {
        // scipy.stats.beta.ppf(0.05, 45, 6), ppf(0.95, 46, 5)
        let [low, high] = share_bounds(45, 50, 0.95);
        assert!((low - 0.801_166_997_5).abs() < 1e-7 && (high - 0.959_763_409_9).abs() < 1e-7, "{low} {high}");
        // Fifty-nine of 59 promise 95 %, 58 of 58 do not.
        assert!(share_bounds(59, 59, 0.95)[0] >= 0.95 && share_bounds(58, 58, 0.95)[0] < 0.95);
        assert_eq!((share_bounds(0, 9, 0.95)[0], share_bounds(9, 9, 0.95)[1]), (0.0, 1.0));
        assert_eq!(
            (draws_for_tail(0.05, 0.95), draws_for_tail(0.01, 0.95), draws_for_tail(0.01, 0.99)),
            (59, 299, 459)
        );
    }

    #[test]
    fn quantile_bounds_are_the_order_statistics_of_the_binomial() {
        let sorted: Vec<f64> = (1..=100).map(f64::from).collect();
        // scipy.stats.binom(100, 0.5): P(B >= 42) = 0.9557, P(B >= 43) = 0.9334; P(B <= 58) = 0.9557.
        assert_eq!(quantile_bounds(&sorted, 0.5, 0.95), [42.0, 59.0]);
        // binom(100, 0.05): P(B >= 2) = 0.9629, P(B >= 3) = 0.8817; P(B <= 9) = 0.9718, P(B <= 8) = 0.9369.
        assert_eq!(quantile_bounds(&sorted, 0.05, 0.95), [2.0, 10.0]);
        // Too few draws to bound the 5 % quantile from below: 58 say nothing, 59 do.
        assert_eq!(quantile_bounds(&sorted[..58], 0.05, 0.95)[0], f64::NEG_INFINITY);
        assert_eq!(quantile_bounds(&sorted[..59], 0.05, 0.95)[0], 1.0);
        assert_eq!(quantile_bounds(&sorted[..58], 0.95, 0.95)[1], f64::INFINITY);
        assert_eq!(quantile_bounds(&sorted[..59], 0.95, 0.95)[1], 59.0);
        assert_eq!(quantile_bounds(&[], 0.5, 0.95), UNBOUNDED);
    }

    #[test]
    fn the_standard_deviation_is_bounded_on_both_sides() {
        let sorted: Vec<f64> = (0..200).map(f64::from).collect();
        let [low, high] = sd_bounds(&sorted, 0.95);
        // Uniform: kurtosis 1.8, so the standard error of ln s is √(0.8/200)/2 = 0.032.
        let sd = 200.0 / 12f64.sqrt();
        assert!((low.ln() - (sd.ln() - 1.645 * 0.0316)).abs() < 0.01, "{low}");
        assert!((high.ln() - (sd.ln() + 1.645 * 0.0316)).abs() < 0.01, "{high}");
        assert_eq!(sd_bounds(&[2.0; 9], 0.95), [0.0, 0.0]);
    }
}
