//! The split plan in the document.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The split plan, resolved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct PlanEntry {
    /// The scheme.
    pub scheme: String,
    /// The seed; `null` of splits that were drawn elsewhere, whose scheme is `given`.
    pub seed: Option<u64>,
    /// Splits asked for.
    pub splits: usize,
    /// Splits done; fewer where the run was stopped.
    pub done: usize,
    /// Different splits among them, where some were drawn more than once.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub different: Option<usize>,
    /// Whether the run was stopped before all splits, or the permutation test after them, were done.
    pub partial: bool,
    /// Size of the test part, as a share or a number of rows, where the scheme has one.
    pub test_size: Option<f64>,
    /// Size of the train part, where one was given.
    pub train_size: Option<f64>,
    /// What is stratified on: a column, or `target`.
    pub stratify: Option<String>,
    /// The group column.
    pub group: Option<String>,
    /// The time column.
    pub time: Option<String>,
    /// Rows left out between train and test part.
    pub gap: usize,
    /// Where the number of splits was not fixed: how the run came to its end.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sequence: Option<Sequence>,
    /// How often rows were tested, where figures or curves were asked for: used rows by the number of splits that test
    /// them, ascending and without gaps, in at most 40 bins of equal width.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub tested: Vec<TestedRows>,
}

/// Rows that were tested about equally often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct TestedRows {
    /// The smallest number of splits.
    pub from: u64,
    /// The largest.
    pub to: u64,
    /// Rows that so many splits test.
    pub rows: usize,
}

/// How a run of no fixed length went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Sequence {
    /// The most splits that were allowed.
    pub max_splits: usize,
    /// Numbers of splits after which the claims were looked at; the error of a verdict is shared by all.
    pub looks: Vec<usize>,
    /// How it ended: `enough` (every claim was decided, or nothing moved any more), `broken` (a split broke a claim on the
    /// worst case) or `max_splits`.
    pub ended: String,
}
