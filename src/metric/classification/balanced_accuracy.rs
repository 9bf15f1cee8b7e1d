//! Balanced accuracy.

use crate::metric::contract::{Direction, Needs};
use crate::metric::registry::MetricInfo;

pub(in crate::metric) const INFO: MetricInfo = MetricInfo::new(
    "balanced_accuracy",
    Needs::Labels,
    Direction::Higher,
    "mean recall over the classes in the test rows",
    |rows| Ok(rows.confusion()?.balanced_accuracy()),
)
.between(0.0, 1.0)
.usual(|_| true)
.or(&["balanced_accuracy_score", "balanced_acc", "bal_acc", "bal_accuracy", "bacc"])
.source("sklearn.metrics.balanced_accuracy_score");
