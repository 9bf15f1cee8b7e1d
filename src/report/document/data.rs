//! The data in the document.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::data::Task;

/// The data that was used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Data {
    /// Path as given.
    pub path: String,
    /// Rows of the file.
    pub rows: usize,
    /// Rows with a target.
    pub rows_used: usize,
    /// Target column.
    pub target: String,
    /// The task.
    pub task: Task,
    /// Labels of a classification target, sorted.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub labels: Vec<String>,
    /// The positive label, for two classes.
    pub positive: Option<String>,
    /// Columns used.
    pub features: Vec<FeatureEntry>,
    /// Columns left out.
    pub dropped: Vec<DroppedColumn>,
    /// Fingerprint of the columns read.
    pub fingerprint: String,
}

/// A column that was used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct FeatureEntry {
    /// Its name.
    pub name: String,
    /// What its values are: `number`, `boolean`, `text` or `time`.
    pub kind: String,
    /// How it is encoded: `numeric`, `onehot`, `ordinal`, `frequency` or `calendar`.
    pub encoding: String,
    /// Missing values among the used rows.
    pub missing: usize,
    /// How its values are distributed, where figures or curves were asked for.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub histogram: Option<Histogram>,
}

/// How the values of a column are distributed over the used rows that have one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Histogram {
    /// The smallest and the largest number, which are the ends of the bins; of a time, in days since 1970-01-01. `null`
    /// where levels are counted.
    pub range: Option<[f64; 2]>,
    /// The levels that are counted: at most 10, the most frequent first. None where numbers are counted.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub levels: Vec<String>,
    /// Rows in each of 20 bins of equal width, of which the last includes its upper end (one bin where all values are the
    /// same); or rows with each level.
    pub counts: Vec<usize>,
    /// Rows with a level that is not counted by itself.
    pub other: usize,
}

/// A column that was not used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct DroppedColumn {
    /// Its name.
    pub name: String,
    /// Why.
    pub reason: String,
}
