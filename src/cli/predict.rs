//! `randsplit predict`: new rows by the models of all splits.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;

use super::args::{CsvCells, whole};
use super::inspect::{ReopenedRun, ReportArgs};
use super::sink::Out;
use super::terminal;
use crate::data::Target;
use crate::error::{Error, Result};
use crate::escape::csv::Cells;
use crate::inspect::write_part;
use crate::predict::{NewRows, Predicted, RowPrediction, predict};
use crate::split::PlanFormat;
use crate::warning::WarningEntry;

const EXAMPLES: &str = "\
Examples:
  randsplit eval data.csv -t y -m ridge -n 200 -o run.json
  randsplit predict run.json new.csv -o predicted.csv
  randsplit predict run.json new.csv --best 20            the models of the 20 splits with the best score

Columns for numbers: row, prediction (mean over split models), sd, low and high (a 95 % range over split \
models); for classes: row, prediction (the majority), agreement (share of models), and for each label its mean \
probability p(LABEL) with low(LABEL) and high(LABEL). The range says what the choice of train rows does to a \
prediction; it is not an interval for the true value.";

/// Flags of `predict`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct PredictArgs {
    #[command(flatten)]
    of: ReportArgs,

    /// New rows, CSV or Parquet, with the columns of the report's data but the target
    #[arg(value_name = "NEW")]
    new: String,

    /// Ask the models of the K splits with the best score only
    #[arg(long, value_name = "K", value_parser = whole::<usize>, allow_hyphen_values = true)]
    best: Option<usize>,

    /// Write to a file instead of standard output; one called .parquet is Parquet, any other CSV
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Cells of text in CSV: raw, or spreadsheet, with ' before one that begins with =, +, -, @ or a tab
    #[arg(long, value_enum, default_value = "raw", hide_possible_values = true, value_name = "raw|spreadsheet")]
    csv_cells: CsvCells,

    /// Threads; one a core without it
    #[arg(short = 'j', long, value_name = "N", default_value_t = 0, hide_default_value = true, value_parser = whole::<usize>, allow_hyphen_values = true)]
    threads: usize,
}

impl PredictArgs {
    /// The threads that are asked for.
    pub fn threads(&self) -> usize {
        self.threads
    }
}

/// Writes a line a row.
pub fn run(args: &PredictArgs) -> Result<()> {
    let new = (args.new != "-").then(|| ("file of new rows", Path::new(&args.new)));
    let reopened = args.of.reopen(args.threads, args.output.as_deref().as_slice(), new.as_slice())?;
    let ReopenedRun { prepared, metric, model, splits, .. } = &reopened;
    if *model == 0 {
        return Err(Error::setting("the baseline uses no features").advise("name a model with --model"));
    }
    if args.best.is_some_and(|best| best == 0 || best > splits.len()) {
        return Err(Error::setting(format!("--best must be from 1 to {}, the splits of the report", splits.len())));
    }
    let new = NewRows::read(&args.new, &reopened.load, &prepared.features, &prepared.table)?;
    let subject = prepared.subject(&prepared.models[*model..=*model], *metric, splits);
    let predicted = predict(&subject, &new, args.best)?;
    let mut out = Out::open(args.output.as_deref())?;
    let labels = prepared.target.labels();
    // As elsewhere the ending of the file tells what is written.
    if args.output.as_ref().and_then(|p| p.extension()).is_some_and(|e| e.eq_ignore_ascii_case("parquet")) {
        let place = out.place();
        write_part(&mut predicted.table(labels)?, PlanFormat::Parquet, Cells::Raw, &mut out, &place)?;
    } else {
        out.with(|out| write(&predicted, labels, args.csv_cells.into(), out))?;
    }
    out.finish()?;
    for warning in new.warnings.iter().map(WarningEntry::from) {
        terminal::say(format_args!("{} {}", warning.code, warning.message));
    }
    if let Some(note) =
        predicted.thresholds.map(|[low, middle, high]| by_threshold(&prepared.target, low, middle, high))
    {
        terminal::say(note);
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
        Target::Classification { labels, positive: Some(yes), .. } => labels[*yes as usize].as_str(),
        _ => "the positive class",
    };
    let over = if low == high { String::new() } else { format!(" (the median over splits; {low:.4} to {high:.4})") };
    format!("labels are by the threshold of the report's [value]: {positive} from p({positive}) = {middle:.4} on{over}")
}

fn write(predicted: &Predicted, labels: &[String], cells: Cells, out: &mut dyn Write) -> std::io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    let mut header = vec!["row".to_owned(), "prediction".to_owned()];
    match predicted.rows.first() {
        Some(RowPrediction::Class { probabilities, .. }) => {
            header.push("agreement".into());
            for label in &labels[..probabilities.len()] {
                header.extend(["p", "low", "high"].map(|what| format!("{what}({label})")));
            }
        }
        _ => header.extend(["sd", "low", "high"].map(String::from)),
    }
    writer.write_record(header.iter().map(|name| cells.write(name).into_owned()))?;
    for (row, said) in predicted.rows.iter().enumerate() {
        let mut record = vec![row.to_string()];
        match said {
            RowPrediction::Number { mean, sd, range } => {
                record.push(mean.to_string());
                record.push(sd.map_or_else(String::new, |sd| sd.to_string()));
                record.extend(range.map(|v| v.to_string()));
            }
            RowPrediction::Class { label, agreement, probabilities } => {
                record.push(cells.write(&labels[*label as usize]).into_owned());
                record.push(agreement.to_string());
                record.extend(probabilities.iter().flatten().map(f64::to_string));
            }
        }
        writer.write_record(&record)?;
    }
    writer.flush()
}
