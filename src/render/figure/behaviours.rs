//! What was measured of each behaviour, split by split.

use super::shown::{splits_and_readings, thresholds_of, verdict_ink};
use super::{FigureInfo, FigureKind, Of, Section, Subject};
use crate::plot::{Axis, Dash, Figure, Ink, Mark, Numbers, Panel, Scale, Series};
use crate::render::number::significant;
use crate::report::MetricSummary;

/// Behaviours that are drawn; others stand in the tables.
const MOST: usize = 16;

/// The behaviours.
#[derive(Debug)]
pub struct Behaviours;

impl FigureKind for Behaviours {
    fn info(&self) -> FigureInfo {
        FigureInfo {
            name: "behaviours",
            summary: "What was measured of each behaviour, split by split, with its limit",
            of: Of::Model,
            section: Section::Models,
            needs: "behaviours in {claims}",
        }
    }

    fn draw(&self, subject: &Subject) -> Option<Figure> {
        let (at, model) = subject.model;
        let name = |reading: &'_ str| Some(reading.strip_prefix("behaviour[")?.strip_suffix(']')?.to_owned());
        let readings: Vec<(&String, String, &MetricSummary)> = model
            .probes
            .iter()
            .filter(|(_, m)| m.count > 0)
            .filter_map(|(reading, m)| Some((reading, name(reading)?, m)))
            .collect();
        if readings.is_empty() {
            return None;
        }
        let ink = Ink::Model(at);
        let mut numbers = Numbers::new(&["behaviour", "mean", "5 %", "95 %", "min", "max"]);
        let mut panels: Vec<Panel> = Vec::new();
        for (reading, name, m) in readings.iter().take(MOST) {
            let (splits, values) = splits_and_readings(model, reading);
            let limits = thresholds_of(subject.report, reading, model);
            let q = |name: &str| m.quantiles.get(name).copied();
            let ends = [m.min, m.max].into_iter().flatten().chain(limits.iter().map(|(limit, _)| *limit));
            let x = Scale::around(ends);
            let mut marks = Vec::new();
            if let (Some(low), Some(high)) = (q("p05"), q("p95")) {
                marks.push(Mark::Boxes { ink, opacity: 0.35, boxes: vec![[low, high, 0.45, 0.8]] });
            }
            let series = Some(Series { model: Some(at), splits });
            marks.push(Mark::Rug { ink, at: values, y: 0.08, height: 9.0, series });
            marks.extend(m.mean.map(|mean| Mark::Points {
                ink: Ink::Text,
                radius: 3.5,
                points: vec![[mean, 0.625]],
                series: None,
            }));
            for (limit, claim) in &limits {
                let text = format!("{} {}", claim.verdict.name(), significant(*limit));
                marks.push(Mark::Upright { ink: verdict_ink(claim), dash: Dash::Long, at: *limit, text });
            }
            let numbers_of = [m.mean, q("p05"), q("p95"), m.min, m.max];
            numbers.push(std::iter::once(name.clone()).chain(numbers_of.map(|v| v.map_or("–".into(), significant))));
            panels.push(Panel {
                title: name.clone(),
                x: Axis::new("", x),
                y: Axis::bare(Scale::Linear { low: 0.0, high: 1.0 }),
                height: 34.0,
                marks,
            });
        }
        // The same stands below each panel, and is written once.
        if let Some(last) = panels.last_mut() {
            last.x.label = "what was measured on each split".into();
        }
        let rest = readings.len().saturating_sub(MOST);
        let rest = if rest > 0 { format!("; {rest} more are left out") } else { String::new() };
        Some(Figure {
            title: format!("{}: its behaviours on every split, with their limits{rest}", model.name),
            description: "A panel for each behaviour, on a scale of its own: a stroke for each split, a box for 9 of 10 splits, a \
                          dot for the mean and a line for what was asked for."
                .into(),
            columns: if panels.len() > 3 { 2 } else { 1 },
            panels,
            numbers,
            ..Figure::default()
        })
    }
}
