//! An evaluation that is ready to be run, and its report.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::grid;
use crate::data::{Features, Table, Target};
use crate::error::{Error, Result};
use crate::inspect::{ScoredSplits, Subject, why_outlier};
use crate::metric::{NamedMetric, Value};
use crate::probe::{Names, Probes};
use crate::report::{Config, Report, Run, Why, build, cascades, compare_settings};
use crate::run::{
    Engine, NamedModel, NullOptions, NullScores, Outcome, RunContext, SplitScores, evaluate_until_stopped, null_scores,
};
use crate::split::Plan;
use crate::stopping::StoppingOptions;
use crate::verdict::{Claim, compare};
use crate::warning::{Code, Warning};

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
    pub features: Features,
    /// How splits are drawn.
    pub plan: Plan,
    /// The models; the first is the baseline.
    pub models: Vec<NamedModel>,
    /// The metrics; the first is the primary one.
    pub metrics: Vec<NamedMetric>,
    /// The claims; those of [`super::Evaluation::fail_below`] and of [`super::Evaluation::fail_above`] first.
    pub claims: Vec<Claim>,
    pub(super) worst_case: usize,
    pub(super) rope: f64,
    pub(super) null: Option<NullOptions>,
    pub(crate) stopping: StoppingOptions,
    pub(super) value: Option<Arc<Value>>,
    pub(super) probes: Probes,
    /// The names that probes may give to what they find.
    pub(crate) names: Names,
    pub(crate) probe_splits: Option<usize>,
    pub(super) grids: Vec<grid::NamedGrid>,
    pub(super) warnings: Vec<Warning>,
    pub(super) config: Config,
    pub(super) fingerprint: String,
    pub(super) target_name: String,
    pub(super) threads: usize,
    pub(super) engine: Engine,
}

impl PreparedEvaluation {
    /// Evaluates every split; `each` sees them in order as they come, and `stop` set to true ends the
    /// run after those in flight.
    ///
    /// # Errors
    /// A run error if threads cannot be started, and whatever `each` returns.
    pub fn run(&self, stop: &AtomicBool, each: impl FnMut(&SplitScores) -> Result<()> + Send) -> Result<Outcome> {
        self.run_and_keep(true, stop, each)
    }

    /// As [`PreparedEvaluation::run`], but of no split anything is kept once `each` has seen it: the outcome has the numbers of
    /// the splits, and there is no report of it.
    ///
    /// # Errors
    /// As [`PreparedEvaluation::run`].
    pub fn stream(&self, stop: &AtomicBool, each: impl FnMut(&SplitScores) -> Result<()> + Send) -> Result<Outcome> {
        self.run_and_keep(false, stop, each)
    }

    fn run_and_keep(
        &self,
        keeps: bool,
        stop: &AtomicBool,
        each: impl FnMut(&SplitScores) -> Result<()> + Send,
    ) -> Result<Outcome> {
        let mut evaluation = self.evaluation(&self.models);
        evaluation.observer = (!self.probes.is_empty()).then_some(&self.probes);
        self.paced(keeps, |stopping| evaluate_until_stopped(&evaluation, stopping, stop, each))
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

    /// Adds the permutation tests to a report, where they are asked for.
    ///
    /// # Errors
    /// A run error if threads cannot be started.
    pub fn test_null(&self, report: &mut Report, stop: &AtomicBool) -> Result<()> {
        let Some(options) = self.null.filter(|_| !stop.load(Ordering::Relaxed)) else { return Ok(()) };
        let splits = options.splits.min(report.baseline.splits.len());
        if let Some(null) = null_scores(&self.evaluation(&self.models), NullOptions { splits, ..options }, stop)? {
            report.null = compare::null_tests(&report.score_table(), &null, splits);
            let few = null.arrangements.filter(|count| *count <= options.permutations as u64);
            report.warnings.extend(few.map(|count| (&few_arrangements(count, &null)).into()));
        }
        Ok(())
    }

    /// The report of a run; `stop` set to true leaves out what is still to be fitted for it.
    ///
    /// # Errors
    /// A run error where there is nothing to report: no split was done, or no model asked for could
    /// be fitted on any.
    pub fn report(&self, outcome: &Outcome, stop: &AtomicBool) -> Result<Report> {
        let splits = &outcome.splits;
        if splits.is_empty() {
            return Err(nothing_done());
        }
        if splits.models[1..].iter().all(|model| model.failed.len() == splits.len()) {
            let (model, why) = (&self.models[1].name, splits.models[1].failed.at(0).unwrap_or_default());
            return Err(all_failed(model, splits.numbers.at(0), why));
        }
        let mut report = self.bare_report(outcome);
        report.grids =
            self.grids.iter().filter_map(|g| compare_settings(&report, &g.text, &g.base, &g.settings)).collect();
        let looks = self.stopping.looks(self.plan.splits()).len();
        report.cascades = cascades(&report, &self.claims, self.probes.cascades(), looks);
        // Who has stopped a run does not want to wait for further fits.
        for (i, model) in report.models.iter_mut().enumerate().filter(|_| !outcome.partial) {
            model.why = self.why(i + 1, outcome, stop)?;
        }
        Ok(report)
    }

    /// The report of a run that has splits, with nothing fitted for it.
    pub(crate) fn bare_report(&self, outcome: &Outcome) -> Report {
        let same_as = outcome.splits.same_as();
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
            same_as: &same_as,
            probes: &self.probes,
            rows: &self.rows,
            claims: &self.claims,
            worst_case: self.worst_case,
            rope: self.rope,
            value: self.value.as_deref(),
            looks: self.stopping.looks(self.plan.splits()),
            warnings: self.warnings.clone(),
        })
    }

    /// Why the split of a model that stands out most in the primary metric does so; `None` where none does.
    fn why(&self, model: usize, outcome: &Outcome, stop: &AtomicBool) -> Result<Option<Why>> {
        let of_model = &outcome.splits.models[model];
        let names = || self.metrics.iter().map(|metric| metric.name.as_str());
        let splits = ScoredSplits {
            numbers: outcome.splits.numbers.clone(),
            test: names().map(|name| of_model.test(name)).collect(),
            train: names().map(|name| of_model.train(name)).collect(),
        };
        let subject = self.subject(&self.models[model..=model], 0, &splits);
        match why_outlier(&subject, stop) {
            // Who asks for an end has the scores, without the reasons for one of them.
            Err(_) if stop.load(Ordering::Relaxed) => Ok(None),
            found => Ok(found?.map(|(k, reasons)| Why { split: splits.numbers.at(k), reasons })),
        }
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
