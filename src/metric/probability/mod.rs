//! Metrics of probabilities.

pub(super) mod brier;
pub(super) mod log_loss;

pub(super) use brier::of_brier;
pub(super) use log_loss::of_log_loss;
