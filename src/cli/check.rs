//! `randsplit check`: an existing report judged; nothing is fitted.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::claims::ClaimArgs;
use super::output::Out;
use super::terminal::Colour;
use super::ExitCode;
use crate::error::{Error, Result};
use crate::report::{Report, SCHEMA, Style, claim_line};
use crate::verdict::claim::Known;

const EXAMPLES: &str = "\
Examples:
  randsplit check report.json --claims claims.toml
  randsplit check report.json --claim 'worst(r2) >= 0.1' --claim 'share(r2 > baseline.r2) >= 95%'";

/// Forms of the verdicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// Flags of `check`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct CheckArgs {
    /// A report that `eval` wrote as JSON
    report: PathBuf,

    #[command(flatten)]
    claims: ClaimArgs,

    /// Form of the verdicts: text or json
    #[arg(short, long, value_enum, default_value = "text", hide_possible_values = true, help_heading = "Output")]
    format: Format,

    /// Write the verdicts to a file
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    output: Option<PathBuf>,

    /// Colour: auto, always or never
    #[arg(
        long,
        value_enum,
        default_value = "auto",
        hide_possible_values = true,
        value_name = "WHEN",
        help_heading = "Output"
    )]
    color: Colour,
}

/// Reads a report.
///
/// # Errors
/// An input error where the file is none.
pub fn read_report(path: &Path) -> Result<Report> {
    let place = path.display();
    let text = crate::verdict::read_text(&path.to_string_lossy())?;
    let value: serde_json::Value = serde_json::from_str(&text).map_err(|e| {
        Error::input(format!("{place} line {}: no JSON report; write one with `randsplit eval … -o FILE.json`", e.line()))
    })?;
    match value.get("schema").and_then(|s| s.as_str()) {
        Some(SCHEMA) => {}
        Some(other) => {
            return Err(Error::input(format!("{place} has the schema '{other}'; this version reads {SCHEMA}")));
        }
        None => {
            return Err(Error::input(format!(
                "{place} is JSON but no report of randsplit; write one with `randsplit eval … -o FILE.json`"
            )));
        }
    }
    let report: Report = serde_json::from_value(value)
        .map_err(|e| Error::input(format!("{place}: the report is damaged: {e}; write it again")))?;
    let sizes = |m: &crate::report::Model| m.splits.len() == report.baseline.splits.len();
    if report.baseline.splits.is_empty() || report.models.is_empty() || !report.models.iter().all(sizes) {
        return Err(Error::input(format!("{place}: the report is damaged: its models have different splits; write it again")));
    }
    Ok(report)
}

/// Judges the report.
pub fn run(args: &CheckArgs) -> Result<ExitCode> {
    let stated = args.claims.stated()?;
    let report = read_report(&args.report)?;
    if stated.claims.is_empty() {
        return Err(Error::input("there is nothing to check; add --claims FILE or --claim 'worst(r2) >= 0.3'"));
    }
    let board = report.scoreboard();
    let known = Known {
        metrics: board.metrics.iter().map(|m| m.0.as_str()).collect(),
        models: board.models.iter().map(|m| m.name.as_str()).collect(),
        constants: board.constants.iter().map(|c| c.0.as_str()).collect(),
    };
    let mut claims = Vec::new();
    for claim in &stated.claims {
        claims.extend(claim.pose(args.claims.confidence, &known)?.judge(&board, 1));
    }
    let mut out = Out::open(args.output.as_deref())?;
    let style = Style { colour: args.color.on_stdout() && args.output.is_none() };
    out.with(|out| match args.format {
        Format::Text => claims.iter().try_for_each(|c| writeln!(out, "{}", claim_line(c, style))),
        Format::Json => {
            serde_json::to_writer_pretty(&mut *out, &claims).map_err(std::io::Error::from)?;
            writeln!(out)
        }
    })?;
    out.finish()?;
    Ok(args.claims.exit_code(&claims))
}
