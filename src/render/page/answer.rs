//! What a report answers, in two or three sentences.

use super::Page;
use super::called::called;
use super::comparison::{CLEAR, deciding_p, p_value};
use super::leaderboard::{SURE, pair};
use crate::escape::shorten_name;
use crate::metric::Direction;
use crate::names::listed;
use crate::render::number::{decimals_of, fewer, percent, show, significant};
use crate::report::{MetricSummary, Model, Report};
use crate::verdict::Comparison;

/// Splits from which on quantiles say more than the ends.
const MANY: usize = 20;

impl Page {
    /// How good the best model is, how much luck one split has, and whether it beats the baseline and the others.
    pub(super) fn answer(&mut self, report: &Report, ranked: &[&Model]) {
        let Some((best, others)) = ranked.split_first() else { return };
        let Some((metric, m)) = report.primary(best) else { return };
        let Some(mean) = m.mean else {
            let why =
                if best.failed >= best.splits.len() { "it failed on every split".into() } else { m.why_undefined() };
            let name = called(best);
            self.sentence(format!("{name} has no {} on any split: {why}.", shorten_name(metric)));
            if let Some(line) = against_baseline(report, best) {
                self.sentence(line);
            }
            return;
        };
        let d = fewer(decimals_of(m));
        let n = |v: f64| show(Some(v), d);
        let interval = m
            .ci95
            .map_or(String::new(), |[low, high]| format!(" (95 % interval for new data {} to {})", n(low), n(high)));
        let leads = match (others.is_empty(), m.direction) {
            (true, _) => "".into(),
            (false, Direction::None) => format!(" is the first of {} models:", ranked.len()),
            (false, _) => format!(" is the best of {} models:", ranked.len()),
        };
        let colon = if others.is_empty() { ":" } else { "" };
        let name = called(best);
        self.sentence(format!("{name}{colon}{leads} {} {} on average{interval}.", shorten_name(metric), n(mean),));
        self.sentence(luck(m, d));
        if let Some(line) = against_baseline(report, best) {
            self.sentence(line);
        }
        if let Some(next) = others.first().filter(|_| m.direction != Direction::None) {
            self.next_best(report, best, next, m.direction, d);
        }
    }

    fn next_best(&mut self, report: &Report, best: &Model, next: &Model, direction: Direction, d: usize) {
        let Some((metric, _)) = report.primary(best) else { return };
        let Some(c) = pair(report, &best.name, &next.name, metric) else {
            return self.next_untested(best, next, metric);
        };
        let n = |v: f64| show(Some(v), d);
        let p = c.p_holm.map_or_else(|| p_value(c.p), |p| format!("{} by Holm", p_value(p)));
        let [low, high] = c.ci95;
        let difference = format!(
            "{} {} {} (95 % interval {} to {}; {p})",
            shorten_name(metric),
            no_zero(c.mean_difference, n(c.mean_difference)),
            direction.change(false),
            n(low),
            n(high)
        );
        let name = called(next);
        if c.mean_difference == 0.0 && c.ci95[0] == c.ci95[1] {
            self.sentence(format!("Next is {name}, which scores the same on every split."));
            return;
        }
        self.sentence(if c.equal >= SURE {
            format!("Next is {name}, practically equal (within {}): {difference}.", significant(c.rope))
        } else if deciding_p(&c) < CLEAR {
            format!("Next is {name}, clearly behind: {difference}.")
        } else {
            format!("Next is {name}, not clearly behind: {difference}.")
        });
    }
}

impl Page {
    /// The next best model where there is no test of the difference.
    fn next_untested(&mut self, best: &Model, next: &Model, metric: &str) {
        let summary =
            |model: &Model| model.metrics.get(metric).and_then(|m| Some((m.mean?, m.direction, decimals_of(m))));
        let (Some((first, direction, d)), Some((second, ..))) = (summary(best), summary(next)) else { return };
        let by = (first - second).abs();
        self.sentence(if by == 0.0 {
            format!("Next is {}, with the same {} on average.", called(next), shorten_name(metric))
        } else {
            let (name, by) = (shorten_name(metric), no_zero(by, show(Some(by), fewer(d))));
            format!("Next is {}: {name} {by} {} on average (not tested).", called(next), direction.change(false))
        });
    }
}

/// A difference as it is shown; with its own digits where it would read as none.
fn no_zero(difference: f64, shown: String) -> String {
    if shown.parse() == Ok(0.0) && difference != 0.0 { significant(difference) } else { shown }
}

/// What one split could have said.
fn luck(m: &MetricSummary, d: usize) -> String {
    let n = |v: f64| show(Some(v), d);
    if let (Some(low), Some(high)) = (m.min, m.max)
        && low == high
        && m.count > 1
    {
        return format!("Every split scores {}.", n(low));
    }
    let ends = match (m.worst, m.best) {
        (Some(worst), Some(best)) if m.direction != Direction::None => {
            format!("the worst {} (#{}), the best {} (#{})", n(worst.score), worst.split, n(best.score), best.split)
        }
        _ => match (m.min, m.max) {
            (Some(low), Some(high)) => format!("the lowest {}, the highest {}", n(low), n(high)),
            _ => return String::new(),
        },
    };
    let (low, high) = (m.quantiles.get("p05"), m.quantiles.get("p95"));
    match (low, high) {
        (Some(low), Some(high)) if m.count >= MANY => {
            format!("Luck of the split: 9 of 10 splits score {} to {}; {ends}.", n(*low), n(*high))
        }
        _ if m.count == 1 => "One split alone says nothing about luck.".into(),
        _ => format!("Luck of the split: {ends}."),
    }
}

/// In which metrics a model wins and loses against the baseline.
fn against_baseline(report: &Report, model: &Model) -> Option<String> {
    let all: Vec<&Comparison> = report.against_baseline.iter().filter(|c| c.a == model.name).collect();
    // The primary metric may have no direction, or no score.
    let primary = *all.iter().find(|c| Some(&c.metric) == report.metrics.first()).or(all.first())?;
    let names = |of: &dyn Fn(&&&Comparison) -> bool| -> Vec<String> {
        all.iter().filter(of).map(|c| shorten_name(&c.metric).into_owned()).collect()
    };
    let wins = names(&|c| c.p < CLEAR && c.mean_difference > 0.0);
    let losses = names(&|c| c.p < CLEAR && c.mean_difference < 0.0);
    let unclear = names(&|c| c.p >= CLEAR);
    let m = model.metrics.get(&primary.metric)?;
    let word = m.direction.change(primary.mean_difference >= 0.0);
    let share = match primary.won {
        Some(won) if won >= 1.0 => "better on every split, ".to_owned(),
        Some(won) => format!("better on {} of splits, ", percent(won)),
        None => String::new(),
    };
    let name = shorten_name(&primary.metric);
    let much = match primary.mean_difference.abs() {
        0.0 => format!("{name} is the same on average"),
        by => {
            let by = no_zero(by, show(Some(by), fewer(decimals_of(m))));
            format!("{name} {by} {word} on average, {share}{}", p_value(primary.p))
        }
    };
    let mut parts = Vec::new();
    if !wins.is_empty() {
        parts.push(format!("wins in {}", listed(&wins, "and")));
    }
    if !losses.is_empty() {
        parts.push(format!("loses in {}", listed(&losses, "and")));
    }
    if !unclear.is_empty() {
        parts.push(format!("no clear difference in {}", listed(&unclear, "and")));
    }
    let lead = if wins.is_empty() { "It does not beat the baseline" } else { "Against the baseline" };
    Some(format!("{lead}: {} ({much}).", parts.join("; ")))
}
