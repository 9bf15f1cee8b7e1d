//! True and predicted labels over all splits in the document.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::BestWorst;

/// How many test rows of each label are given which label, over the splits on which the model was fitted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct ConfusionMatrix {
    /// The labels, in the order of rows and columns.
    pub labels: Vec<String>,
    /// Splits that are counted.
    pub splits: usize,
    /// A row for each true label, with a cell for each predicted one.
    pub cells: Vec<Vec<ConfusionCell>>,
}

/// Test rows of one label that were given one label.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct ConfusionCell {
    /// Mean number of rows a split.
    pub mean: f64,
    /// Its standard deviation over splits; `null` for one split.
    pub sd: Option<f64>,
    /// The smallest number.
    pub min: u32,
    /// The largest number.
    pub max: u32,
    /// Their share of the test rows of the true label, the mean over splits that test it; `null` where none does.
    pub share: Option<f64>,
    /// Standard deviation of the share over these splits; `null` for one.
    pub share_sd: Option<f64>,
}

/// How well a label is found, over the splits that test it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct ClassEntry {
    /// The label.
    pub label: String,
    /// Used rows of the table with this label.
    pub rows: usize,
    /// Mean number of test rows with this label, over all splits on which the model was fitted.
    pub support: f64,
    /// Splits that test it; the rates below are over these.
    pub tested: usize,
    /// Of the rows that are given the label the share that has it; 0 where no row is given it.
    pub precision: ClassRate,
    /// Of the rows that have the label the share that is given it.
    pub recall: ClassRate,
    /// The harmonic mean of the two; 0 where no row with the label is given it.
    pub f1: ClassRate,
}

/// A rate over the splits that test a label. Numbers are `null` where none does.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct ClassRate {
    /// Mean over splits.
    pub mean: Option<f64>,
    /// Standard deviation over splits; `null` for one split.
    pub sd: Option<f64>,
    /// The smallest, with the first split that has it.
    pub worst: Option<BestWorst>,
}
