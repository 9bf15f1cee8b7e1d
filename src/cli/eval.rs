//! `randsplit eval`: the main job.

mod predictions;
mod run;

use std::path::Path;

use clap::{Args, ValueEnum};

use super::ExitCode;
use super::args::{Count, CsvCells, DataArgs, PlanArgs, whole};
use super::claims::{JudgingArgs, Undecided};
use super::external::ExternalArgs;
use super::formats;
use super::large::LargeTableArgs;
use super::long_run::LongRunArgs;
use super::terminal::ScreenFlags;
use crate::error::{Error, Result};
use crate::model::GridSpec;
use crate::names::items;
use crate::render::Format;
use crate::run::NullOptions;
use crate::setting::TUNE;
use crate::stopping::PRECISION;
use crate::verdict::{ClaimResult, ClaimsFile};

pub use run::{evaluation, finish, prepare, run};

const EXAMPLES: &str = "\
Examples:
  randsplit eval data.csv --target price --splits 500
  randsplit eval data.parquet -t churn -m logistic:C=0.1 -m knn --metric roc_auc,f1 --positive yes
  randsplit eval visits.csv -t cost --group patient          no patient on both sides
  randsplit eval sales.csv -t units --time date --gap 7      test rows later than train rows
  randsplit eval data.csv -t y --fail-below r2=0.35          exit 1 if the worst split is below
  randsplit eval data.csv -t y --tune ridge:alpha=0.1,1,10   tuned on the train rows of each split
  randsplit eval data.csv -t y --claim 'share(r2 > baseline.r2) >= 95%' --confidence 0.95
  randsplit eval data.csv -t y -m ridge -m python:train.py:make_model    a scikit-learn estimator of your own
  randsplit eval data.csv -t y -o report.json                a table to read, and a file to keep
  randsplit eval data.csv -t y --save-predictions p.parquet  for other metrics later, by rescore
  randsplit eval data.csv -t y -m forest -n 5000 --resume run.ndjson     goes on whatever ended it
  zcat data.csv.gz | randsplit eval - -t y -f ndjson         a line of JSON a split, as they come

`randsplit list` says what models, metrics, schemes, probes and claim statistics there are.";

/// How splits are fitted, as a flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EngineChoice {
    /// Shared work over splits where the model can
    Auto,
    /// Shared work, or an error where the model cannot
    Shared,
    /// Every split on its own
    #[value(alias = "linfa")]
    PerSplit,
}

