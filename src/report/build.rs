//! From a run's outcome to the document.

use crate::data::{Features, Table, Target};
use crate::metric::{Direction, Metric, Undefined, Value};
use crate::probe::{Probes, is_sampled};
use crate::run::{ModelScores, NamedModel, Outcome, SplitScores, same_as};
use crate::split::Plan;
use crate::verdict::{Entrant, Posed, Scoreboard, SplitSize, compare};
use crate::warning::{Code, Warning, WarningEntry};

use super::distribution::{figures, metric_summary};
use super::document::{Config, Data, DroppedColumn, FeatureEntry, Model, Named, Report, SCHEMA, SplitEntry, Worth};
use super::plan::{are_independent, plan, warn_about_plan};
use super::probes::{add_probes, readings_of};
use super::tuning;

/// The parts that make a report.
pub struct Run<'a> {
    /// The table.
    pub table: &'a Table,
    /// Fingerprint of the columns read.
    pub fingerprint: &'a str,
    /// Name of the target column.
    pub target_name: &'a str,
    /// The target.
    pub target: &'a Target,
    /// The features.
    pub features: &'a Features,
    /// What was asked of reading and columns.
    pub config: Config,
    /// The plan.
    pub plan: &'a Plan,
    /// The models; the first is the baseline.
    pub models: &'a [NamedModel],
    /// The metrics.
    pub metrics: &'a [Metric],
    /// The scores.
    pub outcome: &'a Outcome,
    /// Who has looked at the models.
    pub probes: &'a Probes,
    /// Position of each used row in the table.
    pub rows: &'a [u32],
    /// Claims to judge.
    pub claims: &'a [Posed],
    /// How many of them are bounds on the worst split that were given as flags.
    pub gates: usize,
    /// What predictions are worth.
    pub value: Option<&'a Value>,
    /// Differences up to this are taken as practically equal.
    pub rope: f64,
    /// Numbers of splits at which claims are judged, which share the error of a verdict at a confidence.
    pub looks: Vec<usize>,
    /// Warnings so far.
    pub warnings: Vec<Warning>,
}

/// Makes the report of a run with at least one split.
pub fn build(run: Run) -> Report {
    let splits = &run.outcome.splits;
    let mut warnings = run.warnings.clone();
    let mut models: Vec<Model> = (0..run.models.len()).map(|m| model(&run, m, &mut warnings)).collect();
    for (m, model) in models.iter_mut().enumerate().filter(|_| !run.probes.is_empty()) {
        add_probes(&run, m, model, &mut warnings);
    }
    let baseline = models.remove(0);
    warn_about_plan(&run, &mut warnings);
    if run.gates > 0 {
        warnings.push(Warning::new(
            Code::WorstGate,
            format!(
                "the worst of {} splits is gated: it falls as --splits grows, so keep that number fixed",
                splits.len()
            ),
        ));
    }
    let value = run.value.map(|v| worth(v, &models));
    let mut report = Report {
        schema: SCHEMA.into(),
        version: env!("CARGO_PKG_VERSION").into(),
        data: data(&run),
        config: run.config.clone(),
        plan: plan(&run),
        metrics: run.metrics.iter().map(|m| m.name.clone()).collect(),
        models,
        baseline,
        grids: Vec::new(),
        cascades: Vec::new(),
        claims: Vec::new(),
        against_baseline: Vec::new(),
        value,
        null: Vec::new(),
        pairs: Vec::new(),
        standings: Vec::new(),
        warnings: warnings.iter().map(WarningEntry::from).collect(),
        timings: None,
    };
    let board = report.scoreboard();
    report.against_baseline = compare::against_baseline(&board, run.rope);
    if report.models.len() > 1 {
        let models: Vec<&Entrant> = board.models[..report.models.len()].iter().collect();
        report.pairs = compare::pairs(&board, &models, run.rope);
        report.standings = compare::standings(&board, &models);
    }
    report.claims = run.claims.iter().flat_map(|c| c.judge(&board, run.looks.len())).collect();
    report
}

