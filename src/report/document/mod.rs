//! The JSON document, schema `randsplit.report/1`. Fields are only ever added.

use std::collections::BTreeMap;

mod split_table;

use serde::{Deserialize, Serialize};

pub use split_table::SplitTable;

use super::build::{Cascade, Grid, Tuning};
use crate::data::Task;
use crate::inspect::Reason;
use crate::metric::{Direction, Terms};
use crate::model::ParamValue;
use crate::probe::Line;
use crate::run::Engine;
use crate::verdict::behaviour::Test;
use crate::verdict::{ClaimResult, Comparison, NullTest, Standing};
use crate::warning::WarningEntry;

/// The name of the schema.
pub const SCHEMA: &str = "randsplit.report/1";

/// Values by name, in the order in which they were put in.
pub type Named<T> = indexmap::IndexMap<String, T>;

/// A whole run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: String,
    /// Version of the program.
    pub version: String,
    /// The data.
    pub data: Data,
    /// How columns were chosen and read.
    pub config: Config,
    /// How splits were drawn.
    pub plan: PlanEntry,
    /// Names of the metrics; the first is the primary one.
    pub metrics: Vec<String>,
    /// The models asked for.
    pub models: Vec<Model>,
    /// The dummy model on the same splits.
    pub baseline: Model,
    /// Settings compared with each other.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub grids: Vec<Grid>,
    /// How much noise in a column each claim bears, where columns were made wrong.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub cascades: Vec<Cascade>,
    /// Claims with their verdicts.
    pub claims: Vec<ClaimResult>,
    /// Every model against the baseline on the same splits.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub against_baseline: Vec<Comparison>,
    /// What a year is worth, where that was stated.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub value: Option<Worth>,
    /// Whether there is a pattern at all, by permutations of the target.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub null: Vec<NullTest>,
    /// Every pair of models on the same splits.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub pairs: Vec<Comparison>,
    /// The ranks of several models over the splits.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub standings: Vec<Standing>,
    /// Notes and warnings.
    pub warnings: Vec<WarningEntry>,
    /// Seconds of wall time by stage, only when asked for.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub timings: Option<BTreeMap<String, f64>>,
}

/// The data that was used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Data {
    /// Path as given.
    pub path: String,
    /// Rows of the file.
    pub rows: usize,
    /// Rows with a target.
    pub rows_used: usize,
    /// Target column.
    pub target: String,
    /// The task.
    pub task: Task,
    /// Labels of a classification target, sorted.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub labels: Vec<String>,
    /// The positive label, for two classes.
    pub positive: Option<String>,
    /// Columns used.
    pub features: Vec<FeatureEntry>,
    /// Columns left out.
    pub dropped: Vec<DroppedColumn>,
    /// Fingerprint of the columns read.
    pub fingerprint: String,
}

/// A column that was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeatureEntry {
    /// Its name.
    pub name: String,
    /// `number`, `boolean`, `text` or `time`.
    pub kind: String,
    /// `numeric`, `onehot`, `ordinal`, `frequency` or `calendar`.
    pub encoding: String,
    /// Missing values among the used rows.
    pub missing: usize,
}

/// A column that was not used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DroppedColumn {
    /// Its name.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// What was asked of reading and columns, so that the run can be repeated.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Config {
    /// `--features`.
    pub features: Vec<String>,
    /// `--drop`.
    pub drop: Vec<String>,
    /// `--encode`.
    pub encode: Vec<String>,
    /// `--na`.
    pub na: Vec<String>,
    /// `--keep-na`.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub keep_na: Vec<String>,
    /// `--delimiter`.
    pub delimiter: Option<String>,
    /// `--decimal`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub decimal: Option<String>,
    /// `--thousands`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub thousands: Option<String>,
    /// `--text`.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub text: Vec<String>,
    /// `--number`.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub number: Vec<String>,
    /// `--engine`; not in reports of early versions, whose models say what fitted them.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub engine: Option<Engine>,
    /// `--probe`.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub probes: Vec<String>,
    /// `--probe-splits`: only so many splits, the first, were probed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub probe_splits: Option<usize>,
    /// Behaviours that were stated in claims files; their claims are among the claims.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub behaviours: Vec<BehaviourEntry>,
    /// `--chain`.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub chains: Vec<String>,
}

