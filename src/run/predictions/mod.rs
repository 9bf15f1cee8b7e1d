//! The file of a run's predictions: what every model said of the test rows of every split, as Parquet, and in the footer what
//! was asked and what else the run knows of its splits. From it a run can be scored again.
//!
//! Splits stand in the order of the plan, models in that of the run, rows in that of the table, and each row group holds whole
//! splits. A model that failed on a split has no rows there; the footer says why it failed.

mod read;
mod write;

use serde::{Deserialize, Serialize};

use super::Part;

pub use read::PredictionsFile;
pub use write::PredictionsWriter;

/// The version of the footer.
const SCHEMA: &str = "randsplit.predictions/1";
/// Its key among the file's metadata.
const KEY: &str = "randsplit.predictions";

const SPLIT: &str = "split";
const MODEL: &str = "model";
const ROW: &str = "row";
const PREDICTION: &str = "prediction";

/// The column of a class's probability.
fn probability(label: &str) -> String {
    format!("p({label})")
}

/// The column of a class's rank, of models that give no probabilities.
fn decision(label: &str) -> String {
    format!("decision({label})")
}

/// What the footer says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PredictionsFooter {
    schema: String,
    /// Splits that were asked for.
    pub splits: usize,
    /// The command line, without the name of the program.
    pub command: Vec<String>,
    /// The splits that were done, without what follows from the predictions, and what was asked of them.
    pub part: Part,
}

impl PredictionsFooter {
    /// Of a run of so many splits.
    pub fn new(part: Part, splits: usize, command: Vec<String>) -> Self {
        Self { schema: SCHEMA.into(), splits, command, part: part.without_observations() }
    }
}
