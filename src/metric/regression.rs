//! Metrics of numbers. All take true and predicted values of equal, positive length.

use super::Undefined;
use crate::stats::{sum_of, sum_of_pairs};

fn mean_of_pairs(truth: &[f64], predicted: &[f64], term: impl Fn(f64, f64) -> f64) -> f64 {
    sum_of_pairs(truth, predicted, term) / truth.len() as f64
}

/// Sum of squared deviations from the mean.
fn deviation(values: &[f64]) -> f64 {
    let mean = sum_of(values, |v| v) / values.len() as f64;
    sum_of(values, |v| (v - mean) * (v - mean))
}

/// Squared deviation of the true values from their mean.
pub fn total_deviation(truth: &[f64]) -> Result<f64, Undefined> {
    if truth.len() < 2 {
        return Err(Undefined("it needs at least two rows"));
    }
    if truth.iter().all(|t| *t == truth[0]) {
        return Err(Undefined("the target does not vary among the rows"));
    }
    Ok(deviation(truth))
}

/// Sum of squared errors.
pub fn squared_error(truth: &[f64], predicted: &[f64]) -> f64 {
    sum_of_pairs(truth, predicted, |t, p| (t - p) * (t - p))
}

pub fn explained_variance(truth: &[f64], predicted: &[f64]) -> Result<f64, Undefined> {
    let total = total_deviation(truth)?;
    let errors: Vec<f64> = truth.iter().zip(predicted).map(|(t, p)| t - p).collect();
    Ok(1.0 - deviation(&errors) / total)
}

pub fn mae(truth: &[f64], predicted: &[f64]) -> f64 {
    mean_of_pairs(truth, predicted, |t, p| (t - p).abs())
}

pub fn medae(truth: &[f64], predicted: &[f64]) -> f64 {
    let mut e: Vec<f64> = truth.iter().zip(predicted).map(|(t, p)| (t - p).abs()).collect();
    e.sort_unstable_by(f64::total_cmp);
    let mid = e.len() / 2;
    if e.len() % 2 == 1 { e[mid] } else { 0.5 * (e[mid - 1] + e[mid]) }
}

/// A true value of 0 counts as the machine epsilon in the divisor, as in scikit-learn.
pub fn mape(truth: &[f64], predicted: &[f64]) -> f64 {
    mean_of_pairs(truth, predicted, |t, p| (t - p).abs() / t.abs().max(f64::EPSILON))
}

pub fn max_error(truth: &[f64], predicted: &[f64]) -> f64 {
    truth.iter().zip(predicted).map(|(t, p)| (t - p).abs()).fold(0.0, f64::max)
}

pub fn poisson_deviance(truth: &[f64], predicted: &[f64]) -> Result<f64, Undefined> {
    if predicted.iter().any(|p| *p <= 0.0) {
        return Err(Undefined("a prediction is not positive"));
    }
    if truth.iter().any(|t| *t < 0.0) {
        return Err(Undefined("a true value is negative"));
    }
    let unit = |t: f64, p: f64| {
        let log = if t == 0.0 { 0.0 } else { t * (t / p).ln() };
        2.0 * (log - t + p)
    };
    Ok(mean_of_pairs(truth, predicted, unit))
}
