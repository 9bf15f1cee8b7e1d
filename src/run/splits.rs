//! The splits that a run has done, kept in columns.

use std::collections::HashMap;
use std::sync::Arc;

use super::evaluate::{ModelScores, SplitScores};
use super::tune::Choice;
use crate::columns::{Column, Counts, Records, Words};
use crate::metric::{Direction, Undefined};
use crate::model::FitError;

/// All splits that were done, in order: some 16 bytes a split for each metric of each model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Splits {
    /// Numbers of the splits in the report.
    pub numbers: Counts,
    /// Train rows (repeats counted).
    pub n_train: Counts,
    /// Different train rows.
    pub distinct_train: Counts,
    /// Test rows.
    pub n_test: Counts,
    /// Fingerprints of the two parts.
    parts: Vec<u64>,
    /// The models, the baseline first.
    pub models: Vec<ModelSplits>,
}

/// What one model has on every split.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ModelSplits {
    /// Scores on the test rows by metric; without numbers where the model failed.
    pub test: Arc<Records>,
    /// Scores on the train rows.
    pub train: Arc<Records>,
    /// What the model measured of itself.
    pub figures: Arc<Records>,
    /// What probes have read.
    pub readings: Arc<Records>,
    /// Why it failed, where it did.
    pub failed: Arc<Words>,
    /// What was difficult about the fit.
    pub difficulty: Arc<Words>,
    /// Why it was fitted on its own, where that was not planned.
    pub alone: Words,
    /// Why looking at it failed, where it did.
    pub unseen: Words,
    /// Whether it was looked at on any split.
    pub is_watched: bool,
    choices: Choices,
    /// For each metric why it is undefined.
    undefined: Vec<Reasons>,
    /// For each name of readings what is known of it.
    kinds: Vec<Kind>,
}

/// A kind of readings.
#[derive(Debug, Clone, PartialEq)]
struct Kind {
    probe: &'static str,
    direction: Direction,
    undefined: Reasons,
}

/// Why numbers do not exist on some splits.
#[derive(Debug, Clone, Default, PartialEq)]
struct Reasons {
    at: Vec<(u32, u32)>,
    texts: Vec<&'static str>,
}

impl Reasons {
    fn push(&mut self, k: usize, why: Undefined) {
        let known = self.texts.iter().position(|text| *text == why.0);
        let number = known.unwrap_or_else(|| {
            self.texts.push(why.0);
            self.texts.len() - 1
        });
        self.at.push((k as u32, number as u32));
    }

    fn iter(&self) -> impl Iterator<Item = (usize, &'static str)> {
        self.at.iter().map(|(k, number)| (*k as usize, self.texts[*number as usize]))
    }
}

/// The choices of a tuned model.
#[derive(Debug, Clone, Default, PartialEq)]
struct Choices {
    at: Vec<u32>,
    settings: Counts,
    folds: Counts,
    /// Inner scores by setting.
    inner: Records,
}

impl Choices {
    fn push(&mut self, k: usize, choice: &Choice) {
        self.at.push(k as u32);
        self.settings.push(choice.setting as u64);
        self.folds.push(choice.folds as u64);
        let names: Vec<String> = (0..choice.inner.len()).map(|at| at.to_string()).collect();
        self.inner.push(names.iter().map(String::as_str).zip(choice.inner.iter().copied()));
    }

    fn at(&self, k: usize) -> Option<Choice> {
        let at = self.at.binary_search(&(k as u32)).ok()?;
        let inner = self.inner.at(at).iter().map(|(_, score)| score).collect();
        Some(Choice { setting: self.settings.at(at) as usize, inner, folds: self.folds.at(at) as usize })
    }
}

impl Splits {
    /// Number of splits.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// Adds the next split, scored by these metrics.
    pub fn push(&mut self, split: &SplitScores, metrics: &[String]) {
        let k = self.len();
        self.numbers.push(split.number);
        self.n_train.push(split.n_train as u64);
        self.distinct_train.push(split.distinct_train as u64);
        self.n_test.push(split.n_test as u64);
        self.parts.push(split.parts);
        self.models.resize_with(split.models.len(), ModelSplits::default);
        self.models.iter_mut().zip(&split.models).for_each(|(all, one)| all.push(k, metrics, one));
    }

