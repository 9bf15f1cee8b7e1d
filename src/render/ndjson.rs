//! One line of JSON a split, written as splits are done.

use serde::Serialize;

use crate::metric::{NamedMetric, Undefined};
use crate::run::{NamedModel, SplitScores};

#[derive(Serialize)]
struct Line<'s> {
    split: u64,
    n_train: usize,
    n_test: usize,
    models: indexmap::IndexMap<&'s str, Scores<'s>>,
}

type Numbers<'s> = indexmap::IndexMap<&'s str, Option<f64>>;

#[derive(Serialize)]
struct Scores<'s> {
    scores: Numbers<'s>,
    train_scores: Numbers<'s>,
    #[serde(skip_serializing_if = "Numbers::is_empty")]
    probes: Numbers<'s>,
    #[serde(skip_serializing_if = "Option::is_none")]
    setting: Option<&'s str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failed: Option<&'s str>,
}

/// The line of a split, without a line break: split, sizes and, by model (the baseline last), the
/// scores on test and train rows.
pub fn split_line(split: &SplitScores, models: &[NamedModel], metrics: &[NamedMetric]) -> String {
    let named = |scores: Option<&Vec<Result<f64, Undefined>>>| {
        let number = |i: usize| scores.and_then(|scores| scores[i].ok());
        metrics.iter().enumerate().map(|(i, metric)| (metric.name.as_str(), number(i))).collect()
    };
    let of = |m: usize| {
        let model = split.models[m].as_ref();
        let done = model.ok();
        let readings = done.iter().filter_map(|s| s.observation.as_ref()).flat_map(|observation| &observation.readings);
        let scores = Scores {
            scores: named(done.map(|s| &s.test)),
            train_scores: named(done.map(|s| &s.train)),
            probes: readings.map(|r| (r.name.as_str(), r.value.ok())).collect(),
            setting: done.and_then(|s| models[m].setting_of(s.choice.as_ref())),
            failed: model.err().map(|e| e.0.as_str()),
        };
        (models[m].name.as_str(), scores)
    };
    let models = (1..models.len()).chain([0]).map(of).collect();
    let line = Line { split: split.number, n_train: split.n_train, n_test: split.n_test, models };
    serde_json::to_string(&line).unwrap_or_default()
}
