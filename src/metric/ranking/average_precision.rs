//! Average precision.

use super::Ranking;
use crate::metric::contract::{Direction, Needs, Undefined};
use crate::metric::registry::{MetricInfo, relative};

pub(in crate::metric) const INFO: MetricInfo = MetricInfo::new(
    "average_precision",
    Needs::Ranks,
    Direction::Higher,
    "area under the precision-recall curve; mean of one-vs-rest for several classes",
    |rows| rows.ranked(average_precision),
)
.between(0.0, 1.0)
.or(&["average_precision_score", "ap"])
.near(&[relative(
    &["pr_auc", "aucpr", "auprc", "aupr"],
    "use average_precision, the area by steps instead of straight lines",
)])
.source("sklearn.metrics.average_precision_score");

/// Σ (recall step) × precision over the distinct scores.
fn average_precision(ranking: &Ranking) -> Result<f64, Undefined> {
    if ranking.positives == 0.0 {
        return Err(Undefined("a class is absent from the rows"));
    }
    let (mut seen, mut hits, mut sum) = (0.0, 0.0, 0.0);
    for (rows, found) in &ranking.runs {
        seen += rows;
        hits += found;
        sum += found / ranking.positives * (hits / seen);
    }
    Ok(sum)
}
