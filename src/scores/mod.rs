//! Scores that were made elsewhere (by cross-validation in R or scikit-learn, in an export, in a paper): a table of them is
//! read and becomes the same report as that of an evaluation, as far as scores alone tell.

mod build;
mod collect;
mod direction;
mod read;

use crate::metric::Direction;
use crate::verdict::{Allowed, Bound, ClaimSpec, Rope};
use crate::warning::Warning;

/// One score.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ScoreRow {
    /// The split: its number, or what it is called.
    pub split: String,
    /// The model.
    pub model: String,
    /// The metric.
    pub metric: String,
    /// The score on the test rows; `None` (or NaN) where it does not exist.
    pub score: Option<f64>,
    /// The score on the train rows, where it is known.
    pub train_score: Option<f64>,
    /// Train rows of the split, where they are known.
    pub n_train: Option<usize>,
    /// Test rows of the split, where they are known.
    pub n_test: Option<usize>,
    /// Why there is no score, where that is known.
    pub failed: Option<String>,
    /// The row of the table that it stands in, where there is one.
    pub row: Option<usize>,
}

/// Scores with where they come from.
#[derive(Debug, Clone, Default)]
pub struct ScoreRows {
    /// The path, or a name for what is no file.
    pub name: String,
    /// The scores.
    pub rows: Vec<ScoreRow>,
    /// Rows of the table that they were read from.
    table_rows: usize,
    /// Lines of the file on which those begin, where it has lines.
    lines: Vec<u32>,
    /// What is to be said about how they were read.
    notes: Vec<Warning>,
}

impl ScoreRows {
    /// Scores in memory.
    pub fn new(name: impl Into<String>, rows: Vec<ScoreRow>) -> Self {
        Self { name: name.into(), table_rows: rows.len(), rows, ..Self::default() }
    }

    /// Where a score stands, for messages.
    fn place(&self, at: usize) -> String {
        match self.rows[at].row.map(|row| (row, self.lines.get(row))) {
            Some((row, Some(line))) => format!("{} row {row} (line {line})", self.name),
            Some((row, None)) => format!("{} row {row}", self.name),
            None => format!("{} score {at}", self.name),
        }
    }
}

/// What is asked of scores.
///
/// ```
/// use randsplit::{Report, ScoreRow, ScoreRows, ScoresOptions};
///
/// let score = |split: usize, model: &str, score: f64| ScoreRow {
///     split: split.to_string(),
///     model: model.into(),
///     metric: "accuracy".into(),
///     score: Some(score),
///     ..ScoreRow::default()
/// };
/// let rows = vec![score(0, "a", 0.8), score(1, "a", 0.9), score(0, "b", 0.7), score(1, "b", 0.9)];
/// let options = ScoresOptions { n_train: Some(90), n_test: Some(10), ..ScoresOptions::default() };
/// let report = Report::from_scores(&ScoreRows::new("two splits", rows), &options)?;
/// assert_eq!(report.pairs[0].won, Some(0.5));
/// # Ok::<(), randsplit::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct ScoresOptions {
    /// The metrics that are taken, the first as the primary one; all without it.
    pub metrics: Vec<String>,
    /// Which way metrics get better that are not known, or are known otherwise.
    pub directions: Vec<(String, Direction)>,
    /// The model that the others are held against; none without it.
    pub baseline: Option<String>,
    /// Train rows of each split, where the scores do not say.
    pub n_train: Option<usize>,
    /// Test rows of each split, where the scores do not say.
    pub n_test: Option<usize>,
    /// The test rows as a share of all rows, between 0 and 1, where the numbers of rows are not known.
    pub test_size: Option<f64>,
    /// Bounds on the worst split, as `METRIC=VALUE`.
    pub worst_case: Vec<(Bound, String)>,
    /// Claims to judge.
    pub claims: Vec<ClaimSpec>,
    /// The confidence of claims that say no other.
    pub confidence: Option<f64>,
    /// How many splits may have no score before a claim fails that says no other number.
    pub allowed: Allowed,
    /// Differences up to which models are taken as practically equal.
    pub rope: Rope,
}
