//! An evaluation that is ready to be run, and its report.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::by_column::StoredTable;
use super::grid;
use crate::data::{Features, Table, Target, fingerprint_of_bytes};
use crate::error::{Error, Result};
use crate::inspect::{
    Extremes, InspectedData, Reason, RowTelling, ScoredSplits, Screen, Subject, short_findings, suspicions_of_run,
};
use crate::metric::{NamedMetric, Value};
use crate::probe::{Names, Probes};
use crate::report::{Config, Report, Run, Why, build, cascades, compare_settings};
use crate::run::{
    Clock, Engine, Going, NamedModel, NullOptions, NullScores, Outcome, Part, Question, RunContext, SplitObserver,
    SplitScores, Splits, Streamed, evaluate_splits, evaluate_until_stopped, null_scores, stream,
};
#[cfg(feature = "cli")]
use crate::run::{Looked, look_at};
use crate::split::{Plan, SplitSet};
use crate::stopping::StoppingOptions;
use crate::verdict::{Claim, Rope, compare};
use crate::warning::{Code, Warning, WarningEntry};

/// Where external models come from, with fingerprints of the files that are named there: who changes one asks another question.
fn sources_of(models: &[NamedModel]) -> Vec<(String, Vec<String>)> {
    let files = |source: &str| {
        let words = source.split([':', ' ', '\'', '"']).filter(|word| !word.is_empty());
        words.filter_map(|word| std::fs::read(word).ok()).map(|text| fingerprint_of_bytes(&text)).collect()
    };
    let sources = models.iter().filter_map(|model| model.learner.by_rows()).map(|learner| learner.source());
    sources.map(|source| (source.clone(), files(&source))).collect()
}

/// An evaluation whose data is loaded and whose every name and size has been checked.
pub struct PreparedEvaluation {
    /// The table; its columns are given up once the features hold what is used of them, but for one
    /// [from a report](super::Evaluation::from_report).
    pub table: Table,
    /// The target on the used rows.
    pub target: Target,
    /// Positions of the used rows in the table.
    pub rows: Vec<u32>,
    /// The features on the used rows.
    pub features: Arc<Features>,
    /// How splits are drawn.
    pub plan: Plan,
    /// The models; the first is the baseline.
    pub models: Vec<NamedModel>,
    /// The metrics; the first is the primary one.
    pub metrics: Vec<NamedMetric>,
    /// The claims; those of [`super::Evaluation::fail_below`] and of [`super::Evaluation::fail_above`] first.
    pub claims: Vec<Claim>,
    pub(super) worst_case: usize,
    pub(super) rope: Rope,
    pub(super) null: Option<NullOptions>,
    pub(crate) stopping: StoppingOptions,
    pub(super) value: Option<Arc<Value>>,
    pub(super) probes: Probes,
    /// The names that probes may give to what they find.
    pub(crate) names: Names,
    pub(crate) probe_splits: Option<usize>,
    /// On how many splits models are fitted twice, where that was said.
    pub(super) repeat_check: Option<usize>,
    pub(super) grids: Vec<grid::NamedGrid>,
    pub(super) warnings: Vec<Warning>,
    pub(super) config: Config,
    pub(super) fingerprint: String,
    /// What checks of the data have to go by; `None` where there are to be none.
    pub(super) screen: Option<Screen>,
    /// Where the features' values are, if not in memory.
    pub(super) stored: Option<StoredTable>,
    pub(super) target_name: String,
    pub(super) threads: usize,
    pub(super) engine: Engine,
    /// Takes the time of each model, where it is asked for.
    pub(super) clock: Option<Clock>,
    /// Whether splits come with the predictions for their test rows.
    pub(super) keep_predictions: bool,
}

