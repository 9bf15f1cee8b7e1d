//! Mean absolute error.

use crate::metric::contract::{Direction, Needs};
use crate::metric::registry::MetricInfo;

pub(in crate::metric) const INFO: MetricInfo =
    MetricInfo::new("mae", Needs::Numbers, Direction::Lower, "mean absolute error", |rows| {
        Ok(rows.absolute_error()? / rows.count() as f64)
    })
    .between(0.0, f64::INFINITY)
    .absolute()
    .usual(|_| true)
    .or(&["mean_absolute_error", "mean_abs_error", "l1_loss"])
    .source("sklearn.metrics.mean_absolute_error");
