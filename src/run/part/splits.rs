//! The splits that a run has done, kept in columns.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::totals::RowTotals;
use crate::metric::{Direction, Undefined};
use crate::model::FitError;
use crate::run::columns::{Column, CountTables, Counts, CurveTable, Records, Words, arc};
use crate::run::{Choice, ModelScores, RowSums, SplitScores};
use crate::split::MAX_DRAWN;

/// All splits that were done, in order: some 16 bytes a split for each metric of each model.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Splits {
    /// Their places in the plan, ascending.
    pub places: Counts,
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
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ModelSplits {
    /// Whether it shares work over splits.
    pub shared: bool,
    /// Scores on the test rows by metric; without numbers where the model failed.
    #[serde(with = "arc")]
    pub test: Arc<Records>,
    /// Scores on the train rows.
    #[serde(with = "arc")]
    pub train: Arc<Records>,
    /// What the model measured of itself.
    #[serde(with = "arc")]
    pub figures: Arc<Records>,
    /// What probes have read.
    #[serde(with = "arc")]
    pub readings: Arc<Records>,
    /// Why it failed, where it did.
    #[serde(with = "arc")]
    pub failed: Arc<Words>,
    /// What was difficult about the fit.
    #[serde(with = "arc")]
    pub difficulty: Arc<Words>,
    /// Test rows by true and predicted label, of labels few enough for a table.
    #[serde(default)]
    pub confusions: CountTables,
    /// Curves, of the splits that have some.
    #[serde(default, skip_serializing_if = "CurveTable::is_empty")]
    pub curves: CurveTable,
    /// Why it was fitted on its own, where that was not planned.
    pub alone: Words,
    /// Why looking at it failed, where it did.
    pub unseen: Words,
    /// By probe, why there was nothing to read off it.
    #[serde(default)]
    pub unfit: BTreeMap<String, Words>,
    /// Whether it was looked at on any split.
    pub is_watched: bool,
    choices: Choices,
    /// For each metric why it is undefined.
    undefined: Vec<Words>,
    /// For each name of readings what is known of it.
    kinds: Vec<Kind>,
    /// What was added up over splits, by probe.
    pub totals: BTreeMap<String, RowTotals>,
}

/// A kind of readings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Kind {
    probe: String,
    direction: Direction,
    undefined: Words,
}

/// The kind at a place, which is made where it is the next.
fn kind<'k>(kinds: &'k mut Vec<Kind>, at: usize, probe: &str, direction: Direction) -> &'k mut Kind {
    if at == kinds.len() {
        kinds.push(Kind { probe: probe.to_owned(), direction, undefined: Words::default() });
    }
    &mut kinds[at]
}

