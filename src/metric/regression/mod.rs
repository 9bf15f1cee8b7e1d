//! Metrics of numbers.

pub(super) mod explained_variance;
pub(super) mod mae;
pub(super) mod mape;
pub(super) mod max_error;
pub(super) mod medae;
pub(super) mod mse;
pub(super) mod poisson_deviance;
pub(super) mod r2;
pub(super) mod rmse;

use super::contract::Undefined;
use super::rows::ScoredRows;
use crate::stats::{sum_of, sum_of_pairs};

/// The mean of a term of each true and predicted value.
fn mean_of_pairs(rows: &ScoredRows, term: impl Fn(f64, f64) -> f64) -> Result<f64, Undefined> {
    let (truth, predicted) = rows.numbers()?;
    Ok(sum_of_pairs(truth, predicted, term) / truth.len() as f64)
}

/// Sum of squared deviations from the mean.
fn deviation(values: &[f64]) -> f64 {
    let mean = sum_of(values, |v| v) / values.len() as f64;
    sum_of(values, |v| (v - mean) * (v - mean))
}

/// Squared deviation of the true values from their mean.
pub(super) fn total_deviation(truth: &[f64]) -> Result<f64, Undefined> {
    if truth.len() < 2 {
        return Err(Undefined("it needs at least two rows"));
    }
    if truth.iter().all(|t| *t == truth[0]) {
        return Err(Undefined("the target does not vary among the rows"));
    }
    Ok(deviation(truth))
}

/// Sum of squared errors.
pub(super) fn squared_error(truth: &[f64], predicted: &[f64]) -> f64 {
    sum_of_pairs(truth, predicted, |t, p| (t - p) * (t - p))
}
