//! Area under the ROC curve.

use super::Ranking;
use crate::metric::contract::{Direction, Needs, Undefined};
use crate::metric::registry::{MetricInfo, relative};

pub(in crate::metric) const INFO: MetricInfo = MetricInfo::new(
    "roc_auc",
    Needs::Ranks,
    Direction::Higher,
    "area under the ROC curve; mean of one-vs-rest for several classes",
    |rows| rows.ranked(area),
)
.between(0.0, 1.0)
.usual(|_| true)
.or(&["auc", "auroc", "roc_auc_score", "roc_auc_ovr", "area_under_roc", "auc_roc", "c_statistic"])
.near(&[
    relative(
        &["roc_auc_ovo", "roc_auc_ovr_weighted", "roc_auc_ovo_weighted"],
        "of several classes roc_auc is the mean of one-vs-rest",
    ),
    relative(&["gini", "gini_coefficient"], "use roc_auc: Gini is 2 roc_auc - 1"),
])
.source("sklearn.metrics.roc_auc_score(multi_class=\"ovr\")");

/// The share of (positive, negative) pairs in the right order, ties half (Mann and Whitney 1947).
fn area(ranking: &Ranking) -> Result<f64, Undefined> {
    let (pos, neg) = (ranking.positives, ranking.negatives);
    if pos == 0.0 || neg == 0.0 {
        return Err(Undefined("a class is absent from the rows"));
    }
    let (mut above, mut area) = (0.0, 0.0);
    for (rows, hits) in &ranking.runs {
        area += (rows - hits) * (above + 0.5 * hits);
        above += hits;
    }
    Ok(area / (pos * neg))
}
