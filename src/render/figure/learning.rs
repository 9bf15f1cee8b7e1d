//! The score against the number of train rows.

use super::shown::{axis_name, digits, n};
use super::{FigureInfo, FigureKind, Of, Section, Subject};
use crate::plot::{Axis, Dash, Figure, Ink, Mark, Numbers, Panel, Scale};
use crate::report::MetricSummary;

/// The learning curve.
#[derive(Debug)]
pub struct Learning;

impl FigureKind for Learning {
    fn info(&self) -> FigureInfo {
        FigureInfo {
            name: "learning",
            summary: "Score against the share of the train rows that is used",
            of: Of::Model,
            section: Section::Models,
            needs: "{probe=learning-curve}",
        }
    }

    fn draw(&self, subject: &Subject) -> Option<Figure> {
        let (at, model) = subject.model;
        let (metric, whole) = subject.report.primary(model)?;
        let share = |name: &str| name.strip_prefix("learning[")?.strip_suffix(']')?.parse::<f64>().ok();
        let mut steps: Vec<(f64, &MetricSummary)> = model
            .probes
            .iter()
            .filter_map(|(name, m)| Some((share(name)?, m)))
            .filter(|(_, m)| m.mean.is_some())
            .collect();
        if steps.is_empty() {
            return None;
        }
        if !steps.iter().any(|(share, _)| *share >= 1.0) {
            steps.push((1.0, whole));
        }
        steps.sort_by(|a, b| a.0.total_cmp(&b.0));
        let d = digits(subject.report, metric);
        let x: Vec<f64> = steps.iter().map(|(share, _)| 100.0 * share).collect();
        let q = |m: &MetricSummary, name: &str| m.quantiles.get(name).copied().or(m.mean).unwrap_or(f64::NAN);
        let low: Vec<f64> = steps.iter().map(|(_, m)| q(m, "p05")).collect();
        let high: Vec<f64> = steps.iter().map(|(_, m)| q(m, "p95")).collect();
        let mean: Vec<[f64; 2]> = x.iter().zip(&steps).filter_map(|(x, (_, m))| Some([*x, m.mean?])).collect();
        let mut numbers = Numbers::new(&["train rows used, %", "mean", "5 %", "95 %"]);
        for (x, (_, m)) in x.iter().zip(&steps) {
            let row = [m.mean, m.quantiles.get("p05").copied(), m.quantiles.get("p95").copied()];
            numbers.push(std::iter::once(format!("{x}")).chain(row.map(|v| v.map_or("–".into(), |v| n(v, d)))));
        }
        let ink = Ink::Model(at);
        let values: Vec<f64> = low.iter().chain(&high).copied().chain(mean.iter().map(|p| p[1])).collect();
        Some(Figure {
            title: format!("{}: {metric} against the share of the train rows that is used", model.name),
            description: "A line through the means over splits; the band is where 9 of 10 splits lie.".into(),
            panels: vec![Panel {
                title: String::new(),
                x: Axis::new("train rows used, %", Scale::Linear { low: 0.0, high: 104.0 }),
                y: Axis::new(axis_name(metric, whole.direction), Scale::around(values)),
                height: 200.0,
                marks: vec![
                    Mark::Area { ink, x, low, high },
                    Mark::Line { ink, dash: Dash::Solid, width: 2.0, points: mean.clone() },
                    Mark::Points { ink, radius: 3.5, points: mean, series: None },
                ],
            }],
            columns: 1,
            key: Vec::new(),
            numbers,
            ..Figure::default()
        })
    }
}