fn worth(value: &Value, models: &[Model]) -> Worth {
    let loss = |model: &Model| {
        let years: Vec<f64> = model.scores("value_per_year").map(|s| s.1).collect();
        let losses = years.iter().filter(|v| **v < value.cost_per_year).count();
        (!years.is_empty()).then(|| (model.name.clone(), losses as f64 / years.len() as f64))
    };
    Worth {
        rows_per_year: value.rows_per_year,
        cost_per_year: value.cost_per_year,
        loss_share: models.iter().filter_map(loss).collect(),
        terms: Some(value.terms()),
    }
}

impl Report {
    /// The scores of all models, the baseline last, as claims and comparisons want them.
    pub fn scoreboard(&self) -> Scoreboard {
        let direction = |name: &String| self.baseline.metrics.get(name).map_or(Direction::None, |m| m.direction);
        let column = |model: &Model, pick: fn(&SplitEntry) -> &Named<Option<f64>>| {
            let of = |name: &String| model.splits.iter().map(|s| pick(s).get(name).copied().flatten()).collect();
            self.metrics.iter().map(of).collect()
        };
        let mut readings: Named<Direction> = Named::new();
        for (name, summary) in self.models.iter().flat_map(|m| &m.probes) {
            readings.entry(name.clone()).or_insert(summary.direction);
        }
        let watched = self.config.probe_splits.unwrap_or(usize::MAX);
        let read = |model: &Model, name: &String| {
            let watched = if is_sampled(name) { watched } else { usize::MAX };
            model.splits.iter().take(watched).map(|s| s.probes.get(name).copied().flatten()).collect()
        };
        let entrant = |model: &Model| Entrant {
            name: model.name.clone(),
            test: column(model, |s| &s.scores),
            train: column(model, |s| &s.train_scores),
            readings: readings.keys().map(|name| read(model, name)).collect(),
            figures: model.probe_figures.iter().map(|(name, value)| (name.clone(), *value)).collect(),
        };
        let size = |s: &SplitEntry| SplitSize {
            number: s.split,
            train: s.n_train_different.unwrap_or(s.n_train),
            test: s.n_test,
            same_as: s.same_as.unwrap_or(s.split),
        };
        Scoreboard {
            metrics: self.metrics.iter().map(|name| (name.clone(), direction(name))).collect(),
            models: self.models.iter().chain([&self.baseline]).map(entrant).collect(),
            constants: self.value.iter().map(|v| ("cost".to_owned(), v.cost_per_year)).collect(),
            splits: self.baseline.splits.iter().map(size).collect(),
            readings: readings.clone().into_iter().collect(),
        }
    }
}

fn data(run: &Run) -> Data {
    let positive = match run.target {
        Target::Classification { positive: Some(p), labels, .. } => Some(labels[*p as usize].clone()),
        _ => None,
    };
    Data {
        path: run.table.path.clone(),
        rows: run.table.rows,
        rows_used: run.target.len(),
        target: run.target_name.to_owned(),
        task: run.target.task(),
        labels: run.target.labels().to_vec(),
        positive,
        features: run
            .features
            .used
            .iter()
            .map(|f| FeatureEntry {
                name: f.name.clone(),
                kind: f.kind.into(),
                encoding: f.encoding.name().into(),
                missing: f.missing,
            })
            .collect(),
        dropped: run
            .features
            .dropped
            .iter()
            .map(|d| DroppedColumn { name: d.name.clone(), reason: d.reason.clone() })
            .collect(),
        fingerprint: run.fingerprint.to_owned(),
    }
}

