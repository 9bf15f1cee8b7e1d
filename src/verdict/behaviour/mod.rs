//! What a model must do whatever it scores, stated before the run in a claims file:
//!
//! ```toml
//! [[behaviour]]
//! name = "price rises with carat"
//! test = "direction"
//! column = "carat"
//! by = 0.1
//! ```
//!
//! Each is tried on the test rows of every split; what comes out is a reading `behaviour[NAME]`, and the
//! behaviour a claim about it. docs/probes.md has the tests with their keys.

mod kind;
mod read;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::file::ClaimSpec;

pub use kind::{BEHAVIOURS, BehaviourInfo, KeyInfo};

/// A cell of an example row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Cell {
    /// A number.
    Number(f64),
    /// A level.
    Text(String),
}

/// How the cells of a column are changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// Normal noise of this standard deviation is added, in units of the column.
    Noise(f64),
    /// Each becomes this level, or another one drawn at random.
    Level(Option<String>),
    /// Each is multiplied.
    Scale(f64),
}

/// What is looked at in each group of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Measure {
    /// A metric.
    Score,
    /// The share of rows predicted as a label, or the mean prediction.
    Rate,
    /// The share of rows with a label to its mean probability, or the mean of the target to the mean prediction.
    Calibration,
}

/// Rows of a slice by their values in one column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Within {
    /// The column.
    pub column: String,
    /// Its level.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub level: Option<String>,
    /// Its least value.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub from: Option<f64>,
    /// Its largest value.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub to: Option<f64>,
}

/// What is tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "test", rename_all = "kebab-case")]
pub enum Test {
    /// A prediction does not move by more than a tolerance when a column is changed.
    Invariance {
        /// The column.
        column: String,
        /// What is done to it.
        change: Change,
        /// In units of the target, or of probability; without one the class must stay the same.
        tolerance: Option<f64>,
    },
    /// A prediction does not fall (or rise) when a column rises.
    Direction {
        /// The column.
        column: String,
        /// Whether it should rise with the column.
        rises: bool,
        /// By how much the column rises, in its units; one standard deviation of the train rows where `None`.
        by: Option<f64>,
        /// A step in the wrong direction up to this is none.
        tolerance: f64,
        /// The class whose probability it is; the positive one where `None`.
        label: Option<String>,
    },
    /// Given rows get a prediction in a range, or a label.
    Examples {
        /// The rows, by column.
        rows: Vec<Vec<(String, Cell)>>,
        /// The row of the table that has the cells not given.
        like: Option<usize>,
        /// The least prediction.
        at_least: Option<f64>,
        /// The largest prediction.
        at_most: Option<f64>,
        /// The label; with a range it is that of the label's probability.
        label: Option<String>,
    },
    /// A slice of the rows reaches a score.
    Slice {
        /// Which rows.
        rows: Within,
        /// The metric; the primary one where `None`.
        metric: Option<String>,
    },
    /// The score does not fall when columns are left out.
    NoUse {
        /// The columns.
        columns: Vec<String>,
        /// The metric; the primary one where `None`.
        metric: Option<String>,
    },
    /// Groups of rows are treated alike: the smallest figure of a group to the largest.
    Parity {
        /// The column whose levels are the groups.
        column: String,
        /// What is looked at.
        measure: Measure,
        /// The metric of a score; the primary one where `None`.
        metric: Option<String>,
        /// The label of a rate or calibration; the positive one where `None`.
        label: Option<String>,
        /// Groups with fewer test rows are left out of a split's figure.
        least: usize,
    },
}

/// A behaviour as stated.
#[derive(Debug, Clone, PartialEq)]
pub struct Behaviour {
    /// Its name.
    pub name: String,
    /// What is tried.
    pub test: Test,
    /// What is asked of the reading.
    pub claim: ClaimSpec,
}

impl Behaviour {
    /// The name of the reading.
    pub fn reading(&self) -> String {
        format!("behaviour[{}]", self.name)
    }
}

impl Test {
    /// Columns of the table that are looked at though they need not be features.
    pub fn table_column(&self) -> Option<&str> {
        match self {
            Self::Slice { rows, .. } => Some(&rows.column),
            Self::Parity { column, .. } => Some(column),
            Self::Invariance { .. } | Self::Direction { .. } | Self::Examples { .. } | Self::NoUse { .. } => None,
        }
    }
}
