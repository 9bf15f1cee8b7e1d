//! Comparisons in words.

use super::Page;
use crate::render::number::{decimals, decimals_of, percent, probability, show, small_p};
use crate::report::{Model, Report};
use crate::verdict::{Comparison, Standing};

/// A p-value for people.
pub fn p_value(p: f64) -> String {
    if p < 0.001 { "p < 0.001".into() } else { format!("p = {p:.3}") }
}

/// One comparison in a line.
pub fn comparison_line(c: &Comparison) -> String {
    let d = decimals(None, c.ci95[1] - c.ci95[0]).saturating_sub(1).min(decimals(None, c.mean_difference.abs()));
    let n = |v: f64| show(Some(v), d.clamp(2, 6));
    // The better one stands first, whichever was named first.
    let worse = c.mean_difference < 0.0;
    let turned = |[a, b]: [f64; 2]| if worse { [-b, -a] } else { [a, b] };
    let (first, second) = if worse { (&c.b, &c.a) } else { (&c.a, &c.b) };
    let (more, less) = if worse { (c.worse, c.better) } else { (c.better, c.worse) };
    let won = match (c.won, c.tied.unwrap_or(0.0)) {
        (None, _) => " (different splits)".into(),
        (Some(won), tied) => {
            let share = if worse { (1.0 - won - tied).max(0.0) } else { won };
            let equal = if tied > 0.0 { format!(", equal on {}", percent(tied)) } else { String::new() };
            format!(" on {} of splits{equal}", percent(share))
        }
    };
    let holm = c.p_holm.map_or(String::new(), |p| format!(" ({} by Holm)", p_value(p)));
    let [low, high] = turned(c.ci95);
    let word = if c.mean_difference == 0.0 { "as good as" } else { "better than" };
    format!(
        "{first} {word} {second} in {}{won}, by {} on average (95 % from {} to {}), {}{holm}; \
         better, equal (±{}), worse: {}, {}, {}",
        c.metric,
        n(c.mean_difference.abs()),
        n(low),
        n(high),
        p_value(c.p),
        c.rope,
        probability(more),
        probability(c.equal),
        probability(less)
    )
}

/// One standing in a line.
pub fn standing_line(s: &Standing) -> String {
    let sd = s.rank_sd.map_or(String::new(), |sd| format!(", sd {sd:.2}"));
    format!("{} in {}: mean rank {:.2}{sd}; best on {} of splits", s.model, s.metric, s.rank_mean, percent(s.best))
}

/// What a model is against the baseline, what it is worth and what the null test says, in the primary metric: a line
/// each, where there is one.
pub(super) fn comparisons_of(report: &Report, model: &Model) -> Vec<String> {
    let Some((name, m)) = report.primary(model) else { return Vec::new() };
    let d = decimals_of(m);
    let baseline = report.against_baseline.iter().find(|c| c.a == model.name && c.metric == *name).map(|c| {
        let worse = if c.mean_difference < 0.0 { "worse " } else { "" };
        format!(
            "against the baseline: {name} better on {} of splits, {worse}by {} on average ({})",
            percent(c.won.unwrap_or(0.0)),
            show(Some(c.mean_difference.abs()), d),
            p_value(c.p)
        )
    });
    let worth = report.value.as_ref().zip(model.metrics.get("value_per_year")).map(|(value, years)| {
        let n = |v: Option<f64>| show(v, 0);
        format!(
            "a year is worth {} on average ({} on the worst split, {} on the best; the baseline's {}) and costs {}: a loss on {} of splits",
            n(years.mean),
            n(years.min),
            n(years.max),
            n(report.baseline.metrics.get("value_per_year").and_then(|years| years.mean)),
            n(Some(value.cost_per_year)),
            percent(value.loss_share.get(&model.name).copied().unwrap_or(0.0))
        )
    });
    let null = report.null.iter().find(|t| t.model == model.name && t.metric == *name).map(|test| {
        let shuffled = match test.within.as_str() {
            "groups" => "shuffled within groups and between those of equal size",
            "whole groups" => "shuffled between whole groups",
            "pieces of time" => "cut along time and put together in another order",
            "groups within blocks of time" => "shuffled within groups and blocks of time",
            "blocks of time" => "shuffled within blocks of time",
            _ => "shuffled",
        };
        let made = match (test.exact, test.permutations) {
            (true, 1) => "the 1 other arrangement".to_owned(),
            (true, n) => format!("all {n} other arrangements"),
            (false, n) => format!("{n} times"),
        };
        if test.arrangements == Some(1) {
            return format!("the target cannot be {shuffled}: there is but one arrangement, and no test for no pattern at all");
        }
        format!(
            "with the target {shuffled} ({made}, {} splits) {name} is {} on average: p = {} for no pattern at all (no less than {})",
            test.splits,
            show(Some(test.null_mean), d),
            small_p(test.p),
            small_p(test.resolution)
        )
    });
    [baseline, worth, null].into_iter().flatten().collect()
}

impl Page {
    /// How several models of a report stand to each other in the primary metric.
    pub(super) fn standings(&mut self, report: &Report) {
        let primary = report.metrics.first();
        let standings: Vec<String> =
            report.standings.iter().filter(|s| Some(&s.metric) == primary).map(standing_line).collect();
        if standings.is_empty() {
            return;
        }
        self.heading("models against each other");
        let pairs = report.pairs.iter().filter(|c| Some(&c.metric) == primary).map(comparison_line);
        standings.into_iter().chain(pairs).for_each(|line| self.sentence(line));
    }
}
