//! One line of JSON a split, written as splits are done.

use std::io::{self, Write};

use serde::Serialize;

use super::{Format, SplitLine, WriteOptions};
use crate::metric::{NamedMetric, Undefined};
use crate::report::{Model, Named, Report, SplitEntry, SplitTable};
use crate::run::{NamedModel, SplitScores};

/// A line a split: its number, its sizes and, by model (the baseline last), the scores on test and train rows.
#[derive(Debug)]
pub struct Ndjson;

impl Format for Ndjson {
    fn name(&self) -> &'static str {
        "ndjson"
    }

    fn summary(&self) -> &'static str {
        "A line of JSON a split, as they come, in order"
    }

    fn good_for(&self) -> &'static str {
        "any number of splits, pipes and other programs while the run goes on"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["ndjson", "jsonl"]
    }

    fn write(&self, report: &Report, _: &WriteOptions, out: &mut dyn Write) -> io::Result<()> {
        let models: Vec<&Model> = report.all_models().collect();
        for k in 0..report.splits().map_or(0, SplitTable::len) {
            let entry = |model: &&Model| (k < model.splits.len()).then(|| model.splits.at(k));
            let entries: Vec<Option<SplitEntry>> = models.iter().map(entry).collect();
            let of = entries.iter().zip(&models).filter_map(|(e, m)| Some((m.name.as_str(), Scores::of(e.as_ref()?))));
            let Some(Some(SplitEntry { split, n_train, n_test, .. })) = entries.last() else { continue };
            let (split, n_train, n_test) = (*split, *n_train, *n_test);
            serde_json::to_writer(&mut *out, &Line { split, n_train, n_test, models: of.collect() })?;
            writeln!(out)?;
        }
        Ok(())
    }

    fn line(&self) -> Option<SplitLine> {
        Some(split_line)
    }
}

#[derive(Serialize)]
struct Line<'s> {
    split: u64,
    n_train: Option<usize>,
    n_test: Option<usize>,
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

impl<'s> Scores<'s> {
    fn of(entry: &'s SplitEntry) -> Self {
        let numbers = |named: &'s Named<Option<f64>>| named.iter().map(|(name, n)| (name.as_str(), *n)).collect();
        Self {
            scores: numbers(&entry.scores),
            train_scores: numbers(&entry.train_scores),
            probes: numbers(&entry.probes),
            setting: entry.setting.as_deref(),
            failed: entry.failed.as_deref(),
        }
    }
}

/// The line of a split, without a line break: split, sizes and, by model (the baseline last), the
/// scores on test and train rows.
fn split_line(split: &SplitScores, models: &[NamedModel], metrics: &[NamedMetric]) -> String {
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
    let (n_train, n_test) = (Some(split.n_train), Some(split.n_test));
    let line = Line { split: split.number, n_train, n_test, models };
    serde_json::to_string(&line).unwrap_or_default()
}
