//! Comparisons in words, and as tables.

use super::Page;
use super::leaderboard::SURE;
use super::table::{Column, Row};
use crate::metric::Direction;
use crate::names::listed;
use crate::render::number::{
    HUGE, SCIENTIFIC, decimals, decimals_of, percent, probability, show, significant, small_p,
};
use crate::report::{Model, Report};
use crate::verdict::{Comparison, Standing};

/// The p-value up to which a difference is called clear.
pub(super) const CLEAR: f64 = 0.05;

/// A p-value for people.
pub(super) fn p_value(p: f64) -> String {
    if p < 0.001 { "p < 0.001".into() } else { format!("p = {p:.3}") }
}

/// The p-value that decides: over all pairs, where there are several.
pub(super) fn deciding_p(c: &Comparison) -> f64 {
    c.p_holm.unwrap_or(c.p)
}

/// A comparison with the better one first, whichever was named first.
fn better_first(c: &Comparison) -> Comparison {
    if c.mean_difference < 0.0 { c.turned() } else { c.clone() }
}

/// Decimals that tell the ends of its interval apart.
fn decimals_of_difference(c: &Comparison) -> usize {
    let [low, high] = c.ci95;
    // One notation for the difference and its interval.
    if [low, high, c.mean_difference].iter().any(|v| v.abs() >= HUGE) {
        return SCIENTIFIC;
    }
    decimals(None, high - low).saturating_sub(1).min(decimals(None, c.mean_difference)).clamp(2, 6)
}

/// One comparison as a sentence.
pub(super) fn comparison_sentence(c: &Comparison, direction: Direction) -> String {
    let c = &better_first(c);
    if c.mean_difference == 0.0 && c.ci95[0] == c.ci95[1] {
        return format!("{} and {} have the same {} on every split", c.a, c.b, c.metric);
    }
    let d = decimals_of_difference(c);
    let n = |v: f64| show(Some(v), d);
    let ties = c.tied.filter(|tied| *tied > 0.0).map_or(String::new(), |tied| format!(", ties on {}", percent(tied)));
    let won = match c.won {
        None => " (the splits differ)".into(),
        Some(won) if won >= 1.0 => " on every split".into(),
        Some(won) => format!(" on {} of splits{ties}", percent(won)),
    };
    let (verb, but) = match (c.equal >= SURE, deciding_p(c) < CLEAR) {
        (true, _) => ("is practically equal to", ""),
        (_, true) => ("beats", ""),
        _ => ("is ahead of", ", but not clearly"),
    };
    let won = if c.equal >= SURE { won.replacen(" on", ", better on", 1) } else { won };
    let holm = c.p_holm.map(p_value).filter(|holm| *holm != p_value(c.p));
    let holm = holm.map_or(String::new(), |holm| format!(", {holm} by Holm over all pairs"));
    let [better, equal, worse] = [c.better, c.equal, c.worse].map(chance);
    format!(
        "{} {verb} {}{won}{but}: {} {} {} (95 % interval {} to {}; {}{holm}); P(better) {better}, \
         P(practically equal, within {}) {equal}, P(worse) {worse}",
        c.a,
        c.b,
        c.metric,
        n(c.mean_difference),
        direction.change(true),
        n(c.ci95[0]),
        n(c.ci95[1]),
        p_value(c.p),
        significant(c.rope),
    )
}

/// A probability in whole percent, never rounded to none or all.
fn chance(p: f64) -> String {
    match p {
        p if p > 0.0 && p < 0.01 => "<1 %".into(),
        p if p < 1.0 && p > 0.99 => ">99 %".into(),
        p => format!("{:.0} %", 100.0 * p),
    }
}

/// One standing as a sentence.
fn standing_sentence(s: &Standing) -> String {
    let sd = s.rank_sd.map_or(String::new(), |sd| format!(" (sd {sd:.2})"));
    format!("{}: mean rank {:.2}{sd} in {}, best on {} of splits", s.model, s.rank_mean, s.metric, percent(s.best))
}

