//! Root mean squared error.

use crate::metric::contract::{Direction, Needs};
use crate::metric::registry::{MetricInfo, relative};

pub(in crate::metric) const INFO: MetricInfo = MetricInfo::new(
    "rmse",
    Needs::Numbers,
    Direction::Lower,
    "root mean squared error, in units of the target",
    |rows| Ok((rows.squared_error()? / rows.count() as f64).sqrt()),
)
.between(0.0, f64::INFINITY)
.usual(|_| true)
.or(&["root_mean_squared_error", "root_mean_square_error", "rmsd"])
.near(&[
    relative(
        &["rmsle", "root_mean_squared_log_error", "msle", "mean_squared_log_error"],
        "take the log of the target in the data, and use rmse",
    ),
    relative(&["nrmse"], "use rmse, which is in units of the target, or r2, which has none"),
])
.source("sklearn.metrics.root_mean_squared_error");
