//! One line of JSON a split, written as splits are done.

use serde::Serialize;

use super::build::split_entry;
use super::document::{Named, SplitEntry};
use crate::metric::Metric;
use crate::run::{NamedModel, SplitScores};

#[derive(Serialize)]
struct Line {
    split: u64,
    n_train: usize,
    n_test: usize,
    models: Named<Scores>,
}

#[derive(Serialize)]
struct Scores {
    scores: Named<Option<f64>>,
    train_scores: Named<Option<f64>>,
    #[serde(skip_serializing_if = "Named::is_empty")]
    probes: Named<Option<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    setting: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failed: Option<String>,
}

/// The line of a split, without a line break: split, sizes and, by model (the baseline last), the
/// scores on test and train rows.
pub fn split_line(split: &SplitScores, models: &[NamedModel], metrics: &[Metric]) -> String {
    let order = (1..models.len()).chain([0]);
    let models = order
        .map(|m| {
            let SplitEntry { scores, train_scores, probes, setting, failed, .. } =
                split_entry(split, m, &models[m], metrics);
            (models[m].name.clone(), Scores { scores, train_scores, probes, setting, failed })
        })
        .collect();
    let line = Line { split: split.number, n_train: split.n_train, n_test: split.n_test, models };
    serde_json::to_string(&line).unwrap_or_default()
}
