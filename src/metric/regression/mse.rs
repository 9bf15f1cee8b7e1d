//! Mean squared error.

use crate::metric::contract::{Direction, Needs};
use crate::metric::registry::MetricInfo;

pub(in crate::metric) const INFO: MetricInfo =
    MetricInfo::new("mse", Needs::Numbers, Direction::Lower, "mean squared error", |rows| {
        Ok(rows.squared_error()? / rows.count() as f64)
    })
    .between(0.0, f64::INFINITY)
    .or(&["mean_squared_error", "mean_square_error", "l2_loss"])
    .source("sklearn.metrics.mean_squared_error");
