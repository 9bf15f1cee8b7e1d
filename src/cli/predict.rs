//! `randsplit predict`: new rows by the models of all splits.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::args::{CsvCells, whole};
use super::external::ExternalArgs;
use super::formats::ending;
use super::inspect::{ReopenedRun, ReportArgs};
use super::place::check_outputs;
use super::sink::Out;
use super::terminal;
use crate::data::Target;
use crate::error::{Error, Result};
use crate::escape::csv::Cells;
use crate::inspect::write_part;
use crate::predict::{KnownFeatures, ModelFile, NewRows, Predicted, is_model_file, predict};
use crate::split::PlanFormat;
use crate::warning::WarningEntry;

const EXAMPLES: &str = "\
Examples:
  randsplit eval data.csv -t y -m ridge -n 200 -o run.json
  randsplit fit run.json -o model.json
  randsplit predict model.json new.csv -o predicted.csv     needs no other file
  randsplit predict model.json new.csv --coverage 0.8       narrower intervals
  randsplit predict run.json new.csv -o predicted.parquet   by the models of all splits
  randsplit predict run.json new.csv --best 20              by those of the 20 best splits

Columns for numbers: row, prediction (by the model; of a report the mean over split models), range_low, range_high \
and range_sd (95 % of the split models lie between them: what the choice of train rows does to a prediction), and \
interval_low and interval_high, between which the true value lies for a share of --coverage of new rows like the \
old ones. For classes: row, prediction (by the model; of a report the majority), agreement (share of split models \
that say the same), and for each label probability_LABEL with range_low_LABEL and range_high_LABEL. What a model \
file does not hold is left out. The column of --id stands behind row, under its own name.";

/// Form of the predictions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PredictedForm {
    /// Text with a header line
    Csv,
    /// An array with an object a row
    Json,
    /// Parquet
    Parquet,
}

/// Flags of `predict`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct PredictArgs {
    /// Model file of `randsplit fit`, or report of `randsplit eval … -o run.json`
    #[arg(value_name = "MODEL|REPORT")]
    by: PathBuf,

    /// New rows, CSV or Parquet, with the columns of the model's data but the target
    #[arg(value_name = "NEW")]
    new: String,

    /// Of a report: its data, where it is not at its old place
    #[arg(long, value_name = "FILE")]
    data: Option<String>,

    /// Of a report: its model; the first one without it. One of your own is stated anew, as NAME=python:FILE:NAME, worker: or cmd:
    #[arg(short, long, value_name = "MODEL")]
    model: Option<String>,

    #[command(flatten)]
    external: ExternalArgs,

    /// Of a report: metric that tells good splits from bad ones; its first one without it
    #[arg(long, value_name = "METRIC")]
    metric: Option<String>,

    /// Of a report: ask the models of the K splits with the best score only
    #[arg(long, value_name = "K", value_parser = whole::<usize>, allow_hyphen_values = true)]
    best: Option<usize>,

    /// Share of new rows whose true value the interval is to hold
    #[arg(long, value_name = "SHARE", default_value_t = 0.9, value_parser = coverage, allow_hyphen_values = true)]
    coverage: f64,

    /// Column of the new rows that names them; it stands beside the row
    #[arg(long, value_name = "COLUMN")]
    id: Option<String>,

    /// Form of the predictions: csv, json or parquet [default: by the ending of --output, else csv]
    #[arg(short, long, value_enum, hide_possible_values = true)]
    format: Option<PredictedForm>,

    /// Write to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Cells of text in CSV: raw, or spreadsheet, with ' before one that begins with =, +, -, @ or a tab
    #[arg(long, value_enum, default_value = "raw", hide_possible_values = true, value_name = "raw|spreadsheet")]
    csv_cells: CsvCells,

    /// Threads; one a core without it
    #[arg(short = 'j', long, value_name = "N", default_value_t = 0, hide_default_value = true, value_parser = whole::<usize>, allow_hyphen_values = true)]
    threads: usize,
}

/// Reads a share between 0 and 1.
fn coverage(text: &str) -> std::result::Result<f64, String> {
    let share = text.trim().parse::<f64>().ok().filter(|share| *share > 0.0 && *share < 1.0);
    share.ok_or_else(|| "give a share between 0 and 1, such as 0.9".to_owned())
}

impl PredictArgs {
    /// The threads that are asked for.
    pub fn threads(&self) -> usize {
        self.threads
    }

    fn form(&self) -> PredictedForm {
        let by_ending = || match ending(self.output.as_deref()?).to_ascii_lowercase().as_str() {
            "parquet" => Some(PredictedForm::Parquet),
            "json" => Some(PredictedForm::Json),
            _ => None,
        };
        self.format.or_else(by_ending).unwrap_or(PredictedForm::Csv)
    }

