//! Judgements of claims that were stated before the run.

mod threshold;

use serde::{Deserialize, Serialize};

pub use threshold::{Bound, Gate, judge};

/// The outcome for a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The claim is true of this run.
    Holds,
    /// It is not.
    Fails,
}

/// A claim with its verdict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    /// The claim, such as `worst(r2) >= 0.35`.
    pub text: String,
    /// The model it speaks of.
    pub model: String,
    /// Whether it holds.
    pub verdict: Verdict,
    /// What was observed; `null` where no split has a score.
    pub observed: Option<f64>,
    /// What it was held against.
    pub threshold: f64,
    /// How far it is on the right side; negative where it fails.
    pub margin: Option<f64>,
    /// The split that decided it.
    pub split: Option<u64>,
}
