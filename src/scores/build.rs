//! From scores to a report.

use super::collect::{Collected, score_of};
use super::{ScoreRows, ScoresOptions};
use crate::error::{Error, Result, Subject, suggestion_or_list};
use crate::metric::{Direction, place_of_metric};
use crate::report::{
    Config, ELSEWHERE, Model, Named, PlanEntry, Report, SCHEMA, Scored, ScoresEntry, SplitEntry, SplitTable,
    notes_of_size, summary_of,
};
use crate::setting::{BASELINE, FAIL_ABOVE, FAIL_BELOW, N_TEST, N_TRAIN};
use crate::verdict::claim::{Known, cannot_fail};
use crate::verdict::{Bound, Claim, WorstCaseBound};
use crate::warning::{Code, Warning, WarningEntry};

/// The scheme of splits that were drawn elsewhere.
const GIVEN: &str = "given";

impl Report {
    /// Makes the report of scores that were made elsewhere: distributions, intervals, comparisons and claims, as far as they
    /// follow from scores and the sizes of splits.
    ///
    /// # Errors
    /// An input error for whatever is wrong with the scores, the claims or the options, in one sentence.
    pub fn from_scores(scores: &ScoreRows, options: &ScoresOptions) -> Result<Self> {
        let collected = Collected::new(scores, options)?;
        let test_share = options.test_size;
        let mut models: Vec<Model> = (0..collected.models.len()).map(|m| model(&collected, m, test_share)).collect();
        check_common(&collected, scores)?;
        let baseline = options.baseline.as_ref().map(|name| take_baseline(name, &mut models, scores)).transpose()?;
        let mut warnings = scores.notes.clone();
        models.iter().for_each(|model| warn_about_undefined(model, &mut warnings));
        let splits = collected.splits.len();
        let plan = PlanEntry {
            scheme: GIVEN.into(),
            seed: None,
            splits,
            done: splits,
            different: None,
            partial: false,
            test_size: test_share,
            train_size: None,
            stratify: None,
            group: None,
            time: None,
            gap: 0,
            sequence: None,
            tested: Vec::new(),
        };
        let mut report = Self {
            schema: SCHEMA.into(),
            version: env!("CARGO_PKG_VERSION").into(),
            data: None,
            scores: Some(ScoresEntry::new(&scores.name, scores.table_rows)),
            config: Config::default(),
            plan,
            metrics: collected.metrics.iter().map(|metric| metric.name.clone()).collect(),
            models,
            baseline,
            grids: Vec::new(),
            cascades: Vec::new(),
            claims: Vec::new(),
            against_baseline: Vec::new(),
            value: None,
            null: Vec::new(),
            pairs: Vec::new(),
            standings: Vec::new(),
            warnings: Vec::new(),
            timings: None,
        };
        let board = report.score_table();
        options.rope.check(report.metrics.iter().map(String::as_str))?;
        let known = Known { scores_alone: true, ..board.known(Vec::new()) };
        let claims = claims(&board.metrics, &known, options)?;
        if board.test_to_train(|_| true).is_none() {
            let text = format!(
                "the scores do not say how many train and test rows they are of, so there is no interval for new data, no bound of a \
                 mean and no test of a difference; give columns n_train and n_test, or {N_TRAIN} and {N_TEST}"
            );
            warnings.push(Warning::new(Code::SizesUnknown, text));
        }
        if let Some(splits) = report.splits() {
            warnings.extend(notes_of_size(&splits.n_test));
        }
        warn_about_claims(&claims, options.worst_case.len(), splits, &mut warnings);
        report.judge(&board, &claims, &options.rope, 1);
        report.warnings = warnings.iter().map(WarningEntry::from).collect();
        Ok(report)
    }
}

/// A model with all its splits.
fn model(of: &Collected, m: usize, test_share: Option<f64>) -> Model {
    let rows = |split: usize| (0..of.metrics.len()).map(move |metric| of.row(m, metric, split));
    // A fit that failed left no score at all, and a reason.
    let failed = |split: usize| {
        let scored = rows(split).flatten().any(|row| score_of(row).is_some());
        rows(split).flatten().find_map(|row| row.failed.clone()).filter(|_| !scored)
    };
    let entry = |(k, split): (usize, &super::collect::ScoreSplit)| {
        let named = |score: &dyn Fn(&super::ScoreRow) -> Option<f64>| -> Named<Option<f64>> {
            of.metrics.iter().zip(rows(k)).map(|(metric, row)| (metric.name.clone(), row.and_then(score))).collect()
        };
        SplitEntry {
            split: split.number,
            name: split.name.clone(),
            n_train: split.n_train,
            n_test: split.n_test,
            n_train_different: None,
            same_as: None,
            scores: named(&score_of),
            train_scores: named(&|row| row.train_score.filter(|score| score.is_finite())),
            figures: Named::new(),
            probes: Named::new(),
            setting: None,
            failed: failed(k),
            difficulty: None,
        }
    };
    let splits: SplitTable = of.splits.iter().enumerate().map(entry).collect();
    let summary = |at: usize| {
        let metric = &of.metrics[at];
        let mut reasons: Named<usize> = Named::new();
        for k in 0..of.splits.len() {
            let reason = match of.row(m, at, k) {
                Some(row) if score_of(row).is_some() => continue,
                Some(row) => row.failed.clone().unwrap_or_else(|| "the table has no number there".into()),
                None => "the table has no row for it".into(),
            };
            *reasons.entry(reason).or_default() += 1;
        }
        let scored = Scored {
            numbers: &splits.numbers,
            distinct_train: &splits.distinct_train,
            n_test: &splits.n_test,
            test_share,
            same_as: &splits.same_as,
            test: splits.scores(&metric.name),
            train: splits.train_scores(&metric.name),
        };
        let mut summary = summary_of(&scored, metric.direction, metric.bounds, reasons);
        // It takes splits for independent draws, and how these were drawn is not known.
        summary.worst_bound = None;
        // Where a metric is not what its name says, its ends are not known either.
        summary.bounds = (metric.bounds != crate::metric::bounds(&metric.name)).then_some([None, None]);
        (metric.name.clone(), summary)
    };
    let metrics = (0..of.metrics.len()).map(summary).collect();
    Model {
        name: of.models[m].to_owned(),
        kind: None,
        params: Named::new(),
        engine: ELSEWHERE.into(),
        source: None,
        failed: (0..of.splits.len()).filter(|k| failed(*k).is_some()).count(),
        seconds_a_split: None,
        metrics,
        confusion: None,
        classes: Vec::new(),
        figures: Named::new(),
        probes: Named::new(),
        probe_figures: Named::new(),
        probe_tables: Named::new(),
        probe_notes: Vec::new(),
        curves: Named::new(),
        reliability_bins: None,
        predicted: None,
        tuning: None,
        why: None,
        extremes: None,
        splits,
    }
}

