//! Mean absolute error.

use super::mean_of_pairs;
use crate::metric::contract::{Direction, Needs};
use crate::metric::registry::MetricInfo;

pub(in crate::metric) const INFO: MetricInfo =
    MetricInfo::new("mae", Needs::Numbers, Direction::Lower, "mean absolute error", |rows| {
        mean_of_pairs(rows, |t, p| (t - p).abs())
    })
    .between(0.0, f64::INFINITY)
    .absolute()
    .usual(|_| true)
    .or(&["mean_absolute_error", "mean_abs_error", "l1_loss"])
    .source("sklearn.metrics.mean_absolute_error");