    /// The file of new rows, with what it is.
    fn input(&self) -> Option<(&'static str, &Path)> {
        (self.new != "-").then(|| ("file of new rows", Path::new(&self.new)))
    }
}

/// Writes a line a row.
pub fn run(args: &PredictArgs) -> Result<()> {
    if is_model_file(&args.by) { by_model_file(args) } else { by_report(args) }
}

/// Predicts by a model file, which needs no other file.
fn by_model_file(args: &PredictArgs) -> Result<()> {
    let given = [
        ("--data", args.data.is_some()),
        ("--model", args.model.is_some()),
        ("--metric", args.metric.is_some()),
        ("--best", args.best.is_some()),
    ];
    if let Some((flag, _)) = given.iter().find(|(_, given)| *given) {
        return Err(Error::setting(format!("{flag} has no effect with a model file")).advise("leave it out"));
    }
    let inputs: Vec<_> = std::iter::once(("model file", args.by.as_path())).chain(args.input()).collect();
    check_outputs(args.output.as_deref().as_slice(), &inputs)?;
    let file = ModelFile::read(&args.by)?;
    let new = file.new_rows(&args.new, args.id.as_deref())?;
    let predicted = file.predict(&new, args.coverage, args.threads)?;
    let labels = &file.target.labels;
    finish(args, &new, &predicted, labels, file.target.positive.as_deref())
}

/// Predicts by the models of the splits of a report, which are fitted again.
fn by_report(args: &PredictArgs) -> Result<()> {
    let of = ReportArgs {
        report: args.by.clone(),
        data: args.data.clone(),
        model: args.model.clone(),
        external: args.external.clone(),
        metric: args.metric.clone(),
    };
    let reopened = of.reopen(args.threads, args.output.as_deref().as_slice(), args.input().as_slice())?;
    let ReopenedRun { prepared, metric, model, splits, .. } = &reopened;
    if *model == 0 {
        return Err(Error::setting("the baseline uses no features").advise("name a model with --model"));
    }
    if args.best.is_some_and(|best| best == 0 || best > splits.len()) {
        return Err(Error::setting(format!("--best must be from 1 to {}, the splits of the report", splits.len())));
    }
    let known = KnownFeatures::of(&prepared.features, &prepared.table);
    let new = NewRows::read(&args.new, &reopened.load, &known, args.id.as_deref())?;
    let subject = prepared.subject(&prepared.models[*model..=*model], *metric, splits);
    let predicted = predict(&subject, &new, args.best, args.coverage)?;
    let positive = prepared.target.positive().map(|yes| prepared.target.labels()[yes as usize].as_str());
    finish(args, &new, &predicted, prepared.target.labels(), positive)
}

/// Writes the predictions, and says what there is to say about them.
fn finish(
    args: &PredictArgs,
    new: &NewRows,
    predicted: &Predicted,
    labels: &[String],
    positive: Option<&str>,
) -> Result<()> {
    let mut out = Out::open(args.output.as_deref())?;
    match args.form() {
        PredictedForm::Parquet => {
            let place = out.place();
            write_part(&mut predicted.table(labels)?, PlanFormat::Parquet, Cells::RAW, &mut out, &place)?;
        }
        PredictedForm::Json => out.with(|out| predicted.write_json(labels, out))?,
        PredictedForm::Csv => {
            let cells = out.cells(args.csv_cells.into());
            out.with(|out| predicted.write_csv(labels, cells, out))?;
        }
    }
    out.finish()?;
    for warning in new.warnings.iter().map(WarningEntry::from) {
        terminal::say(format_args!("{} {}", warning.code, warning.message));
    }
    if let Some(why) = predicted.no_interval {
        terminal::say(format_args!("no interval is given: {why}"));
    }
    if let Some([low, middle, high]) = predicted.thresholds {
        terminal::say(threshold_line(positive, low, middle, high));
    }
    if predicted.failed > 0 {
        let failed = predicted.failed;
        terminal::say(format_args!("the model could not be fitted on {failed} splits, which are left out"));
    }
    Ok(())
}

/// Says that labels are by a threshold.
pub(super) fn by_threshold(target: &Target, low: f64, middle: f64, high: f64) -> String {
    let positive = match target {
        Target::Classification { labels, positive: Some(yes), .. } => Some(labels[*yes as usize].as_str()),
        _ => None,
    };
    threshold_line(positive, low, middle, high)
}

fn threshold_line(positive: Option<&str>, low: f64, middle: f64, high: f64) -> String {
    let positive = positive.unwrap_or("the positive class");
    let over = if low == high { String::new() } else { format!(" (the median over splits; {low:.4} to {high:.4})") };
    format!("labels are by the threshold of the report's [value]: {positive} from p({positive}) = {middle:.4} on{over}")
}
