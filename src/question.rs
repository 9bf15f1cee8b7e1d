//! From what is asked to a report: the stations in a row.

mod from_report;
mod grid;
mod tune;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::data::{
    FeatureOptions, Features, LoadOptions, Selection, Table, Target, TargetOptions, Task, fingerprint, load,
    read_target,
};
use crate::error::{Error, Result};
use crate::inspect::{ScoredSplit, Subject, why_outlier};
use crate::metric::{Metric, Undefined, Value, ValueSpec};
use crate::model::{GridSpec, Learner, ModelSpec, registry};
use crate::pace::PaceOptions;
use crate::probe::{ChainSpec, Ground, Names, OFFERED, ProbeSpec, Probes, Scene, Wishes};
use crate::report::{BehaviourEntry, Config, Report, Run, Why, build, cascades, compare_settings};
use crate::run::{Engine, Evaluation, NamedModel, NullOptions, Outcome, SplitScores, evaluate_paced, null_scores};
use crate::split::{Plan, PlanOptions, Scheme, Size};
use crate::verdict::claim::Known;
use crate::verdict::{Behaviour, Bound, Gate, Posed, StatedClaim, compare};
use crate::warning::Warning;

/// What is asked: a table, a target, and how to split, fit, score and judge.
///
/// Everything but the table and the target has a default; see the [crate's example](crate).
#[derive(Debug, Clone, Default)]
pub struct Question {
    path: String,
    /// How the file is read.
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
    metrics: Vec<String>,
    gates: Vec<(Bound, String)>,
    claims: Vec<StatedClaim>,
    confidence: Option<f64>,
    rope: Option<f64>,
    null: Option<NullOptions>,
    pace: PaceOptions,
    value: Option<ValueSpec>,
    probes: Vec<String>,
    probe_splits: Option<usize>,
    behaviours: Vec<Behaviour>,
    chains: Vec<String>,
    grids: Vec<String>,
    tunes: Vec<String>,
    /// The grid of a report's tuned model, in place of models.
    recalled: Option<GridSpec>,
    threads: usize,
    engine: Engine,
    /// Whether the table's columns outlive the features made of them.
    keep_table: bool,
}

/// A question whose data is loaded and whose every name and size has been checked.
pub struct Prepared {
    /// The table; its columns are given up once the features hold what is used of them, but for a question
    /// [from a report](Question::from_report).
    pub table: Table,
    /// The target on the used rows.
    pub target: Target,
    /// Positions of the used rows in the table.
    pub rows: Vec<u32>,
    /// The features on the used rows.
    pub features: Features,
    /// How splits are drawn.
    pub plan: Plan,
    /// The models; the first is the baseline.
    pub models: Vec<NamedModel>,
    /// The metrics; the first is the primary one.
    pub metrics: Vec<Metric>,
    /// The claims; those of [`Question::worst`] first.
    pub claims: Vec<Posed>,
    gates: usize,
    rope: f64,
    null: Option<NullOptions>,
    pub(crate) pace: PaceOptions,
    value: Option<Arc<Value>>,
    probes: Probes,
    pub(crate) probe_splits: Option<usize>,
    grids: Vec<grid::NamedGrid>,
    warnings: Vec<Warning>,
    config: Config,
    fingerprint: String,
    target_name: String,
    threads: usize,
    engine: Engine,
}

impl Question {
    /// Asks about the column `target` of a CSV or Parquet file (`-` for standard input).
    pub fn new(path: impl Into<String>, target: impl Into<String>) -> Self {
        let selection = Selection { target: target.into(), ..Default::default() };
        Self { path: path.into(), selection, ..Default::default() }
    }

    /// Models as `name` or `name:param=value,…`; ridge or logistic where none is given.
    #[must_use]
    pub fn models<S: Into<String>>(mut self, specs: impl IntoIterator<Item = S>) -> Self {
        self.models = specs.into_iter().map(Into::into).collect();
        self
    }

