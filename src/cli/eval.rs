//! `randsplit eval`: the main job.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use clap::{Args, ValueEnum};

use super::args::{DataArgs, PlanArgs, whole};
use super::claims::ClaimArgs;
use super::output::Out;
use super::terminal::{self, Colour};
use super::{ExitCode, interrupt, progress};
use crate::error::{Error, Result};
use crate::report::{Report, Style, claim_line, split_line, write_csv, write_markdown, write_table};
use crate::run::{Engine, Outcome};
use crate::verdict::{Bound, Verdict};

const EXAMPLES: &str = "\
Examples:
  randsplit eval data.csv --target price --splits 500
  randsplit eval data.parquet -t churn -m logistic:C=0.1 -m knn --metric roc_auc,f1 --positive yes
  randsplit eval visits.csv -t cost --group patient          no patient on both sides
  randsplit eval sales.csv -t units --time date --gap 7      test rows later than train rows
  randsplit eval data.csv -t y --fail-below r2=0.35          exit 1 if the worst split is below
  randsplit eval data.csv -t y --claim 'share(r2 > baseline.r2) >= 95%' --confidence 0.95
  randsplit eval data.csv -t y -o report.json                a table to read, and a file to keep
  zcat data.csv.gz | randsplit eval - -t y -f ndjson         a line of JSON a split, as they come

`randsplit models` and `randsplit metrics` list what there is.";

/// Forms of the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A table for people
    Table,
    /// The whole report as JSON
    Json,
    /// A line of JSON a split, as they come, in order
    Ndjson,
    /// A row a split and model
    Csv,
    /// The table as Markdown
    Markdown,
}

/// How splits are fitted, as a flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EngineChoice {
    /// Shared work over splits where the model can
    Auto,
    /// Shared work, or an error where the model cannot
    Shared,
    /// Every split on its own
    Linfa,
}

/// Flags of `eval`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct EvalArgs {
    #[command(flatten)]
    data: DataArgs,

    /// Model as name or name:param=value,…; repeat for several [default: ridge or logistic]
    #[arg(short, long, value_name = "MODEL", help_heading = "Models")]
    model: Vec<String>,

    /// Metric; repeat or separate by commas, the first is the primary one
    #[arg(long, value_name = "METRIC", help_heading = "Models")]
    metric: Vec<String>,

    /// Shared work over splits (auto, shared) or every split on its own (linfa); scores agree
    #[arg(
        long,
        value_enum,
        default_value = "auto",
        hide_possible_values = true,
        value_name = "auto|shared|linfa",
        help_heading = "Models"
    )]
    engine: EngineChoice,

    #[command(flatten)]
    plan: PlanArgs,

    /// Exit 1 if any split scores below V (metrics that are better when higher)
    #[arg(long, value_name = "METRIC=V", help_heading = "Claims")]
    fail_below: Vec<String>,

    /// Exit 1 if any split scores above V (metrics that are better when lower)
    #[arg(long, value_name = "METRIC=V", help_heading = "Claims")]
    fail_above: Vec<String>,

    #[command(flatten)]
    claims: ClaimArgs,

    /// Differences between models up to this are taken as practically equal
    #[arg(
        long,
        value_name = "DIFFERENCE",
        default_value_t = crate::verdict::compare::ROPE,
        allow_hyphen_values = true,
        help_heading = "Comparison"
    )]
    rope: f64,

    /// Form of the result: table, json, ndjson, csv or markdown [default: by the ending of --output, else table]
    #[arg(short, long, value_enum, hide_possible_values = true, help_heading = "Output")]
    format: Option<Format>,

    /// Write the result to a file; without --format a table is printed as well
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    output: Option<PathBuf>,

    /// Threads; one a core without it. The result is the same for any number
    #[arg(
        short = 'j',
        long,
        value_name = "N",
        default_value_t = 0,
        hide_default_value = true,
        value_parser = whole::<usize>,
        allow_hyphen_values = true,
        help_heading = "Output"
    )]
    threads: usize,

    /// No progress bar
    #[arg(short, long, help_heading = "Output")]
    quiet: bool,

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

    /// Put the seconds that loading and fitting took into the report
    #[arg(long, help_heading = "Output")]
    timings: bool,
}

impl EvalArgs {
    /// The format of the file (or of standard output where there is no file), and whether a table
    /// is printed besides.
    fn formats(&self) -> Result<(Format, bool)> {
        let Some(path) = &self.output else { return Ok((self.format.unwrap_or(Format::Table), false)) };
        if let Some(format) = self.format {
            return Ok((format, false));
        }
        let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase());
        match ending.as_deref() {
            Some("json") => Ok((Format::Json, true)),
            Some("ndjson" | "jsonl") => Ok((Format::Ndjson, true)),
            Some("csv") => Ok((Format::Csv, true)),
            Some("md" | "markdown") => Ok((Format::Markdown, true)),
            Some("txt") => Ok((Format::Table, false)),
            _ => Err(Error::input(format!(
                "the ending of {} tells no format; name it .json, .ndjson, .csv, .md or .txt, or add --format",
                path.display()
            ))),
        }
    }
}

