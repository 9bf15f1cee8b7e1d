//! What claims and comparisons speak of: the scores of all models on the same splits.

use super::claim::Known;
use crate::metric::{Direction, bounds, place_of_metric};
use crate::run::columns::{Column, Counts};
use crate::stats::mean;

/// The scores of a run.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ScoreTable {
    /// The metrics, with the way in which each gets better.
    pub metrics: Vec<(String, Direction)>,
    /// The least and the largest value of users' own metrics that have some.
    pub own_bounds: Vec<(String, [f64; 2])>,
    /// The models asked for, then the baseline, where there is one.
    pub models: Vec<ModelColumn>,
    /// Whether no baseline is among the models.
    pub without_baseline: bool,
    /// Numbers that claims may name, such as `cost`.
    pub constants: Vec<(String, f64)>,
    /// Numbers that probes read off models split by split, with the way in which each gets better.
    pub readings: Vec<(String, Direction)>,
    /// Train and test rows of each split, in order.
    pub splits: SplitSizes,
    /// The test rows as a share of all rows, where that is known and the rows are not.
    pub test_share: Option<f64>,
}

/// One split's number and sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SplitSize {
    /// Its number.
    pub number: u64,
    /// Different train rows: one that a bootstrap draws twice tells no more than once. 0 where they are not known.
    pub train: usize,
    /// Test rows; 0 where they are not known.
    pub test: usize,
    /// The number of the first split with the same rows; its own where there is none before it.
    pub same_as: u64,
}

impl SplitSize {
    /// A split unlike any other.
    pub fn new(number: u64, train: usize, test: usize) -> Self {
        Self { number, train, test, same_as: number }
    }
}

/// The same of many splits, in order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SplitSizes {
    /// Their numbers.
    pub numbers: Counts,
    /// Different train rows.
    pub train: Counts,
    /// Test rows.
    pub test: Counts,
    /// Numbers of the first split with the same rows.
    pub same_as: Counts,
}

impl SplitSizes {
    /// Split by split.
    pub fn iter(&self) -> impl Iterator<Item = SplitSize> + '_ {
        (0..self.len()).map(|k| SplitSize {
            number: self.numbers.at(k),
            train: self.train.at(k) as usize,
            test: self.test.at(k) as usize,
            same_as: self.same_as.at(k),
        })
    }

    /// Number of splits.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// Whether no two have the same rows, as far as a look at their order tells.
    fn all_differ(&self) -> bool {
        let mut before = None;
        self.same_as.iter().all(|first| before.replace(first).is_none_or(|before| before < first))
    }
}

impl FromIterator<SplitSize> for SplitSizes {
    fn from_iter<I: IntoIterator<Item = SplitSize>>(splits: I) -> Self {
        let mut all = Self::default();
        for split in splits {
            all.numbers.push(split.number);
            all.train.push(split.train as u64);
            all.test.push(split.test as u64);
            all.same_as.push(split.same_as);
        }
        all
    }
}

/// One model's scores.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ModelColumn {
    /// Its name.
    pub name: String,
    /// For each metric the score on each split, `None` where there is none.
    pub test: Vec<Column>,
    /// The same on the train rows.
    pub train: Vec<Column>,
    /// For each reading of probes the number on each split that was probed, the first of the run.
    pub readings: Vec<Column>,
    /// What probes say of all splits together, by name.
    pub figures: Vec<(String, f64)>,
}

/// What the baseline goes by in claims.
const BASELINE: &str = "baseline";

/// Test rows to train rows of a split; of rows that are not known (0) by the share of the test rows, if that is.
pub fn ratio(train: u64, test: u64, test_share: Option<f64>) -> Option<f64> {
    if train > 0 && test > 0 {
        return Some(test as f64 / train as f64);
    }
    test_share.map(|share| share / (1.0 - share))
}

/// The place of a reading among others; numbers in its brackets may be written in any way.
pub fn place_of_reading<'a>(name: &str, mut names: impl Iterator<Item = &'a str> + Clone) -> Option<usize> {
    let tidy = |name: &str| -> String {
        let words: Vec<String> = name
            .split_inclusive(['[', ' ', ']'])
            .map(|piece| {
                let (word, end) = piece.split_at(piece.trim_end_matches(['[', ' ', ']']).len());
                let number =
                    word.parse::<f64>().ok().filter(|_| word.starts_with(|c: char| c.is_ascii_digit() || c == '.'));
                number.map_or_else(|| piece.to_owned(), |v| format!("{v}{end}"))
            })
            .collect();
        words.concat()
    };
    names.clone().position(|n| n == name).or_else(|| {
        let wanted = tidy(name);
        name.contains('[').then(|| names.position(|n| tidy(n) == wanted))?
    })
}

