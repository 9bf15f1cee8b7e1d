//! Cohen's kappa.

use crate::metric::contract::{Direction, Needs};
use crate::metric::registry::MetricInfo;

pub(in crate::metric) const INFO: MetricInfo =
    MetricInfo::new("kappa", Needs::Labels, Direction::Higher, "Cohen's kappa: agreement beyond chance", |rows| {
        rows.confusion()?.kappa()
    })
    .between(-1.0, 1.0)
    .or(&["cohen_kappa", "cohens_kappa", "cohen_kappa_score", "kap"])
    .source("sklearn.metrics.cohen_kappa_score; Cohen 1960");