/// A behaviour that was tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BehaviourEntry {
    /// Its name; the reading is called `behaviour[NAME]`.
    pub name: String,
    /// What was tried.
    #[serde(flatten)]
    pub test: Test,
}

/// The split plan, resolved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanEntry {
    /// The scheme.
    pub scheme: String,
    /// The seed.
    pub seed: u64,
    /// Splits asked for.
    pub splits: usize,
    /// Splits done; fewer where the run was stopped.
    pub done: usize,
    /// Different splits among them, where some were drawn more than once.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub different: Option<usize>,
    /// Whether the run was stopped before all splits, or the permutation test after them, were done.
    pub partial: bool,
    /// Size of the test part, as a share or a number of rows, where the scheme has one.
    pub test_size: Option<f64>,
    /// Size of the train part, where one was given.
    pub train_size: Option<f64>,
    /// What is stratified on: a column, or `target`.
    pub stratify: Option<String>,
    /// The group column.
    pub group: Option<String>,
    /// The time column.
    pub time: Option<String>,
    /// Rows left out between train and test part.
    pub gap: usize,
    /// Where the number of splits was not fixed: how the run came to its end.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sequence: Option<Sequence>,
}

/// What a year of predictions is worth and costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Worth {
    /// Rows a year.
    pub rows_per_year: f64,
    /// Cost of running the model for a year.
    pub cost_per_year: f64,
    /// By model the share of splits on which a year is worth less than it costs.
    pub loss_share: Named<f64>,
    /// What single predictions are worth; not in reports of early versions.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub terms: Option<Terms>,
}

/// How a run of no fixed length went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sequence {
    /// The most splits that were allowed.
    pub max_splits: usize,
    /// Numbers of splits after which the claims were looked at; the error of a verdict is shared by all.
    pub looks: Vec<usize>,
    /// `enough` (every claim was decided, or nothing moved any more), `broken` (a split broke a claim on the
    /// worst case) or `max_splits`.
    pub ended: String,
}

/// One model over all splits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// Its name, unique in the report.
    pub name: String,
    /// Every parameter with its value; of a tuned model those that are the same in all settings.
    pub params: Named<ParamValue>,
    /// What fitted it: `linfa` fits the model to the train rows of each split by itself.
    pub engine: String,
    /// Splits on which it failed.
    pub failed: usize,
    /// The distribution of each metric.
    pub metrics: Named<MetricSummary>,
    /// What the model measured of itself, over the splits that have it.
    #[serde(skip_serializing_if = "Named::is_empty", default)]
    pub figures: Named<FigureSummary>,
    /// The distribution of each number that probes read off the model, summed up like a metric.
    #[serde(skip_serializing_if = "Named::is_empty", default)]
    pub probes: Named<MetricSummary>,
    /// What probes conclude from all splits together, such as the agreement of rankings.
    #[serde(skip_serializing_if = "Named::is_empty", default)]
    pub probe_figures: Named<f64>,
    /// Tables of probes, such as the reliability of probabilities.
    #[serde(skip_serializing_if = "Named::is_empty", default)]
    pub probe_tables: Named<Vec<Line>>,
    /// What probes conclude, in words.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub probe_notes: Vec<String>,
    /// How it was tuned, if it was.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub tuning: Option<Tuning>,
    /// Why the split that stands out most in the primary metric does so, if one does.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<Why>,
    /// Every split's scores.
    pub splits: SplitTable,
}

/// A split that stands out, and the likeliest reasons.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Why {
    /// The split's number.
    pub split: u64,
    /// Strongest first.
    pub reasons: Vec<Reason>,
}

