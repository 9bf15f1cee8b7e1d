//! Support of a class.

use crate::metric::contract::Direction;
use crate::metric::registry::MetricInfo;

pub(in crate::metric) const INFO: MetricInfo = MetricInfo::of_class(
    "support",
    Direction::None,
    "support[LABEL]: number of test rows of a class",
    |rows, class| Ok(rows.confusion()?.support(class as usize)),
)
.between(0.0, f64::INFINITY)
.labelled()
.source("support of sklearn.metrics.precision_recall_fscore_support");
