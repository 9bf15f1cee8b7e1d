//! `randsplit inspect`: why splits score as they do.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use clap::Args;

use super::args::whole;
use super::external::ExternalArgs;
use super::formats;
use super::place::check_outputs;
use super::sink::Out;
use super::terminal::ScreenFlags;
use super::{ExitCode, progress};
use crate::ReportFiles;
use crate::data::LoadOptions;
use crate::error::{Error, Result, suggestion_or_list};
use crate::evaluation::{Evaluation, PreparedEvaluation, not_at_hand};
use crate::inspect::{Inspection, Options, ScoredSplits, Wanted, inspect};
use crate::model::Absent;
use crate::render::{Format, WriteOptions, inspection_page};
use crate::report::{EXTERNAL, OWN, Report};
use crate::setting::MODEL;

const EXAMPLES: &str = "\
Examples:
  randsplit eval data.csv -t y -m ols -n 500 -o run.json
  randsplit inspect run.json                     best, worst and outlier splits: what sets them apart
  randsplit inspect run.json --split 137         one split, whole
  randsplit inspect run.json --rows -f json      every row: how often tested, at what loss, its influence
  randsplit inspect run.json --data moved.csv    the data is elsewhere now
  randsplit inspect run.json --model svr=python:train.py:make_svr     a model of your own, stated anew
  randsplit explain RS104                        what a suspicion means";

/// Which report, which of its models, which data.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// Report of `randsplit eval … -o run.json`
    pub report: PathBuf,

    /// The report's data, where it is not at its old place
    #[arg(long, value_name = "FILE")]
    pub data: Option<String>,

    /// Model of the report; the first one without it. One of your own is fitted only where it is stated anew, as
    /// NAME=python:FILE:NAME, worker: or cmd:
    #[arg(short, long, value_name = "MODEL")]
    pub model: Option<String>,

    #[command(flatten)]
    pub external: ExternalArgs,

    /// Metric that tells good splits from bad ones; the report's first one without it
    #[arg(long, value_name = "METRIC")]
    pub metric: Option<String>,
}

/// A report with its data at hand again.
pub struct ReopenedRun {
    /// The report.
    pub report: Report,
    /// Its data and plan; the baseline and the model that is looked into.
    pub prepared: PreparedEvaluation,
    /// Place of the metric.
    pub metric: usize,
    /// Place of the model among those prepared.
    pub model: usize,
    /// The splits that were done.
    pub splits: ScoredSplits,
    /// How the data was read.
    pub load: LoadOptions,
}

impl ReportArgs {
    /// Reads the report and its data. What is written must be none of these, and none of `inputs`.
    ///
    /// # Errors
    /// An input error where it is, either cannot be read, the data is not the report's, or it has no such model or
    /// metric, or no score of the model by a metric that was named.
    pub fn reopen(&self, threads: usize, outputs: &[&Path], inputs: &[(&str, &Path)]) -> Result<ReopenedRun> {
        self.reopen_named(threads, outputs, inputs, None, false)
    }

    /// The same where a model that is not at hand is good enough: what the report holds of it is known.
    ///
    /// # Errors
    /// As [`ReportArgs::reopen`].
    pub fn reopen_without_fits(&self, threads: usize, outputs: &[&Path]) -> Result<ReopenedRun> {
        self.reopen_named(threads, outputs, &[], None, true)
    }

