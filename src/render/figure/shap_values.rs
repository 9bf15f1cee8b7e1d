//! Which way the values of a column move predictions: SHAP values from the lowest to the highest values of the column.

use super::{FigureInfo, FigureKind, Of, Section, Subject};
use crate::plot::{Axis, Dash, Figure, Ink, Mark, Numbers, Panel, Scale};
use crate::render::number::significant;
use crate::report::{CurveSummary, Model};

/// Columns that are drawn, those of the largest mean absolute SHAP values.
const MOST: usize = 20;

/// The summary.
#[derive(Debug)]
pub struct ShapValues;

impl FigureKind for ShapValues {
    fn info(&self) -> FigureInfo {
        FigureInfo {
            name: "shap-values",
            summary: "Mean SHAP values of rows with low to high values in each column",
            of: Of::Model,
            section: Section::Models,
            needs: "{probe=shap}",
        }
    }

    fn draw(&self, subject: &Subject) -> Option<Figure> {
        let (_, model) = subject.model;
        let columns = columns(model);
        if columns.is_empty() {
            return None;
        }
        let mut numbers = Numbers::new(&["column", "value", "mean SHAP value", "5 %", "95 %"]);
        let values = columns.iter().flat_map(|(_, curve)| curve.mean.iter().copied());
        let scale = Scale::around(values.chain([0.0]));
        let [low, high] = scale.domain();
        let half = 0.008 * (high - low);
        let (mut numeric, mut levels) = (Vec::new(), Vec::new());
        for (row, (column, curve)) in columns.iter().enumerate() {
            let y = row as f64;
            let last = curve.x.len().saturating_sub(1).max(1) as f64;
            for (place, mean) in curve.mean.iter().enumerate() {
                let sides = [mean - half, mean + half, y + 0.3, y - 0.3];
                if curve.levels.is_empty() {
                    numeric.push((sides, 0.2 + 0.8 * place as f64 / last));
                } else {
                    levels.push(sides);
                }
                let value = curve.levels.get(place).cloned().unwrap_or_else(|| significant(curve.x[place]));
                let ends = [*mean, curve.p05[place], curve.p95[place]].map(significant);
                numbers.push([(*column).to_owned(), value].into_iter().chain(ends));
            }
        }
        let mut key = vec![(
            Ink::Model(0),
            "a box for a fifth of the rows: pale for low values of the column, dark for high".into(),
        )];
        if !levels.is_empty() {
            key.push((Ink::Muted, "a level".into()));
        }
        let marks = vec![
            Mark::Upright { ink: Ink::Muted, dash: Dash::Short, at: 0.0, text: String::new() },
            Mark::Cells { ink: Ink::Model(0), cells: numeric },
            Mark::Boxes { ink: Ink::Muted, opacity: 0.6, boxes: levels },
        ];
        Some(Figure {
            title: format!("{}: to the right, values of the column that raise the prediction", model.name),
            description: "For each column the mean SHAP value, on average over splits, of the rows with its lowest to its highest \
                          values, or with each of its levels."
                .into(),
            panels: vec![Panel {
                title: String::new(),
                x: Axis::new("mean SHAP value, in units of the model's output", scale),
                height: 24.0 * columns.len() as f64 + 12.0,
                y: Axis::new("", Scale::Band(columns.iter().map(|(column, _)| (*column).to_owned()).collect())),
                marks,
            }],
            columns: 1,
            key,
            numbers,
            ..Figure::default()
        })
    }
}

/// The columns with their curves, those first that move predictions most.
fn columns(model: &Model) -> Vec<(&str, &CurveSummary)> {
    let mut columns: Vec<(&str, &CurveSummary, f64)> = model
        .curves
        .iter()
        .filter_map(|(name, curve)| {
            let size = model.probes.get(name).and_then(|m| m.mean).unwrap_or(0.0);
            Some((name.strip_prefix("shap[")?.strip_suffix(']')?, curve, size))
        })
        .collect();
    columns.sort_by(|a, b| b.2.total_cmp(&a.2));
    columns.into_iter().map(|(name, curve, _)| (name, curve)).take(MOST).collect()
}
