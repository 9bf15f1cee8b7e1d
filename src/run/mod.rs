//! The run: every split drawn, encoded, fitted and scored, on several threads, with results that
//! do not depend on their number.

mod evaluate;
mod fit;
mod halt;
pub(crate) mod memory;
mod null;
mod pace;
mod splits;
mod threshold;
mod tune;
mod watch;

pub use evaluate::{ModelScores, Outcome, SplitScores, evaluate, evaluate_paced};
pub use fit::{Engine, Evaluation, Fit, Fitter, NamedModel, SplitFitter};
pub(crate) use halt::{heed, until_stopped};
pub use null::{MeanScores, NullOptions, NullScores, null_scores};
pub use pace::{Early, Pace, looks};
pub use splits::{ModelSplits, Splits};
pub(crate) use tune::EQUAL;
pub use tune::{Choice, FOLDS, Setting, Tuned};
pub use watch::{Aside, Reading, Seen, Sight, Tally, Total, Watcher};
