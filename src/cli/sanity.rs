//! `randsplit sanity`: checks of models in the making.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use clap::Args;
use indicatif::ProgressBar;

use super::ExitCode;
use super::args::{DataArgs, PlanArgs};
use super::external::ExternalArgs;
use super::formats::{chosen, parser, shows_pages};
use super::place::check_outputs;
use super::sink::{Out, unless_unread};
use super::terminal::{self, ScreenFlags};
use crate::error::Result;
use crate::names::items;
use crate::render::{Format, WriteOptions, sanity_page, sanity_verdicts};
use crate::sanity::SanityOptions;

const EXAMPLES: &str = "\
Examples:
  randsplit sanity data.csv --target y --model tree
  randsplit sanity data.csv -t y -m python:train.py:make_model     a model of your own, in the making
  randsplit sanity data.csv -t y -m python:train.py --check overfit,linear
  randsplit sanity data.csv -t y -m python:train.py --strict -f junit -o sanity.xml
  randsplit sanity data.csv -t y --scheme file:plan.csv --check parts
  randsplit list sanity                                            what is checked
  randsplit explain overfit                                        what a check does, and what helps

A note says what a sound model may do as well, and is no failure without --strict.

Exit codes: 0 no check fails, 1 one does, 2 invalid input.";

/// Flags of `sanity`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct SanityArgs {
    #[command(flatten)]
    data: DataArgs,

    /// Model as name or name:param=value,…; repeat or separate by commas [default: ridge or logistic]. One of your own is
    /// python:FILE:NAME, worker:COMMAND or cmd:'COMMAND {train} {test} {out}', each with NAME= before it or not
    #[arg(short, long, value_name = "MODEL", help_heading = "Models")]
    model: Vec<String>,

    #[command(flatten)]
    external: ExternalArgs,

    /// Make this check alone; repeat or separate by commas
    #[arg(long, value_name = "NAME", help_heading = "Checks")]
    check: Vec<String>,

    /// Leave this check out; repeat or separate by commas
    #[arg(long, value_name = "NAME", help_heading = "Checks")]
    skip: Vec<String>,

    /// A note counts as a failure
    #[arg(long, help_heading = "Checks")]
    strict: bool,

    #[command(flatten)]
    plan: PlanArgs,

    /// Form of the verdicts: table, json, markdown, junit or github [default: by the ending of --output, else table]
    #[arg(short, long, value_parser = parser(shows_verdicts), hide_possible_values = true, help_heading = "Output")]
    format: Option<&'static dyn Format>,

    /// Write the verdicts to a file
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    output: Option<PathBuf>,

    /// Do not say which check is at work
    #[arg(short, long, help_heading = "Output")]
    quiet: bool,

    #[command(flatten, next_help_heading = "Output")]
    screen: ScreenFlags,
}

/// Forms that verdicts alone have.
fn shows_verdicts(format: &dyn Format) -> bool {
    shows_pages(format) || format.is_verdicts()
}

/// Checks the models and writes what was found.
pub fn run(args: &SanityArgs) -> Result<ExitCode> {
    let mut inputs: Vec<(&str, &Path)> = args.data.inputs();
    inputs.extend(args.plan.input());
    check_outputs(args.output.as_deref().as_slice(), &inputs)?;
    let names = |given: &[String]| given.iter().flat_map(|list| items(list)).map(str::to_owned).collect::<Vec<_>>();
    let options = SanityOptions::default().checks(names(&args.check)).skip(names(&args.skip));
    let (models, external) = args.external.models(&args.model)?;
    let evaluation =
        args.data.evaluation(&args.plan)?.models(models).external(external).external_options(args.external.options());
    let mut out = Out::open(args.output.as_deref())?;
    let shows = !args.quiet && std::io::stderr().is_terminal();
    let done = if shows { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
    let report = evaluation.sanity_watched(&options, &AtomicBool::new(false), |model, check| {
        done.inc(1);
        done.set_message(format!(
            "{} checks done, the last {} of {}",
            done.position(),
            check.check,
            model.unwrap_or("splits")
        ));
        Ok(())
    });
    done.finish_and_clear();
    let report = report?;
    let format = chosen(args.format, args.output.as_deref(), shows_verdicts);
    let style = args.screen.style(args.output.is_none());
    let options = WriteOptions { style, width: args.screen.width(), ..WriteOptions::default() };
    let written = out.with(|out| match (format.page(), format.verdicts()) {
        (Some(write), _) => write(&sanity_page(&report), &options, out),
        (None, Some(write)) => write(&sanity_verdicts(&report, args.strict), out),
        (None, None) => {
            serde_json::to_writer_pretty(&mut *out, &report).map_err(std::io::Error::from)?;
            writeln!(out)
        }
    });
    // The verdict does not depend on who reads it.
    unless_unread(written.and_then(|()| out.finish()))?;
    if args.strict && report.passes(false) && !report.passes(true) && format.page().is_some() {
        terminal::say("a note counts as a failure (--strict)");
    }
    Ok(if report.passes(args.strict) { ExitCode::Holds } else { ExitCode::Fails })
}