impl PreparedEvaluation {
    /// Evaluates every split; `each` sees them in order as they come, and `stop` set to true ends the
    /// run after those in flight.
    ///
    /// # Errors
    /// A run error if threads cannot be started, and whatever `each` returns.
    pub fn run(&self, stop: &AtomicBool, each: impl FnMut(&SplitScores) -> Result<()> + Send) -> Result<Outcome> {
        self.go_on(Going::default(), stop, each)
    }

    /// As [`PreparedEvaluation::run`], with what was done before, and somebody who keeps what is done.
    ///
    /// # Errors
    /// As [`PreparedEvaluation::run`]; an input error where what was done before is of another evaluation.
    pub(crate) fn go_on(
        &self,
        going: Going,
        stop: &AtomicBool,
        each: impl FnMut(&SplitScores) -> Result<()> + Send,
    ) -> Result<Outcome> {
        going.done.iter().try_for_each(|part| self.check_splits(part))?;
        let context = self.observed();
        self.paced(|stopping| evaluate_until_stopped(&context, self.question(), stopping, going, stop, each))
    }

    /// Looks at splits that were done elsewhere as a run that ends by itself would have.
    ///
    /// # Errors
    /// An input error where they are of another evaluation.
    #[cfg(feature = "cli")]
    pub(crate) fn look_at(&self, done: Vec<Part>) -> Result<Looked> {
        done.iter().try_for_each(|part| self.check_splits(part))?;
        self.paced(|stopping| look_at(&self.question(), stopping, done, self.plan.splits()))
    }

    /// As [`PreparedEvaluation::run_splits`], with what was done before, and somebody who keeps what is done.
    ///
    /// # Errors
    /// As [`PreparedEvaluation::run_splits`]; an input error where what was done before is of another evaluation.
    pub(crate) fn go_on_with(
        &self,
        set: &SplitSet,
        going: Going,
        stop: &AtomicBool,
        each: impl FnMut(&SplitScores) -> Result<()> + Send,
    ) -> Result<Part> {
        self.check_place(set.end())?;
        going.done.iter().try_for_each(|part| self.check_splits(part))?;
        evaluate_splits(&self.observed(), self.question(), set, going, stop, each)
    }

    /// Evaluates some splits of the plan, by their places from 0. Parts of one evaluation can be [joined](Part::join):
    /// together they are what [`PreparedEvaluation::run`] gives of the same splits.
    ///
    /// # Errors
    /// An input error for a split that is not in the plan, and those of [`PreparedEvaluation::run`].
    pub fn run_splits(
        &self,
        splits: impl Into<SplitSet>,
        stop: &AtomicBool,
        each: impl FnMut(&SplitScores) -> Result<()> + Send,
    ) -> Result<Part> {
        self.go_on_with(&splits.into(), Going::default(), stop, each)
    }

    fn check_place(&self, end: usize) -> Result<()> {
        if end <= self.plan.splits() {
            return Ok(());
        }
        Err(Error::report(format!(
            "split {} is asked for, and the plan has {} splits from 0 up",
            end - 1,
            self.plan.splits()
        )))
    }

    /// As [`PreparedEvaluation::run`], but nothing is kept of a split once `each` has seen it, and there is no report.
    ///
    /// # Errors
    /// As [`PreparedEvaluation::run`].
    pub fn stream(&self, stop: &AtomicBool, each: impl FnMut(&SplitScores) -> Result<()> + Send) -> Result<Streamed> {
        stream(&self.observed(), stop, each)
    }

