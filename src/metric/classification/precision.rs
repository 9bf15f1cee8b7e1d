//! Precision: of one class, and averages over classes.

use super::confusion::{Average, Rate};
use crate::metric::contract::{Direction, Needs};
use crate::metric::registry::{MetricInfo, relative};

pub(in crate::metric) const INFO: MetricInfo = MetricInfo::of_class(
    "precision",
    Direction::Higher,
    "of the rows called positive, the share that is; [LABEL] for one class",
    |rows, class| Ok(rows.confusion()?.rate(Rate::Precision, Average::Class(class))),
)
.between(0.0, 1.0)
.or(&["precision_score", "ppv", "positive_predictive_value"])
.near(&[relative(&["npv", "negative_predictive_value"], "that is precision[LABEL] with the other label")])
.source("sklearn.metrics.precision_score");

pub(in crate::metric) const MACRO: MetricInfo =
    MetricInfo::new("precision_macro", Needs::Labels, Direction::Higher, "mean precision over classes", |rows| {
        Ok(rows.confusion()?.rate(Rate::Precision, Average::Macro))
    })
    .between(0.0, 1.0)
    .or(&["macro_precision", "precision_macro_avg"])
    .source("sklearn.metrics.precision_score(average=\"macro\")");

pub(in crate::metric) const WEIGHTED: MetricInfo = MetricInfo::new(
    "precision_weighted",
    Needs::Labels,
    Direction::Higher,
    "mean precision weighted by class size",
    |rows| Ok(rows.confusion()?.rate(Rate::Precision, Average::Weighted)),
)
.between(0.0, 1.0)
.or(&["weighted_precision", "precision_weighted_avg"])
.source("sklearn.metrics.precision_score(average=\"weighted\")");
