//! The run: every split drawn, encoded, fitted and scored, on several threads, with results that
//! do not depend on their number.

mod evaluate;

pub use evaluate::{Engine, Evaluation, ModelScores, NamedModel, Outcome, SplitScores, evaluate};
