//! Judgements of claims that were stated before the run.

mod allowed;
mod behaviour;
pub mod claim;
pub mod compare;
mod file;
mod posed;
mod rope;
mod score_table;
mod threshold;
mod worth;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use allowed::{Allowed, read_share};
pub use behaviour::Behaviour;
pub use claim::Statement;
pub use compare::{Comparison, NullTest, Standing};
pub use file::{ClaimSpec, ClaimsFile};
pub use posed::{Claim, check_confidence};
pub use rope::{Rope, RopeWidth};
pub use score_table::{ModelColumn, ScoreTable, SplitSize, SplitSizes};
pub(crate) use score_table::{place_of_reading, ratio};
pub use threshold::{Bound, WorstCaseBound};

/// The outcome for a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The claim is true of this run.
    Holds,
    /// It is not.
    Fails,
    /// The splits done do not tell, at the confidence that was asked for.
    Undecided,
}

impl Verdict {
    /// `holds`, `fails` or `undecided`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Fails => "fails",
            Self::Undecided => "undecided",
        }
    }
}

/// A verdict with what led to it.
#[derive(Debug, Clone, PartialEq)]
pub struct VerdictOf {
    /// The outcome.
    pub verdict: Verdict,
    /// What was observed; `None` where no split has a score.
    pub observed: Option<f64>,
    /// What it was held against.
    pub threshold: Option<f64>,
    /// How far it is on the right side; negative where it is on the wrong one.
    pub margin: Option<f64>,
    /// Bounds of the margin at the claim's confidence; `None` on a side that is not bounded.
    pub margin_bounds: Option<[Option<f64>; 2]>,
    /// The split that decided it, where one did.
    pub split: Option<u64>,
    /// Splits on which something that the claim speaks of has no score.
    pub unscored: usize,
    /// Why it fails without being judged, where it does.
    pub reason: Option<String>,
}

/// A claim with its verdict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ClaimResult {
    /// The claim, such as `worst(r2) >= 0.35`.
    pub text: String,
    /// The model it speaks of; several are parted by commas.
    pub model: String,
    /// Whether it holds.
    pub verdict: Verdict,
    /// What was observed; `null` where no split has a score.
    pub observed: Option<f64>,
    /// What it was held against; `null` where that has no value.
    pub threshold: Option<f64>,
    /// How far it is on the right side; negative where it fails.
    pub margin: Option<f64>,
    /// The split that decided it.
    pub split: Option<u64>,
    /// The name it was given.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    /// Why it was made.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<String>,
    /// The confidence at which it was judged; without one what was observed decides.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub confidence: Option<f64>,
    /// Lower and upper bound of the margin at that confidence, each one-sided; `null` where there is none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub margin_bounds: Option<[Option<f64>; 2]>,
    /// Splits on which something that it speaks of has no score, so that it is judged on the others or, with more
    /// than are allowed, fails.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub unscored: usize,
    /// Why it fails without being judged, where it does: a ratio that does not exist, or splits without a score.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}