    /// Metrics by name, the primary one first; those of the task where none is given.
    #[must_use]
    pub fn metrics<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.metrics = names.into_iter().map(Into::into).collect();
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
    pub fn scheme(mut self, scheme: Scheme) -> Self {
        self.plan.scheme = Some(scheme);
        self
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

    /// Claims `metric=value` for the worst split: no score is below (or above) it.
    #[must_use]
    pub fn worst(mut self, bound: Bound, claim: impl Into<String>) -> Self {
        self.gates.push((bound, claim.into()));
        self
    }

    /// A claim about the distribution of scores, such as `p05(r2) >= 0.3`.
    #[must_use]
    pub fn claim(mut self, expr: impl Into<String>) -> Self {
        self.claims.push(StatedClaim::flag(expr));
        self
    }

    /// Claims as stated elsewhere.
    #[must_use]
    pub fn stated(mut self, claims: impl IntoIterator<Item = StatedClaim>) -> Self {
        self.claims.extend(claims);
        self
    }

    /// The confidence of claims that have none of their own; without one what is observed decides.
    #[must_use]
    pub fn confidence(mut self, confidence: Option<f64>) -> Self {
        self.confidence = confidence;
        self
    }

    /// Differences up to this are taken as practically equal; 0.01 where not given.
    #[must_use]
    pub fn rope(mut self, rope: f64) -> Self {
        self.rope = Some(rope);
        self
    }

    /// Tests whether there is a pattern at all, by permutations of the target.
    #[must_use]
    pub fn null(mut self, null: Option<NullOptions>) -> Self {
        self.null = null;
        self
    }

    /// How long the run goes on: see [`PaceOptions`]. Claims without a confidence are then judged at 95 %.
    #[must_use]
    pub fn pace(mut self, pace: PaceOptions) -> Self {
        self.pace = pace;
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

    /// Loads the data and checks everything that can be checked before a model is fitted.
    ///
    /// # Errors
    /// An input error for whatever is wrong with the question.
    pub fn prepare(&self) -> Result<Prepared> {
        let mut selection = self.selection.clone();
        let plan = &self.plan;
        selection.plan = [&plan.group, &plan.time, &plan.stratify].into_iter().flatten().cloned().collect();
        // A group's name says nothing about the rows of another group; a time is a feature like others.
        selection.plan_only = plan.group.iter().cloned().collect();
        // Names that need no data are checked before a large file is read.
        let mut specs = self.models.iter().map(|m| ModelSpec::parse(m)).collect::<Result<Vec<_>>>()?;
        let grids = self.grids.iter().map(|g| GridSpec::parse("--grid", g)).collect::<Result<Vec<_>>>()?;
        let tunes = self.tunes.iter().map(|t| GridSpec::parse("--tune", t)).chain(self.recalled.clone().map(Ok));
        let tunes = tunes.collect::<Result<Vec<_>>>()?;
        let grids = grid::add_settings(grids, &mut specs)?;
        let wishes = Wishes {
            probes: ProbeSpec::parse_all(&self.probes)?,
            behaviours: &self.behaviours,
            chains: self.chains.iter().map(|c| ChainSpec::parse(c)).collect::<Result<_>>()?,
            first: self.probe_splits,
        };
        selection.plan.extend(self.behaviours.iter().filter_map(|b| b.test.table_column()).map(str::to_owned));
        let mut table = load(&self.path, &self.load, &selection)?;
        let (target, rows, mut warnings) = read_target(&table, &selection.target, &self.target)?;
        let mut metrics = Metric::parse_all(&self.metrics, &target)?;
        let value = self.value.as_ref().map(|v| v.resolve(&target)).transpose()?;
        metrics.extend(value.iter().flat_map(Metric::of_value));
        let gate = |(bound, text): &(Bound, String)| Ok(Gate::parse(text, *bound, &metrics)?.claim());
        let mut claims = self.gates.iter().map(gate).collect::<Result<Vec<_>>>()?;
        let gates = claims.len();
        let tuned = tune::tuned_models(tunes, target.task(), &metrics)?;
        let mut models = named_models(specs, target.task(), tuned.is_empty())?;
        models.extend(tuned);
        let grids = grids.into_iter().map(|g| g.named(&models)).collect();
        let (features, more) = Features::new(&table, &selection, &rows, &self.encode)?;
        warnings.extend(more);
        let scene = Scene { features: &features, target: &target, metrics: &metrics };
        let probes = Probes::new(wishes, &Ground { scene, table: &table, used: &rows })?;
        let names = probes.names(&scene);
        let known = Known {
            metrics: metrics.iter().map(|m| m.name.as_str()).collect(),
            models: models.iter().map(|m| m.name.as_str()).collect(),
            constants: if value.is_some() { vec!["cost"] } else { Vec::new() },
            readings: names.readings.iter().map(|(name, direction)| (name.as_str(), *direction)).collect(),
            figures: names.figures.iter().map(String::as_str).collect(),
            offered: OFFERED.to_vec(),
        };
        for claim in self.claims.iter().chain(self.behaviours.iter().map(|b| &b.claim)) {
            let confidence = self.confidence.or(self.pace.auto.then_some(0.95));
            claims.push(claim.pose(confidence, &known)?);
        }
        let plan = Plan::new(&self.plan, &table, &target, &rows)?;
        let train_rows = plan.draw(0).train.len();
        for model in &models {
            for learner in model.learners() {
                let size = learner.check_size(train_rows);
                size.map_err(|why| Error::input(format!("model '{}' {why}", model.name)))?;
            }
        }
        let config = Config {
            features: selection.features.clone(),
            drop: selection.drop.clone(),
            encode: self.encode.encode.iter().map(|(column, encoding)| format!("{column}={encoding}")).collect(),
            na: self.load.missing.clone(),
            delimiter: self.load.delimiter.map(|d| char::from(d).to_string()),
            probes: self.probes.clone(),
            probe_splits: self.probe_splits,
            behaviours: self
                .behaviours
                .iter()
                .map(|b| BehaviourEntry { name: b.name.clone(), test: b.test.clone() })
                .collect(),
            chains: self.chains.clone(),
        };
        let fingerprint = fingerprint(&table);
        if !self.keep_table {
            table.columns = Vec::new();
        }
        let target_name = selection.target;
        let (threads, engine) = (self.threads, self.engine);
        Ok(Prepared {
            table,
            target,
            rows,
            features,
            plan,
            models,
            metrics,
            claims,
            gates,
            rope: self.rope.unwrap_or(compare::ROPE),
            null: self.null,
            pace: self.pace,
            value,
            probes,
            probe_splits: self.probe_splits,
            grids,
            warnings,
            config,
            fingerprint,
            target_name,
            threads,
            engine,
        })
    }

    /// The answer.
    ///
    /// # Errors
    /// Those of [`Question::prepare`], and a run error where no model could be fitted on any split.
    pub fn ask(&self) -> Result<Report> {
        let prepared = self.prepare()?;
        let outcome = prepared.run(&AtomicBool::new(false), |_| Ok(()))?;
        let mut report = prepared.report(&outcome)?;
        prepared.test_null(&mut report, &AtomicBool::new(false))?;
        Ok(report)
    }
}

/// The baseline, then the models asked for (the task's usual one where it is wanted and none is), under names that
/// tell them apart.
fn named_models(specs: Vec<ModelSpec>, task: Task, usual: bool) -> Result<Vec<NamedModel>> {
    let specs = if specs.is_empty() && usual { vec![ModelSpec::parse(registry::default_for(task))?] } else { specs };
    let baseline = ModelSpec::parse("baseline")?;
    let learner: Box<dyn Learner> = registry::build(&baseline, task)?;
    let mut models = vec![NamedModel { name: "baseline".into(), spec: baseline, learner, tuned: None }];
    for (i, spec) in specs.iter().enumerate() {
        if specs[..i].iter().any(|other| other.info.name == spec.info.name && other.params == spec.params) {
            return Err(Error::input(format!("--model {} is given twice; leave one out", spec.text)));
        }
        let unique = specs.iter().filter(|other| other.info.name == spec.info.name).count() == 1;
        let name = if unique { spec.info.name.to_owned() } else { spec.text.clone() };
        models.push(NamedModel { name, spec: spec.clone(), learner: registry::build(spec, task)?, tuned: None });
    }
    Ok(models)
}

impl Prepared {
    /// Evaluates every split; `each` sees them in order as they come, and `stop` set to true ends the
    /// run after those in flight.
    ///
    /// # Errors
    /// A run error if threads cannot be started, and whatever `each` returns.
    pub fn run(&self, stop: &AtomicBool, each: impl FnMut(&SplitScores) -> Result<()> + Send) -> Result<Outcome> {
        let mut evaluation = self.evaluation(&self.models);
        evaluation.watcher = (!self.probes.is_empty()).then_some(&self.probes);
        self.paced(|pace| evaluate_paced(&evaluation, pace, stop, each))
    }

    /// The names that probes may give to what they find.
    pub(crate) fn names(&self) -> Names {
        self.probes.names(&Scene { features: &self.features, target: &self.target, metrics: &self.metrics })
    }

    /// Numbers that claims may name.
    pub(crate) fn constants(&self) -> Vec<(String, f64)> {
        self.value.iter().map(|v| ("cost".to_owned(), v.cost_per_year)).collect()
    }

    /// What a run with these of the models needs.
    pub fn evaluation<'a>(&'a self, models: &'a [NamedModel]) -> Evaluation<'a> {
        Evaluation {
            plan: &self.plan,
            features: &self.features,
            target: &self.target,
            models,
            metrics: &self.metrics,
            threads: self.threads,
            engine: self.engine,
            watcher: None,
        }
    }

    /// What is looked into: one model's scores of one metric (by its place) on the splits that were done.
    pub fn subject<'a>(&'a self, model: &'a [NamedModel], metric: usize, splits: &'a [ScoredSplit]) -> Subject<'a> {
        Subject {
            evaluation: self.evaluation(model),
            metric,
            table: &self.table,
            used: &self.rows,
            target_name: &self.target_name,
            splits,
        }
    }