/// Refuses a model that was scored on splits of its own: nothing pairs it with another.
fn check_common(of: &Collected, scores: &ScoreRows) -> Result<()> {
    let is_there = |m: usize, k: usize| (0..of.metrics.len()).any(|metric| of.row(m, metric, k).is_some());
    let share = |a: usize, b: usize| (0..of.splits.len()).any(|k| is_there(a, k) && is_there(b, k));
    let models = 0..of.models.len();
    let alone = models.clone().find(|a| models.len() > 1 && !models.clone().any(|b| *a != b && share(*a, b)));
    match alone {
        None => Ok(()),
        Some(m) => Err(Error::file(format!("model '{}' has no split in common with another model", of.models[m]))
            .about(Subject::Model(of.models[m].to_owned()))
            .at(&scores.name)
            .advise("number the splits alike, or make a report of each and compare them with randsplit compare A B")),
    }
}

/// Takes the model that the others are held against out of the list.
fn take_baseline(name: &str, models: &mut Vec<Model>, scores: &ScoreRows) -> Result<Model> {
    let Some(at) = models.iter().position(|model| model.name == name) else {
        let near = suggestion_or_list(name, || models.iter().map(|model| model.name.as_str()));
        return Err(Error::model(format!("{}: {} has no such model{near}", BASELINE.to(name), scores.name))
            .about(Subject::Model(name.to_owned())));
    };
    if models.len() == 1 {
        return Err(Error::model(format!("{}: {} has no other model", BASELINE.to(name), scores.name))
            .about(Subject::Model(name.to_owned()))
            .advise("leave it out"));
    }
    Ok(models.remove(at))
}

/// Bounds on the worst split, then the claims.
fn claims(metrics: &[(String, Direction)], known: &Known, options: &ScoresOptions) -> Result<Vec<Claim>> {
    let bound = |(bound, text): &(Bound, String)| {
        let setting = if *bound == Bound::Below { FAIL_BELOW } else { FAIL_ABOVE };
        let name = text.rsplit_once('=').map_or("", |(name, _)| name.trim());
        let names = || metrics.iter().map(|m| m.0.as_str());
        if !name.is_empty() && place_of_metric(name, names()).is_none() {
            let near = suggestion_or_list(name, names);
            return Err(Error::claim(format!("no metric '{name}' among these scores{near}"))
                .about(setting)
                .at(setting.to(text)));
        }
        let parsed = WorstCaseBound::parse(text, *bound, metrics, None).map_err(|e| e.about(setting))?;
        Ok(Claim { allowed: options.allowed, ..parsed.claim() })
    };
    let mut all = options.worst_case.iter().map(bound).collect::<Result<Vec<_>>>()?;
    for claim in &options.claims {
        all.push(claim.pose(options.confidence, options.allowed, known)?);
    }
    Ok(all)
}

fn warn_about_undefined(model: &Model, warnings: &mut Vec<Warning>) {
    for (name, summary) in model.metrics.iter().filter(|(_, summary)| summary.undefined > 0) {
        let text = format!(
            "{name} of {} is undefined on {} of {} splits: {}",
            model.name,
            summary.undefined,
            model.splits.len(),
            summary.why_undefined()
        );
        warnings.push(Warning::new(Code::UndefinedScores, text));
    }
}

fn warn_about_claims(claims: &[Claim], worst_case: usize, splits: usize, warnings: &mut Vec<Warning>) {
    if worst_case > 0 {
        let text = format!("the worst of {splits} splits drops with their number; compare it with that of as many");
        warnings.push(Warning::new(Code::WorstGate, text));
    }
    for claim in claims.iter().filter(|claim| cannot_fail(&claim.statement)) {
        let text = format!("{} holds whatever the scores are", claim.statement);
        warnings.push(Warning::new(Code::ClaimAlwaysHolds, text));
    }
    let sure = claims.iter().filter(|claim| claim.confidence.is_some()).count();
    if sure > 0 {
        let text = format!(
            "the confidence of {sure} claim{} is a guide only: it takes splits for independent draws, and how these were drawn is \
             not known",
            if sure == 1 { "" } else { "s" }
        );
        warnings.push(Warning::new(Code::DependentSplits, text));
    }
}
