//! The splits of a model in the document: a list of [`SplitEntry`] to those who read it, columns in memory.

use std::borrow::Cow;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{Named, SplitEntry};
use crate::run::Splits;
use crate::run::columns::{Column, Counts, Record, Records, Words};

/// Every split of a model, with its scores.
#[derive(Debug, Clone, Default)]
pub struct SplitTable {
    /// Numbers of the splits.
    pub numbers: Counts,
    /// Train rows; 0 where they are not known.
    pub n_train: Counts,
    /// Different train rows; 0 where they are not known.
    pub distinct_train: Counts,
    /// Test rows; 0 where they are not known.
    pub n_test: Counts,
    /// For each split the number of the first with the same rows, its own where there is none before it.
    pub same_as: Counts,
    names: Arc<Words>,
    scores: Arc<Records>,
    train_scores: Arc<Records>,
    figures: Arc<Records>,
    probes: Arc<Records>,
    setting: Arc<Words>,
    failed: Arc<Words>,
    difficulty: Arc<Words>,
}

impl SplitTable {
    /// The splits of model `m` of a run; the run's columns are shared, not copied. `setting` names what a split of a
    /// tuned model has chosen.
    pub(crate) fn of_run<'s>(
        splits: &Splits,
        same_as: &Counts,
        m: usize,
        setting: impl Fn(usize) -> Option<&'s str>,
    ) -> Self {
        let model = &splits.models[m];
        let mut chosen = Words::default();
        (0..splits.len()).for_each(|k| setting(k).into_iter().for_each(|setting| chosen.push(k, setting)));
        Self {
            numbers: splits.numbers.clone(),
            n_train: splits.n_train.clone(),
            distinct_train: splits.distinct_train.clone(),
            n_test: splits.n_test.clone(),
            same_as: same_as.clone(),
            names: Arc::default(),
            scores: Arc::clone(&model.test),
            train_scores: Arc::clone(&model.train),
            figures: Arc::clone(&model.figures),
            probes: Arc::clone(&model.readings),
            setting: Arc::new(chosen),
            failed: Arc::clone(&model.failed),
            difficulty: Arc::clone(&model.difficulty),
        }
    }

    /// Number of splits.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// A metric on the test rows of each split.
    pub fn scores(&self, metric: &str) -> Column {
        Column::new(&self.scores, metric)
    }

    /// A metric on the train rows of each split.
    pub fn train_scores(&self, metric: &str) -> Column {
        Column::new(&self.train_scores, metric)
    }

    /// What a probe read on each split.
    pub fn probes(&self, name: &str) -> Column {
        Column::new(&self.probes, name)
    }

    /// The setting that a split picked, of a tuned model.
    pub fn setting(&self, k: usize) -> Option<&str> {
        self.setting.at(k)
    }

    /// Why the model failed on a split, where it did.
    pub fn failed(&self, k: usize) -> Option<&str> {
        self.failed.at(k)
    }

    /// One split.
    ///
    /// # Panics
    /// Panics if there is no such place.
    pub fn at(&self, k: usize) -> SplitEntry {
        let row = self.row(k);
        let all = |record: Record| record.iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let text = |text: Option<&str>| text.map(str::to_owned);
        SplitEntry {
            split: row.split,
            name: text(row.name),
            n_train: known(row.n_train),
            n_test: known(row.n_test),
            n_train_different: row.n_train_different.map(|n| n as usize),
            same_as: row.same_as,
            scores: all(row.scores),
            train_scores: all(row.train_scores),
            figures: row.figures.iter().map(|(name, value)| (name.to_owned(), value.unwrap_or(f64::NAN))).collect(),
            probes: all(row.probes),
            setting: text(row.setting),
            failed: text(row.failed),
            difficulty: text(row.difficulty),
        }
    }

    /// All splits in order.
    pub fn iter(&self) -> Entries<'_> {
        self.into_iter()
    }

    fn row(&self, k: usize) -> Row<'_> {
        let (split, n_train, n_test) = (self.numbers.at(k), self.n_train.at(k), self.n_test.at(k));
        Row {
            split,
            name: self.names.at(k),
            n_train,
            n_test,
            n_train_different: Some(self.distinct_train.at(k)).filter(|n| *n != n_train),
            same_as: Some(self.same_as.at(k)).filter(|first| *first != split),
            scores: self.scores.at(k),
            train_scores: self.train_scores.at(k),
            figures: self.figures.at(k),
            probes: self.probes.at(k),
            setting: self.setting.at(k),
            failed: self.failed.at(k),
            difficulty: self.difficulty.at(k),
        }
    }

    fn push(&mut self, entry: &SplitEntry) {
        let k = self.len();
        self.numbers.push(entry.split);
        let count = |n: Option<usize>| n.unwrap_or(0) as u64;
        self.n_train.push(count(entry.n_train));
        self.distinct_train.push(count(entry.n_train_different.or(entry.n_train)));
        self.n_test.push(count(entry.n_test));
        self.same_as.push(entry.same_as.unwrap_or(entry.split));
        let put = |records: &mut Arc<Records>, named: &Named<Option<f64>>| {
            Arc::make_mut(records).push(named.iter().map(|(name, value)| (name.as_str(), *value)));
        };
        put(&mut self.scores, &entry.scores);
        put(&mut self.train_scores, &entry.train_scores);
        put(&mut self.probes, &entry.probes);
        Arc::make_mut(&mut self.figures).push(entry.figures.iter().map(|(name, value)| (name.as_str(), Some(*value))));
        let texts = [
            (&mut self.names, &entry.name),
            (&mut self.setting, &entry.setting),
            (&mut self.failed, &entry.failed),
            (&mut self.difficulty, &entry.difficulty),
        ];
        for (words, text) in texts {
            text.iter().for_each(|text| Arc::make_mut(words).push(k, text));
        }
    }
}

