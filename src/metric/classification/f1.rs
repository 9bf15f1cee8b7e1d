//! F1: of one class, and averages over classes.

use super::confusion::{Average, Rate};
use crate::metric::contract::{Direction, Needs};
use crate::metric::registry::{MetricInfo, relative};

pub(in crate::metric) const INFO: MetricInfo = MetricInfo::of_class(
    "f1",
    Direction::Higher,
    "harmonic mean of precision and recall; [LABEL] for one class",
    |rows, class| Ok(rows.confusion()?.rate(Rate::F1, Average::Class(class))),
)
.between(0.0, 1.0)
.usual(|classes| classes == 2)
.or(&["f1_score", "f1_binary", "f_score", "f_measure", "f_meas"])
.near(&[relative(&["f2", "f_beta", "fbeta_score", "f0.5", "jaccard", "jaccard_score"], "use f1, precision or recall")])
.source("sklearn.metrics.f1_score");

pub(in crate::metric) const MACRO: MetricInfo =
    MetricInfo::new("f1_macro", Needs::Labels, Direction::Higher, "mean F1 over classes", |rows| {
        Ok(rows.confusion()?.rate(Rate::F1, Average::Macro))
    })
    .between(0.0, 1.0)
    .usual(|classes| classes != 2)
    .or(&["macro_f1", "f1_macro_avg", "f1_score_macro"])
    .source("sklearn.metrics.f1_score(average=\"macro\")");

pub(in crate::metric) const WEIGHTED: MetricInfo =
    MetricInfo::new("f1_weighted", Needs::Labels, Direction::Higher, "mean F1 weighted by class size", |rows| {
        Ok(rows.confusion()?.rate(Rate::F1, Average::Weighted))
    })
    .between(0.0, 1.0)
    .or(&["weighted_f1", "f1_weighted_avg", "f1_score_weighted"])
    .source("sklearn.metrics.f1_score(average=\"weighted\")");