    /// What a run needs, with the probes that look at it.
    pub(super) fn observed(&self) -> RunContext<'_> {
        let observer: Option<&dyn SplitObserver> = if self.probes.is_empty() { None } else { Some(&self.probes) };
        let keep_predictions = self.keep_predictions;
        RunContext { observer, clock: self.clock.as_ref(), keep_predictions, ..self.evaluation(&self.models) }
    }

    /// What is asked of each split.
    pub fn question(&self) -> Question {
        let options = &self.plan.options;
        // A text each: there may be 100,000 of them.
        let features = self.features.used.iter().map(|f| format!("{} ({}, {})", f.name, f.kind, f.encoding.name()));
        let (text, positive) = match &self.target {
            Target::Classification { positive, labels, .. } => {
                (labels.as_slice(), positive.map(|p| &labels[p as usize]))
            }
            Target::Regression { .. } => (&[][..], None),
        };
        let models = self.models.iter().map(|model| {
            let params: Vec<_> =
                model.spec.iter().flat_map(|spec| &spec.params).map(|(name, value)| (name, value)).collect();
            (&model.name, model.kind(), params, model.tuned.as_ref().map(|tuned| &tuned.grid))
        });
        let value = self.value.as_ref();
        let config = &self.config;
        Question::default()
            .with("version", env!("CARGO_PKG_VERSION"))
            .with("data_fingerprint", &self.fingerprint)
            .with("rows", self.table.rows)
            .with("rows_used", self.rows.len())
            .with("target", &self.target_name)
            .with("task", self.target.task())
            .with("labels", text)
            .with("positive_label", positive)
            .with("features", features.collect::<Vec<_>>())
            .with("scheme", self.plan.scheme.to_string())
            .with("seed", options.seed)
            .with("test_size", options.test_size.map(|size| size.to_string()))
            .with("train_size", options.train_size.map(|size| size.to_string()))
            .with("group", &options.group)
            .with("stratify", &options.stratify)
            .with("time", &options.time)
            .with("gap", options.gap)
            // A plan file may have changed, and so may a scheme of the user's own.
            .with("first_split", format!("{:016x}", self.plan.draw(0).fingerprint()))
            .with("models", models.collect::<Vec<_>>())
            .with("sources_of_models", sources_of(&self.models))
            .with("metrics", self.metrics.iter().map(|metric| &metric.name).collect::<Vec<_>>())
            .with("value", value.map(|value| (value.rows_per_year, value.cost_per_year, value.terms())))
            .with("engine", self.engine)
            .with("probes", &config.probes)
            .with("probe_splits", config.probe_splits)
            .with("figures", config.figures)
            .with("behaviours", &config.behaviours)
            .with("chains", &config.chains)
            .with("sample_rows", config.sample_rows)
            .with("in_passes", self.stored.is_some())
    }

    /// Numbers that claims may name.
    pub(crate) fn constants(&self) -> Vec<(String, f64)> {
        self.value.iter().map(|v| ("cost".to_owned(), v.cost_per_year)).collect()
    }

    /// What a run with these of the models needs.
    pub fn evaluation<'a>(&'a self, models: &'a [NamedModel]) -> RunContext<'a> {
        RunContext {
            plan: &self.plan,
            features: &self.features,
            target: &self.target,
            models,
            metrics: &self.metrics,
            threads: self.threads,
            engine: self.engine,
            observer: None,
            clock: None,
            stored: self.stored.as_ref().map(|stored| (&stored.columns, stored.memory)),
            keep_predictions: false,
        }
    }

    /// What is looked into: one model's scores of one metric (by its place) on the splits that were done.
    pub fn subject<'a>(&'a self, model: &'a [NamedModel], metric: usize, splits: &'a ScoredSplits) -> Subject<'a> {
        Subject {
            evaluation: self.evaluation(model),
            metric,
            table: &self.table,
            used: &self.rows,
            target_name: &self.target_name,
            splits,
        }
    }

    /// What a report says of this data, as an inspection names it.
    ///
    /// # Errors
    /// An input error for a report without data.
    pub fn inspected_data(&self, report: &Report) -> Result<InspectedData> {
        let of = report.table()?;
        Ok(InspectedData {
            path: of.path.clone(),
            target: of.target.clone(),
            rows: of.rows,
            rows_used: of.rows_used,
            fingerprint: of.fingerprint.clone(),
            id: self.table.row_names.as_ref().map(|names| names.column().to_owned()),
        })
    }

    /// Adds the permutation tests to a report, where they are asked for.
    ///
    /// # Errors
    /// A run error if threads cannot be started.
    pub fn test_null(&self, report: &mut Report, stop: &AtomicBool) -> Result<()> {
        let Some(options) = self.null.filter(|_| !stop.load(Ordering::Relaxed)) else { return Ok(()) };
        let splits = options.splits.min(report.plan.done);
        if let Some(null) = null_scores(&self.evaluation(&self.models), NullOptions { splits, ..options }, stop)? {
            report.null = compare::null_tests(&report.score_table(), &null, splits);
            let few = null.arrangements.filter(|count| *count <= options.permutations as u64);
            report.warnings.extend(few.map(|count| (&few_arrangements(count, &null)).into()));
        }
        Ok(())
    }

    /// The report of a part, which may be the whole of a run; `stop` set to true leaves out what is still to be fitted for
    /// it.
    ///
    /// # Errors
    /// An input error where the part is of another question, or has splits that the plan has not; a run error where
    /// there is nothing to report: no split was done, or no model asked for could be fitted on any.
    pub fn report(&self, part: &Part, stop: &AtomicBool) -> Result<Report> {
        let splits = part.splits();
        if splits.is_empty() {
            return Err(nothing_done());
        }
        self.check_part(part)?;
        if splits.models[1..].iter().all(|model| model.failed.len() == splits.len()) {
            let (model, why) = (&self.models[1].name, splits.models[1].failed.at(0).unwrap_or_default());
            return Err(all_failed(model, splits.numbers.at(0), why));
        }
        let mut report = self.bare_report(part);
        report.grids =
            self.grids.iter().filter_map(|g| compare_settings(&report, &g.text, &g.base, &g.settings)).collect();
        let looks = self.stopping.looks(self.plan.splits()).len();
        report.cascades = cascades(&report, &self.claims, self.probes.cascades(), looks);
        // Who has stopped a run does not want to wait for further fits, and those are of rows in memory.
        let whole = !part.is_partial(self.plan.splits()) && self.stored.is_none();
        let is_at_hand = |i: usize| !self.models[i + 1].learner.is_absent();
        for (i, model) in report.models.iter_mut().enumerate().filter(|(i, _)| whole && is_at_hand(*i)) {
            (model.why, model.extremes) = self.of_splits(i + 1, splits, stop)?;
        }
        if whole {
            report.warnings.extend(self.suspicions(splits, stop)?.iter().map(WarningEntry::from));
            report.warnings.extend(self.repeat_check(splits, stop)?.iter().map(WarningEntry::from));
        }
        Ok(report)
    }

    /// Checks that a part is of this evaluation.
    fn check_part(&self, part: &Part) -> Result<()> {
        if let Some(difference) = self.question().difference(part.question()) {
            return Err(Error::report(format!("the part is of another question than the evaluation: {difference}")));
        }
        self.check_splits(part)
    }

    /// Checks that the splits of a part are of this evaluation, whatever it says of itself.
    fn check_splits(&self, part: &Part) -> Result<()> {
        self.check_splits_of(part, self.metrics.len())
    }

    /// The same of a part that was scored by so many metrics, whichever they are.
    pub(super) fn check_splits_of(&self, part: &Part, metrics: usize) -> Result<()> {
        let splits = part.splits();
        self.check_place(splits.places.iter().next_back().map_or(0, |last| last as usize + 1))?;
        let settings = self.models.iter().map(|model| model.tuned.as_ref().map_or(0, |tuned| tuned.settings.len()));
        let suits = splits.models.len() == self.models.len()
            && splits.models.iter().zip(settings).all(|(model, n)| model.suits(metrics, self.target.labels().len(), n));
        if suits { Ok(()) } else { Err(Error::report("the part is damaged: it has other models than it says")) }
    }

    /// The report of a part that has splits, with nothing fitted for it.
    pub(crate) fn bare_report(&self, part: &Part) -> Report {
        let same_as = part.splits().same_as();
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
            part,
            same_as: &same_as,
            probes: &self.probes,
            rows: &self.rows,
            claims: &self.claims,
            worst_case: self.worst_case,
            rope: &self.rope,
            value: self.value.as_deref(),
            looks: self.stopping.looks(self.plan.splits()),
            warnings: self.warnings.clone(),
            clock: self.clock.as_ref(),
        })
    }

    /// The scores of a model.
    fn scored(&self, model: usize, splits: &Splits) -> ScoredSplits {
        let of_model = &splits.models[model];
        let names = || self.metrics.iter().map(|metric| metric.name.as_str());
        ScoredSplits {
            numbers: splits.numbers.clone(),
            test: names().map(|name| of_model.test(name)).collect(),
            train: names().map(|name| of_model.train(name)).collect(),
        }
    }

    /// What is suspected of the data, by the first model.
    fn suspicions(&self, splits: &Splits, stop: &AtomicBool) -> Result<Vec<Warning>> {
        let Some(screen) = &self.screen else { return Ok(Vec::new()) };
        let scored = self.scored(1, splits);
        let subject = self.subject(&self.models[1..=1], 0, &scored);
        match suspicions_of_run(&subject, screen, splits, self.models.len() - 1, stop) {
            Err(_) if stop.load(Ordering::Relaxed) => Ok(Vec::new()),
            found => found,
        }
    }

    /// Why the split of a model that stands out most in the primary metric does so, and, where pictures are to be drawn, what sets
    /// the worst and the best apart; `None` where none does, or that would take long.
    fn of_splits(&self, model: usize, splits: &Splits, stop: &AtomicBool) -> Result<(Option<Why>, Option<Extremes>)> {
        let scored = self.scored(model, splits);
        let subject = self.subject(&self.models[model..=model], 0, &scored);
        let found = match short_findings(&subject, self.probes.are_drawn(), stop) {
            // Who asks for an end has the scores, without what is said of single splits.
            Err(_) if stop.load(Ordering::Relaxed) => return Ok((None, None)),
            found => found?,
        };
        let why = found.why.map(|why| {
            let named: Vec<u32> = why.reasons.iter().flat_map(Reason::named_rows).collect();
            let row_values = match named.is_empty() {
                true => Vec::new(),
                false => RowTelling::of(&subject).values(named, why.rows.as_ref()),
            };
            Why { split: splits.numbers.at(why.k), reasons: why.reasons, row_values }
        });
        Ok((why, found.extremes))
    }
}

