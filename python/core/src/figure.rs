//! Figures of a report, drawn for Python.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use randsplit::plot::{Figure, Mark, SvgOptions};
use randsplit::render::{FIGURES, FigureKind, figure_kind, figures_of};
use randsplit::setting::spelled;

use crate::report::CoreReport;

/// A figure.
#[pyclass(frozen)]
pub struct CoreFigure {
    figure: Figure,
}

#[pymethods]
impl CoreFigure {
    /// What is to be seen in it.
    #[getter]
    fn title(&self) -> &str {
        &self.figure.title
    }

    /// What it shows, for those who cannot see it.
    #[getter]
    fn description(&self) -> &str {
        &self.figure.description
    }

    /// Its numbers: names of columns, and rows of texts.
    #[getter]
    fn numbers(&self) -> (Vec<String>, Vec<Vec<String>>) {
        (self.figure.numbers.head.clone(), self.figure.numbers.rows.clone())
    }

    /// The figure as SVG.
    fn svg(&self) -> String {
        self.figure.svg(SvgOptions { standalone: true, adaptive: true })
    }

    /// The figure as PNG.
    fn png(&self, scale: f64) -> PyResult<Vec<u8>> {
        if !(0.1..=20.0).contains(&scale) {
            return Err(PyValueError::new_err(format!("scale={scale}: give a factor from 0.1 to 20")));
        }
        self.figure.png(scale).map_err(|why| PyValueError::new_err(format!("the picture cannot be drawn: {why}")))
    }

    /// Its panels as JSON: title, axes, and marks as numbers of the axes, for other drawing libraries.
    fn panels(&self) -> String {
        let ink = |ink| format!("{ink:?}");
        let mark = |mark: &Mark| match mark {
            Mark::Boxes { ink: of, opacity, boxes } => {
                serde_json::json!({"kind": "boxes", "ink": ink(*of), "opacity": opacity, "boxes": boxes})
            }
            Mark::Cells { ink: of, cells } => {
                let (boxes, shares): (Vec<_>, Vec<_>) = cells.iter().copied().unzip();
                serde_json::json!({"kind": "cells", "ink": ink(*of), "boxes": boxes, "shares": shares})
            }
            Mark::Area { ink: of, x, low, high } => {
                serde_json::json!({"kind": "area", "ink": ink(*of), "x": x, "low": low, "high": high})
            }
            Mark::Line { ink: of, dash, width, points } => {
                let dash = format!("{dash:?}");
                serde_json::json!({"kind": "line", "ink": ink(*of), "dash": dash, "width": width, "points": points})
            }
            Mark::Points { ink: of, radius, points, .. } => {
                serde_json::json!({"kind": "points", "ink": ink(*of), "radius": radius, "points": points})
            }
            Mark::Rug { ink: of, at, y, height, .. } => {
                serde_json::json!({"kind": "rug", "ink": ink(*of), "at": at, "y": y, "height": height})
            }
            Mark::Upright { ink: of, dash, at, text } => {
                let dash = format!("{dash:?}");
                serde_json::json!({"kind": "upright", "ink": ink(*of), "dash": dash, "at": at, "text": text})
            }
            Mark::Level { ink: of, dash, at, text } => {
                let dash = format!("{dash:?}");
                serde_json::json!({"kind": "level", "ink": ink(*of), "dash": dash, "at": at, "text": text})
            }
            Mark::Words { ink: of, at, side, text } => {
                let side = format!("{side:?}");
                serde_json::json!({"kind": "words", "ink": ink(*of), "at": at, "side": side, "text": text})
            }
        };
        let axis = |axis: &randsplit::plot::Axis| {
            serde_json::json!({
                "label": axis.label, "kind": axis.scale.kind(), "domain": axis.scale.domain(),
                "ticks": if axis.ticks { axis.scale.ticks() } else { Vec::new() },
            })
        };
        let panel = |panel: &randsplit::plot::Panel| {
            let marks: Vec<serde_json::Value> = panel.marks.iter().map(mark).collect();
            serde_json::json!({
                "title": panel.title, "height": panel.height, "x": axis(&panel.x), "y": axis(&panel.y), "marks": marks,
            })
        };
        let panels: Vec<serde_json::Value> = self.figure.panels.iter().map(panel).collect();
        let key: Vec<(String, &str)> = self.figure.key.iter().map(|(of, text)| (ink(*of), text.as_str())).collect();
        serde_json::json!({"columns": self.figure.columns.max(1), "panels": panels, "key": key}).to_string()
    }
}

/// The first figure of a kind, of a metric and a model where there is one of each; `None` where the report has none.
#[pyfunction]
pub fn figure(
    report: &CoreReport,
    name: &str,
    metric: Option<&str>,
    model: Option<&str>,
) -> PyResult<Option<CoreFigure>> {
    let figures = figures_of(kind_of(name)?, &report.report, metric, model);
    Ok(figures.into_iter().next().map(|figure| CoreFigure { figure }))
}

fn kind_of(name: &str) -> PyResult<&'static dyn FigureKind> {
    figure_kind(name).ok_or_else(|| PyValueError::new_err(format!("there is no figure '{name}'")))
}

/// All kinds of figures: name, summary, and what they need.
#[pyfunction]
pub fn figure_kinds() -> Vec<(&'static str, &'static str, String)> {
    FIGURES.iter().map(|kind| (kind.info().name, kind.info().summary, spelled(kind.info().needs))).collect()
}
