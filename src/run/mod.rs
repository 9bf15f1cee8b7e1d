//! The run: every split drawn, encoded, fitted and scored, on several threads, with results that
//! do not depend on their number.

mod evaluate;
mod fit;

pub use evaluate::{ModelScores, Outcome, SplitScores, evaluate};
pub use fit::{Engine, Evaluation, Fit, Fitter, NamedModel, SplitFitter};