impl ScoreTable {
    /// What claims about it may name; `offered` are families of names that were not asked for, each with what asks for
    /// them.
    pub fn known(&self, offered: Vec<(&'static str, String)>) -> Known<'_> {
        Known {
            metrics: self.metrics.iter().map(|m| m.0.as_str()).collect(),
            models: self.names_of_models(),
            constants: self.constants.iter().map(|c| c.0.as_str()).collect(),
            readings: self.readings.iter().map(|(name, direction)| (name.as_str(), *direction)).collect(),
            open: Vec::new(),
            figures: self.models.iter().flat_map(|m| &m.figures).map(|f| f.0.as_str()).collect(),
            offered,
            scores_alone: false,
        }
    }

    fn names_of_models(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.models.iter().map(|m| m.name.as_str()).collect();
        names.extend(self.baseline().filter(|m| m.name != BASELINE).map(|_| BASELINE));
        names
    }

    /// The position of a metric; a boolean label in it may be in any spelling.
    pub fn metric(&self, name: &str) -> Option<usize> {
        place_of_metric(name, self.metrics.iter().map(|m| m.0.as_str()))
    }

    /// The position of a reading.
    pub fn reading(&self, name: &str) -> Option<usize> {
        place_of_reading(name, self.readings.iter().map(|r| r.0.as_str()))
    }

    /// Which way a metric or a reading gets better.
    pub fn direction(&self, name: &str) -> Direction {
        let reading = || self.reading(name).map(|r| self.readings[r].1);
        self.metric(name).map(|m| self.metrics[m].1).or_else(reading).unwrap_or(Direction::None)
    }

    /// The least and the largest value that a metric can have; infinite where there is none.
    pub fn bounds(&self, metric: &str) -> [f64; 2] {
        let own = self.own_bounds.iter().find(|own| own.0 == metric);
        own.map_or_else(|| bounds(metric), |own| own.1)
    }

    /// The position of a model. A baseline of another name goes by `baseline` too.
    pub fn model(&self, name: &str) -> Option<usize> {
        let baseline = || self.baseline().filter(|_| name == BASELINE).map(|_| self.models.len() - 1);
        self.models.iter().position(|m| m.name == name).or_else(baseline)
    }

    /// The models asked for.
    pub fn asked(&self) -> &[ModelColumn] {
        &self.models[..self.models.len() - usize::from(self.baseline().is_some())]
    }

    /// The baseline, where there is one.
    pub fn baseline(&self) -> Option<&ModelColumn> {
        self.models.last().filter(|_| !self.without_baseline)
    }

    /// The number that goes by a name.
    pub fn constant(&self, name: &str) -> Option<f64> {
        self.constants.iter().find(|c| c.0 == name).map(|c| c.1)
    }

    /// The known values of a list by split, of splits with the same rows the first: those drawn again tell nothing new.
    pub fn different(&self, values: &[Option<f64>]) -> Vec<f64> {
        self.first_of_each(values).map(|(_, value)| value).collect()
    }

    /// The mean of test rows to train rows over the splits that [`ScoreTable::different`] takes values of; `None` where the
    /// rows are not known.
    pub fn test_to_train_of(&self, values: &[Option<f64>]) -> Option<f64> {
        let used: Vec<usize> = self.first_of_each(values).map(|(at, _)| at).collect();
        self.test_to_train(|at| used.binary_search(&at).is_ok())
    }

    fn first_of_each<'v>(&'v self, values: &'v [Option<f64>]) -> impl Iterator<Item = (usize, f64)> + 'v {
        let mut seen = std::collections::BTreeSet::new();
        let all_differ = self.splits.all_differ();
        let known = values.iter().enumerate().filter_map(|(at, value)| Some((at, (*value)?)));
        known.filter(move |(at, _)| all_differ || *at >= self.splits.len() || seen.insert(self.splits.same_as.at(*at)))
    }

    /// The mean of test rows to train rows over the splits that `used` picks; `None` where the rows are not known.
    pub fn test_to_train(&self, used: impl Fn(usize) -> bool) -> Option<f64> {
        let of = |i: usize| ratio(self.splits.train.at(i), self.splits.test.at(i), self.test_share);
        let ratios = (0..self.splits.len()).filter(|i| used(*i)).map(of).collect::<Option<Vec<f64>>>()?;
        Some(if ratios.is_empty() { 0.0 } else { mean(&ratios) })
    }

    /// The same board with the first `n` splits only.
    #[must_use]
    pub fn first(&self, n: usize) -> Self {
        let cut = |scores: &[Column]| scores.iter().map(|column| column.first(n)).collect();
        Self {
            models: self
                .models
                .iter()
                .map(|m| ModelColumn {
                    test: cut(&m.test),
                    train: cut(&m.train),
                    readings: cut(&m.readings),
                    ..m.clone()
                })
                .collect(),
            splits: self.splits.iter().take(n).collect(),
            ..self.clone()
        }
    }
}