impl PartialEq for SplitTable {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl<'t> IntoIterator for &'t SplitTable {
    type Item = SplitEntry;
    type IntoIter = Entries<'t>;

    fn into_iter(self) -> Entries<'t> {
        Entries { of: self, next: 0 }
    }
}

/// The splits of a table, one by one.
#[derive(Debug, Clone)]
pub struct Entries<'t> {
    of: &'t SplitTable,
    next: usize,
}

impl Iterator for Entries<'_> {
    type Item = SplitEntry;

    fn next(&mut self) -> Option<SplitEntry> {
        let at = Some(self.next).filter(|k| *k < self.of.len())?;
        self.next += 1;
        Some(self.of.at(at))
    }
}

impl FromIterator<SplitEntry> for SplitTable {
    fn from_iter<I: IntoIterator<Item = SplitEntry>>(entries: I) -> Self {
        let mut all = Self::default();
        entries.into_iter().for_each(|entry| all.push(&entry));
        all
    }
}

/// A number of rows, 0 where it is not known.
fn known(rows: u64) -> Option<usize> {
    (rows > 0).then_some(rows as usize)
}

/// A split as it is written: a [`SplitEntry`] without copies.
struct Row<'t> {
    split: u64,
    name: Option<&'t str>,
    n_train: u64,
    n_test: u64,
    n_train_different: Option<u64>,
    same_as: Option<u64>,
    scores: Record<'t>,
    train_scores: Record<'t>,
    figures: Record<'t>,
    probes: Record<'t>,
    setting: Option<&'t str>,
    failed: Option<&'t str>,
    difficulty: Option<&'t str>,
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("split", &self.split)?;
        if let Some(name) = self.name {
            map.serialize_entry("name", name)?;
        }
        map.serialize_entry("n_train", &known(self.n_train))?;
        map.serialize_entry("n_test", &known(self.n_test))?;
        for (name, number) in [("n_train_different", self.n_train_different), ("same_as", self.same_as)] {
            if let Some(number) = number {
                map.serialize_entry(name, &number)?;
            }
        }
        map.serialize_entry("scores", &self.scores)?;
        map.serialize_entry("train_scores", &self.train_scores)?;
        for (name, record) in [("figures", self.figures), ("probes", self.probes)] {
            if !record.is_empty() {
                map.serialize_entry(name, &record)?;
            }
        }
        for (name, text) in [("setting", self.setting), ("failed", self.failed), ("difficulty", self.difficulty)] {
            if let Some(text) = text {
                map.serialize_entry(name, text)?;
            }
        }
        map.end()
    }
}

impl Serialize for SplitTable {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((0..self.len()).map(|k| self.row(k)))
    }
}

/// It is written as a list of [`SplitEntry`].
impl JsonSchema for SplitTable {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Vec::<SplitEntry>::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Vec::<SplitEntry>::json_schema(generator)
    }
}

impl<'de> Deserialize<'de> for SplitTable {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AllEntries;

        impl<'de> Visitor<'de> for AllEntries {
            type Value = SplitTable;

            fn expecting(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
                out.write_str("a sequence")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<SplitTable, A::Error> {
                let mut all = SplitTable::default();
                while let Some(entry) = entries.next_element::<SplitEntry>()? {
                    all.push(&entry);
                }
                Ok(all)
            }
        }

        deserializer.deserialize_seq(AllEntries)
    }
}
