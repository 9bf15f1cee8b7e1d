//! The primary score of every model: its spread over splits, its mean with interval, and the baseline.

use super::shown::{
    axis_name, claim_name, digits, limits, middle_ninety, n, named_models, splits_and_scores, verdict_ink,
};
use super::{FigureInfo, FigureKind, Of, Section, Subject};
use crate::metric::Direction;
use crate::plot::{Axis, Dash, Figure, Ink, Mark, Numbers, Panel, Scale, Series, Side};
use crate::report::{MetricSummary, Model};

/// Pixels a model.
const ROW: f64 = 54.0;

/// The answer.
#[derive(Debug)]
pub struct Answer;

impl FigureKind for Answer {
    fn info(&self) -> FigureInfo {
        FigureInfo {
            name: "answer",
            summary: "The primary score of every model: spread over splits, mean with interval, worst and best, baseline",
            of: Of::Report,
            section: Section::Answer,
            needs: "",
        }
    }

    fn draw(&self, subject: &Subject) -> Option<Figure> {
        let Subject { report, metric, .. } = *subject;
        let models = named_models(report);
        let of: Vec<(usize, &Model, String, &MetricSummary)> = models
            .into_iter()
            .filter_map(|(at, model, name)| {
                Some((at, model, name, model.metrics.get(metric).filter(|m| m.mean.is_some())?))
            })
            .collect();
        let direction = of.first()?.3.direction;
        let d = digits(report, metric);
        let claims = limits(report, metric);
        let ends: Vec<f64> = of.iter().flat_map(|(.., m)| [m.min, m.max]).flatten().collect();
        let intervals = of.iter().filter_map(|(.., m)| m.ci95).flatten();
        let mut values: Vec<f64> = ends.iter().copied().chain(intervals).collect();
        values.extend(claims.iter().map(|(threshold, _)| *threshold));
        let baseline = report.baseline.as_ref().and_then(|b| b.metrics.get(metric)?.mean);
        // A baseline that is far away would press all models together.
        let width = |values: &[f64]| {
            let (low, high) =
                values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)));
            high - low
        };
        let alone = width(&values);
        let with: Vec<f64> = values.iter().copied().chain(baseline).collect();
        let near = width(&with) <= 3.0 * alone || alone == 0.0;
        let scale = Scale::around(if near { with } else { values });
        let [low, high] = scale.domain();

        let mut marks = Vec::new();
        let mut numbers =
            Numbers::new(&["model", "mean", "95 % from", "to", "min", "5 %", "25 %", "median", "75 %", "95 %", "max"]);
        for (row, (at, model, _, m)) in of.iter().enumerate() {
            let y = row as f64;
            let ink = Ink::Model(*at);
            let q = |name: &str| m.quantiles.get(name).copied();
            if let Some([from, to]) = middle_ninety(m) {
                marks.push(Mark::Boxes { ink, opacity: 0.25, boxes: vec![[from, to, y + 0.16, y - 0.16]] });
            }
            if let (Some(from), Some(to)) = (q("p25"), q("p75")) {
                marks.push(Mark::Boxes { ink, opacity: 0.45, boxes: vec![[from, to, y + 0.16, y - 0.16]] });
            }
            if let (Some(min), Some(max)) = (m.min, m.max) {
                marks.push(Mark::Line { ink, dash: Dash::Solid, width: 1.0, points: vec![[min, y], [max, y]] });
            }
            let (splits, scores) = splits_and_scores(model, metric);
            let series = Some(Series { model: Some(*at), splits });
            marks.push(Mark::Rug { ink, at: scores, y: y + 0.32, height: 7.0, series });
            if let Some([from, to]) = m.ci95 {
                let points = vec![[from, y - 0.28], [to, y - 0.28]];
                marks.push(Mark::Line { ink: Ink::Text, dash: Dash::Solid, width: 2.0, points });
            }
            if let Some(mean) = m.mean {
                marks.push(Mark::Points { ink: Ink::Text, radius: 4.0, points: vec![[mean, y - 0.28]], series: None });
            }
            let summary = [
                m.mean,
                m.ci95.map(|c| c[0]),
                m.ci95.map(|c| c[1]),
                m.min,
                q("p05"),
                q("p25"),
                q("p50"),
                q("p75"),
                q("p95"),
                m.max,
            ];
            numbers.push(std::iter::once(model.name.clone()).chain(summary.map(|v| v.map_or("–".into(), |v| n(v, d)))));
        }
        if let Some(mean) = baseline {
            let text = format!("baseline {}", n(mean, d));
            if (low..=high).contains(&mean) {
                marks.push(Mark::Upright { ink: Ink::Baseline, dash: Dash::Short, at: mean, text });
            } else {
                let below = mean < low;
                let (at, side, text) = if below {
                    (low, Side::Right, format!("◂ {text}"))
                } else {
                    (high, Side::Left, format!("{text} ▸"))
                };
                marks.push(Mark::Words { ink: Ink::Muted, at: [at, -0.42], side, text });
            }
            let mut row = vec!["baseline".to_owned(), n(mean, d)];
            row.resize(numbers.head.len(), String::new());
            numbers.push(row);
        }
        for (threshold, claim) in claims {
            let text = claim_name(claim);
            marks.push(Mark::Upright { ink: verdict_ink(claim), dash: Dash::Long, at: threshold, text });
        }
        let (best, worst) = extremes(&of.iter().map(|(.., m)| *m).collect::<Vec<_>>(), direction)?;
        let names: Vec<String> = of.iter().map(|(.., name, _)| name.clone()).collect();
        let title = if of.len() == 1 {
            format!("One split could have said any {metric} from {} to {}", n(worst, d), n(best, d))
        } else {
            format!(
                "{metric} of {} models: one split could have said anything from {} to {}",
                of.len(),
                n(worst, d),
                n(best, d)
            )
        };
        Some(Figure {
            title,
            description: format!(
                "For each model a stroke for every split, a line from the lowest to the highest {metric}, a light box for 9 of 10 \
                 splits, a dark one for the middle half, and a dot with a line for the mean and its 95 % interval for new data."
            ),
            panels: vec![Panel {
                title: String::new(),
                x: Axis::new(axis_name(metric, direction), scale),
                y: Axis::new("", Scale::Band(names)),
                height: ROW * of.len() as f64 + 14.0,
                marks,
            }],
            columns: 1,
            key: vec![
                (Ink::Text, "mean and its 95 % interval for new data".into()),
                (Ink::Model(0), "a stroke a split; light: 9 of 10 splits, dark: half".into()),
            ],
            numbers,
            ..Figure::default()
        })
    }
}

/// The best and the worst score of all models.
fn extremes(of: &[&MetricSummary], direction: Direction) -> Option<(f64, f64)> {
    let low = of.iter().filter_map(|m| m.min).reduce(f64::min)?;
    let high = of.iter().filter_map(|m| m.max).reduce(f64::max)?;
    Some(if direction == Direction::Lower { (low, high) } else { (high, low) })
}
