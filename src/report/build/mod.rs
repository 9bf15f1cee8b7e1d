//! From a part, which may be the whole of a run, to the document.

mod cascade;
mod confusion;
mod curves;
mod distribution;
mod grid;
mod histogram;
mod plan;
mod probes;
mod tuning;

pub use cascade::cascades;
pub use grid::compare_settings;

use confusion::{add_confusion, warn_about_classes};
use curves::add_curves;
#[cfg(test)]
pub(crate) use distribution::distribution;
pub(crate) use distribution::{Scored, summary_of};
use distribution::{figures, metric_summary};
pub(crate) use plan::notes_of_size;
use plan::{plan, warn_about_plan};
use probes::add_probes;

use super::document::{
    Config, Data, DroppedColumn, EXTERNAL, FeatureEntry, Model, Named, OWN, Report, SCHEMA, SplitTable, Worth,
};
use crate::data::{Features, Table, Target};
use crate::metric::{Direction, NamedMetric, Value};
use crate::probe::{Probes, is_sampled};
use crate::run::columns::Counts;
use crate::run::{Clock, NamedModel, Part};
use crate::setting::SPLITS;
use crate::split::Plan;
use crate::verdict::{Claim, ModelColumn, Rope, ScoreTable, SplitSizes, compare};
use crate::warning::{Code, Warning, WarningEntry};

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
    pub metrics: &'a [NamedMetric],
    /// What was done.
    pub part: &'a Part,
    /// For each split the number of the first with the same rows.
    pub same_as: &'a Counts,
    /// Who has looked at the models.
    pub probes: &'a Probes,
    /// Position of each used row in the table.
    pub rows: &'a [u32],
    /// Claims to judge.
    pub claims: &'a [Claim],
    /// How many of them are bounds on the worst split that were given as flags.
    pub worst_case: usize,
    /// What predictions are worth.
    pub value: Option<&'a Value>,
    /// Differences up to which models are taken as practically equal.
    pub rope: &'a Rope,
    /// Numbers of splits at which claims are judged, which share the error of a verdict at a confidence.
    pub looks: Vec<usize>,
    /// Warnings so far.
    pub warnings: Vec<Warning>,
    /// The time that models took, where it was taken.
    pub clock: Option<&'a Clock>,
}

