//! A model: its scores, and what there is to say about them.

use std::path::Path;

use super::leaderboard::milliseconds;
use super::statistics::{Cell, Statistic, Statistics};
use super::tuning::tuning_lines;
use super::{Block, Heading, List, Page, Tone};
use crate::escape::shorten_name;
use crate::inspect::RowValues;
use crate::metric::Direction;
use crate::render::histogram::histogram;
use crate::render::number::{SCIENTIFIC, decimals_of, is_huge, percent, show, spread_of};
use crate::report::{BestWorst, MetricSummary, Model, OutlierEntry, Report};

/// Bars of a histogram.
const BARS: usize = 12;
/// Outlier splits that are listed by number where space is dear.
const LISTED: usize = 5;

impl Page {
    /// The whole distribution of a model's scores.
    pub(super) fn distribution(&mut self, report: &Report, model: &Model, detail: bool) {
        let params: Vec<String> = model.params.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let (text, aside) = (shorten_name(&model.name).into_owned(), params.join(" "));
        self.push(Block::Heading(Heading { text, aside, detail, ..Heading::default() }));
        self.push(Block::Statistics(statistics(report, model)));
        if let Some(seconds) = model.seconds_a_split {
            self.sentence(format!("fitting and scoring a split took {} ms on one thread", milliseconds(seconds)));
        }
        let Some((name, m)) = report.primary(model) else { return };
        if let (Some(worst), Some(bound)) = (m.worst, m.worst_bound.filter(|_| m.direction != Direction::None)) {
            self.sentence(format!(
                "with 95 % confidence at most {} of random splits of this file have {} worse than {}",
                percent(bound.share),
                shorten_name(name),
                show(Some(worst.score), decimals_of(m))
            ));
        }
    }

    /// Which splits stand out, and why.
    pub(super) fn standing_out(&mut self, report: &Report, model: &Model, kept: Option<&Path>) {
        for name in &report.metrics {
            if let Some(m) = model.metrics.get(name) {
                self.outliers(name, m);
            }
        }
        for (split, reason) in model.why.iter().flat_map(|w| w.reasons.iter().map(|r| (w.split, r))) {
            let more = match (reason.kind.as_str(), kept) {
                ("none", Some(path)) => format!(": randsplit inspect {} shows more", path.display()),
                ("none", None) => ": keep the report with -o run.json and randsplit inspect it".into(),
                _ => String::new(),
            };
            self.sentence(format!("  why #{split}: {}{more}", reason.text));
        }
        for row in model.why.iter().flat_map(|why| &why.row_values) {
            let target = report.data.as_ref().map_or("target", |data| data.target.as_str());
            self.sentence(row_line(target, row));
        }
        let Some((name, m)) = report.primary(model) else { return };
        if let Some(threshold) = m.outlier_threshold.filter(|_| m.outliers.is_empty()) {
            self.sentence(format!("no split stands out in {} (z beyond {threshold})", shorten_name(name)));
        }
    }

    /// What was asked of a model beside its scores, or what it says of itself.
    pub(super) fn readings(&mut self, report: &Report, model: &Model) {
        for (name, f) in &model.figures {
            let cell = |v| show(Some(v), 4);
            let sd = f.sd.map_or(String::new(), |sd| format!(", sd {}", cell(sd)));
            let (mean, min, max) = (cell(f.mean), cell(f.min), cell(f.max));
            self.sentence(format!("{}: mean {mean}{sd}, from {min} to {max} over splits", shorten_name(name)));
        }
        tuning_lines(model).into_iter().for_each(|line| self.sentence(line));
        self.probes(report, model);
    }

    fn outliers(&mut self, name: &str, m: &MetricSummary) {
        for (side, word, tone) in [("bad", "worse", Tone::Warn), ("good", "better", Tone::Plain)] {
            let mut list: Vec<&OutlierEntry> = m.outliers.iter().filter(|o| o.side == side).collect();
            if list.is_empty() {
                continue;
            }
            list.sort_by(|a, b| b.z.abs().total_cmp(&a.z.abs()));
            let item =
                |o: &&OutlierEntry| format!("#{} {} (z {:+.1})", o.split, show(Some(o.score), decimals_of(m)), o.z);
            let s = if list.len() == 1 { "" } else { "s" };
            let expected = m.outliers_expected;
            self.push(Block::List(List {
                tone,
                lead: format!("{} split{s} far {word} in {}: ", list.len(), shorten_name(name)),
                items: list.iter().map(item).collect(),
                most: LISTED,
                // With digits for less than one.
                tail: format!("; {expected:.*} expected by chance", if expected < 1.0 { 2 } else { 1 }),
            }));
        }
    }
}