/// Flags of `eval`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct EvalArgs {
    #[command(flatten)]
    data: DataArgs,

    #[command(flatten)]
    large: LargeTableArgs,

    /// Column that names rows beside their numbers; it is no feature
    #[arg(long, value_name = "COLUMN", help_heading = "Data", hide_short_help = true)]
    id: Option<String>,

    /// File with any of these flags as keys; flags win over it [default: randsplit.toml, if there is one]
    #[arg(long, value_name = "FILE", help_heading = "Data", hide_short_help = true)]
    config: Option<std::path::PathBuf>,

    /// Do not read randsplit.toml
    #[arg(long, conflicts_with = "config", help_heading = "Data", hide_short_help = true)]
    no_config: bool,

    /// Model as name or name:param=value,…; repeat or separate by commas [default: ridge or logistic]. One of your own is
    /// python:FILE:NAME, worker:COMMAND or cmd:'COMMAND {train} {test} {out}'. NAME= before any of them names it
    #[arg(short, long, value_name = "MODEL", help_heading = "Models")]
    model: Vec<String>,

    #[command(flatten)]
    external: ExternalArgs,

    /// Metric; repeat or separate by commas, the first is the primary one
    #[arg(long, value_name = "METRIC", help_heading = "Models")]
    metric: Vec<String>,

    /// Shared work over splits (auto, shared) or every split on its own (per-split); scores agree
    #[arg(
        long,
        value_enum,
        default_value = "auto",
        hide_possible_values = true,
        value_name = "auto|shared|per-split",
        help_heading = "Models",
        hide_short_help = true
    )]
    engine: EngineChoice,

    /// Settings of a model, as name:param=value,value,…; each is compared with the model's own
    #[arg(long, value_name = "GRID", help_heading = "Models", hide_short_help = true)]
    grid: Vec<String>,

    /// Tune by nested cross-validation, as name:param=value,value,…: each split chooses by inner folds of its train rows; without a
    /// value, each --grid. Its score is that of a tuned model
    #[arg(
        long,
        value_name = "GRID",
        num_args = 0..=1,
        default_missing_value = "",
        value_parser = tuned_grid,
        help_heading = "Models"
    )]
    tune: Vec<String>,

    /// Probe as name, name:param=value,… or all; repeat for several
    #[arg(long, value_name = "PROBE", help_heading = "Models")]
    probe: Vec<String>,

    /// Probe only the first N splits; behaviours are tried on all [default: all]
    #[arg(long, value_name = "N", value_parser = whole::<usize>, allow_hyphen_values = true, help_heading = "Models", hide_short_help = true)]
    probe_splits: Option<usize>,

    /// Fit the first N splits twice, to find a model that differs from itself; 0 for none [default: 2 for python:, worker: and
    /// cmd: models, 0 for others]
    #[arg(long, value_name = "N", value_parser = whole::<usize>, allow_hyphen_values = true, help_heading = "Models", hide_short_help = true)]
    repeat_check: Option<usize>,

    /// Replace COLUMN by an upstream model's predictions, as COLUMN or COLUMN=MODEL: the score with its true values against
    /// that with predicted ones
    #[arg(long, value_name = "COLUMN[=MODEL]", help_heading = "Models", hide_short_help = true)]
    chain: Vec<String>,

    #[command(flatten)]
    plan: PlanArgs,

    /// Without claims: --splits auto ends when the interval of the mean and the worst split move by no
    /// more, in units of the primary metric [default: 0.01]
    #[arg(long, value_name = "CHANGE", allow_hyphen_values = true, help_heading = "Splits", hide_short_help = true)]
    precision: Option<f64>,

    /// End at the first split that breaks a claim on the worst case
    #[arg(long, help_heading = "Splits", hide_short_help = true)]
    fail_fast: bool,

    #[command(flatten)]
    judging: JudgingArgs,

    /// Test whether there is a pattern at all: permutation:N shuffles the target N times (and refits on the
    /// first 20 splits; permutation:N:SPLITS for another number)
    #[arg(long, value_name = "permutation:N", value_parser = null_options, help_heading = "Comparison", hide_short_help = true)]
    null: Option<NullOptions>,

    /// Do not check the data for leaks, ids, equal rows, groups, time order and absent classes
    #[arg(long, help_heading = "Data", hide_short_help = true)]
    no_checks: bool,

    #[arg(
        short,
        long,
        help = formats::help(|_| true),
        value_parser = formats::parser(|_| true),
        hide_possible_values = true,
        help_heading = "Output"
    )]
    format: Option<&'static dyn Format>,

    /// Write the result to a file; without --format a table is printed as well. FORMAT=FILE, repeated,
    /// writes several forms
    #[arg(short, long, value_name = "[FORMAT=]FILE", help_heading = "Output")]
    output: Vec<String>,

    /// Fit the model with the best mean of the primary metric to all rows, and write it to a file for predict (as ONNX
    /// where it ends in .onnx); but for ONNX every split is fitted once more for the errors of its test rows (see fit)
    #[arg(long, value_name = "FILE", help_heading = "Output", hide_short_help = true)]
    save_model: Option<std::path::PathBuf>,

    /// Cells of text in CSV: raw, or spreadsheet, with ' before one that begins with =, +, -, @ or a tab
    #[arg(
        long,
        value_enum,
        default_value = "raw",
        hide_possible_values = true,
        value_name = "raw|spreadsheet",
        help_heading = "Output",
        hide_short_help = true
    )]
    csv_cells: CsvCells,

    /// Threads; one a core without it. The result is the same for any number
    #[arg(
        short = 'j',
        long,
        value_name = "N",
        default_value_t = 0,
        hide_default_value = true,
        value_parser = whole::<usize>,
        allow_hyphen_values = true,
        help_heading = "Output", hide_short_help = true)]
    threads: usize,

    /// No progress bar
    #[arg(short, long, help_heading = "Output", hide_short_help = true)]
    quiet: bool,

    /// Write pictures as SVG into a folder; the Markdown of the report refers to them
    #[arg(long, value_name = "DIR", help_heading = "Output", hide_short_help = true)]
    figures: Option<std::path::PathBuf>,

    /// Draw the scores, and curves that probes give, below the table
    #[arg(long, help_heading = "Output")]
    plot: bool,

    #[command(flatten, next_help_heading = "Output")]
    screen: ScreenFlags,

    /// Show the whole distribution of every model, where several are shown in a line each
    #[arg(long, help_heading = "Output")]
    detail: bool,

    /// Take the time: of loading and all splits, and of fitting and scoring each model
    #[arg(long, help_heading = "Output", hide_short_help = true)]
    timings: bool,

    /// Keep what every model says of the test rows of every split, as Parquet: split, model, row, prediction and probabilities.
    /// rescore works out other metrics, claims and curves from it, with nothing fitted
    #[arg(long, value_name = "FILE", help_heading = "Output", hide_short_help = true)]
    save_predictions: Option<std::path::PathBuf>,

    #[command(flatten)]
    long_run: LongRunArgs,

    /// The command line without the name of the program, for those who go on with the run.
    #[arg(skip)]
    pub command: Vec<String>,
}

impl EvalArgs {
    /// The threads that are asked for.
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// Asks for another number of threads.
    pub fn set_threads(&mut self, threads: usize) {
        self.threads = threads;
    }

    /// The same data, splits and models, with other questions about their predictions: metrics of the run where none are named,
    /// and no claims and probes but these.
    pub fn ask_anew(&mut self, data: Option<String>, metric: &[String], probe: &[String], judging: JudgingArgs) {
        if let Some(data) = data {
            self.data.data = data;
        }
        if !metric.is_empty() {
            self.metric = metric.to_vec();
        }
        self.probe = probe.to_vec();
        self.judging = judging;
        (self.probe_splits, self.null, self.timings, self.save_model) = (None, None, false, None);
        self.chain.clear();
    }

