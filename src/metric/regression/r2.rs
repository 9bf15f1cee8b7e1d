//! Coefficient of determination.

use crate::metric::contract::{Direction, Needs};
use crate::metric::registry::{MetricInfo, relative};

pub(in crate::metric) const INFO: MetricInfo = MetricInfo::new(
    "r2",
    Needs::Numbers,
    Direction::Higher,
    "coefficient of determination: 1 - squared error / squared deviation of the test target",
    |rows| Ok(1.0 - rows.squared_error()? / rows.total_deviation()?),
)
.between(f64::NEG_INFINITY, 1.0)
.usual(|_| true)
.or(&["r2_score", "r_squared", "rsq", "coefficient_of_determination"])
.near(&[relative(&["adj_r2", "adjusted_r2", "adj_r_squared"], "use r2: test rows need no adjustment")])
.source("sklearn.metrics.r2_score");