/// What stands in a row that was named: `row 28 (Maserati Bora): mpg 15, predicted 12.7; wt 3.57, hp 335`.
fn row_line(target: &str, row: &RowValues) -> String {
    let named = |(name, value): (&String, &String)| format!("{} {}", shorten_name(name), shorten_name(value));
    let id = row.id.as_ref().map_or(String::new(), |id| format!(" ({})", shorten_name(id)));
    let predicted =
        row.prediction.as_ref().map_or(String::new(), |p| format!(", predicted {} on average", shorten_name(p)));
    let values = row.values.iter().map(named).collect::<Vec<_>>().join(", ");
    format!("    row {}{id}: {} {}{predicted}; {values}", row.row, shorten_name(target), shorten_name(&row.target))
}

/// The distribution of each metric.
fn statistics(report: &Report, model: &Model) -> Statistics {
    type Of<'a> = &'a dyn Fn(&MetricSummary, usize, &str) -> Cell;
    let number = |value: Option<f64>, d: usize| Cell::Number(show(value, d));
    let split = |e: Option<BestWorst>, d: usize| Cell::Split(show(e.map(|e| e.score), d), e.map(|e| e.split));
    let quantile = |m: &MetricSummary, name: &str, d: usize| number(m.quantiles.get(name).copied(), d);
    let of_baseline = |name: &str| report.baseline.as_ref()?.metrics.get(name);
    let baseline = |name: &str| of_baseline(name).and_then(|m| m.mean);
    let bars = |name: &str| histogram(&model.scores(name).map(|(_, score)| score).collect::<Vec<f64>>(), BARS);
    let rows: [(&str, &[&str], Of); 13] = [
        ("mean", &["mean"], &|m, d, _| number(m.mean, d)),
        ("95 % interval", &["  95 % from", "       to"], &|m, d, _| {
            Cell::Interval(m.ci95.map(|ends| ends.map(|end| show(Some(end), d))))
        }),
        ("sd", &["sd over splits"], &|m, d, _| number(spread_of(m), d)),
        ("worst (split)", &["worst split"], &|m, d, _| split(m.worst, d)),
        ("5 %", &["  5 % quantile"], &|m, d, _| quantile(m, "p05", d)),
        ("25 %", &["  25 %"], &|m, d, _| quantile(m, "p25", d)),
        ("median", &["  median"], &|m, d, _| quantile(m, "p50", d)),
        ("75 %", &["  75 %"], &|m, d, _| quantile(m, "p75", d)),
        ("95 %", &["  95 %"], &|m, d, _| quantile(m, "p95", d)),
        ("best (split)", &["best split"], &|m, d, _| split(m.best, d)),
        ("gap", &["train - test gap"], &|m, d, _| number(m.gap_mean, d)),
        ("baseline", &["baseline mean"], &|_, d, name| number(baseline(name), d)),
        ("distribution", &["min to max"], &|_, _, name| Cell::Bars(bars(name))),
    ];
    let cells = |of: Of| -> Vec<Option<Cell>> {
        // The baseline's mean stands in the same column.
        let huge = |name: &str| of_baseline(name).is_some_and(is_huge);
        let digits = |name: &str, m: &MetricSummary| if huge(name) { SCIENTIFIC } else { decimals_of(m) };
        let cell = |name: &String| model.metrics.get(name).map(|m| of(m, digits(name, m), name));
        report.metrics.iter().map(cell).collect()
    };
    let statistic =
        |(head, labels, of): (&'static str, &'static [&'static str], Of)| Statistic { head, labels, cells: cells(of) };
    let mut rows: Vec<Statistic> = rows.map(statistic).into();
    if report.data.is_none() {
        // What scores alone do not tell is left out.
        rows.retain(|row| row.cells.iter().flatten().any(|cell| !cell.is_none()));
    }
    Statistics { names: report.metrics.clone(), rows }
}
