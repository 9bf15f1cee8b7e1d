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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
