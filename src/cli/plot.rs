//! `randsplit plot`: a figure of a report as a file; nothing is fitted.

use std::path::{Path, PathBuf};

use clap::Args;

use super::ExitCode;
use super::formats::ending;
use super::place::check_outputs;
use super::sink::{Out, unless_unread};
use crate::error::{Error, Result, suggestion_or_all};
use crate::names::listed;
use crate::plot::{Figure, SvgOptions};
use crate::render::{FIGURES, FigureKind, Of, figure_kind, figures_of};
use crate::report::Report;
use crate::setting::spelled;

const EXAMPLES: &str = "\
Examples:
  randsplit plot report.json scores -o scores.svg
  randsplit plot report.json scores --metric rmse -o rmse.png
  randsplit plot report.json confusion --model tree -o confusion.svg
  randsplit plot report.json                    which figures the report has
  randsplit list figures                        which there are, and what they need";

/// Flags of `plot`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct PlotArgs {
    /// A report that `eval` wrote as JSON
    report: PathBuf,

    /// The figure; those that the report has are listed without it
    figure: Option<String>,

    /// The metric, of figures that there are one of for each [default: the primary one]
    #[arg(long, value_name = "METRIC")]
    metric: Option<String>,

    /// The model, of figures that there are one of for each [default: the first]
    #[arg(short, long, value_name = "MODEL")]
    model: Option<String>,

    /// Write it to a file: .svg, or .png [default: SVG, on standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// How many pixels of a PNG there are for one of the figure
    #[arg(long, value_name = "FACTOR", default_value_t = 2.0, allow_hyphen_values = true)]
    scale: f64,
}

/// Draws the figure, or lists those that there are.
pub fn run(args: &PlotArgs) -> Result<ExitCode> {
    check_outputs(args.output.as_deref().as_slice(), &[("report", &args.report)])?;
    if !(0.1..=20.0).contains(&args.scale) {
        return Err(Error::setting(format!("--scale {}: give a factor from 0.1 to 20", args.scale)));
    }
    let as_png = match args.output.as_deref().map(ending).as_deref() {
        None | Some("svg") => false,
        Some("png") => true,
        Some(_) => {
            let path = args.output.as_deref().unwrap_or(Path::new("")).display();
            return Err(Error::setting(format!("the ending of {path} tells no picture")).advise("name it .svg or .png"));
        }
    };
    let kind = args.figure.as_deref().map(known).transpose()?;
    let report = Report::read(&args.report)?;
    check_name("metric", args.metric.as_deref(), report.metrics.iter().map(String::as_str), &args.report)?;
    check_name("model", args.model.as_deref(), report.models.iter().map(|m| m.name.as_str()), &args.report)?;
    let Some(kind) = kind else {
        return list(&report, args);
    };
    let figures = figures_of(kind, &report, args.metric.as_deref(), args.model.as_deref());
    let Some(figure) = figures.into_iter().next() else {
        return Err(has_none(kind, &report, args));
    };
    let bytes = if as_png { png(&figure, args.scale)? } else { svg(&figure) };
    let mut out = Out::open(args.output.as_deref())?;
    unless_unread(out.with(|out| out.write_all(&bytes)).and_then(|()| out.finish()))?;
    Ok(ExitCode::Holds)
}

fn svg(figure: &Figure) -> Vec<u8> {
    let mut text = figure.svg(SvgOptions { standalone: true, adaptive: true });
    text.push('\n');
    text.into_bytes()
}

#[cfg(feature = "png")]
fn png(figure: &Figure, scale: f64) -> Result<Vec<u8>> {
    figure.png(scale).map_err(|why| Error::run(format!("the picture cannot be drawn: {why}")))
}

#[cfg(not(feature = "png"))]
fn png(_: &Figure, _: f64) -> Result<Vec<u8>> {
    Err(Error::setting("this program was built without PNG")
        .advise("name the file .svg, or build it with the feature png"))
}

fn known(name: &str) -> Result<&'static dyn FigureKind> {
    figure_kind(name).ok_or_else(|| {
        let list = suggestion_or_all(name, || FIGURES.iter().map(|kind| kind.info().name));
        Error::setting(format!("no figure '{name}'{list}"))
    })
}

fn check_name<'n>(
    what: &str,
    asked: Option<&str>,
    known: impl Iterator<Item = &'n str> + Clone + 'n,
    path: &Path,
) -> Result<()> {
    let Some(asked) = asked.filter(|asked| !known.clone().any(|name| name == *asked)) else { return Ok(()) };
    let list = suggestion_or_all(asked, || known.clone());
    Err(Error::setting(format!("{} has no {what} '{asked}'{list}", path.display())))
}

/// Why a report has no figure of this kind.
fn has_none(kind: &dyn FigureKind, report: &Report, args: &PlotArgs) -> Error {
    let path = args.report.display();
    let of = match (kind.info().of, args.model.as_deref()) {
        (Of::Model, Some(model)) => format!(" of {model}"),
        _ => String::new(),
    };
    let there = there(report, args);
    let advice = if there.is_empty() { String::new() } else { format!("it has {}", listed(&there, "and")) };
    let needs =
        if kind.info().needs.is_empty() { String::new() } else { format!(": it takes {}", spelled(kind.info().needs)) };
    Error::report(format!("{path} has nothing for the figure {}{of}{needs}", kind.info().name)).advise(advice)
}

fn there(report: &Report, args: &PlotArgs) -> Vec<&'static str> {
    let has = |kind: &&&'static dyn FigureKind| {
        !figures_of(**kind, report, args.metric.as_deref(), args.model.as_deref()).is_empty()
    };
    FIGURES.iter().filter(has).map(|kind| kind.info().name).collect()
}

/// Lists the figures that a report has.
fn list(report: &Report, args: &PlotArgs) -> Result<ExitCode> {
    let there = there(report, args);
    let width = there.iter().map(|name| name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for name in there {
        let summary = figure_kind(name).map_or("", |kind| kind.info().summary);
        text += &format!("{name:width$}  {summary}\n");
    }
    let mut out = Out::open(None)?;
    unless_unread(out.with(|out| out.write_all(text.as_bytes())).and_then(|()| out.finish()))?;
    Ok(ExitCode::Holds)
}
