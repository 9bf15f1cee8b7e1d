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
    fn fifty_nine_splits_promise_five_percent() {
        assert!(share_below_worst(59, 0.95) < 0.05 && share_below_worst(58, 0.95) > 0.05);
    }
}