    /// Adds the permutation tests to a report, where they are asked for.
    ///
    /// # Errors
    /// A run error if threads cannot be started.
    pub fn test_null(&self, report: &mut Report, stop: &AtomicBool) -> Result<()> {
        let Some(options) = self.null else { return Ok(()) };
        let splits = options.splits.min(report.baseline.splits.len());
        if let Some(null) = null_scores(&self.evaluation(&self.models), NullOptions { splits, ..options }, stop)? {
            let within = self.plan.exchangeable(&self.target).kind;
            report.null = compare::null_tests(&report.scoreboard(), &null, splits, within);
        }
        Ok(())
    }

    /// The report of a run.
    ///
    /// # Errors
    /// A run error where there is nothing to report: no split was done, or no model asked for could
    /// be fitted on any.
    pub fn report(&self, outcome: &Outcome) -> Result<Report> {
        let Some(first) = outcome.splits.first() else {
            return Err(Error::run("stopped before the first split was done, so there is nothing to report"));
        };
        if outcome.splits.iter().all(|s| s.models[1..].iter().all(Result::is_err)) {
            let (model, why) = (&self.models[1].name, first.models[1].as_ref().err().map_or("", |e| e.0.as_str()));
            return Err(Error::run(format!("{model} failed on every split, first on #{}: {why}", first.number)));
        }
        let mut report = self.bare_report(outcome);
        report.grids =
            self.grids.iter().filter_map(|g| compare_settings(&report, &g.text, &g.base, &g.settings)).collect();
        let looks = self.pace.looks(self.plan.splits()).len();
        report.cascades = cascades(&report, &self.claims, self.probes.cascades(), looks);
        for (i, model) in report.models.iter_mut().enumerate() {
            model.why = self.why(i + 1, outcome)?;
        }
        Ok(report)
    }

