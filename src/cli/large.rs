//! Flags for tables that are too large for the memory.

use clap::Args;

use super::args::whole;
use crate::Evaluation;
use crate::run::bytes_of;

/// Flags of `eval`.
#[derive(Debug, Args)]
pub struct LargeTableArgs {
    /// Memory that may be taken, as 500MB or 8GB [default: four fifths of what there is]. A Parquet file that does not fit three
    /// times is read in passes by the models that can (ols, ridge, lasso, elastic-net, glm, logistic, nb, lda, qda)
    #[arg(long, value_name = "SIZE", value_parser = bytes_of, allow_hyphen_values = true, help_heading = "Data", hide_short_help = true)]
    memory: Option<u64>,

    /// Use so many of the rows, drawn by the seed
    #[arg(long, value_name = "N", value_parser = whole::<usize>, help_heading = "Data", hide_short_help = true)]
    sample_rows: Option<usize>,
}

impl LargeTableArgs {
    /// The evaluation with what is said of its size.
    pub fn of(&self, evaluation: Evaluation) -> Evaluation {
        evaluation.memory(self.memory).sample_rows(self.sample_rows)
    }
}
