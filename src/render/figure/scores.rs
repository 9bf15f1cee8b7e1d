//! The distribution of a metric over splits: a histogram a model, with a box and a stroke for each split.

use super::shown::{
    axis_name, claim_name, digits, n, named_models, splits_and_scores, thresholds, thresholds_of, verdict_ink,
};
use super::{FigureInfo, FigureKind, Of, Section, Subject};
use crate::metric::Direction;
use crate::plot::{Axis, Dash, Figure, Ink, Mark, Numbers, Panel, Scale, Series, Side, binned};
use crate::report::{MetricSummary, Model};

/// Bins of a histogram, about.
const BINS: usize = 40;
/// Models that are drawn; others stand in the tables.
const MOST: usize = 8;
/// Splits that stand out and are named.
const NAMED: usize = 5;

/// The distribution of scores.
#[derive(Debug)]
pub struct Scores;

impl FigureKind for Scores {
    fn info(&self) -> FigureInfo {
        FigureInfo {
            name: "scores",
            summary: "Histogram, box and every split of a metric, a panel a model",
            of: Of::Metric,
            section: Section::Scores,
            needs: "",
        }
    }

    fn draw(&self, subject: &Subject) -> Option<Figure> {
        let Subject { report, metric, .. } = *subject;
        let models: Vec<(usize, &Model, String, &MetricSummary)> = named_models(report)
            .into_iter()
            .filter_map(|(at, model, name)| Some((at, model, name, model.metrics.get(metric).filter(|m| m.count > 0)?)))
            .take(MOST)
            .collect();
        let (.., first) = models.first()?;
        let d = digits(report, metric);
        let scores: Vec<(Vec<u64>, Vec<f64>)> =
            models.iter().map(|(_, model, ..)| splits_and_scores(model, metric)).collect();
        let lists: Vec<Vec<f64>> = scores.iter().map(|(_, scores)| scores.clone()).collect();
        let bins = binned(&lists, BINS);
        let claims = thresholds(report, metric);
        let edges = bins.iter().flat_map(|b| [b.low, b.edges(b.counts.len().saturating_sub(1))[1]]);
        let scale = Scale::around(edges.chain(claims.iter().map(|(threshold, _)| *threshold)));
        let most = bins.iter().flat_map(|b| &b.counts).max().copied().unwrap_or(1);
        let mut numbers = Numbers::new(&["model", "from", "to", "splits"]);
        let mut panels = Vec::new();
        for (((at, model, name, m), (splits, scores)), bins) in models.iter().zip(scores).zip(&bins) {
            let ink = Ink::Model(*at);
            let mut marks = Vec::new();
            let mut boxes = Vec::new();
            for (bin, count) in bins.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
                let [from, to] = bins.edges(bin);
                boxes.push([from, to, 0.0, *count as f64]);
                numbers.push([model.name.clone(), n(from, d + 1), n(to, d + 1), count.to_string()]);
            }
            marks.push(Mark::Boxes { ink, opacity: 0.6, boxes });
            let baseline = report.baseline.as_ref().and_then(|b| b.metrics.get(metric)?.mean);
            let [low, high] = scale.domain();
            if let Some(mean) = baseline.filter(|mean| (low..=high).contains(mean)) {
                let text = if panels.is_empty() { format!("baseline {}", n(mean, d)) } else { String::new() };
                marks.push(Mark::Upright { ink: Ink::Baseline, dash: Dash::Short, at: mean, text });
            }
            for (at, claim) in thresholds_of(report, metric, model) {
                let text = claim_name(claim);
                marks.push(Mark::Upright { ink: verdict_ink(claim), dash: Dash::Long, at, text });
            }
            panels.push(Panel {
                title: name.clone(),
                x: Axis { ticks: false, ..Axis::new("", scale.clone()) },
                y: Axis::new("splits", Scale::from_zero([most as f64])),
                height: 96.0,
                marks,
            });
            panels.push(strip(m, &scale, ink, Series { model: Some(*at), splits }, scores, metric, d));
        }
        let title = match (models.len(), first.quantiles.get("p05"), first.quantiles.get("p95")) {
            (1, Some(low), Some(high)) => format!("{metric}: 9 of 10 splits score {} to {}", n(*low, d), n(*high, d)),
            (1, ..) => format!("{metric} of every split"),
            (models, ..) => format!("{metric} of every split, {models} models on one axis"),
        };
        let width = bins.first().map_or(0.0, |b| b.width);
        Some(Figure {
            title,
            description: format!(
                "A histogram of {metric} over the splits for each model, in bins of {}; below it a stroke for each split and a \
                 box from the lower to the upper quartile with the median, whose line reaches from the 5 % to the 95 % quantile. \
                 Splits that stand out are named.",
                n(width, d + 1)
            ),
            panels,
            columns: 1,
            key: Vec::new(),
            numbers,
            ..Figure::default()
        })
    }
}

/// The box, the strokes and the names of the splits that stand out.
fn strip(
    m: &MetricSummary,
    scale: &Scale,
    ink: Ink,
    series: Series,
    scores: Vec<f64>,
    metric: &str,
    d: usize,
) -> Panel {
    let q = |name: &str| m.quantiles.get(name).copied();
    let mut marks = Vec::new();
    marks.push(Mark::Rug { ink, at: scores, y: 0.05, height: 13.0, series: Some(series) });
    if let (Some(p05), Some(p25), Some(p50), Some(p75), Some(p95)) = (q("p05"), q("p25"), q("p50"), q("p75"), q("p95"))
    {
        marks.push(Mark::Line {
            ink: Ink::Text,
            dash: Dash::Solid,
            width: 1.2,
            points: vec![[p05, 0.72], [p95, 0.72]],
        });
        marks.push(Mark::Boxes { ink, opacity: 0.8, boxes: vec![[p25, p75, 0.58, 0.86]] });
        marks.push(Mark::Line { ink: Ink::Text, dash: Dash::Solid, width: 2.0, points: vec![[p50, 0.54], [p50, 0.9]] });
    }
    // The farthest at each side; names of neighbours would cover each other.
    let mut named: Vec<f64> = Vec::new();
    let [low, high] = scale.domain();
    for outlier in m.outliers.iter().take(NAMED) {
        if named.iter().any(|other| (other - outlier.score).abs() < 0.09 * (high - low)) {
            continue;
        }
        named.push(outlier.score);
        let side = if outlier.score < f64::midpoint(low, high) { Side::Right } else { Side::Left };
        let text = format!("#{} {}", outlier.split, n(outlier.score, d));
        marks.push(Mark::Points { ink: Ink::Text, radius: 2.0, points: vec![[outlier.score, 0.55]], series: None });
        marks.push(Mark::Words { ink: Ink::Muted, at: [outlier.score, 0.6], side, text });
    }
    Panel {
        title: String::new(),
        x: Axis::new(axis_name(metric, if m.count > 0 { m.direction } else { Direction::None }), scale.clone()),
        y: Axis::bare(Scale::Linear { low: 0.0, high: 1.0 }),
        height: 44.0,
        marks,
    }
}
