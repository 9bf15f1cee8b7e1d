//! How much noise in a column a claim bears, in the document.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::verdict::Verdict;

/// A claim, judged again at each level of noise in a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Cascade {
    /// The column.
    pub column: String,
    /// The claim.
    pub claim: String,
    /// The model that it is about.
    pub model: String,
    /// The levels, ascending from 0.
    pub levels: Vec<NoiseLevel>,
    /// The largest level up to which it holds; `null` where it does not hold without noise.
    pub bears: Option<f64>,
    /// The first level at which it fails; `null` where it does at none.
    pub breaks_at: Option<f64>,
}

/// A claim at one level of noise.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct NoiseLevel {
    /// Standard deviations of the column, or the share of rows with another value.
    pub noise: f64,
    /// The verdict.
    pub verdict: Verdict,
    /// What was observed.
    pub observed: Option<f64>,
}