/// What a model is worth and what the permutation test says, in the primary metric: a line each, where there is one.
pub(super) fn worth_and_null(report: &Report, model: &Model) -> Vec<String> {
    let Some((name, m)) = report.primary(model) else { return Vec::new() };
    let d = decimals_of(m);
    let worth = report.value.as_ref().zip(model.metrics.get("value_per_year")).map(|(value, years)| {
        let n = |v: Option<f64>| show(v, 0);
        format!(
            "{}: a year is worth {} on average ({} on the worst split, {} on the best; the baseline's {}) and costs {}: a loss on {} of splits",
            model.name,
            n(years.mean),
            n(years.min),
            n(years.max),
            n(report.baseline.as_ref().and_then(|baseline| baseline.metrics.get("value_per_year")?.mean)),
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
        if test.arrangements == Some(1) {
            return format!(
                "{}: the target cannot be {shuffled}: there is but one arrangement, so there is no permutation test",
                model.name
            );
        }
        let made = match (test.exact, test.permutations) {
            (true, 1) => "the 1 other arrangement".to_owned(),
            (true, n) => format!("all {n} other arrangements"),
            (false, n) => format!("{n} shuffles"),
        };
        let least = if test.p <= test.resolution {
            format!(", the smallest possible with {made}")
        } else {
            format!(" ({made})")
        };
        format!(
            "{}: permutation p = {}{least}; with the target {shuffled}, {name} is {} on average of {} splits",
            model.name,
            small_p(test.p),
            show(Some(test.null_mean), d),
            test.splits,
        )
    });
    [worth, null].into_iter().flatten().collect()
}

impl Page {
    /// How several models of a report stand to each other in the primary metric.
    pub(super) fn standings(&mut self, report: &Report) {
        let primary = report.metrics.first();
        let mut standings = report.standings.iter().filter(|s| Some(&s.metric) == primary).peekable();
        if standings.peek().is_none() {
            return;
        }
        self.push(super::Block::Heading(super::Heading {
            text: "models against each other".into(),
            detail: true,
            ..super::Heading::default()
        }));
        standings.for_each(|s| self.sentence(standing_sentence(s)));
        let direction = report.models.first().and_then(|m| Some(m.metrics.get(primary?)?.direction));
        let pairs = report.pairs.iter().filter(|c| Some(&c.metric) == primary);
        pairs.for_each(|c| self.sentence(comparison_sentence(c, direction.unwrap_or(Direction::None))));
    }

    /// A row a comparison.
    pub(super) fn comparisons(&mut self, comparisons: &[Comparison]) {
        let columns = vec![
            Column::words("better"),
            Column::words("than"),
            Column::words("metric"),
            Column::numbers("by"),
            Column::numbers("95 % interval").rank(2),
            Column::numbers("wins").rank(1),
            Column::numbers("p").rank(1),
            Column::numbers("p (Holm)").rank(3),
            Column::numbers("P(better)").rank(4),
            Column::numbers("P(equal)").rank(4),
            Column::numbers("P(worse)").rank(4),
        ];
        let row = |c: &Comparison| {
            let c = better_first(c);
            let d = decimals_of_difference(&c);
            let n = |v: f64| show(Some(v), d);
            let p = |p: f64| if p < 0.001 { "<0.001".into() } else { format!("{p:.3}") };
            let mut cells = vec![c.a, c.b, c.metric, n(c.mean_difference)];
            cells.push(format!("{} to {}", n(c.ci95[0]), n(c.ci95[1])));
            cells.push(c.won.map_or_else(|| "–".into(), percent));
            cells.extend([p(c.p), c.p_holm.map_or_else(|| "–".into(), p)]);
            cells.extend([c.better, c.equal, c.worse].map(probability));
            Row::new(cells)
        };
        self.rows(columns, comparisons.iter().map(row).collect());
    }
}

/// Sentences that a comparison of many models has at most; the table has all.
const SAID: usize = 6;

/// The page of comparisons: what is clear in words, then all of it as a table. `directions` are those of the metrics.
pub fn compare_page(
    comparisons: &[Comparison],
    standings: &[Standing],
    directions: &[(String, Direction)],
    note: Option<&str>,
    left_out: &[String],
) -> Page {
    let mut page = Page::default();
    let direction = |metric: &str| directions.iter().find(|(name, _)| name == metric).map_or(Direction::None, |d| d.1);
    page.heading("models compared split by split");
    let primary = comparisons.first().map(|c| &c.metric);
    let said = comparisons.iter().filter(|c| Some(&c.metric) == primary).take(SAID);
    said.for_each(|c| page.sentence(comparison_sentence(c, direction(&c.metric))));
    if comparisons.is_empty() {
        page.sentence(
            "Nothing can be told of a difference: that takes two splits or more on which both models have a score.",
        );
    }
    if !left_out.is_empty() {
        let (is, it) = if left_out.len() == 1 { ("is", "it has") } else { ("are", "they have") };
        let names = listed(left_out, "and");
        page.sentence(format!("{names} {is} left out: {it} no direction, so that no score is better than another."));
    }
    if let Some(note) = note {
        page.line(super::Tone::Warn, note);
    }
    page.quiet_heading("differences");
    page.comparisons(comparisons);
    if !standings.is_empty() {
        page.quiet_heading("ranks");
        let columns = vec![
            Column::words("model"),
            Column::words("metric"),
            Column::numbers("mean rank"),
            Column::numbers("sd"),
            Column::numbers("best on"),
        ];
        let row = |s: &Standing| {
            let sd = s.rank_sd.map_or_else(|| "–".into(), |sd| format!("{sd:.2}"));
            Row::new(vec![s.model.clone(), s.metric.clone(), format!("{:.2}", s.rank_mean), sd, percent(s.best)])
        };
        page.rows(columns, standings.iter().map(row).collect());
    }
    page
}
