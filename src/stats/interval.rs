//! What the splits say about a mean and about the worst case.

use statrs::distribution::{ContinuousCDF, StudentsT};

/// The interval of the mean score on new data at `confidence`: mean ± t(N-1) · sd · √(1/N + r), with
/// r = n_test / n_train.
///
/// Splits overlap, so their scores are correlated and sd/√N is far too small; the term r corrects
/// for that (Nadeau and Bengio, Inference for the generalization error, Machine Learning 52, 2003).
/// `None` for fewer than two scores.
pub fn corrected_interval(mean: f64, sd: f64, n: usize, test_to_train: f64, confidence: f64) -> Option<[f64; 2]> {
    if n < 2 {
        return None;
    }
    let t = StudentsT::new(0.0, 1.0, (n - 1) as f64).ok()?.inverse_cdf(0.5 + 0.5 * confidence);
    let half = t * sd * (1.0 / n as f64 + test_to_train).sqrt();
    Some([mean - half, mean + half])
}

/// [`corrected_interval`] of a score that lies within bounds.
///
/// Where both are finite it is made on the logit scale (delta method): near a bound the plain one is too narrow, misses
/// the truth too often and reaches beyond (by simulation: `docs/statistics.md`). Where one is, it ends there.
pub fn bounded_interval(
    mean: f64,
    sd: f64,
    n: usize,
    test_to_train: f64,
    confidence: f64,
    [least, most]: [f64; 2],
) -> Option<[f64; 2]> {
    let plain = corrected_interval(mean, sd, n, test_to_train, confidence)?;
    let width = most - least;
    let place = (mean - least) / width;
    if !(width.is_finite() && place > 0.0 && place < 1.0) {
        return Some([plain[0].max(least).min(mean), plain[1].min(most).max(mean)]);
    }
    let logit = (place / (1.0 - place)).ln();
    let half = (plain[1] - mean) / width / (place * (1.0 - place));
    if half == 0.0 {
        return Some([mean, mean]);
    }
    let back = |x: f64| least + width / (1.0 + (-x).exp());
    Some([back(logit - half).min(mean), back(logit + half).max(mean)])
}

/// With `confidence`, at most this share of all splits of these rows scores below the worst of `n`:
/// 1 - (1 - confidence)^(1/n), from the order statistics of independent draws.
pub fn share_below_worst(n: usize, confidence: f64) -> f64 {
    1.0 - (1.0 - confidence).powf(1.0 / n as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_nadeau_and_bengios() {
        // t(0.975; 9) = 2.262157; half width 2.262157 × 2 × √(0.1 + 0.25).
        let [low, high] = corrected_interval(10.0, 2.0, 10, 0.25, 0.95).unwrap();
        let half = 2.262_157_162_740_992 * 2.0 * 0.35f64.sqrt();
        assert!((low - (10.0 - half)).abs() < 1e-6 && (high - (10.0 + half)).abs() < 1e-6);
        assert!(corrected_interval(1.0, 0.0, 1, 0.25, 0.95).is_none());
    }

    #[test]
    fn the_interval_of_a_bounded_score_stays_within() {
        let within = |mean, sd, bounds| bounded_interval(mean, sd, 50, 0.25, 0.95, bounds).unwrap();
        let plain = corrected_interval(0.98, 0.03, 50, 0.25, 0.95).unwrap();
        let [low, high] = within(0.98, 0.03, [0.0, 1.0]);
        assert!(plain[1] > 1.0 && high < 1.0 && low < plain[0]);
        // logit(0.98) = 3.8918; half width 2.0096 · 0.03 · √0.27 / (0.98 · 0.02) = 1.5983.
        assert!((low - 1.0 / (1.0 + (-(3.891_820_3 - 1.598_3f64)).exp())).abs() < 1e-5, "{low}");
        // The same in other units, and clipped where one end is open.
        let [far, near] = within(0.96, 0.06, [-1.0, 1.0]);
        assert!((far - (2.0 * low - 1.0)).abs() < 1e-12 && near < 1.0);
        assert_eq!(within(0.98, 0.03, [f64::NEG_INFINITY, 1.0]), [plain[0], 1.0]);
        assert_eq!((within(1.0, 0.0, [0.0, 1.0]), within(0.5, 0.0, [0.0, 1.0])), ([1.0, 1.0], [0.5, 0.5]));
    }

    #[test]
    fn fifty_nine_splits_promise_five_percent() {
        assert!(share_below_worst(59, 0.95) < 0.05 && share_below_worst(58, 0.95) > 0.05);
    }
}
