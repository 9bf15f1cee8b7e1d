//! Numbers and names as figures show them.

use crate::metric::Direction;
use crate::plot::Ink;
use crate::render::number::{SCIENTIFIC, decimals_of, fewer, show};
use crate::report::{MetricSummary, Model, Report};
use crate::verdict::claim::{Expression, Statement};
use crate::verdict::{ClaimResult, Verdict};

/// The models, each with its number and what it is called.
pub fn named_models(report: &Report) -> Vec<(usize, &Model, String)> {
    report.models.iter().enumerate().map(|(at, model)| (at, model, crate::render::page::called(model))).collect()
}

/// Decimals of a metric, the same for all models; one less than a table has.
pub fn digits(report: &Report, metric: &str) -> usize {
    let of = report.models.iter().filter_map(|model| model.metrics.get(metric));
    let all: Vec<usize> = of.map(decimals_of).collect();
    if all.contains(&SCIENTIFIC) { SCIENTIFIC } else { fewer(all.into_iter().min().unwrap_or(3)) }
}

/// A number with so many digits.
pub fn n(value: f64, digits: usize) -> String {
    show(Some(value), digits)
}

/// Which way a metric gets better, in words for an axis.
pub fn axis_name(metric: &str, direction: Direction) -> String {
    match direction {
        Direction::Higher => format!("{metric} (higher is better)"),
        Direction::Lower => format!("{metric} (lower is better)"),
        Direction::None => metric.to_owned(),
    }
}

/// The ends of what 9 of 10 splits score.
pub fn middle_ninety(m: &MetricSummary) -> Option<[f64; 2]> {
    Some([*m.quantiles.get("p05")?, *m.quantiles.get("p95")?])
}

/// A range that a statistic on the scores' own scale keeps, and one of spreads, gaps or shares does not.
const RANGE: [f64; 2] = [3.0, 5.0];

/// The claims on one metric that hold a statistic of its scores against something, each with that and how it was judged.
pub fn thresholds<'r>(report: &'r Report, metric: &str) -> Vec<(f64, &'r ClaimResult)> {
    let on_scale = |claim: &ClaimResult| {
        let Expression::Term(term) = Statement::parse(&claim.text).ok()?.left else { return None };
        let is_of_metric = term.score.metric == metric && term.score.model.is_none();
        claim.threshold.filter(|_| is_of_metric && term.statistic.range(RANGE) == RANGE)
    };
    report.claims.iter().filter_map(|claim| Some((on_scale(claim)?, claim))).collect()
}

/// The same, of those that speak of a model.
pub fn thresholds_of<'r>(report: &'r Report, metric: &str, model: &Model) -> Vec<(f64, &'r ClaimResult)> {
    let mut all = thresholds(report, metric);
    all.retain(|(_, claim)| claim.model.split(", ").any(|name| name == model.name));
    all
}

/// Those of [`thresholds`], once for claims that are made of several models: that of the worst of its verdicts.
pub fn limits<'r>(report: &'r Report, metric: &str) -> Vec<(f64, &'r ClaimResult)> {
    let mut all = thresholds(report, metric);
    all.sort_by_key(|(_, claim)| urgency(claim));
    let mut seen: Vec<&str> = Vec::new();
    all.retain(|(_, claim)| {
        let is_new = !seen.contains(&claim.text.as_str());
        seen.push(&claim.text);
        is_new
    });
    all
}

/// The place of a claim among others, those first that need attention.
pub fn urgency(claim: &ClaimResult) -> u8 {
    match claim.verdict {
        Verdict::Fails => 0,
        Verdict::Undecided => 1,
        Verdict::Holds => 2,
    }
}

/// The ink of a verdict.
pub fn verdict_ink(claim: &ClaimResult) -> Ink {
    match claim.verdict {
        Verdict::Holds => Ink::Good,
        Verdict::Fails => Ink::Bad,
        Verdict::Undecided => Ink::Muted,
    }
}

/// What a claim is called.
pub fn claim_name(claim: &ClaimResult) -> String {
    claim.name.clone().unwrap_or_else(|| claim.text.clone())
}

/// What a probe read of a model, with the splits, apart.
pub fn splits_and_readings(model: &Model, reading: &str) -> (Vec<u64>, Vec<f64>) {
    let column = model.splits.probes(reading);
    (0..model.splits.len()).filter_map(|k| Some((model.splits.numbers.at(k), column.at(k)?))).unzip()
}

/// The scores of a model with their splits, apart.
pub fn splits_and_scores(model: &Model, metric: &str) -> (Vec<u64>, Vec<f64>) {
    model.scores(metric).unzip()
}
