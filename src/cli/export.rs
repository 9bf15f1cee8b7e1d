//! `randsplit export`: the rows of one split.

use std::path::PathBuf;

use clap::Args;

use super::args::{CsvCells, TableFormat, whole};
use super::inspect::{ReopenedRun, ReportArgs};
use super::predict::by_threshold;
use super::sink::Sink;
use super::terminal;
use crate::error::{Error, Result};
use crate::inspect::{Wanted, export, write_part};

const EXAMPLES: &str = "\
Examples:
  randsplit eval data.csv -t y -n 500 -o run.json
  randsplit export run.json --split worst --out worst/      train.csv and test.csv
  randsplit export run.json --split 137 --out s137 --format parquet

Columns: row (position in the data from 0), those of the data, prediction, error (predicted less true, or \
whether the class is wrong), and for classes the probability of each, p(LABEL). In CSV a text that a spreadsheet \
would take for a formula gets a ' before it; --csv-cells raw leaves it as it is.";

/// Flags of `export`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct ExportArgs {
    #[command(flatten)]
    of: ReportArgs,

    /// Split to write: its number, best or worst
    #[arg(short, long, value_name = "SPLIT", allow_hyphen_values = true)]
    split: Wanted,

    /// Folder for the two files; made if it is not there
    #[arg(short, long, value_name = "DIR")]
    out: PathBuf,

    /// Format of the files
    #[arg(short, long, value_enum, default_value = "csv")]
    format: TableFormat,

    /// Cells of text in CSV: raw, or spreadsheet, with ' before one that begins with =, +, -, @ or a tab
    #[arg(
        long,
        value_enum,
        default_value = "spreadsheet",
        hide_possible_values = true,
        value_name = "raw|spreadsheet"
    )]
    csv_cells: CsvCells,

    /// Threads; one a core without it
    #[arg(short = 'j', long, value_name = "N", default_value_t = 0, hide_default_value = true, value_parser = whole::<usize>, allow_hyphen_values = true)]
    threads: usize,
}

impl ExportArgs {
    /// The threads that are asked for.
    pub fn threads(&self) -> usize {
        self.threads
    }
}

/// Writes the two parts.
pub fn run(args: &ExportArgs) -> Result<()> {
    let ending = match args.format {
        TableFormat::Csv => "csv",
        TableFormat::Parquet => "parquet",
    };
    let path = |name: &str| args.out.join(format!("{name}.{ending}"));
    let reopened = args.of.reopen_without_fits(args.threads, &[&path("train"), &path("test")])?;
    let ReopenedRun { prepared, metric, model, splits, .. } = &reopened;
    let subject = prepared.subject(&prepared.models[*model..=*model], *metric, splits);
    let number = match args.split {
        Wanted::Number(number) => number,
        Wanted::Best | Wanted::Worst => {
            let sign = if args.split == Wanted::Best { subject.sign() } else { -subject.sign() };
            let scored = subject.some_scored()?;
            let value = |k: usize| sign * subject.score(k).unwrap_or(f64::NEG_INFINITY);
            let best = scored.iter().copied().fold(scored[0], |a, b| if value(b) > value(a) { b } else { a });
            splits.numbers.at(best)
        }
        Wanted::Outliers | Wanted::Extremes => {
            return Err(Error::setting("export writes one split").advise("give --split its number, best or worst"));
        }
    };
    let mut exported = export(&subject, number, args.format.into())?;
    let folder = args.out.display();
    std::fs::create_dir_all(&args.out).map_err(|e| Error::setting(format!("cannot make the folder {folder}: {e}")))?;
    let parts = [("train", &mut exported.train), ("test", &mut exported.test)];
    let mut sinks = Vec::new();
    for (name, frame) in parts {
        let path = path(name);
        let mut sink = Sink::create(&path)?;
        write_part(frame, args.format.into(), args.csv_cells.into(), &mut sink, &path.display().to_string())?;
        sink.complete()?;
        sinks.push(sink);
    }
    Sink::keep_all(sinks)?;
    if let Some(threshold) = exported.threshold {
        terminal::say(by_threshold(&prepared.target, threshold, threshold, threshold));
    }
    terminal::say(format_args!(
        "split #{number} of {}: {folder}/train.{ending} and {folder}/test.{ending}",
        prepared.models[*model].name
    ));
    Ok(())
}
