//! `randsplit splits`: the plan itself.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::args::{DataArgs, PlanArgs};
use super::output::Out;
use crate::error::Result;
use crate::split::{PlanFormat, write_plan};

const EXAMPLES: &str = "\
Examples:
  randsplit splits data.csv -t y -n 100 -o plan.parquet
  randsplit eval data.csv -t y --scheme file:plan.parquet

Columns: split, row (position in the data from 0, header not counted), part (train or test).";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Csv,
    Parquet,
}

/// Flags of `splits`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct SplitsArgs {
    #[command(flatten)]
    data: DataArgs,

    #[command(flatten)]
    plan: PlanArgs,

    /// Format [default: by the file's ending, else csv]
    #[arg(short, long, value_enum, help_heading = "Output")]
    format: Option<Format>,

    /// Write to a file instead of standard output
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    output: Option<PathBuf>,
}

/// Writes the plan.
pub fn run(args: &SplitsArgs) -> Result<()> {
    let prepared = args.data.question(&args.plan)?.prepare()?;
    let by_ending = args.output.as_ref().and_then(|p| p.extension()).is_some_and(|e| e.eq_ignore_ascii_case("parquet"));
    let format = match args.format {
        Some(Format::Parquet) => PlanFormat::Parquet,
        None if by_ending => PlanFormat::Parquet,
        Some(Format::Csv) | None => PlanFormat::Csv,
    };
    let mut out = Out::open(args.output.as_deref())?;
    let place = out.place();
    write_plan(&prepared.plan, &prepared.rows, format, &mut out, &place)?;
    out.finish()
}
