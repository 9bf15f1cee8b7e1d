//! Where scores come from that were not made here, in the document.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A table of scores.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct ScoresEntry {
    /// Path as given.
    pub path: String,
    /// Rows of the table.
    pub rows: usize,
}

impl ScoresEntry {
    /// A table of so many rows.
    pub(crate) fn new(path: &str, rows: usize) -> Self {
        Self { path: path.to_owned(), rows }
    }
}
