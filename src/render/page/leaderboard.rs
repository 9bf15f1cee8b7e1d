//! Models of a report beside each other, the best first.

use super::Page;
use super::called::{called, called_baseline};
use super::comparison::{CLEAR, deciding_p};
use super::table::{Column, Row};
use crate::escape::shorten_name;
use crate::metric::Direction;
use crate::render::histogram::histogram_between;
use crate::render::number::{SCIENTIFIC, decimals_of, fewer, is_huge, percent, show, significant};
use crate::report::{MetricSummary, Model, Report};
use crate::verdict::Comparison;

/// Bars of a distribution.
const BARS: usize = 12;
/// Two models are practically equal where that is at least so probable.
pub(super) const SURE: f64 = 0.95;

/// The models, the best in the primary metric first; those without a score last. A metric without a direction keeps their
/// order.
pub(in crate::render) fn ranked(report: &Report) -> Vec<&Model> {
    let mut models: Vec<&Model> = report.models.iter().collect();
    let mean = |model: &Model| report.primary(model).and_then(|(_, m)| m.mean);
    let direction = report.models.iter().find_map(|m| Some(report.primary(m)?.1.direction));
    models.sort_by(|a, b| match (mean(a), mean(b), direction) {
        (Some(a), Some(b), Some(Direction::Higher)) => b.total_cmp(&a),
        (Some(a), Some(b), Some(Direction::Lower)) => a.total_cmp(&b),
        (a, b, _) => b.is_some().cmp(&a.is_some()),
    });
    models
}

/// The comparison of two models in a metric, turned so that `a` is the first.
pub(in crate::render) fn pair(report: &Report, a: &str, b: &str, metric: &str) -> Option<Comparison> {
    let found =
        report.pairs.iter().find(|c| c.metric == metric && ((c.a == a && c.b == b) || (c.a == b && c.b == a)))?;
    Some(if found.a == a { found.clone() } else { found.turned() })
}

/// The quantile beyond which the worst twentieth of the splits lies.
pub(super) fn bad_tail(m: &MetricSummary) -> Option<f64> {
    m.quantiles.get(if m.direction == Direction::Lower { "p95" } else { "p05" }).copied()
}

