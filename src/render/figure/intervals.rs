//! What probes read of each column: its mean and spread over splits.

use super::{FigureInfo, FigureKind, Of, Section, Subject};
use crate::plot::{Axis, Dash, Figure, Ink, Mark, Numbers, Panel, Scale};
use crate::render::number::significant;
use crate::report::MetricSummary;

/// Columns that are drawn, those of the largest means.
const MOST: usize = 30;

/// Readings of one probe, a row a column.
#[derive(Debug)]
pub struct Intervals {
    name: &'static str,
    summary: &'static str,
    needs: &'static str,
    /// What stands before the brackets in the names of the readings.
    family: &'static str,
    axis: &'static str,
    /// What is to be seen, after the model's name.
    title: &'static str,
    /// Whether rows are in the order of the report, and not of their size.
    ordered: bool,
    section: Section,
}

/// Coefficients.
pub static COEFFICIENTS: Intervals = Intervals {
    name: "coefficients",
    summary: "Coefficients with their spread over splits",
    needs: "{probe=coefficients}",
    family: "coefficient",
    axis: "coefficient, per unit of the column",
    title: "coefficients whose line crosses 0 change their sign over splits",
    ordered: false,
    section: Section::Models,
};

/// Importance by impurity.
pub static IMPURITY: Intervals = Intervals {
    name: "impurity",
    summary: "Importance of columns by the fall of impurity, with its spread over splits",
    needs: "{probe=impurity}",
    family: "impurity",
    axis: "share of the fall of impurity",
    title: "columns that the trees gain most from",
    ordered: false,
    section: Section::Models,
};

/// Permutation importance.
pub static IMPORTANCE: Intervals = Intervals {
    name: "importance",
    summary: "Permutation importance of columns, with its spread over splits",
    needs: "{probe=importance}",
    family: "importance",
    axis: "how much worse the primary metric is with the column shuffled",
    title: "columns that predictions depend on; at 0 a column is of no use",
    ordered: false,
    section: Section::Models,
};

/// SHAP values.
pub static SHAP: Intervals = Intervals {
    name: "shap",
    summary: "Mean absolute SHAP values of columns, with their spread over splits",
    needs: "{probe=shap}",
    family: "shap",
    axis: "mean absolute SHAP value",
    title: "columns that move predictions most",
    ordered: false,
    section: Section::Models,
};

/// Residuals by the size of the prediction.
pub static RESIDUALS: Intervals = Intervals {
    name: "residuals",
    summary: "Mean residual by the size of the prediction, with its spread over splits",
    needs: "{probe=residuals}",
    family: "residual",
    axis: "mean residual, true less predicted, in units of the target",
    title: "mean residual, from the smallest predictions (1) to the largest; away from 0 there is bias",
    ordered: true,
    section: Section::Predictions,
};

impl FigureKind for Intervals {
    fn info(&self) -> FigureInfo {
        FigureInfo { name: self.name, summary: self.summary, of: Of::Model, section: self.section, needs: self.needs }
    }

    fn draw(&self, subject: &Subject) -> Option<Figure> {
        let (at, model) = subject.model;
        let inner =
            |name: &'_ str| Some(name.strip_prefix(self.family)?.strip_prefix('[')?.strip_suffix(']')?.to_owned());
        let mut readings: Vec<(String, &MetricSummary, f64)> =
            model.probes.iter().filter_map(|(name, m)| Some((inner(name)?, m, m.mean?))).collect();
        if readings.is_empty() {
            return None;
        }
        if !self.ordered {
            readings.sort_by(|a, b| b.2.abs().total_cmp(&a.2.abs()));
        }
        let left_out = readings.len().saturating_sub(MOST);
        readings.truncate(MOST);
        let ink = Ink::Model(at);
        let mut marks = vec![Mark::Upright { ink: Ink::Muted, dash: Dash::Short, at: 0.0, text: String::new() }];
        let mut values = vec![0.0];
        let mut numbers = Numbers::new(&["name", "mean", "sd over splits", "5 %", "95 %", "min", "max"]);
        for (row, (name, m, mean)) in readings.iter().enumerate() {
            let y = row as f64;
            let q = |name: &str| m.quantiles.get(name).copied();
            if let (Some(min), Some(max)) = (m.min, m.max) {
                marks.push(Mark::Line { ink, dash: Dash::Solid, width: 1.0, points: vec![[min, y], [max, y]] });
                values.extend([min, max]);
            }
            if let (Some(low), Some(high)) = (q("p05"), q("p95")) {
                marks.push(Mark::Boxes { ink, opacity: 0.45, boxes: vec![[low, high, y + 0.22, y - 0.22]] });
            }
            marks.push(Mark::Points { ink: Ink::Text, radius: 3.2, points: vec![[*mean, y]], series: None });
            let numbers_of = [Some(*mean), m.sd, q("p05"), q("p95"), m.min, m.max];
            numbers.push(std::iter::once(name.clone()).chain(numbers_of.map(|v| v.map_or("–".into(), significant))));
        }
        let rest = if left_out > 0 { format!("; {left_out} smaller ones are left out") } else { String::new() };
        let names: Vec<String> = readings.into_iter().map(|(name, ..)| name).collect();
        Some(Figure {
            title: format!("{}: {}{rest}", model.name, self.title),
            description:
                "A dot for the mean over splits, a box for 9 of 10 splits, and a line from the smallest to the largest."
                    .into(),
            panels: vec![Panel {
                title: String::new(),
                x: Axis::new(self.axis, Scale::around(values)),
                height: 24.0 * names.len() as f64 + 12.0,
                y: Axis::new("", Scale::Band(names)),
                marks,
            }],
            columns: 1,
            key: Vec::new(),
            numbers,
            ..Figure::default()
        })
    }
}