    /// The files that are read, each with what it is.
    pub fn inputs(&self) -> Vec<(&str, &Path)> {
        inputs(self)
    }

    /// Claims and behaviours.
    pub fn stated(&self) -> Result<ClaimsFile> {
        self.judging.claims.stated()
    }

    /// Whether the exit code tells something.
    pub fn is_judged(&self, stated: &ClaimsFile) -> bool {
        judged(self, stated)
    }

    /// What an undecided claim counts as.
    pub fn undecided(&self) -> Undecided {
        self.judging.claims.undecided
    }

    /// How the program ends after these verdicts.
    pub fn exit_code(&self, claims: &[ClaimResult]) -> ExitCode {
        self.judging.claims.exit_code(claims)
    }
}

/// Splits that a permutation is scored on where no number is given.
const NULL_SPLITS: usize = 20;

/// Reads `permutation:N` or `permutation:N:SPLITS`.
fn null_options(text: &str) -> std::result::Result<NullOptions, String> {
    let wrong = || "write permutation:N with N from 1 up, as in permutation:200".to_owned();
    let mut numbers = text.strip_prefix("permutation:").ok_or_else(wrong)?.split(':').map(str::parse::<usize>);
    let permutations = numbers.next().and_then(Result::ok).filter(|n| (1..=1_000_000).contains(n)).ok_or_else(wrong)?;
    let splits = match numbers.next() {
        None => NULL_SPLITS,
        Some(splits) => splits.ok().filter(|s| *s > 0).ok_or_else(wrong)?,
    };
    if numbers.next().is_some() { Err(wrong()) } else { Ok(NullOptions { permutations, splits }) }
}

/// Metric names separated by commas outside brackets: a label may hold a comma.
fn metric_names(lists: &[String]) -> Vec<String> {
    lists.iter().flat_map(|list| items(list)).map(str::to_owned).collect()
}

/// Reads the grid of `--tune`; none stands for each `--grid`.
fn tuned_grid(text: &str) -> std::result::Result<String, String> {
    if text.is_empty() {
        return Ok(String::new());
    }
    GridSpec::parse(TUNE, text).map(|grid| grid.text).map_err(|why| {
        // A flag that may have a value takes the word that follows it, and that is often the file.
        let is_path = !text.contains(':') && text.contains(['.', '/', '\\']) || std::path::Path::new(text).exists();
        if is_path || text == "-" {
            return format!("this is a file, not a grid; name the file before --tune, as in eval {text} --tune");
        }
        why.to_string()
    })
}

/// The grids to tune.
fn tunes(args: &EvalArgs) -> Result<Vec<&str>> {
    if args.tune.iter().any(String::is_empty) && args.grid.is_empty() {
        return Err(Error::setting("--tune alone tunes each --grid, and there is none")
            .advise("give one, or a grid to --tune as in --tune ridge:alpha=0.1,1,10"));
    }
    let mut grids = Vec::new();
    for text in &args.tune {
        let each = if text.is_empty() { args.grid.as_slice() } else { std::slice::from_ref(text) };
        grids.extend(each.iter().map(String::as_str));
    }
    Ok(grids)
}

/// How many splits are probed.
fn probe_splits(args: &EvalArgs) -> Result<Option<usize>> {
    match args.probe_splits {
        Some(0) => {
            Err(Error::setting("--probe-splits 0 probes nothing").advise("give at least 1, or leave out --probe"))
        }
        Some(_) if args.probe.is_empty() && args.chain.is_empty() => {
            Err(Error::setting("--probe-splits has no effect without --probe or --chain").advise("leave it out"))
        }
        splits => Ok(splits),
    }
}

/// The change that counts as none.
fn precision(args: &EvalArgs) -> Result<f64> {
    let Some(precision) = args.precision else { return Ok(PRECISION) };
    if args.plan.splits != Some(Count::Auto) {
        return Err(Error::setting("--precision has no effect without --splits auto").advise("leave it out"));
    }
    if precision > 0.0 && precision.is_finite() {
        return Ok(precision);
    }
    Err(Error::setting(format!("--precision {precision}: give a change above 0, in units of the primary metric")))
}

/// The files that are read, each with what it is.
fn inputs(args: &EvalArgs) -> Vec<(&str, &Path)> {
    let mut all = args.data.inputs();
    all.extend(args.plan.input());
    all.extend(args.judging.claims.claims.iter().map(|path| ("claims file", path.as_path())));
    all.extend(args.config.iter().map(|path| ("config file", path.as_path())));
    all
}

/// Whether the exit code tells something.
fn judged(args: &EvalArgs, stated: &ClaimsFile) -> bool {
    let worst_case = args.judging.fail_below.len() + args.judging.fail_above.len();
    worst_case + stated.claims.len() + stated.behaviours.len() > 0
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
