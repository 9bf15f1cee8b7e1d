//! Recall: of one class, and averages over classes.

use super::confusion::{Average, Rate};
use crate::metric::contract::{Direction, Needs};
use crate::metric::registry::{MetricInfo, relative};

pub(in crate::metric) const INFO: MetricInfo = MetricInfo::of_class(
    "recall",
    Direction::Higher,
    "of the positive rows, the share found; [LABEL] for one class",
    |rows, class| Ok(rows.confusion()?.rate(Rate::Recall, Average::Class(class))),
)
.between(0.0, 1.0)
.or(&["recall_score", "sensitivity", "tpr", "true_positive_rate", "hit_rate"])
.near(&[
    relative(
        &["specificity", "spec", "tnr", "true_negative_rate", "selectivity"],
        "that is recall[LABEL] with the other label",
    ),
    relative(&["fpr", "fnr", "false_positive_rate", "false_negative_rate"], "use recall[LABEL] of either label"),
])
.source("sklearn.metrics.recall_score");

pub(in crate::metric) const MACRO: MetricInfo =
    MetricInfo::new("recall_macro", Needs::Labels, Direction::Higher, "mean recall over classes", |rows| {
        Ok(rows.confusion()?.rate(Rate::Recall, Average::Macro))
    })
    .between(0.0, 1.0)
    .or(&["macro_recall", "recall_macro_avg", "uar"])
    .source("sklearn.metrics.recall_score(average=\"macro\")");

pub(in crate::metric) const WEIGHTED: MetricInfo = MetricInfo::new(
    "recall_weighted",
    Needs::Labels,
    Direction::Higher,
    "mean recall weighted by class size",
    |rows| Ok(rows.confusion()?.rate(Rate::Recall, Average::Weighted)),
)
.between(0.0, 1.0)
.or(&["weighted_recall", "recall_weighted_avg"])
.source("sklearn.metrics.recall_score(average=\"weighted\")");
