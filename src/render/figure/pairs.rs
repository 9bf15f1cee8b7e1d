//! The best model against each other one, split by split: histograms of the differences.

use super::shown::{digits, n, named_models};
use super::{FigureInfo, FigureKind, Of, Section, Subject};
use crate::metric::Direction;
use crate::plot::{Axis, Dash, Figure, Ink, Mark, Numbers, Panel, Scale, Series, binned};
use crate::render::number::{percent, significant};
use crate::render::page::{pair, ranked};

/// Pairs that are drawn.
const MOST: usize = 6;
/// Bins of a histogram, about.
const BINS: usize = 40;

/// Paired differences.
#[derive(Debug)]
pub struct Pairs;

impl FigureKind for Pairs {
    fn info(&self) -> FigureInfo {
        FigureInfo {
            name: "pairs",
            summary: "Differences of the best model to the others on the same splits",
            of: Of::Metric,
            section: Section::Scores,
            needs: "two models or more",
        }
    }

    fn draw(&self, subject: &Subject) -> Option<Figure> {
        let Subject { report, metric, .. } = *subject;
        let models = ranked(report);
        let (best, others) = models.split_first()?;
        let direction = best.metrics.get(metric)?.direction;
        if direction == Direction::None {
            return None;
        }
        let named = named_models(report);
        let name =
            |of: &String| named.iter().find(|(_, model, _)| model.name == *of).map(|(at, _, name)| (*at, name.clone()));
        let d = digits(report, metric);
        let mut found = Vec::new();
        for other in others {
            let Some(c) = pair(report, &best.name, &other.name, metric).filter(|c| c.paired) else { continue };
            let (a, b) = (best.splits.scores(metric), other.splits.scores(metric));
            let sign = if direction == Direction::Lower { -1.0 } else { 1.0 };
            let both = (0..best.splits.len().min(other.splits.len()))
                .filter_map(|k| Some((best.splits.numbers.at(k), sign * (a.at(k)? - b.at(k)?))));
            let (splits, differences): (Vec<u64>, Vec<f64>) = both.unzip();
            if !differences.is_empty() {
                found.push((other.name.clone(), c, splits, differences));
            }
        }
        found.truncate(MOST);
        if found.is_empty() {
            return None;
        }
        let lists: Vec<Vec<f64>> = found.iter().map(|(.., differences)| differences.clone()).collect();
        let bins = binned(&lists, BINS);
        let edges = bins.iter().flat_map(|b| [b.low, b.edges(b.counts.len() - 1)[1]]);
        let ropes = found.iter().flat_map(|(_, c, ..)| [-c.rope, c.rope, c.ci95[0], c.ci95[1]]);
        let scale = Scale::around(edges.chain(ropes).chain([0.0]));
        let most = bins.iter().flat_map(|b| &b.counts).max().copied().unwrap_or(1);
        let mut numbers = Numbers::new(&[
            "against",
            "mean difference",
            "95 % from",
            "to",
            "better on",
            "equal within",
            "P(better)",
            "P(equal)",
        ]);
        let mut panels = Vec::new();
        let last = found.len() - 1;
        for (i, ((other, c, splits, differences), bins)) in found.into_iter().zip(&bins).enumerate() {
            let (at, called) = name(&other)?;
            let boxes: Vec<[f64; 4]> = bins
                .counts
                .iter()
                .enumerate()
                .filter(|(_, count)| **count > 0)
                .map(|(bin, count)| [bins.edges(bin)[0], bins.edges(bin)[1], 0.0, *count as f64])
                .collect();
            let top = 1.06 * most as f64;
            let won = c.won.map_or_else(String::new, |won| format!(": better on {} of splits", percent(won)));
            let mut marks = vec![
                Mark::Boxes { ink: Ink::Muted, opacity: 0.16, boxes: vec![[-c.rope, c.rope, 0.0, top]] },
                Mark::Boxes { ink: Ink::Model(at), opacity: 0.6, boxes },
                Mark::Upright { ink: Ink::Text, dash: Dash::Solid, at: 0.0, text: String::new() },
                Mark::Line {
                    ink: Ink::Text,
                    dash: Dash::Solid,
                    width: 2.0,
                    points: vec![[c.ci95[0], 0.9 * top], [c.ci95[1], 0.9 * top]],
                },
                Mark::Points {
                    ink: Ink::Text,
                    radius: 4.0,
                    points: vec![[c.mean_difference, 0.9 * top]],
                    series: None,
                },
            ];
            // Of the primary metric splits can be followed; of all of them the strokes would be most of a page.
            if report.metrics.first().is_some_and(|primary| primary == metric) {
                let series = Some(Series { model: None, splits });
                marks.push(Mark::Rug { ink: Ink::Model(at), at: differences, y: 0.0, height: 6.0, series });
            }
            numbers.push([
                other,
                n(c.mean_difference, d + 1),
                n(c.ci95[0], d + 1),
                n(c.ci95[1], d + 1),
                c.won.map_or("–".into(), percent),
                significant(c.rope),
                format!("{:.3}", c.better),
                format!("{:.3}", c.equal),
            ]);
            let label = if i == last { format!("how much better {} is in {metric}", best.name) } else { String::new() };
            panels.push(Panel {
                title: format!("against {called}{won}"),
                x: Axis { ticks: i == last, ..Axis::new(label, scale.clone()) },
                y: Axis::new("splits", Scale::Linear { low: 0.0, high: top }),
                height: 84.0,
                marks,
            });
        }
        Some(Figure {
            title: format!(
                "{} against the other models on the same splits: right of 0 it has the better {metric}",
                best.name
            ),
            description: format!(
                "For each other model a histogram of how much better {} is in {metric} on a split. The grey band is the range \
                 in which differences are practically equal; the dot and line are the mean difference with its 95 % interval.",
                best.name
            ),
            panels,
            columns: 1,
            key: vec![
                (Ink::Text, "mean difference and its 95 % interval for new data".into()),
                (Ink::Muted, "practically equal".into()),
            ],
            numbers,
            ..Figure::default()
        })
    }
}
