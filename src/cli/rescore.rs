//! `randsplit rescore`: other questions about the predictions of a run.

use std::path::{Path, PathBuf};

use clap::Args;

use super::args::{CsvCells, whole};
use super::claims::JudgingArgs;
use super::eval::{EvalArgs, evaluation, finish};
use super::formats::{self, Outputs, Screen};
use super::merge::absent;
use super::terminal::ScreenFlags;
use super::{ExitCode, eval_of, interrupt};
use crate::error::{Error, Result};
use crate::evaluation::{PreparedEvaluation, check_of_predictions, columns_in, columns_of};
use crate::render::Format;
use crate::run::Question;
use crate::run::predictions::PredictionsFile;
use crate::verdict::ClaimsFile;

const EXAMPLES: &str = "\
Examples:
  randsplit eval data.csv -t y -m forest -n 500 --save-predictions p.parquet
  randsplit rescore p.parquet --metric roc_auc,log_loss        metrics that nobody had asked for
  randsplit rescore p.parquet --claims claims.toml             claims, slices, and what predictions are worth
  randsplit rescore p.parquet --probe calibration -o page.html
  randsplit rescore p-*.parquet                                those of all shards of a run

The report is that of a run which had asked for it, but for what needs the fitted models: scores on train rows by a metric that the \
run did not have, why splits stand out, and checks of equal rows, groups and time.";

/// Flags of `rescore`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct RescoreArgs {
    /// Predictions that `randsplit eval --save-predictions` wrote; several are those of the shards of one run
    #[arg(required = true, value_name = "PREDICTIONS")]
    files: Vec<PathBuf>,

    /// The run's data, where it is not at its old place
    #[arg(long, value_name = "FILE")]
    data: Option<String>,

    /// Metric; repeat or separate by commas, the first is the primary one [default: those of the run]
    #[arg(long, value_name = "METRIC")]
    metric: Vec<String>,

    /// Probe that looks at predictions alone, as name or name:param=value,…; repeat for several
    #[arg(long, value_name = "PROBE")]
    probe: Vec<String>,

    /// Report the splits that are there, though some are not
    #[arg(long)]
    allow_partial: bool,

    #[command(flatten)]
    judging: JudgingArgs,

    #[arg(
        short,
        long,
        help = formats::help(|_| true),
        value_parser = formats::parser(|_| true),
        hide_possible_values = true,
        help_heading = "Output"
    )]
    format: Option<&'static dyn Format>,

    /// Write the result to a file; without --format a table is printed as well. FORMAT=FILE, repeated, writes several forms
    #[arg(short, long, value_name = "[FORMAT=]FILE", help_heading = "Output")]
    output: Vec<String>,

    /// Cells of text in CSV: raw, or spreadsheet, with ' before one that begins with =, +, -, @ or a tab
    #[arg(
        long,
        value_enum,
        default_value = "raw",
        hide_possible_values = true,
        value_name = "raw|spreadsheet",
        help_heading = "Output",
        hide_short_help = true
    )]
    csv_cells: CsvCells,

    /// Write pictures as SVG into a folder; the Markdown of the report refers to them
    #[arg(long, value_name = "DIR", help_heading = "Output", hide_short_help = true)]
    figures: Option<PathBuf>,

    /// Draw the scores, and curves that probes give, below the table
    #[arg(long, help_heading = "Output")]
    plot: bool,

    /// Threads; one a core without it. The result is the same for any number
    #[arg(short = 'j', long, value_name = "N", default_value_t = 0, hide_default_value = true, value_parser = whole::<usize>, allow_hyphen_values = true, help_heading = "Output", hide_short_help = true)]
    pub threads: usize,

    #[command(flatten, next_help_heading = "Output")]
    screen: ScreenFlags,

    /// Show the whole distribution of every model, where several are shown in a line each
    #[arg(long, help_heading = "Output")]
    detail: bool,
}

/// Scores the predictions, and writes the report.
pub fn run(args: RescoreArgs) -> Result<ExitCode> {
    let files = args.files.iter().map(|path| PredictionsFile::open(path)).collect::<Result<Vec<_>>>()?;
    let first = &files[0].footer;
    check_one_run(&files, &args.files)?;
    let mut eval = eval_of(&first.command, &args.files[0])?;
    eval.ask_anew(args.data, &args.metric, &args.probe, args.judging);
    eval.set_threads(args.threads);
    let stated = eval.stated()?;
    check_of_predictions(&args.probe, &stated.behaviours)?;
    let predictions = args.files.iter().map(|path| ("predictions", path.as_path()));
    let inputs: Vec<(&str, &Path)> = predictions.chain(eval.inputs()).collect();
    let mut outputs = Outputs::open(args.format, &args.output, &inputs, eval.is_judged(&stated))?;
    outputs.cells = args.csv_cells.into();
    outputs.lines_written = false;
    let pictures = outputs.has_figures() || args.plot || args.figures.is_some();
    let mut prepared = prepare(&eval, stated, pictures, first.part.question())?;
    let reporting = interrupt::Reporting::start();
    let stop = reporting.stop();
    let part = prepared.rescore(&files, stop)?;
    let missing: Vec<usize> = part.missing(0..first.splits).collect();
    let is_whole = missing.is_empty() || part.ended().is_some() || stop.load(std::sync::atomic::Ordering::Relaxed);
    if !is_whole && !args.allow_partial {
        return Err(absent(&missing, first.splits));
    }
    let report = prepared.report(&part, stop)?;
    let screen =
        Screen { style: args.screen.style(true), width: args.screen.width(), detail: args.detail, plot: args.plot };
    outputs.figures.clone_from(&args.figures);
    finish(outputs, &report, &screen, eval.undecided())?;
    if reporting.end() {
        return Ok(ExitCode::Stopped);
    }
    Ok(eval.exit_code(&report.claims))
}

/// Checks that files are of one run.
fn check_one_run(files: &[PredictionsFile], paths: &[PathBuf]) -> Result<()> {
    let first = &files[0].footer;
    for (file, path) in files.iter().zip(paths).skip(1) {
        let other = &file.footer;
        let difference = first.part.question().difference(other.part.question());
        let difference = difference.or_else(|| {
            let (one, other) = (first.splits, other.splits);
            (one != other).then(|| format!("one is of {one} splits and the other of {other}"))
        });
        if let Some(difference) = difference {
            return Err(Error::report(format!(
                "{} and {} are predictions of different runs: {difference}",
                paths[0].display(),
                path.display()
            ))
            .advise("give the predictions of one run"));
        }
    }
    Ok(())
}

/// The evaluation that is asked of the predictions, with no model started.
fn prepare(eval: &EvalArgs, stated: ClaimsFile, pictures: bool, question: &Question) -> Result<PreparedEvaluation> {
    let (tried, kept) = (columns_of(&stated.behaviours), columns_in(question));
    // The fingerprint is of the columns that are read, and behaviours may read others than the run did.
    let reads_others = tried != kept;
    if reads_others {
        let (as_it_was, external) = evaluation(eval, ClaimsFile::default(), false)?;
        as_it_was.not_started(external).reading(kept).without_claims().prepare()?.check_kept(question)?;
    }
    let (asked, external) = evaluation(eval, stated, pictures)?;
    let prepared = asked.not_started(external).prepare()?;
    if !reads_others {
        prepared.check_kept(question)?;
    }
    Ok(prepared)
}