fn model(run: &Run, m: usize, warnings: &mut Vec<Warning>) -> Model {
    let named = &run.models[m];
    let splits = &run.outcome.splits;
    let same_as = same_as(splits);
    let entry = |(s, same_as): (&SplitScores, &u64)| SplitEntry {
        same_as: Some(*same_as).filter(|first| *first != s.number),
        ..split_entry(s, m, named, run.metrics)
    };
    let entries: Vec<SplitEntry> = splits.iter().zip(&same_as).map(entry).collect();
    let fitted: Vec<(u64, &SplitScores, &ModelScores)> = splits
        .iter()
        .zip(&same_as)
        .filter_map(|(s, same_as)| s.models[m].as_ref().ok().map(|scores| (*same_as, s, scores)))
        .collect();
    let independent = are_independent(&run.plan.scheme);
    let failed = splits.len() - fitted.len();
    if let Some(entry) = entries.iter().find(|e| e.failed.is_some()) {
        let why = entry.failed.as_deref().unwrap_or("");
        let text =
            format!("{} failed on {failed} of {} splits, first on #{}: {why}", named.name, splits.len(), entry.split);
        warnings.push(Warning::new(Code::FailedSplits, text));
    }
    // Splits may be difficult in different ways: how many and the number of the first, of each.
    let mut difficult: Named<(usize, u64)> = Named::new();
    for (what, split) in entries.iter().filter_map(|e| Some((e.difficulty.clone()?, e.split))) {
        difficult.entry(what).or_insert((0, split)).0 += 1;
    }
    for (what, (count, first)) in difficult {
        let text = format!("{} on {count} of {} splits, first on #{first}: {what}", named.name, splits.len());
        warnings.push(Warning::new(Code::HardFit, text));
    }
    let alone: Vec<(u64, &str)> =
        splits.iter().filter_map(|s| Some((s.number, s.models[m].as_ref().ok()?.alone.as_deref()?))).collect();
    if let Some((first, why)) = alone.first() {
        let text = format!(
            "{} was fitted without shared work on {} of {} splits, first on #{first}: {why}",
            named.name,
            alone.len(),
            splits.len()
        );
        warnings.push(Warning::new(Code::FittedAlone, text));
    }
    let mut metrics = Named::new();
    for (i, metric) in run.metrics.iter().enumerate() {
        let mut summary = metric_summary(metric, i, &fitted);
        summary.worst_bound = summary.worst_bound.filter(|_| independent);
        // What the baseline cannot score is in the document; as a warning it would only repeat.
        if summary.undefined > 0 && m > 0 {
            let reasons: Vec<&str> = summary.undefined_reasons.keys().map(String::as_str).collect();
            let text = format!(
                "{} of {} is undefined on {} of {} splits: {}",
                metric.name,
                named.name,
                summary.undefined,
                splits.len(),
                reasons.join("; ")
            );
            warnings.push(Warning::new(Code::UndefinedScores, text));
        }
        metrics.insert(metric.name.clone(), summary);
    }
    Model {
        name: named.name.clone(),
        params: tuning::params(named),
        engine: if run.outcome.shared[m] { "shared" } else { "linfa" }.into(),
        failed,
        metrics,
        figures: figures(&entries),
        probes: Named::new(),
        probe_figures: Named::new(),
        probe_tables: Named::new(),
        probe_notes: Vec::new(),
        tuning: tuning::tuning(run, m, warnings),
        why: None,
        splits: entries,
    }
}

pub(super) fn split_entry(split: &SplitScores, m: usize, of: &NamedModel, metrics: &[Metric]) -> SplitEntry {
    let named = |scores: Option<&Vec<Result<f64, Undefined>>>| {
        metrics
            .iter()
            .enumerate()
            .map(|(i, metric)| (metric.name.clone(), scores.and_then(|s| s[i].ok())))
            .collect::<Named<Option<f64>>>()
    };
    let model = split.models[m].as_ref();
    SplitEntry {
        split: split.number,
        n_train: split.n_train,
        n_test: split.n_test,
        n_train_different: Some(split.distinct_train).filter(|n| *n != split.n_train),
        same_as: None,
        scores: named(model.ok().map(|s| &s.test)),
        train_scores: named(model.ok().map(|s| &s.train)),
        figures: model.ok().map_or_else(Named::new, |s| s.figures.iter().map(|(n, v)| ((*n).to_owned(), *v)).collect()),
        probes: model.ok().map_or_else(Named::new, readings_of),
        setting: model.ok().and_then(|s| of.setting_of(s.choice.as_ref())).map(str::to_owned),
        failed: model.err().map(|e| e.0.clone()),
        difficulty: model.ok().and_then(|s| s.difficulty.clone()),
    }
}
