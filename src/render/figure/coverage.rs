//! How many test rows intervals hold, and how wide they are, split by split.

use super::shown::splits_and_readings;
use super::{FigureInfo, FigureKind, Of, Section, Subject};
use crate::plot::{Axis, Dash, Figure, Ink, Mark, Numbers, Panel, Scale, Series, binned};
use crate::probe::ProbeSpec;
use crate::render::number::{percent, significant};
use crate::report::{Model, Report};

/// Bins of a histogram, about.
const BINS: usize = 30;

/// The coverage of intervals.
#[derive(Debug)]
pub struct Coverage;

impl FigureKind for Coverage {
    fn info(&self) -> FigureInfo {
        FigureInfo {
            name: "coverage",
            summary: "Share of the test rows that conformal intervals hold, and their width, over splits",
            of: Of::Model,
            section: Section::Predictions,
            needs: "{probe=conformal}",
        }
    }

    fn draw(&self, subject: &Subject) -> Option<Figure> {
        let (at, model) = subject.model;
        let coverage = model.probes.get("coverage").filter(|m| m.mean.is_some())?;
        let level = wanted(subject.report);
        let mut numbers = Numbers::new(&["what", "from", "to", "splits"]);
        let panels = [
            ("coverage", "share of the test rows that are held", level),
            ("interval_width", "width of the intervals, in units of the target", None),
        ];
        let panels = panels.map(|(reading, axis, level)| panel(model, at, reading, axis, level, &mut numbers));
        let of = level.map_or(String::new(), |level| format!("{} ", percent(level)));
        let held = coverage.mean.map_or(String::new(), percent);
        let worst = coverage.min.map_or(String::new(), percent);
        Some(Figure {
            title: format!("{}: {of}intervals hold {held} of the test rows, {worst} on the worst split", model.name),
            description:
                "A histogram over splits of the share of test rows inside their interval, with the share that was \
                          wanted, and one of the width of the intervals; a stroke for each split."
                    .into(),
            panels: panels.into_iter().flatten().collect(),
            columns: 1,
            numbers,
            ..Figure::default()
        })
    }
}

/// The coverage that was asked for.
fn wanted(report: &Report) -> Option<f64> {
    let specs = ProbeSpec::parse_all(&report.config.probes).ok()?;
    specs.iter().find(|spec| spec.info.name == "conformal").map(|spec| spec.number("level"))
}

/// The histogram of a reading.
fn panel(
    model: &Model,
    at: usize,
    reading: &str,
    axis: &str,
    level: Option<f64>,
    numbers: &mut Numbers,
) -> Option<Panel> {
    let (splits, values) = splits_and_readings(model, reading);
    let bins = binned(std::slice::from_ref(&values), BINS).pop()?;
    let mut boxes = Vec::new();
    for (bin, count) in bins.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let [from, to] = bins.edges(bin);
        numbers.push([axis.to_owned(), significant(from), significant(to), count.to_string()]);
        boxes.push([from, to, 0.0, *count as f64]);
    }
    let most = bins.counts.iter().max().copied().unwrap_or(1) as f64;
    let ends = boxes.iter().flat_map(|sides| [sides[0], sides[1]]).chain(level).collect::<Vec<_>>();
    let ink = Ink::Model(at);
    // Strokes stand below the bars.
    let strip = 0.16 * most;
    let series = Some(Series { model: Some(at), splits });
    let mut marks =
        vec![Mark::Boxes { ink, opacity: 0.6, boxes }, Mark::Rug { ink, at: values, y: -strip, height: 8.0, series }];
    if let Some(level) = level {
        let text = format!("wanted {}", percent(level));
        marks.push(Mark::Upright { ink: Ink::Text, dash: Dash::Long, at: level, text });
    }
    Some(Panel {
        title: String::new(),
        x: Axis::new(axis, Scale::around(ends)),
        y: Axis { ticks: false, ..Axis::new("splits", Scale::Linear { low: -strip, high: 1.06 * most }) },
        height: 110.0,
        marks,
    })
}