/// Metric names separated by commas outside brackets: a label may hold a comma.
fn metric_names(lists: &[String]) -> Vec<String> {
    let mut names = Vec::new();
    for list in lists {
        let (mut depth, mut start) = (0usize, 0);
        for (i, c) in list.char_indices() {
            match c {
                '[' => depth += 1,
                ']' => depth = depth.saturating_sub(1),
                ',' if depth == 0 => {
                    names.push(&list[start..i]);
                    start = i + 1;
                }
                _ => {}
            }
        }
        names.push(&list[start..]);
    }
    names.into_iter().map(|n| n.trim().to_owned()).filter(|n| !n.is_empty()).collect()
}

/// Runs the evaluation and writes its result.
pub fn run(args: &EvalArgs) -> Result<ExitCode> {
    let (format, also_table) = args.formats()?;
    let started = Instant::now();
    let stop = interrupt::listen();
    let mut question = args
        .data
        .question(&args.plan)?
        .models(args.model.iter().map(String::as_str))
        .metrics(metric_names(&args.metric))
        .threads(args.threads)
        .engine(match args.engine {
            EngineChoice::Auto => Engine::Auto,
            EngineChoice::Shared => Engine::Shared,
            EngineChoice::Linfa => Engine::Linfa,
        });
    for (bound, claims) in [(Bound::Below, &args.fail_below), (Bound::Above, &args.fail_above)] {
        for claim in claims {
            question = question.worst(bound, claim.as_str());
        }
    }
    let stated = args.claims.stated()?;
    super::compare::check_rope(args.rope)?;
    question = question.rope(args.rope);
    let prepared = question.stated(stated.claims).confidence(args.claims.confidence).prepare()?;
    let loaded = started.elapsed().as_secs_f64();
    // Opened before the run: a place that cannot be written to should not cost the wait.
    let mut out = Out::open(args.output.as_deref())?;
    let bar = progress::bar(prepared.plan.splits(), args.quiet);
    let result = prepared.run(&stop, |split| {
        bar.inc(1);
        if format == Format::Ndjson {
            let line = split_line(split, &prepared.models, &prepared.metrics);
            // A reader at the other end of a pipe gets each line when it is true.
            out.with(|out| writeln!(out, "{line}").and_then(|()| out.flush()))?;
        }
        Ok(())
    });
    bar.finish_and_clear();
    let outcome: Outcome = result?;
    let mut report = match prepared.report(&outcome) {
        // Only Ctrl-C leaves no split at all.
        Err(nothing) if outcome.splits.is_empty() => {
            eprintln!("{} {nothing}", terminal::error_mark());
            return Ok(ExitCode::Stopped);
        }
        report => report?,
    };
    if args.timings {
        let total = started.elapsed().as_secs_f64();
        report.timings = Some(BTreeMap::from([
            ("load".into(), loaded),
            ("splits".into(), outcome.seconds),
            ("run".into(), total - loaded),
            ("total".into(), total),
        ]));
    }
    let style = Style { colour: args.color.on_stdout() && (also_table || args.output.is_none()) };
    write(&report, format, style, &mut out)?;
    out.finish()?;
    if also_table {
        let mut table = Out::open(None)?;
        table.with(|out| write_table(&report, style, terminal::width(), out))?;
        table.finish()?;
    }
    // The table shows the verdicts; other forms leave them to standard error.
    if format != Format::Table && !also_table {
        report
            .claims
            .iter()
            .filter(|c| c.verdict != Verdict::Holds)
            .for_each(|c| eprintln!("{}", claim_line(c, Style::PLAIN)));
    }
    Ok(exit_code(&report, &args.claims))
}

fn write(report: &Report, format: Format, style: Style, out: &mut Out) -> Result<()> {
    out.with(|out| match format {
        Format::Table => write_table(report, style, terminal::width(), out),
        Format::Markdown => write_markdown(report, out),
        Format::Csv => write_csv(report, out).map_err(std::io::Error::from),
        Format::Json => {
            serde_json::to_writer_pretty(&mut *out, report).map_err(std::io::Error::from)?;
            writeln!(out)
        }
        // Written as the splits came.
        Format::Ndjson => Ok(()),
    })
}

fn exit_code(report: &Report, claims: &ClaimArgs) -> ExitCode {
    if report.plan.partial {
        eprintln!("partial: {} of {} splits are reported", report.plan.done, report.plan.splits);
        return ExitCode::Stopped;
    }
    claims.exit_code(&report.claims)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_in_labels_part_no_metrics() {
        let lists = ["f1,recall[a,b]".to_owned(), " roc_auc ".to_owned()];
        assert_eq!(metric_names(&lists), ["f1", "recall[a,b]", "roc_auc"]);
    }
}