/// The choices of a tuned model.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
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
        self.places.push(split.k as u64);
        self.numbers.push(split.number);
        self.n_train.push(split.n_train as u64);
        self.distinct_train.push(split.distinct_train as u64);
        self.n_test.push(split.n_test as u64);
        self.parts.push(split.parts);
        self.models.resize_with(split.models.len(), ModelSplits::default);
        self.models.iter_mut().zip(&split.models).for_each(|(all, one)| all.push(k, metrics, one));
    }

    /// Adds split `i` of others as the next.
    pub(super) fn push_from(&mut self, others: &Self, i: usize) {
        let k = self.len();
        for (counts, others) in self.counts_mut().into_iter().zip(others.counts()) {
            counts.push(others.at(i));
        }
        self.parts.push(others.parts[i]);
        self.models.resize_with(others.models.len(), ModelSplits::default);
        self.models.iter_mut().zip(&others.models).for_each(|(all, others)| all.push_from(k, others, i));
    }

    /// Whether split `i` is split `j` of others, with the same results.
    pub(super) fn is_same(&self, i: usize, others: &Self, j: usize) -> bool {
        self.counts().into_iter().zip(others.counts()).all(|(own, other)| own.at(i) == other.at(j))
            && self.parts[i] == others.parts[j]
            && self.models.len() == others.models.len()
            && self.models.iter().zip(&others.models).all(|(own, other)| own.is_same(i, other, j))
    }

    fn counts(&self) -> [&Counts; 5] {
        [&self.places, &self.numbers, &self.n_train, &self.distinct_train, &self.n_test]
    }

    fn counts_mut(&mut self) -> [&mut Counts; 5] {
        [&mut self.places, &mut self.numbers, &mut self.n_train, &mut self.distinct_train, &mut self.n_test]
    }

    /// Checks what was read from elsewhere: that every column is of as many splits, and none speaks of others.
    pub(super) fn check(&self) -> Result<(), &'static str> {
        let n = self.parts.len();
        if self.counts().iter().any(|counts| counts.len() != n) {
            return Err("its columns are of different length");
        }
        let in_plan = |k: u64| k < MAX_DRAWN as u64;
        if !self.places.iter().is_sorted_by(|a, b| a < b) || !self.places.iter().all(in_plan) {
            return Err("its splits are not in order");
        }
        if [&self.n_train, &self.distinct_train, &self.n_test].iter().any(|rows| rows.iter().any(|rows| rows == 0)) {
            return Err("it has splits without rows");
        }
        if n > 0 && self.models.is_empty() {
            return Err("it has no models");
        }
        self.models.iter().try_for_each(|model| model.check(n, &self.models[0], &self.n_test))
    }

    /// Leaves out what probes have seen and what was counted, which follow from the predictions.
    #[cfg(feature = "cli")]
    pub(super) fn forget_observations(&mut self) {
        let n = self.len();
        self.models.iter_mut().for_each(|model| model.forget_observations(n));
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
        self.undefined.resize_with(metrics.len(), Words::default);
        for (reasons, score) in self.undefined.iter_mut().zip(scores.iter().flat_map(|s| &s.test)) {
            score.err().into_iter().for_each(|why| reasons.push(k, why.0));
        }
        let figures = scores.map_or(&[][..], |s| &s.figures);
        Arc::make_mut(&mut self.figures).push(figures.iter().map(|(name, value)| (name.as_ref(), Some(*value))));
        let observation = scores.and_then(|s| s.observation.as_ref());
        let readings = observation.map_or(&[][..], |observation| &observation.readings);
        let records = Arc::make_mut(&mut self.readings);
        records.push(readings.iter().map(|r| (r.name.as_str(), r.value.ok())));
        for reading in readings {
            let at = records.name(&reading.name).unwrap_or(0);
            let kind = kind(&mut self.kinds, at, reading.probe, reading.direction);
            reading.value.err().into_iter().for_each(|why| kind.undefined.push(k, why.0));
        }
        for (name, curve) in observation.iter().flat_map(|observation| &observation.curves) {
            self.curves.push(k, name, curve);
        }
        self.is_watched |= observation.is_some();
        observation.and_then(|s| s.failed.as_deref()).into_iter().for_each(|why| self.unseen.push(k, why));
        for (probe, why) in observation.iter().flat_map(|observation| &observation.unfit) {
            self.unfit.entry((*probe).to_owned()).or_default().push(k, why);
        }
        match model {
            Err(why) => Arc::make_mut(&mut self.failed).push(k, &why.0),
            Ok(scores) => {
                scores.difficulty.iter().for_each(|text| Arc::make_mut(&mut self.difficulty).push(k, text));
                scores.alone.iter().for_each(|text| self.alone.push(k, text));
                scores.choice.iter().for_each(|choice| self.choices.push(k, choice));
                self.confusions.push(k, &scores.confusion);
            }
        }
    }

    #[cfg(feature = "cli")]
    fn forget_observations(&mut self, n: usize) {
        let mut nothing = Records::default();
        (0..n).for_each(|_| nothing.push([]));
        self.readings = Arc::new(nothing);
        (self.kinds, self.confusions, self.curves) = Default::default();
        (self.unseen, self.unfit, self.totals, self.is_watched) = Default::default();
    }

    /// Adds sums over rows.
    pub(super) fn add_up(&mut self, row_sums: &[RowSums]) {
        for sums in row_sums {
            self.totals.entry(sums.probe.to_owned()).or_insert_with(|| RowTotals::new(sums)).add(sums);
        }
    }

    fn push_from(&mut self, k: usize, others: &Self, i: usize) {
        self.shared = others.shared;
        self.is_watched |= others.is_watched;
        for (records, others) in self.records_mut().into_iter().zip(others.records()) {
            Arc::make_mut(records).push(others.at(i).iter());
        }
        self.undefined.resize_with(others.undefined.len(), Words::default);
        for (words, others) in self.words_mut().zip(others.words()) {
            others.at(i).into_iter().for_each(|text| words.push(k, text));
        }
        for (name, _) in others.readings.at(i).iter() {
            let [at, of] = [&self.readings, &others.readings].map(|readings| readings.name(name).unwrap_or(0));
            let Kind { probe, direction, undefined } = &others.kinds[of];
            let kind = kind(&mut self.kinds, at, probe, *direction);
            undefined.at(i).into_iter().for_each(|why| kind.undefined.push(k, why));
        }
        for (probe, words) in &others.unfit {
            words.at(i).into_iter().for_each(|why| self.unfit.entry(probe.clone()).or_default().push(k, why));
        }
        others.curves.at(i).for_each(|(name, curve)| self.curves.push(k, name, curve));
        others.choices.at(i).into_iter().for_each(|choice| self.choices.push(k, &choice));
        others.confusions.at(i).into_iter().for_each(|table| self.confusions.push(k, &table));
    }

    fn is_same(&self, i: usize, others: &Self, j: usize) -> bool {
        let kinds = |of: &Self, k: usize| -> Vec<(String, Direction, Option<String>)> {
            let names = of.readings.at(k).iter().filter_map(|(name, _)| of.readings.name(name));
            let kind = |kind: &Kind| (kind.probe.clone(), kind.direction, kind.undefined.at(k).map(str::to_owned));
            names.map(|name| kind(&of.kinds[name])).collect()
        };
        let unfit = |of: &Self, k: usize| -> Vec<(String, String)> {
            of.unfit.iter().filter_map(|(probe, words)| Some((probe.clone(), words.at(k)?.to_owned()))).collect()
        };
        self.records().into_iter().zip(others.records()).all(|(own, other)| own.at(i).iter().eq(other.at(j).iter()))
            && unfit(self, i) == unfit(others, j)
            && self.words().map(|words| words.at(i)).eq(others.words().map(|words| words.at(j)))
            && self.choice(i) == others.choice(j)
            && self.confusions.at(i) == others.confusions.at(j)
            && self.curves.is_same(i, &others.curves, j)
            && kinds(self, i) == kinds(others, j)
    }

    fn records(&self) -> [&Records; 4] {
        [&self.test, &self.train, &self.figures, &self.readings]
    }

    fn records_mut(&mut self) -> [&mut Arc<Records>; 4] {
        [&mut self.test, &mut self.train, &mut self.figures, &mut self.readings]
    }

    fn words(&self) -> impl Iterator<Item = &Words> {
        [&*self.failed, &*self.difficulty, &self.alone, &self.unseen].into_iter().chain(&self.undefined)
    }

    fn words_mut(&mut self) -> impl Iterator<Item = &mut Words> {
        let shared = [&mut self.failed, &mut self.difficulty].map(Arc::make_mut);
        shared.into_iter().chain([&mut self.alone, &mut self.unseen]).chain(&mut self.undefined)
    }

    fn check(&self, n: usize, first: &Self, n_test: &Counts) -> Result<(), &'static str> {
        let is_of_others = |words: &Words| words.iter().next_back().is_some_and(|(k, _)| k >= n);
        let Choices { at, settings, folds, inner } = &self.choices;
        let kinds = self.kinds.iter().map(|kind| &kind.undefined);
        if self.records().iter().any(|records| records.len() != n)
            || self.undefined.len() != first.undefined.len()
            || self.kinds.len() != self.readings.names().len()
            || [settings.len(), folds.len(), inner.len()].iter().any(|len| *len != at.len())
        {
            return Err("its columns are of different length");
        }
        if self.words().chain(kinds).chain(self.unfit.values()).any(is_of_others)
            || at.last().is_some_and(|k| *k as usize >= n)
            || self.curves.last().is_some_and(|k| k >= n)
        {
            return Err("it speaks of splits that it does not have");
        }
        // Scores and readings that are not finite are undefined.
        if ![&self.test, &self.train, &self.readings].iter().all(|records| records.is_finite()) || !inner.is_finite() {
            return Err("it has scores that are not finite numbers");
        }
        let counted = |(k, table): (usize, Vec<u32>)| {
            k < n && table.iter().map(|count| u64::from(*count)).sum::<u64>() == n_test.at(k)
        };
        if !self.confusions.iter().all(counted) {
            return Err("it has counts of labels that are not those of its test rows");
        }
        let chosen = |i: usize| (settings.at(i) as usize) < inner.at(i).iter().len();
        if !at.is_sorted_by(|a, b| a < b) || !(0..at.len()).all(chosen) {
            return Err("it has settings of a tuned model that cannot be");
        }
        Ok(())
    }

    /// Whether there is what so many metrics, labels and settings of a tuned model give; 0 settings where it is not tuned.
    pub(crate) fn suits(&self, metrics: usize, labels: usize, settings: usize) -> bool {
        let inner = &self.choices.inner;
        let counts = &self.confusions;
        (counts.is_empty() || counts.size() == labels)
            && self.undefined.len() == metrics
            && (0..inner.len()).all(|i| inner.at(i).iter().len() == settings)
    }

    /// Whether the model was fitted to split `k`.
    pub fn is_fitted(&self, k: usize) -> bool {
        self.failed.at(k).is_none()
    }

    /// The splits on which a metric is undefined, and why.
    pub fn undefined(&self, metric: usize) -> impl Iterator<Item = (usize, &str)> {
        self.undefined[metric].iter()
    }

    /// What split `k` has chosen, of a tuned model.
    pub fn choice(&self, k: usize) -> Option<Choice> {
        self.choices.at(k)
    }

    /// The names of readings, each with the probe that read them, which way they get better, and the splits on which
    /// they are undefined.
    pub fn kinds(&self) -> impl Iterator<Item = (&str, &str, Direction, impl Iterator<Item = (usize, &str)>)> {
        let kinds = self.readings.names().zip(&self.kinds);
        kinds.map(|(name, kind)| (name, kind.probe.as_str(), kind.direction, kind.undefined.iter()))
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
