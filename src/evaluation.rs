//! The evaluation: the stations from a table to a report in a row.

mod by_column;
mod external;
mod from_report;
mod grid;
mod own_learners;
mod prepare;
mod prepared;
mod repeat;
mod report_files;
#[cfg(feature = "cli")]
mod rescore;
mod sanity;
mod save;
mod task;
mod tune;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::data::{Dataset, FeatureOptions, LoadOptions, Selection, TargetOptions, Task};
use crate::error::Result;
use crate::metric::{MetricSpec, ValueSpec};
use crate::model::external::{ExternalOptions, ExternalSpec, HostedModels};
use crate::model::{GridSpec, Learner};
use crate::report::Report;
use crate::run::{Engine, NullOptions};
use crate::split::{PlanOptions, Resampling, Scheme, Size};
use crate::stopping::StoppingOptions;
use crate::verdict::{Allowed, Behaviour, Bound, ClaimSpec, Rope};

use own_learners::OwnLearner;
#[cfg(feature = "cli")]
pub(crate) use own_learners::not_at_hand;
pub use prepared::PreparedEvaluation;
#[cfg(feature = "cli")]
pub(crate) use prepared::{all_failed, nothing_done};
pub use report_files::ReportFiles;
#[cfg(feature = "cli")]
pub(crate) use rescore::{check_of_predictions, columns_in, columns_of};
pub use save::Ensemble;

/// An evaluation to be run: a table, a target, and how to split, fit, score and judge.
///
/// Everything but the table and the target has a default; see the [crate's example](crate).
#[derive(Debug, Clone, Default)]
pub struct Evaluation {
    dataset: Dataset,
    /// How the dataset is read.
    pub load: LoadOptions,
    /// Target, features and dropped columns.
    pub selection: Selection,
    /// Task and positive label.
    pub target: TargetOptions,
    /// Encodings other than the usual ones.
    pub encode: FeatureOptions,
    /// Scheme, sizes, seed and number of splits.
    pub plan: PlanOptions,
    models: Vec<String>,
    metrics: Vec<MetricSpec>,
    worst_case: Vec<(Bound, String)>,
    claims: Vec<ClaimSpec>,
    confidence: Option<f64>,
    allowed: Allowed,
    rope: Rope,
    null: Option<NullOptions>,
    stopping: StoppingOptions,
    value: Option<ValueSpec>,
    probes: Vec<String>,
    probe_splits: Option<usize>,
    /// Whether what figures need is collected.
    figures: bool,
    behaviours: Vec<Behaviour>,
    chains: Vec<String>,
    grids: Vec<String>,
    tunes: Vec<String>,
    learners: Vec<OwnLearner>,
    external: Vec<ExternalSpec>,
    external_options: ExternalOptions,
    hosted: Option<HostedModels>,
    /// The grid of a report's tuned model, in place of models.
    reopened: Option<GridSpec>,
    /// The name of a report's model that was a learner of the caller's own, in place of models.
    own_model: Option<String>,
    threads: usize,
    engine: Engine,
    /// Columns that are read though nothing else asks for them.
    also_read: Vec<String>,
    repeat_check: Option<usize>,
    /// Leaves out the checks that a run makes of its data.
    no_checks: bool,
    /// How many bytes of memory may be taken; four fifths of what there is where `None`.
    memory: Option<u64>,
    /// How many of the rows are used, drawn by the seed.
    sample_rows: Option<usize>,
    /// Whether the time of each model is taken.
    timings: bool,
    /// Whether the table's columns outlive the features made of them.
    keep_table: bool,
    /// Whether splits come with the predictions for their test rows.
    keep_predictions: bool,
}

impl Evaluation {
    /// Evaluates predictions of the column `target` of a dataset: the path of a CSV or Parquet file (`-` for standard
    /// input), or a [`Dataset`].
    pub fn new(dataset: impl Into<Dataset>, target: impl Into<String>) -> Self {
        let selection = Selection { target: target.into(), ..Default::default() };
        Self { dataset: dataset.into(), selection, ..Default::default() }
    }

    /// How many bytes of memory may be taken. Of a Parquet file that does not fit three times, models that need nothing but sums
    /// over rows are fitted in passes over it.
    #[must_use]
    pub fn memory(mut self, bytes: Option<u64>) -> Self {
        self.memory = bytes;
        self
    }

    /// Uses so many of the rows, drawn by the seed.
    #[must_use]
    pub fn sample_rows(mut self, rows: Option<usize>) -> Self {
        self.sample_rows = rows;
        self
    }

    /// Models as `name` or `name:param=value,…`; ridge or logistic where none is given.
    #[must_use]
    pub fn models<S: Into<String>>(mut self, specs: impl IntoIterator<Item = S>) -> Self {
        self.models = specs.into_iter().map(Into::into).collect();
        self
    }

    /// A model of your own, under the name that reports and claims have for it; `examples/own_learner.rs` has one. It is
    /// evaluated like every other model, after those that are named.
    #[must_use]
    pub fn learner(self, name: impl Into<String>, learner: impl Learner + 'static) -> Self {
        self.shared_learner(name, Arc::new(learner))
    }

