//! `randsplit merge`: the parts of a run that was shared out, and its report.

use std::path::PathBuf;

use clap::Args;

use super::args::whole;
use super::eval::{finish, prepare};
use super::formats::{self, Outputs, Screen};
use super::terminal::ScreenFlags;
use super::{ExitCode, eval_of, interrupt};
use crate::error::{Error, Result};
use crate::render::Format;
use crate::run::part::journal::{Journal, JournalHeader};
use crate::run::{Going, Looked, Part};

const EXAMPLES: &str = "\
Examples:
  randsplit eval data.csv -t y -n 1000 --shard 0/4      on each of four machines, 0/4 to 3/4 …
  randsplit merge part-*-of-4.ndjson -o report.json     … and on one of them, where the data is
  randsplit merge run.ndjson --allow-partial            what a journal has so far
  randsplit merge part-*.ndjson --decide                whether the shards of --splits auto have done enough";

/// Flags of `merge`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct MergeArgs {
    /// Parts that --shard wrote, or journals
    #[arg(required = true, value_name = "PART")]
    parts: Vec<PathBuf>,

    /// Report the splits that are there, though some are not
    #[arg(long)]
    allow_partial: bool,

    /// Of parts with --splits auto: report them if they are enough, else exit 4 for another round of the shards
    #[arg(long, conflicts_with = "allow_partial")]
    decide: bool,

    #[arg(
        short,
        long,
        help = formats::help(|_| true),
        value_parser = formats::parser(|_| true),
        hide_possible_values = true
    )]
    format: Option<&'static dyn Format>,

    /// Write the result to a file; without --format a table is printed as well. FORMAT=FILE, repeated, writes several forms
    #[arg(short, long, value_name = "[FORMAT=]FILE")]
    output: Vec<String>,

    /// Write pictures as SVG into a folder; the Markdown of the report refers to them
    #[arg(long, value_name = "DIR")]
    figures: Option<PathBuf>,

    /// Draw pictures below the table
    #[arg(long)]
    plot: bool,

    /// Threads; one a core without it
    #[arg(short = 'j', long, value_name = "N", default_value_t = 0, hide_default_value = true, value_parser = whole::<usize>)]
    pub threads: usize,

    #[command(flatten)]
    screen: ScreenFlags,

    /// Show the whole distribution of every model, where several are shown in a line each
    #[arg(long)]
    detail: bool,
}

/// Splits that a message lists.
const LISTED: usize = 5;

/// Joins the parts, and writes the report of all their splits.
pub fn run(args: &MergeArgs) -> Result<ExitCode> {
    let (header, done) = read(&args.parts)?;
    let inputs: Vec<_> = args.parts.iter().map(|path| ("part", path.as_path())).collect();
    let mut eval = eval_of(&header.command, &args.parts[0])?;
    eval.set_threads(args.threads);
    let stated = eval.stated()?;
    let mut outputs = Outputs::open(args.format, &args.output, &inputs, true)?;
    outputs.lines_written = false;
    let pictures = header.question.get("figures").and_then(serde_json::Value::as_bool).unwrap_or(false);
    let prepared = prepare(&eval, stated, pictures)?;
    if let Some(difference) = header.question.difference(&prepared.question()) {
        return Err(Error::report(format!(
            "the parts are of another question than their command asks here: {difference} (the parts first)"
        ))
        .advise("merge where the data is as it was"));
    }
    let reporting = interrupt::Reporting::start();
    let stop = reporting.stop();
    if prepared.stopping.auto != args.decide && !args.allow_partial {
        return Err(if args.decide {
            Error::setting("--decide is for parts with --splits auto, and these have a number").advise("leave it out")
        } else {
            Error::setting("the parts are of a run with --splits auto")
                .advise("add --decide, which says whether they are enough")
        });
    }
    let part = if args.decide {
        match prepared.look_at(done)? {
            Looked::Ends(part) => *part,
            Looked::Lacks(missing, splits) => return Err(absent(&missing, splits)),
            Looked::GoesOn { done, next } => {
                super::terminal::say(format!(
                    "{done} splits are not enough: run every shard once more, which goes on to split #{}, and decide again",
                    next - 1
                ));
                return Ok(ExitCode::Undecided);
            }
        }
    } else {
        let none = crate::split::SplitSet::default();
        let part = prepared.go_on_with(&none, Going { done, keep: None }, stop, |_| Ok(()))?;
        let missing: Vec<usize> = part.missing(0..header.splits).collect();
        if !missing.is_empty() && !args.allow_partial {
            return Err(absent(&missing, header.splits));
        }
        part
    };
    let mut report = prepared.report(&part, stop)?;
    prepared.test_null(&mut report, stop)?;
    let screen =
        Screen { style: args.screen.style(true), width: args.screen.width(), detail: args.detail, plot: args.plot };
    outputs.figures.clone_from(&args.figures);
    finish(outputs, &report, &screen, eval.undecided())?;
    if reporting.end() {
        return Ok(ExitCode::Stopped);
    }
    Ok(eval.exit_code(&report.claims))
}

/// The splits of all files, and what was asked for.
fn read(paths: &[PathBuf]) -> Result<(JournalHeader, Vec<Part>)> {
    let (mut first, mut done): (Option<(JournalHeader, &PathBuf)>, Vec<Part>) = (None, Vec::new());
    for path in paths {
        let text = std::fs::read(path).map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => {
                Error::file(format!("{}: no such file", path.display())).advise("check the path")
            }
            _ => Error::file(format!("cannot read {}: {e}", path.display())),
        })?;
        let journal = Journal::read(&text).map_err(|e| e.within(&path.display().to_string()))?;
        if journal.is_torn {
            super::terminal::say(format!("{}: the last line was cut off and is left out", path.display()));
        }
        match &first {
            None => first = Some((journal.header, path)),
            Some((header, other)) => {
                let differ = |difference: String| {
                    Error::report(format!(
                        "{} and {} are parts of different runs: {difference}",
                        other.display(),
                        path.display()
                    ))
                    .advise("merge the parts of one run")
                };
                if let Some(difference) = header.question.difference(&journal.header.question) {
                    return Err(differ(difference));
                }
                if header.splits != journal.header.splits {
                    return Err(differ(format!(
                        "one is of {} splits and the other of {}",
                        header.splits, journal.header.splits
                    )));
                }
            }
        }
        done.extend(journal.done);
    }
    let (header, _) = first.ok_or_else(|| Error::setting("no part is given"))?;
    Part::in_order(&mut done)?;
    Ok((header, done))
}

/// That splits are not there.
pub(super) fn absent(missing: &[usize], splits: usize) -> Error {
    let listed: Vec<String> = missing.iter().take(LISTED).map(|place| format!("#{place}")).collect();
    let more = missing.len().saturating_sub(LISTED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let (noun, are) = if missing.len() == 1 { ("split", "is") } else { ("splits", "are") };
    Error::report(format!("{} of {splits} {noun} {are} not there: {}{more}", missing.len(), listed.join(", ")))
        .advise("give the parts that have them, or --allow-partial for a report without them")
}