/// One metric over all splits. Numbers are `null` where there is no score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MetricSummary {
    /// Which way it gets better.
    pub direction: Direction,
    /// The least and the largest value of a user's own metric, `null` where there is none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub bounds: Option<[Option<f64>; 2]>,
    /// Splits with a score.
    pub count: usize,
    /// Mean.
    pub mean: Option<f64>,
    /// Standard deviation.
    pub sd: Option<f64>,
    /// Different splits among them, where some were drawn more than once; intervals and bounds count these.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub different: Option<usize>,
    /// Corrected 95 % interval of the mean, for new data; of a score that ends at both sides on the logit scale.
    pub ci95: Option<[f64; 2]>,
    /// Smallest.
    pub min: Option<f64>,
    /// Largest.
    pub max: Option<f64>,
    /// `p01` to `p99`.
    pub quantiles: Named<f64>,
    /// Median absolute deviation.
    pub mad: Option<f64>,
    /// Third standardised moment.
    pub skewness: Option<f64>,
    /// The best split.
    pub best: Option<BestWorst>,
    /// The worst split.
    pub worst: Option<BestWorst>,
    /// What the worst split promises for these rows; `null` where splits are not independent draws.
    pub worst_bound: Option<WorstBound>,
    /// Mean on the train rows.
    pub train_mean: Option<f64>,
    /// How much better the train rows score, on average.
    pub gap_mean: Option<f64>,
    /// Splits on which the score does not exist.
    pub undefined: usize,
    /// Why, with the number of splits for each reason.
    #[serde(skip_serializing_if = "Named::is_empty", default)]
    pub undefined_reasons: Named<usize>,
    /// Splits whose score stands out.
    pub outliers: Vec<OutlierEntry>,
    /// How many splits stand out on average where none is due, among so many.
    pub outliers_expected: f64,
    /// The z beyond which a split stands out; `null` where scores are too few for it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub outlier_threshold: Option<f64>,
    /// Tukey's fences.
    pub fences: Option<Fences>,
}

impl MetricSummary {
    /// Why there is no number on the splits that have none.
    pub fn why_undefined(&self) -> String {
        self.undefined_reasons.keys().map(String::as_str).collect::<Vec<_>>().join("; ")
    }
}

impl Model {
    /// The scores of one metric on the splits that have one, in their order.
    pub fn scores<'a>(&'a self, metric: &str) -> impl Iterator<Item = (u64, f64)> + 'a {
        let scores = self.splits.scores(metric);
        (0..self.splits.len()).filter_map(move |k| Some((self.splits.numbers.at(k), scores.at(k)?)))
    }
}

impl Report {
    /// The primary metric and its summary for a model.
    pub fn primary<'a>(&'a self, model: &'a Model) -> Option<(&'a str, &'a MetricSummary)> {
        let name = self.metrics.first()?;
        Some((name, model.metrics.get(name)?))
    }
}

/// A figure of the models' own over the splits.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FigureSummary {
    /// Splits that have it.
    pub count: usize,
    /// Mean.
    pub mean: f64,
    /// Standard deviation; `null` for one split.
    pub sd: Option<f64>,
    /// Smallest.
    pub min: f64,
    /// Largest.
    pub max: f64,
}

/// A score and its split.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BestWorst {
    /// The score.
    pub score: f64,
    /// The split's number.
    pub split: u64,
}

/// With `confidence`, at most `share` of the splits of these rows score worse than the worst.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct WorstBound {
    /// 0.95.
    pub confidence: f64,
    /// 1 - 0.05^(1/N).
    pub share: f64,
}

/// A split that stands out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutlierEntry {
    /// The split's number.
    pub split: u64,
    /// Its score.
    pub score: f64,
    /// Distance from the median in units of the spread on its side.
    pub z: f64,
    /// `good` or `bad`.
    pub side: String,
}

/// Tukey's fences and the scores outside.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Fences {
    /// First quartile minus 1.5 interquartile ranges.
    pub low: f64,
    /// Third quartile plus 1.5 interquartile ranges.
    pub high: f64,
    /// Scores outside.
    pub outside: usize,
}

/// One split of one model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SplitEntry {
    /// Its number.
    pub split: u64,
    /// Train rows.
    pub n_train: usize,
    /// Test rows.
    pub n_test: usize,
    /// Different train rows, where some are drawn more than once.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub n_train_different: Option<usize>,
    /// The number of the first split with the same rows, where there is one before this.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub same_as: Option<u64>,
    /// On the test rows; `null` where the score does not exist.
    pub scores: Named<Option<f64>>,
    /// On the train rows.
    pub train_scores: Named<Option<f64>>,
    /// What the model measured of itself, such as its out-of-bag score.
    #[serde(skip_serializing_if = "Named::is_empty", default)]
    pub figures: Named<f64>,
    /// What probes read off the model; `null` where the number does not exist.
    #[serde(skip_serializing_if = "Named::is_empty", default)]
    pub probes: Named<Option<f64>>,
    /// The setting that the split picked, of a tuned model.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub setting: Option<String>,
    /// Why the model failed, where it did.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub failed: Option<String>,
    /// What was difficult about the fit.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub difficulty: Option<String>,
}
