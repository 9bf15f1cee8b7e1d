//! What a metric is: a way to score predictions, ours or a user's own.

use std::fmt::Debug;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::rows::ScoredRows;
use crate::data::Task;
use crate::stats::UNBOUNDED;

/// Which way a metric gets better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Higher is better.
    Higher,
    /// Lower is better.
    Lower,
    /// Neither: a description, whose `best` is its largest value and `worst` its smallest.
    None,
}

impl Direction {
    /// -1 where lower is better, else 1: a score times it gets better as it grows.
    pub fn sign(self) -> f64 {
        if self == Self::Lower { -1.0 } else { 1.0 }
    }

    /// Where a score goes that gets better, or worse: `higher` or `lower`. Without a direction higher stands for better.
    pub fn change(self, better: bool) -> &'static str {
        if better == (self == Self::Lower) { "lower" } else { "higher" }
    }

    /// `higher`, `lower` or `-`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Higher => "higher",
            Self::Lower => "lower",
            Self::None => "-",
        }
    }
}

/// What a metric is computed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Needs {
    /// Predicted numbers (regression).
    Numbers,
    /// Predicted labels.
    Labels,
    /// Probabilities of the labels.
    Probabilities,
    /// Probabilities, or scores that rank rows as they do.
    Ranks,
}

impl Needs {
    /// `numbers`, `labels`, `probabilities` or `ranks`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Numbers => "numbers",
            Self::Labels => "labels",
            Self::Probabilities => "probabilities",
            Self::Ranks => "ranks",
        }
    }

    /// The task that has it.
    pub fn task(self) -> Task {
        match self {
            Self::Numbers => Task::Regression,
            Self::Labels | Self::Probabilities | Self::Ranks => Task::Classification,
        }
    }
}

/// Why a score does not exist on some rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Undefined(pub &'static str);

/// A metric: scores predictions for the rows of one part of a split.
///
/// Each of ours has a file and an entry in [`METRICS`](super::METRICS). `examples/own_metric.rs` has a user's own, and
/// [`check_metric`](super::check_metric) checks one.
pub trait Metric: Debug + Send + Sync {
    /// Its name in reports and claims, such as `r2` or `recall[fraud]`.
    fn name(&self) -> String;

    /// Which way it gets better.
    fn direction(&self) -> Direction;

    /// What it is computed from.
    fn needs(&self) -> Needs;

    /// The least and the largest value that it can have; infinite where there is none.
    fn bounds(&self) -> [f64; 2] {
        UNBOUNDED
    }

    /// Of numbers: whether a row costs the size of its error, and not its square, where single rows are looked into.
    fn is_absolute(&self) -> bool {
        false
    }

    /// The score of predictions for some rows: at least one, possibly of one class, or with equal true values.
    ///
    /// # Errors
    /// Why there is no score for these rows.
    fn score(&self, rows: &ScoredRows) -> Result<f64, Undefined>;
}