    /// The same with the rows named by a column, where one is given.
    ///
    /// # Errors
    /// As [`ReportArgs::reopen`], and an input error where there is no such column.
    fn reopen_named(
        &self,
        threads: usize,
        outputs: &[&Path],
        inputs: &[(&str, &Path)],
        id: Option<&str>,
        may_be_absent: bool,
    ) -> Result<ReopenedRun> {
        let mut inputs: Vec<_> = [("report", self.report.as_path())].iter().chain(inputs).copied().collect();
        check_outputs(outputs, &inputs)?;
        let report = Report::read(&self.report)?;
        let of = report.table().map_err(|e| e.at(self.report.display().to_string()))?;
        inputs.push(("data", Path::new(self.data.as_deref().unwrap_or(&of.path))));
        inputs.extend(report.plan.scheme.strip_prefix("file:").map(|plan| ("split plan", Path::new(plan))));
        check_outputs(outputs, &inputs)?;
        let (name, stated) = self.external.stated(self.model.as_deref())?;
        let model = report.model(name.as_deref())?;
        if stated.is_some() && model.engine != EXTERNAL {
            return Err(Error::setting(format!(
                "'{}' of the report is not a python:, worker: or cmd: model",
                model.name
            ))
            .about(MODEL)
            .advise(format!("write {}", MODEL.to(&model.name))));
        }
        let metric = match &self.metric {
            None => 0,
            Some(name) if name.starts_with("value_per_") => {
                return Err(Error::setting(format!("'{name}' cannot be looked into"))
                    .advise("choose the metric that decides it"));
            }
            Some(name) => report.metric(name).ok_or_else(|| {
                let names = || report.metrics.iter().map(String::as_str);
                Error::setting(format!("the report has no metric '{name}'{}", suggestion_or_list(name, names)))
            })?,
        };
        let is_baseline = report.baseline.as_ref().is_some_and(|baseline| model.name == baseline.name);
        let asked = if is_baseline { &report.models[0] } else { model };
        let files = ReportFiles::check(&report, &self.report, self.data.as_deref())?;
        let mut evaluation = Evaluation::from_report(&report, asked, self.data.as_deref())?.threads(threads);
        if let Some(id) = id {
            evaluation = evaluation.named_by(id);
        }
        if let Some(spec) = stated {
            evaluation = evaluation.external([spec]).external_options(self.external.options());
        } else if [OWN, EXTERNAL].contains(&asked.engine.as_str()) {
            if !may_be_absent {
                return Err(not_at_hand(&asked.name));
            }
            evaluation = evaluation.shared_learner(&asked.name, Arc::new(Absent));
        }
        let load = evaluation.load.clone();
        let mut prepared = files.open(|| evaluation.prepare())?;
        let at = usize::from(!is_baseline);
        prepared.models[at].name.clone_from(&model.name);
        let splits = report.scored_splits(model);
        if self.metric.is_some() {
            prepared.subject(&prepared.models[at..=at], metric, &splits).some_scored()?;
        }
        Ok(ReopenedRun { prepared, metric, model: at, splits, load, report })
    }
}

/// Flags of `inspect`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct InspectArgs {
    #[command(flatten)]
    of: ReportArgs,

    /// Split to show: its number, best, worst or outliers
    #[arg(short, long, value_name = "SPLIT", allow_hyphen_values = true)]
    split: Option<Wanted>,

    /// Column that names rows beside their numbers; that of the report without it
    #[arg(long, value_name = "COLUMN")]
    id: Option<String>,

    /// Show the rows that make or break splits; with --format json or --output every row
    #[arg(long)]
    rows: bool,

    #[arg(
        short,
        long,
        help = formats::help(formats::shows_pages),
        value_parser = formats::parser(formats::shows_pages),
        hide_possible_values = true
    )]
    format: Option<&'static dyn Format>,

    /// Write to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Threads; one a core without it. The result is the same for any number
    #[arg(short = 'j', long, value_name = "N", default_value_t = 0, hide_default_value = true, value_parser = whole::<usize>, allow_hyphen_values = true)]
    threads: usize,

    /// No progress bar
    #[arg(short, long)]
    quiet: bool,

    #[command(flatten)]
    screen: ScreenFlags,
}

impl InspectArgs {
    /// The threads that are asked for.
    pub fn threads(&self) -> usize {
        self.threads
    }
}

/// Looks into the splits and writes what was found.
pub fn run(args: &InspectArgs) -> Result<ExitCode> {
    let format = formats::chosen(args.format, args.output.as_deref(), formats::shows_pages);
    let mut reopened =
        args.of.reopen_named(args.threads, args.output.as_deref().as_slice(), &[], args.id.as_deref(), true)?;
    // A threshold that is chosen anew would cost each split the fits of inner folds, and nothing here asks for it.
    reopened.prepared.metrics.retain(|metric| metric.value().is_none());
    let ReopenedRun { report, prepared, metric, model, splits, .. } = &reopened;
    let mut out = Out::open(args.output.as_deref())?;
    let bar = progress::bar(splits.len(), args.quiet);
    let data = prepared.inspected_data(report)?;
    let wanted = Options { wanted: args.split.unwrap_or_default(), all_rows: args.rows && format.is_whole() };
    let subject = prepared.subject(&prepared.models[*model..=*model], *metric, splits);
    let found = inspect(&subject, data, wanted, &AtomicBool::new(false), || bar.inc(1));
    bar.finish_and_clear();
    let found: Inspection = found?;
    let one = !matches!(wanted.wanted, Wanted::Extremes);
    let style = args.screen.style(args.output.is_none());
    let options = WriteOptions { style, width: args.screen.width(), ..WriteOptions::default() };
    out.with(|out| match format.page() {
        Some(write) => write(&inspection_page(&found, one, args.rows), &options, out),
        None => {
            serde_json::to_writer_pretty(&mut *out, &found).map_err(std::io::Error::from)?;
            writeln!(out)
        }
    })?;
    out.finish()?;
    Ok(ExitCode::Holds)
}