    /// The report of a run that has splits, with nothing fitted for it.
    pub(crate) fn bare_report(&self, outcome: &Outcome) -> Report {
        build(Run {
            table: &self.table,
            fingerprint: &self.fingerprint,
            target_name: &self.target_name,
            target: &self.target,
            features: &self.features,
            config: self.config.clone(),
            plan: &self.plan,
            models: &self.models,
            metrics: &self.metrics,
            outcome,
            probes: &self.probes,
            rows: &self.rows,
            claims: &self.claims,
            gates: self.gates,
            rope: self.rope,
            value: self.value.as_deref(),
            looks: self.pace.looks(self.plan.splits()),
            warnings: self.warnings.clone(),
        })
    }

    /// Why the split of a model that stands out most in the primary metric does so; `None` where none does.
    fn why(&self, model: usize, outcome: &Outcome) -> Result<Option<Why>> {
        let split = |s: &SplitScores| {
            let of = |scores: Option<&Vec<std::result::Result<f64, Undefined>>>| {
                (0..self.metrics.len()).map(|i| scores.and_then(|s| s[i].ok())).collect()
            };
            let model = s.models[model].as_ref().ok();
            ScoredSplit { number: s.number, test: of(model.map(|m| &m.test)), train: of(model.map(|m| &m.train)) }
        };
        let splits: Vec<ScoredSplit> = outcome.splits.iter().map(split).collect();
        let subject = self.subject(&self.models[model..=model], 0, &splits);
        let found = why_outlier(&subject, &AtomicBool::new(false))?;
        Ok(found.map(|(k, reasons)| Why { split: splits[k].number, reasons }))
    }
}
