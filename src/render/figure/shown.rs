//! Numbers and names as figures show them.

use crate::metric::Direction;
use crate::plot::Ink;
use crate::render::number::{SCIENTIFIC, decimals_of, fewer, show};
use crate::report::{MetricSummary, Model, Report};
use crate::verdict::ClaimResult;

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

/// The claims on one metric that hold a statistic against a number, each with what it says and how it was judged.
pub fn thresholds<'r>(report: &'r Report, metric: &str) -> Vec<(f64, &'r ClaimResult)> {
    let about = format!("({metric})");
    let on_scale = |claim: &ClaimResult| {
        let (left, _) = claim.text.split_once(['<', '>'])?;
        let statistic = left.trim().strip_suffix(about.as_str())?;
        // Of spreads the threshold is on another scale.
        let plain = matches!(statistic, "worst" | "best" | "mean" | "median" | "min" | "max");
        let quantile = statistic.strip_prefix('p').is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_digit()));
        claim.threshold.filter(|_| plain || quantile)
    };
    report.claims.iter().filter_map(|claim| Some((on_scale(claim)?, claim))).collect()
}

/// The ink of a verdict.
pub fn verdict_ink(claim: &ClaimResult) -> Ink {
    match claim.verdict {
        crate::verdict::Verdict::Holds => Ink::Good,
        crate::verdict::Verdict::Fails => Ink::Bad,
        crate::verdict::Verdict::Undecided => Ink::Muted,
    }
}

/// The scores of a model with their splits, apart.
pub fn splits_and_scores(model: &Model, metric: &str) -> (Vec<u64>, Vec<f64>) {
    model.scores(metric).unzip()
}