    /// The same with one that others have too.
    pub(crate) fn shared_learner(mut self, name: impl Into<String>, learner: Arc<dyn Learner>) -> Self {
        self.learners.push(OwnLearner { name: name.into(), learner });
        self
    }

    /// External models, after all others: `python:FILE:NAME`, `worker:COMMAND` or `cmd:COMMAND`, read by
    /// [`ExternalSpec::parse`]. Their programs are started when the evaluation is prepared.
    #[must_use]
    pub fn external(mut self, models: impl IntoIterator<Item = ExternalSpec>) -> Self {
        self.external.extend(models);
        self
    }

    /// Models that run in processes of the caller's own, after all others.
    #[must_use]
    pub fn hosted(mut self, models: HostedModels) -> Self {
        self.hosted = Some(models);
        self
    }

    /// How external models are run.
    #[must_use]
    pub fn external_options(mut self, options: ExternalOptions) -> Self {
        self.external_options = options;
        self
    }

    /// Metrics by name, the primary one first; those of the task where none is given.
    #[must_use]
    pub fn metrics<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.metrics = names.into_iter().map(|name| MetricSpec::Named(name.into())).collect();
        self
    }

    /// Adds a metric of your own, or one by name, behind those asked for so far; `examples/own_metric.rs` has one.
    #[must_use]
    pub fn metric(mut self, metric: impl Into<MetricSpec>) -> Self {
        self.metrics.push(metric.into());
        self
    }

    /// Regression or classification, where the target's values would not tell.
    #[must_use]
    pub fn task(mut self, task: Task) -> Self {
        self.target.task = Some(task);
        self
    }

    /// Number of splits; 100 where not given.
    #[must_use]
    pub fn splits(mut self, splits: usize) -> Self {
        self.plan.splits = Some(splits);
        self
    }

    /// The seed; 0 where not given.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.plan.seed = seed;
        self
    }

    /// How splits are drawn.
    #[must_use]
    pub fn scheme(mut self, scheme: impl Into<Scheme>) -> Self {
        self.plan.scheme = Some(scheme.into());
        self
    }

    /// Draws splits by a scheme of your own; `examples/own_scheme.rs` has one.
    #[must_use]
    pub fn resampling(self, resampling: impl Resampling + 'static) -> Self {
        self.scheme(resampling)
    }

    /// Size of the test part; a fifth where not given.
    #[must_use]
    pub fn test_size(mut self, size: Size) -> Self {
        self.plan.test_size = Some(size);
        self
    }

    /// Keeps rows with equal values of a column together.
    #[must_use]
    pub fn group(mut self, column: impl Into<String>) -> Self {
        self.plan.group = Some(column.into());
        self
    }

    /// Names rows by the values of a column, wherever the report names one by its number. The column is then no feature.
    #[must_use]
    pub fn id(mut self, column: impl Into<String>) -> Self {
        self.selection.id = Some(column.into());
        self
    }

    /// Names the rows of a report's data by another column, which stays a feature where it was one.
    #[cfg(feature = "cli")]
    pub(crate) fn named_by(mut self, column: &str) -> Self {
        let known = self.selection.id.replace(column.to_owned());
        if known.as_deref() != Some(column) {
            self.selection.id_stays = true;
            // It named the rows before, and was no feature.
            self.selection.drop.extend(known);
        }
        self
    }

    /// Claims for the worst split that no score is below a value, as `metric=value`, of a metric that is better when
    /// higher.
    #[must_use]
    pub fn fail_below(mut self, claim: impl Into<String>) -> Self {
        self.worst_case.push((Bound::Below, claim.into()));
        self
    }

    /// Claims for the worst split that no score is above a value, as `metric=value`, of a metric that is better when
    /// lower.
    #[must_use]
    pub fn fail_above(mut self, claim: impl Into<String>) -> Self {
        self.worst_case.push((Bound::Above, claim.into()));
        self
    }

    /// A claim about the distribution of scores, such as `p05(r2) >= 0.3`.
    #[must_use]
    pub fn claim(mut self, expr: impl Into<String>) -> Self {
        self.claims.push(ClaimSpec::flag(expr));
        self
    }

    /// Claims as stated elsewhere.
    #[must_use]
    pub fn stated(mut self, claims: impl IntoIterator<Item = ClaimSpec>) -> Self {
        self.claims.extend(claims);
        self
    }

    /// The confidence of claims that have none of their own; without one what is observed decides.
    #[must_use]
    pub fn confidence(mut self, confidence: Option<f64>) -> Self {
        self.confidence = confidence;
        self
    }

    /// How many splits may have no score before a claim about them fails; none where not given.
    #[must_use]
    pub fn allow_failed(mut self, allowed: Allowed) -> Self {
        self.allowed = allowed;
        self
    }

    /// Differences up to which models are taken as practically equal; 1 % of each metric's scale where not given.
    #[must_use]
    pub fn rope(mut self, rope: impl Into<Rope>) -> Self {
        self.rope = rope.into();
        self
    }

    /// Tests whether there is a pattern at all, by permutations of the target.
    #[must_use]
    pub fn null(mut self, null: Option<NullOptions>) -> Self {
        self.null = null;
        self
    }

    /// How long the run goes on: see [`StoppingOptions`]. Claims without a confidence are then judged at 95 %.
    #[must_use]
    pub fn stopping(mut self, stopping: StoppingOptions) -> Self {
        self.stopping = stopping;
        self
    }

    /// What predictions are worth: adds the metrics `value_per_row` and `value_per_year`.
    #[must_use]
    pub fn value(mut self, value: Option<ValueSpec>) -> Self {
        self.value = value;
        self
    }

    /// Probes as `name`, `name:param=value,…` or `all`.
    #[must_use]
    pub fn probes<S: Into<String>>(mut self, specs: impl IntoIterator<Item = S>) -> Self {
        self.probes = specs.into_iter().map(Into::into).collect();
        self
    }

    /// Probes only the first splits of the run; all of them where not given.
    #[must_use]
    pub fn probe_splits(mut self, splits: Option<usize>) -> Self {
        self.probe_splits = splits;
        self
    }

    /// Whether the report gets what figures need beside scores: the probe `curves`, where the task and a model have curves,
    /// the distribution of each column, and how often rows were tested. Scores do not change.
    #[must_use]
    pub fn figures(mut self, figures: bool) -> Self {
        self.figures = figures;
        self
    }

    /// What models must do whatever they score, tried on the test rows of every split that is probed.
    #[must_use]
    pub fn behaviours(mut self, behaviours: impl IntoIterator<Item = Behaviour>) -> Self {
        self.behaviours = behaviours.into_iter().collect();
        self
    }

    /// Columns that a model upstream predicts, as `COLUMN` or `COLUMN=MODEL`.
    #[must_use]
    pub fn chains<S: Into<String>>(mut self, chains: impl IntoIterator<Item = S>) -> Self {
        self.chains = chains.into_iter().map(Into::into).collect();
        self
    }

    /// Settings of a model, as `name:param=value,value,…`, on the same splits.
    #[must_use]
    pub fn grids<S: Into<String>>(mut self, specs: impl IntoIterator<Item = S>) -> Self {
        self.grids = specs.into_iter().map(Into::into).collect();
        self
    }

    /// Tuned models, as `name:param=value,value,…`: every split chooses a setting by its train rows alone.
    #[must_use]
    pub fn tunes<S: Into<String>>(mut self, specs: impl IntoIterator<Item = S>) -> Self {
        self.tunes = specs.into_iter().map(Into::into).collect();
        self
    }

    /// Keeps the columns of the table when the features are made of them, which
    /// [`fit_model`](PreparedEvaluation::fit_model) needs.
    #[must_use]
    pub fn keep_table(mut self, keep: bool) -> Self {
        self.keep_table = keep;
        self
    }

    /// Whether each split that a run hands out has the predictions of its models for the test rows, and these rows.
    #[must_use]
    pub fn keep_predictions(mut self, keep: bool) -> Self {
        self.keep_predictions = keep;
        self
    }

    /// Whether a run looks for what is wrong with its data and adds what it finds to the warnings: a column that leaks the
    /// target or counts the rows, equal rows, groups or a course of time across train and test, absent classes. It does
    /// if not told otherwise; it costs little (docs/inspect.md says when what is looked at).
    #[must_use]
    pub fn checks(mut self, checks: bool) -> Self {
        self.no_checks = !checks;
        self
    }

    /// On how many splits each model is fitted twice with one seed, to note one that differs from itself; 0 for none. Where
    /// not given it is two for models that are not randsplit's own, and none for those that are.
    #[must_use]
    pub fn repeat_check(mut self, splits: Option<usize>) -> Self {
        self.repeat_check = splits;
        self
    }

    /// Whether the report says how long each model took. It holds no duration if not told otherwise, so that a run again
    /// gives the same bytes.
    #[must_use]
    pub fn timings(mut self, timings: bool) -> Self {
        self.timings = timings;
        self
    }

    /// Number of threads; one a core where not given or 0. Results do not depend on it.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// How splits are fitted; with shared work where the model can, if not given.
    #[must_use]
    pub fn engine(mut self, engine: Engine) -> Self {
        self.engine = engine;
        self
    }

    /// The answer.
    ///
    /// # Errors
    /// Those of [`Evaluation::prepare`], and a run error where no model could be fitted on any split.
    pub fn run(&self) -> Result<Report> {
        let prepared = self.prepare()?;
        let outcome = prepared.run(&AtomicBool::new(false), |_| Ok(()))?;
        let mut report = prepared.report(&outcome.part, &AtomicBool::new(false))?;
        prepared.test_null(&mut report, &AtomicBool::new(false))?;
        Ok(report)
    }
}
