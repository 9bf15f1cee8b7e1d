//! Matthews correlation.

use crate::metric::contract::{Direction, Needs};
use crate::metric::registry::MetricInfo;

pub(in crate::metric) const INFO: MetricInfo =
    MetricInfo::new("mcc", Needs::Labels, Direction::Higher, "Matthews correlation coefficient", |rows| {
        Ok(rows.confusion()?.mcc())
    })
    .between(-1.0, 1.0)
    .or(&["matthews_corrcoef", "matthews_correlation", "matthews_correlation_coefficient", "phi_coefficient"])
    .source("sklearn.metrics.matthews_corrcoef; Gorodkin 2004");
