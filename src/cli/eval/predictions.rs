//! The file of predictions that a run writes.

use std::path::Path;

use super::EvalArgs;
use crate::cli::place::check_outputs;
use crate::cli::sink::Out;
use crate::cli::terminal;
use crate::error::{Error, Result};
use crate::evaluation::PreparedEvaluation;
use crate::run::Part;
use crate::run::predictions::{PredictionsFooter, PredictionsWriter};

/// Opens the file, where there is to be one; `others` are the files that are in use already.
///
/// # Errors
/// An input error where it cannot be made, is another one that is in use, or predictions of some splits would be missing.
pub fn open(args: &EvalArgs, others: &[(&str, &Path)]) -> Result<Option<Out>> {
    let Some(path) = args.save_predictions.as_deref() else { return Ok(None) };
    if args.long_run.resumes() {
        return Err(Error::setting(
            "--save-predictions does not go with --resume: a journal has the scores of its splits and not their predictions",
        )
        .advise("leave one out"));
    }
    let journals: Vec<(&str, &Path)> = args.long_run.paths().collect();
    check_outputs(&[path], &[others, &journals].concat())?;
    Out::open(Some(path)).map(Some)
}

/// Begins to write.
///
/// # Errors
/// A run error where writing fails.
pub fn begin<'r>(prepared: &'r PreparedEvaluation, out: &'r mut Out) -> Result<PredictionsWriter<'r, &'r mut Out>> {
    let place = out.place();
    PredictionsWriter::new(out, place, &prepared.models, &prepared.target, &prepared.rows)
}

/// Ends what is written with what is known of the splits that were done.
///
/// # Errors
/// A run error where writing fails.
pub fn end(
    args: &EvalArgs,
    prepared: &PreparedEvaluation,
    writer: Option<PredictionsWriter<&mut Out>>,
    part: &Part,
) -> Result<()> {
    let Some(writer) = writer.filter(|_| !part.is_empty()) else { return Ok(()) };
    writer.finish(&PredictionsFooter::new(part.clone(), prepared.plan.splits(), args.command.clone()))
}

/// Gives the file its name, and says where it is.
///
/// # Errors
/// A run error where writing fails.
pub fn keep(args: &EvalArgs, out: Option<Out>) -> Result<()> {
    let (Some(path), Some(out)) = (&args.save_predictions, out) else { return Ok(()) };
    out.finish()?;
    if !args.quiet {
        terminal::say(format_args!("predictions are in {}; rescore reads them", path.display()));
    }
    Ok(())
}