    /// For each split the number of the first with the same rows, its own where there is none before it.
    pub fn same_as(&self) -> Counts {
        let key = |k: usize| (self.parts[k], self.n_train.at(k), self.n_test.at(k));
        // Most runs draw no split twice, which the fingerprints tell by themselves in little memory.
        let mut sorted = self.parts.clone();
        sorted.sort_unstable();
        if sorted.windows(2).all(|pair| pair[0] != pair[1]) {
            return self.numbers.clone();
        }
        let mut first = HashMap::new();
        (0..self.len()).map(|k| *first.entry(key(k)).or_insert(self.numbers.at(k))).collect()
    }
}

impl ModelSplits {
    fn push(&mut self, k: usize, metrics: &[String], model: &Result<ModelScores, FitError>) {
        let scores = model.as_ref().ok();
        let named = |scores: Option<&Vec<Result<f64, Undefined>>>, records: &mut Arc<Records>| {
            let number = |i: usize| scores.and_then(|scores| scores[i].ok());
            Arc::make_mut(records).push(metrics.iter().enumerate().map(|(i, name)| (name.as_str(), number(i))));
        };
        named(scores.map(|s| &s.test), &mut self.test);
        named(scores.map(|s| &s.train), &mut self.train);
        self.undefined.resize_with(metrics.len(), Reasons::default);
        for (reasons, score) in self.undefined.iter_mut().zip(scores.iter().flat_map(|s| &s.test)) {
            score.err().into_iter().for_each(|why| reasons.push(k, why));
        }
        let figures = scores.map_or(&[][..], |s| &s.figures);
        Arc::make_mut(&mut self.figures).push(figures.iter().map(|(name, value)| (*name, Some(*value))));
        let observation = scores.and_then(|s| s.observation.as_ref());
        let readings = observation.map_or(&[][..], |observation| &observation.readings);
        let records = Arc::make_mut(&mut self.readings);
        records.push(readings.iter().map(|r| (r.name.as_str(), r.value.ok())));
        for reading in readings {
            let at = records.name(&reading.name).unwrap_or(0);
            if at == self.kinds.len() {
                let (probe, direction) = (reading.probe, reading.direction);
                self.kinds.push(Kind { probe, direction, undefined: Reasons::default() });
            }
            reading.value.err().into_iter().for_each(|why| self.kinds[at].undefined.push(k, why));
        }
        self.is_watched |= observation.is_some();
        observation.and_then(|s| s.failed.as_deref()).into_iter().for_each(|why| self.unseen.push(k, why));
        match model {
            Err(why) => Arc::make_mut(&mut self.failed).push(k, &why.0),
            Ok(scores) => {
                scores.difficulty.iter().for_each(|text| Arc::make_mut(&mut self.difficulty).push(k, text));
                scores.alone.iter().for_each(|text| self.alone.push(k, text));
                scores.choice.iter().for_each(|choice| self.choices.push(k, choice));
            }
        }
    }

    /// Whether the model was fitted to split `k`.
    pub fn is_fitted(&self, k: usize) -> bool {
        self.failed.at(k).is_none()
    }

    /// The splits on which a metric is undefined, and why.
    pub fn undefined(&self, metric: usize) -> impl Iterator<Item = (usize, &'static str)> {
        self.undefined[metric].iter()
    }

    /// What split `k` has chosen, of a tuned model.
    pub fn choice(&self, k: usize) -> Option<Choice> {
        self.choices.at(k)
    }

    /// The names of readings, each with the probe that read them, which way they get better, and the splits on which
    /// they are undefined.
    pub fn kinds(
        &self,
    ) -> impl Iterator<Item = (&str, &'static str, Direction, impl Iterator<Item = (usize, &'static str)>)> {
        let kinds = self.readings.names().zip(&self.kinds);
        kinds.map(|(name, kind)| (name, kind.probe, kind.direction, kind.undefined.iter()))
    }

    /// A metric on the test rows of each split.
    pub fn test(&self, metric: &str) -> Column {
        Column::new(&self.test, metric)
    }

    /// A metric on the train rows of each split.
    pub fn train(&self, metric: &str) -> Column {
        Column::new(&self.train, metric)
    }

    /// What probes have read under a name on each split.
    pub fn reading(&self, name: &str) -> Column {
        Column::new(&self.readings, name)
    }
}
