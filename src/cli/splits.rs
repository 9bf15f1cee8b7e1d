//! `randsplit splits`: the plan itself.

use std::path::PathBuf;

use clap::Args;

use super::args::{Count, DataArgs, PlanArgs, TableFormat};
use super::place::check_outputs;
use super::sink::Out;
use crate::error::{Error, Result};
use crate::split::write_plan;

const EXAMPLES: &str = "\
Examples:
  randsplit splits data.csv -t y -n 100 -o plan.parquet
  randsplit eval data.csv -t y --scheme file:plan.parquet

Columns: split, row (position in the data from 0, header not counted), part (train or test).";

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
    format: Option<TableFormat>,

    /// Write to a file instead of standard output
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    output: Option<PathBuf>,
}

/// Writes the plan.
pub fn run(args: &SplitsArgs) -> Result<()> {
    if args.plan.splits == Some(Count::Auto) {
        return Err(Error::setting("--splits auto needs the scores of a run").advise("give a number of splits"));
    }
    let mut inputs = args.data.inputs();
    inputs.extend(args.plan.input());
    check_outputs(args.output.as_deref().as_slice(), &inputs)?;
    let prepared = args.data.evaluation(&args.plan)?.checks(false).prepare()?;
    let by_ending = args.output.as_ref().and_then(|p| p.extension()).is_some_and(|e| e.eq_ignore_ascii_case("parquet"));
    let format = args.format.unwrap_or(if by_ending { TableFormat::Parquet } else { TableFormat::Csv });
    let mut out = Out::open(args.output.as_deref())?;
    let place = out.place();
    write_plan(&prepared.plan, &prepared.rows, format.into(), &mut out, &place)?;
    out.finish()
}
