//! Metrics of probabilities.

pub(super) mod brier;
pub(super) mod log_loss;
