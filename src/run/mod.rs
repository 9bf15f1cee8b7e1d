//! The run: every split drawn, encoded, fitted and scored, on several threads, with results that
//! do not depend on their number.

mod blocks;
mod clock;
mod collect;
pub mod columns;
mod context;
mod evaluate;
mod fit;
mod fitter;
mod halt;
pub(crate) mod memory;
mod null;
mod observe;
mod one_split;
pub(crate) mod part;
mod passes;
#[cfg(feature = "cli")]
pub(crate) mod predictions;
#[cfg(feature = "cli")]
mod rescore;
mod stopping;
mod threshold;
mod tune;

pub use clock::Clock;
pub use context::{Engine, NamedModel, RunContext};
pub use evaluate::{
    Going, ModelScores, Outcome, SplitScores, Streamed, evaluate_splits, evaluate_until_stopped, stream,
};
#[cfg(feature = "cli")]
pub(crate) use evaluate::{Looked, look_at};
pub(crate) use fit::{BROKE_DOWN, guarded};
pub use fit::{Fit, SplitFitter};
pub use fitter::Fitter;
pub(crate) use halt::{heed, until_stopped};
pub use memory::bytes_of;
pub use null::{MeanScores, NullOptions, NullScores, null_scores};
pub use observe::{AuxiliaryFit, FittedSplit, Observation, Reading, RowSums, SplitObserver};
pub use part::{ModelSplits, Part, Question, RowTotals, Splits};
#[cfg(feature = "cli")]
pub(crate) use rescore::{KeptModel, KeptSplit, rescore};
pub use stopping::{StopReason, StoppingRule, looks};
pub(crate) use tune::EQUAL;
pub use tune::{Candidate, Choice, FOLDS, Tuned};