impl Page {
    /// A row a model, in that order, and the baseline last, on one axis.
    pub(super) fn leaderboard(&mut self, report: &Report, models: &[&Model]) {
        let Some(metric) = report.metrics.first() else { return };
        let all = || models.iter().copied().chain(&report.baseline);
        let summaries: Vec<&MetricSummary> = all().filter_map(|m| m.metrics.get(metric)).collect();
        // One digit less than the best model alone is shown with: the column is to be compared.
        let digits = if summaries.iter().any(|m| is_huge(m)) {
            Some(SCIENTIFIC)
        } else {
            summaries.first().map(|m| decimals_of(m))
        };
        let Some(digits) = digits.map(fewer) else { return };
        // The baseline is often far away, and would press all models into one bar.
        let ends = models.iter().filter_map(|m| m.metrics.get(metric)).flat_map(|m| [m.min, m.max]).flatten();
        let (low, high) = (ends.clone().fold(f64::INFINITY, f64::min), ends.fold(f64::NEG_INFINITY, f64::max));
        if low > high {
            return;
        }
        let best = models.first().map(|m| m.name.as_str()).unwrap_or_default();
        let one = report.plan.done == 1;
        let timed = all().any(|m| m.seconds_a_split.is_some());
        let mut marks = Marks::default();
        let row = |model: &Model| {
            let m = model.metrics.get(metric)?;
            let n = |v: Option<f64>| show(v, digits);
            let on_axis = |score: &f64| (low..=high).contains(score);
            let scores: Vec<f64> = model.scores(metric).map(|(_, score)| score).filter(on_axis).collect();
            let is_baseline = report.baseline.as_ref().is_some_and(|baseline| std::ptr::eq(model, baseline));
            let against = report.against_baseline.iter().find(|c| c.a == model.name && c.metric == *metric);
            let beats = against.filter(|_| !is_baseline).map_or_else(String::new, |c| {
                format!("{}{}", c.won.map_or_else(|| "–".into(), percent), marks.of(c, false))
            });
            let to_best = match pair(report, &model.name, best, metric).filter(|_| !is_baseline) {
                Some(c) => {
                    // As the scores differ: what is worse is below the best where higher is better, and above it else.
                    let sign = if m.direction == Direction::Lower { -1.0 } else { 1.0 };
                    let by = show(Some(sign * c.mean_difference), digits);
                    // What is too small to be shown has no sign.
                    let plus = if by.starts_with('-') || by.parse() == Ok(0.0) { "" } else { "+" };
                    format!("{plus}{by}{}", marks.of(&c, true))
                }
                None => String::new(),
            };
            let time = timed.then(|| model.seconds_a_split.map_or_else(|| "–".into(), milliseconds));
            Some(Row {
                bold: model.name == best && !is_baseline,
                ..Row::new(
                    [
                        if is_baseline { called_baseline(model) } else { called(model) },
                        m.ci95
                            .map_or_else(|| n(m.mean), |[a, b]| format!("{} ± {}", n(m.mean), n(Some((b - a) / 2.0)))),
                        // Of one split they are its score once more.
                        m.worst
                            .filter(|_| !one)
                            .map_or_else(|| "–".into(), |w| format!("{} #{}", n(Some(w.score)), w.split)),
                        n(bad_tail(m).filter(|_| !one)),
                        if one { String::new() } else { histogram_between(&scores, BARS, low, high) },
                        n(m.gap_mean),
                        beats,
                        to_best,
                    ]
                    .into_iter()
                    .chain(time)
                    .collect(),
                )
            })
        };
        let rows: Vec<Row> = all().map(row).collect::<Vec<_>>().into_iter().flatten().collect();
        let rope = report.pairs.iter().find(|c| c.metric == *metric).map(|c| c.rope);
        let axis = format!("{} to {}", show(Some(low), digits), show(Some(high), digits));
        let mut columns = vec![
            Column::words("model"),
            Column::numbers(shorten_name(metric)).explained(if one {
                "the score on the one split"
            } else if summaries.iter().all(|m| m.ci95.is_none()) {
                "mean over splits"
            } else {
                "mean over splits ± half its 95 % interval for new data"
            }),
            Column::numbers("worst split").rank(1),
            Column::numbers("worst 5 %").explained("a twentieth of the splits is beyond").rank(5),
            Column::bars(axis).rank(4),
            Column::numbers("gap").explained("how much better the train rows score").rank(6),
            Column::numbers("vs baseline").explained(marks.legend("better on so many splits", None)).rank(3),
            Column::numbers("vs best").explained(marks.legend("", rope)).rank(2),
        ];
        columns.extend(timed.then(|| {
            let what = "milliseconds that fitting and scoring a split takes on one thread";
            Column::numbers("ms a split").explained(what).rank(7)
        }));
        self.quiet_heading("models, the best first");
        self.rows(columns, rows);
    }
}

/// A time with two digits, in milliseconds.
pub(super) fn milliseconds(seconds: f64) -> String {
    let milliseconds = 1e3 * seconds;
    let decimals = (1.0 - milliseconds.max(1e-4).log10().floor()).clamp(0.0, 5.0) as usize;
    format!("{milliseconds:.decimals$}")
}

/// The marks that a leaderboard has used.
#[derive(Debug, Default)]
struct Marks {
    unclear: bool,
    equal: bool,
}

impl Marks {
    fn of(&mut self, c: &Comparison, ties: bool) -> &'static str {
        if ties && c.equal >= SURE {
            self.equal = true;
            return " ≈";
        }
        if deciding_p(c) >= CLEAR {
            self.unclear = true;
            return " ?";
        }
        ""
    }

    /// What a column of them means.
    fn legend(&self, what: &str, rope: Option<f64>) -> String {
        let mut parts: Vec<String> = Vec::new();
        parts.extend((!what.is_empty()).then(|| what.to_owned()));
        parts.extend((self.unclear && what.is_empty()).then(|| "? is no clear difference (p above 0.05)".to_owned()));
        let rope = rope.filter(|_| self.equal);
        parts.extend(rope.map(|rope| format!("≈ is practically equal (within {})", significant(rope))));
        parts.join(", ")
    }
}
