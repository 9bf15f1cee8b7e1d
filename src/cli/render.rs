//! `randsplit render`: a report in another form; nothing is fitted.

use std::path::PathBuf;

use clap::Args;

use super::ExitCode;
use super::formats::{self, Outputs, Screen};
use super::terminal::ScreenFlags;
use crate::error::{Error, Result};
use crate::render::Format;
use crate::report::Report;

const EXAMPLES: &str = "\
Examples:
  randsplit render report.json --to html=report.html      a page with pictures
  randsplit render report.json --to report.html --to report.md
  randsplit render report.json --detail                   the table, on the terminal";

/// Flags of `render`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct RenderArgs {
    /// A report that `eval` wrote as JSON
    report: PathBuf,

    /// Write a form to a file, as FORMAT=FILE or FILE, whose ending tells the form; repeat for several
    #[arg(short = 'o', long = "to", visible_alias = "output", value_name = "[FORMAT=]FILE")]
    to: Vec<String>,

    #[arg(
        short,
        long,
        help = formats::help(|f| f.line().is_none()),
        value_parser = formats::parser(|f| f.line().is_none()),
        hide_possible_values = true
    )]
    format: Option<&'static dyn Format>,

    /// Write its pictures as SVG into a folder; Markdown refers to them
    #[arg(long, value_name = "DIR")]
    figures: Option<PathBuf>,

    /// Draw pictures in the table
    #[arg(long)]
    plot: bool,

    #[command(flatten)]
    screen: ScreenFlags,

    /// Show the whole distribution of every model, where several are shown in a line each
    #[arg(long)]
    detail: bool,
}

/// Writes the report in the forms that are asked for.
pub fn run(args: &RenderArgs) -> Result<ExitCode> {
    let report = Report::read(&args.report)?;
    let mut outputs = Outputs::open(args.format, &args.to, &[("report", &args.report)], false)?;
    if let Some(to) = outputs.list.iter().find(|to| to.format.line().is_some()) {
        return Err(Error::setting(format!(
            "--to {}=…: it has a line for each split as it is fitted",
            to.format.name()
        ))
        .advise("use eval for it, or json"));
    }
    // The table is for those who ask for nothing else.
    outputs.also_table &= args.to.is_empty();
    let screen =
        Screen { style: args.screen.style(true), width: args.screen.width(), detail: args.detail, plot: args.plot };
    outputs.figures.clone_from(&args.figures);
    outputs.finish(&report, &screen, false)?;
    Ok(ExitCode::Holds)
}