/// Makes the report of a run with at least one split.
pub fn build(run: Run) -> Report {
    let splits = run.part.splits();
    let mut warnings = run.warnings.clone();
    let mut models: Vec<Model> = (0..run.models.len()).map(|m| model(&run, m, &mut warnings)).collect();
    for (m, model) in models.iter_mut().enumerate() {
        add_confusion(&run, m, model);
        if !run.probes.is_empty() {
            add_probes(&run, m, model, &mut warnings);
            add_curves(&run, m, model);
        }
    }
    let baseline = models.remove(0);
    warn_about_classes(&run, &models, &mut warnings);
    warn_about_plan(&run, &mut warnings);
    if run.worst_case > 0 {
        warnings.push(Warning::new(
            Code::WorstGate,
            format!("the worst of {} splits drops as {SPLITS} grows; keep {SPLITS} fixed", splits.len()),
        ));
    }
    let value = run.value.map(|v| worth(v, &models));
    let mut report = Report {
        schema: SCHEMA.into(),
        version: env!("CARGO_PKG_VERSION").into(),
        data: Some(data(&run)),
        scores: None,
        config: run.config.clone(),
        plan: plan(&run),
        metrics: run.metrics.iter().map(|m| m.name.clone()).collect(),
        models,
        baseline: Some(baseline),
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
    let places = &splits.places;
    let probed = run.config.probe_splits.map(|first| places.iter().take_while(|k| *k < first as u64).count());
    let board = report.board(probed);
    report.judge(&board, run.claims, run.rope, run.looks.len());
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
    /// Compares its models with each other and judges claims, by the scores of its own board.
    pub(crate) fn judge(&mut self, board: &ScoreTable, claims: &[Claim], rope: &Rope, looks: usize) {
        self.against_baseline = compare::against_baseline(board, rope);
        if board.asked().len() > 1 {
            let models: Vec<&ModelColumn> = board.asked().iter().collect();
            self.pairs = compare::pairs(board, &models, rope);
            self.standings = compare::standings(board, &models);
        }
        self.claims = claims.iter().flat_map(|c| c.judge(board, looks)).collect();
    }

    /// The scores of all models, the baseline last, as claims and comparisons want them.
    pub fn score_table(&self) -> ScoreTable {
        self.board(self.config.probe_splits)
    }

    /// The same, where the first `probed` splits were probed, or all.
    fn board(&self, probed: Option<usize>) -> ScoreTable {
        let summary = |name: &String| self.any_model().and_then(|model| model.metrics.get(name));
        let direction = |name: &String| summary(name).map_or(Direction::None, |m| m.direction);
        let mut readings: Named<Direction> = Named::new();
        for (name, summary) in self.models.iter().flat_map(|m| &m.probes) {
            readings.entry(name.clone()).or_insert(summary.direction);
        }
        let watched = probed.unwrap_or(usize::MAX);
        let read = |model: &Model, name: &String| {
            let watched = if is_sampled(name) { watched } else { usize::MAX };
            model.splits.probes(name).first(watched)
        };
        let entrant = |model: &Model| ModelColumn {
            name: model.name.clone(),
            test: self.metrics.iter().map(|name| model.splits.scores(name)).collect(),
            train: self.metrics.iter().map(|name| model.splits.train_scores(name)).collect(),
            readings: readings.keys().map(|name| read(model, name)).collect(),
            figures: model.probe_figures.iter().map(|(name, value)| (name.clone(), *value)).collect(),
        };
        let sizes = |of: &SplitTable| SplitSizes {
            numbers: of.numbers.clone(),
            train: of.distinct_train.clone(),
            test: of.n_test.clone(),
            same_as: of.same_as.clone(),
        };
        let own_bounds = self.any_model().into_iter().flat_map(|model| &model.metrics).filter_map(|(name, summary)| {
            let [least, most] = summary.bounds?;
            Some((name.clone(), [least.unwrap_or(f64::NEG_INFINITY), most.unwrap_or(f64::INFINITY)]))
        });
        ScoreTable {
            own_bounds: own_bounds.collect(),
            metrics: self.metrics.iter().map(|name| (name.clone(), direction(name))).collect(),
            models: self.all_models().map(entrant).collect(),
            without_baseline: self.baseline.is_none(),
            constants: self.value.iter().map(|v| ("cost".to_owned(), v.cost_per_year)).collect(),
            splits: self.splits().map(sizes).unwrap_or_default(),
            // Rows that are counted say more.
            test_share: self.plan.test_size.filter(|share| self.data.is_none() && *share < 1.0),
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
            .enumerate()
            .map(|(at, f)| FeatureEntry {
                name: f.name.clone(),
                kind: f.kind.into(),
                encoding: f.encoding.name().into(),
                missing: f.missing,
                histogram: if run.probes.are_drawn() { histogram::of_feature(run.features, at) } else { None },
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
    let splits = run.part.splits();
    let of_model = &splits.models[m];
    let setting = |k: usize| named.setting_of(of_model.choice(k).as_ref());
    let table = SplitTable::of_run(splits, run.same_as, m, setting);
    let independent = run.plan.scheme.is_independent();
    let failed = of_model.failed.len();
    if let Some((first, why)) = of_model.failed.iter().next() {
        let first = splits.numbers.at(first);
        let text = format!("{} failed on {failed} of {} splits, first on #{first}: {why}", named.name, splits.len());
        warnings.push(Warning::new(Code::FailedSplits, text));
    }
    // Splits may be difficult in different ways: how many and the number of the first, of each.
    let mut difficult: Named<(usize, u64)> = Named::new();
    for (k, what) in of_model.difficulty.iter() {
        difficult.entry(what.to_owned()).or_insert((0, splits.numbers.at(k))).0 += 1;
    }
    for (what, (count, first)) in difficult {
        let text = format!("{} on {count} of {} splits, first on #{first}: {what}", named.name, splits.len());
        warnings.push(Warning::new(Code::HardFit, text));
    }
    if let Some((first, why)) = of_model.alone.iter().next() {
        let text = format!(
            "{} was fitted without shared work on {} of {} splits, first on #{}: {why}",
            named.name,
            of_model.alone.len(),
            splits.len(),
            splits.numbers.at(first)
        );
        warnings.push(Warning::new(Code::FittedAlone, text));
    }
    let mut metrics = Named::new();
    for (i, metric) in run.metrics.iter().enumerate() {
        let mut summary = metric_summary(metric, i, splits, m, run.same_as);
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
        kind: named.spec.as_ref().filter(|spec| spec.given.is_some()).map(|spec| spec.info.name.to_owned()),
        params: tuning::params(named),
        engine: if named.learner.by_rows().is_some() {
            EXTERNAL
        } else if named.spec.is_none() {
            OWN
        } else if of_model.shared {
            "shared"
        } else {
            "linfa"
        }
        .into(),
        source: named.learner.by_rows().map(|learner| learner.source()),
        failed,
        seconds_a_split: run.clock.and_then(|clock| clock.seconds(m)),
        metrics,
        confusion: None,
        classes: Vec::new(),
        figures: figures(&of_model.figures),
        probes: Named::new(),
        probe_figures: Named::new(),
        probe_tables: Named::new(),
        probe_notes: Vec::new(),
        curves: Named::new(),
        reliability_bins: None,
        predicted: None,
        tuning: tuning::tuning(run, m, warnings),
        why: None,
        extremes: None,
        splits: table,
    }
}
