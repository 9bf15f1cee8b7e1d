//! What is looked into: one model's scores of one metric over the splits of a run.

use crate::data::Table;
use crate::error::{Error, Result};
use crate::metric::Scorer;
use crate::model::Predictions;
use crate::run::RunContext;
use crate::run::columns::{Column, Counts};
use crate::setting::{METRIC, MODEL};

/// Splits with their scores in the order of the metrics.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoredSplits {
    /// Their numbers in the report.
    pub numbers: Counts,
    /// For each metric the score on the test rows.
    pub test: Vec<Column>,
    /// The same on the train rows.
    pub train: Vec<Column>,
}

impl ScoredSplits {
    /// Number of splits.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }
}

/// One model, one metric, and the splits.
pub struct Subject<'a> {
    /// Plan, features, target, metrics, and as its only model the one that is looked into.
    pub evaluation: RunContext<'a>,
    /// Which of the metrics tells good splits from bad ones.
    pub metric: usize,
    /// The file's table; some checks need columns that are no features.
    pub table: &'a Table,
    /// Positions of the used rows in the table.
    pub used: &'a [u32],
    /// The target's name.
    pub target_name: &'a str,
    /// The splits that were done: split k of the plan is the k-th.
    pub splits: &'a ScoredSplits,
}

impl Subject<'_> {
    /// Whether the model is not at hand, so that only what the report holds of it is known.
    pub fn is_absent(&self) -> bool {
        self.evaluation.models[0].learner.is_absent()
    }

    /// The metric's name.
    pub fn metric_name(&self) -> &str {
        &self.evaluation.metrics[self.metric].name
    }

    /// 1 where higher scores are better, -1 where lower ones are.
    pub fn sign(&self) -> f64 {
        self.evaluation.metrics[self.metric].direction.sign()
    }

    /// The place of the split of that number.
    ///
    /// # Errors
    /// An input error that says which numbers there are.
    pub fn place_of_split(&self, number: u64) -> Result<usize> {
        let numbers = &self.splits.numbers;
        numbers.iter().position(|n| n == number).ok_or_else(|| {
            let ends = numbers.iter().next().zip(numbers.iter().next_back());
            let range = ends.map_or(String::new(), |(a, b)| format!("; they go from {a} to {b}"));
            Error::setting(format!("the report has no split {number}{range}"))
        })
    }

    /// The score of split k.
    pub fn score(&self, k: usize) -> Option<f64> {
        self.splits.test[self.metric].at(k)
    }

    /// Whether a score of split k, worked out again, is the report's; `None` where either has none.
    pub fn agrees(&self, k: usize, again: Option<f64>) -> Option<bool> {
        again.zip(self.score(k)).map(|(a, b)| (a - b).abs() <= 1e-6 * (1.0 + b.abs()))
    }

    /// The same of predictions for the test rows of split k.
    pub fn scores_again(&self, k: usize, test: &[u32], predictions: &Predictions) -> Option<bool> {
        let metric = std::slice::from_ref(&self.evaluation.metrics[self.metric]);
        let score = Scorer::new(metric, self.evaluation.target, test).score(predictions)[0].ok();
        self.agrees(k, score)
    }

    /// The splits that have a score.
    pub fn scored(&self) -> Vec<usize> {
        (0..self.splits.len()).filter(|k| self.score(*k).is_some()).collect()
    }

    /// The splits that have a score, one at least.
    ///
    /// # Errors
    /// An input error where none has.
    pub fn some_scored(&self) -> Result<Vec<usize>> {
        let scored = self.scored();
        if scored.is_empty() {
            return Err(Error::setting(format!(
                "the report has no {} of {} on any split",
                self.metric_name(),
                self.evaluation.models[0].name
            ))
            .advise(format!("choose another {METRIC} or {MODEL}")));
        }
        Ok(scored)
    }

    /// How good these splits are: their scores, turned so that higher is better.
    pub fn goodness(&self, splits: &[usize]) -> Vec<f64> {
        splits.iter().filter_map(|k| Some(self.sign() * self.score(*k)?)).collect()
    }

    /// The position in the file of a used row, with its name in brackets where it has one.
    pub fn row_text(&self, used: u32) -> String {
        self.table.row_text(self.row(used) as usize)
    }

    /// What a used row is called, where rows have names.
    pub fn row_name(&self, used: u32) -> Option<String> {
        self.table.row_name(self.row(used) as usize)
    }

    /// The position in the file of a used row.
    pub fn row(&self, used: u32) -> u32 {
        self.used[used as usize]
    }
}
