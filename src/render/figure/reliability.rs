//! Predicted probabilities against what came true.

use super::{FigureInfo, FigureKind, Of, Section, Subject};
use crate::plot::{Axis, Dash, Figure, Ink, Mark, Numbers, Panel, Scale};
use crate::render::number::significant;

/// The reliability diagram.
#[derive(Debug)]
pub struct Reliability;

impl FigureKind for Reliability {
    fn info(&self) -> FigureInfo {
        FigureInfo {
            name: "reliability",
            summary: "Predicted probabilities against the share that came true, with their histogram",
            of: Of::Model,
            section: Section::Predictions,
            needs: "classification with {probe=curves}",
        }
    }

    fn draw(&self, subject: &Subject) -> Option<Figure> {
        let (at, model) = subject.model;
        let found = model.reliability_bins.as_ref()?;
        let ink = Ink::Model(at);
        let mut numbers = Numbers::new(&["probability", "rows", "mean probability", "share that came true"]);
        let (mut points, mut boxes) = (Vec::new(), Vec::new());
        for bin in &found.bins {
            let value = |v: Option<f64>| v.map_or("–".into(), |v| format!("{v:.3}"));
            numbers.push([
                format!("{} to {}", significant(bin.from), significant(bin.to)),
                bin.rows.to_string(),
                value(bin.predicted),
                value(bin.observed),
            ]);
            points.extend(bin.predicted.zip(bin.observed).map(|(x, y)| [x, y]));
            if bin.rows > 0 {
                boxes.push([bin.from, bin.to, 0.0, bin.rows as f64]);
            }
        }
        if points.is_empty() {
            return None;
        }
        let most = boxes.iter().map(|sides| sides[3]).fold(0.0, f64::max);
        let share = || Scale::Linear { low: 0.0, high: 1.0 };
        let of = found.label.as_ref().map_or_else(|| "the predicted label".to_owned(), |label| format!("'{label}'"));
        Some(Figure {
            title: format!("{}: probabilities of {of} are right where the line is on the diagonal", model.name),
            description: format!(
                "Above, for bins of the predicted probability, the mean probability across and the share that came true up; \
                 below, how many test rows are in each bin, over {} splits together.",
                found.splits
            ),
            panels: vec![
                Panel {
                    title: String::new(),
                    x: Axis { ticks: false, ..Axis::new("", share()) },
                    y: Axis::new("share that came true", share()),
                    height: 210.0,
                    marks: vec![
                        Mark::Line {
                            ink: Ink::Muted,
                            dash: Dash::Short,
                            width: 1.0,
                            points: vec![[0.0, 0.0], [1.0, 1.0]],
                        },
                        Mark::Line { ink, dash: Dash::Solid, width: 2.0, points: points.clone() },
                        Mark::Points { ink, radius: 4.0, points, series: None },
                    ],
                },
                Panel {
                    title: String::new(),
                    x: Axis::new("predicted probability", share()),
                    y: Axis::new("rows", Scale::from_zero([most])),
                    height: 70.0,
                    marks: vec![Mark::Boxes { ink, opacity: 0.6, boxes }],
                },
            ],
            columns: 1,
            key: Vec::new(),
            numbers,
            ..Figure::default()
        })
    }
}