/// That a run was stopped too early for a report.
pub(crate) fn nothing_done() -> Error {
    Error::run("stopped before the first split was done, so there is nothing to report")
}

/// That no model could be fitted to any split.
pub(crate) fn all_failed(model: &str, first: u64, why: &str) -> Error {
    Error::run(format!("{model} failed on every split, first on #{first}: {why}"))
}

/// What a permutation test cannot tell, where there are few different arrangements of the target.
fn few_arrangements(count: u64, null: &NullScores) -> Warning {
    let exchange = match null.within {
        "groups" => "within groups and between groups of equal size",
        "whole groups" => "between whole groups",
        "pieces of time" => "between pieces of time",
        "groups within blocks of time" => "within groups and blocks of time",
        _ => "between rows",
    };
    let floor = 1.0 / count as f64;
    let so = match count {
        1 => "so it can tell nothing (p is 1)".to_owned(),
        _ if floor > 0.05 => format!("so no p is below {floor:.4}, and it cannot tell a pattern from chance at 0.05"),
        _ => format!("so no p is below {floor:.4}"),
    };
    let s = if count == 1 { "" } else { "s" };
    let how = if null.exact && count > 1 { "; each was made once" } else { "" };
    Warning::new(
        Code::FewArrangements,
        format!(
            "the permutation test has {count} different arrangement{s} of the target, exchanged {exchange}{how}: {so}"
        ),
    )
}
