//! Mean absolute percentage error.

use super::mean_of_pairs;
use crate::metric::contract::{Direction, Needs};
use crate::metric::registry::{MetricInfo, relative};

pub(in crate::metric) const INFO: MetricInfo = MetricInfo::new(
    "mape",
    Needs::Numbers,
    Direction::Lower,
    "mean absolute error as a share of the true value (1 = 100 %)",
    // A true value of 0 counts as the machine epsilon in the divisor, as in scikit-learn.
    |rows| mean_of_pairs(rows, |t, p| (t - p).abs() / t.abs().max(f64::EPSILON)),
)
.between(0.0, f64::INFINITY)
.absolute()
.or(&["mean_absolute_percentage_error"])
.near(&[relative(&["smape", "mase", "wape"], "use mape or mae")])
.source("sklearn.metrics.mean_absolute_percentage_error");
