//! Predicted numbers against true ones, and against what is left of them, counted on a grid.

use super::{FigureInfo, FigureKind, Of, Section, Subject};
use crate::plot::{Axis, Dash, Figure, Ink, Mark, Numbers, Panel, Scale};
use crate::render::number::significant;
use crate::report::{CountGrid, PredictedCounts};

/// Counts of one kind.
#[derive(Debug)]
pub struct Predicted {
    name: &'static str,
    summary: &'static str,
    grid: fn(&PredictedCounts) -> &CountGrid,
    /// The line on which predictions are right, from the ends of the horizontal axis.
    right: fn([f64; 2]) -> Vec<[f64; 2]>,
    title: &'static str,
    /// Whether both axes have one range.
    square: bool,
}

/// Predicted against true values.
pub static TRUTH: Predicted = Predicted {
    name: "predicted",
    summary: "Predicted against true values, counted on a grid",
    grid: |counts| &counts.truth,
    right: |[low, high]| vec![[low, low], [high, high]],
    title: "predictions are right on the dotted line",
    square: true,
};

/// Predictions against residuals.
pub static RESIDUAL: Predicted = Predicted {
    name: "residual-map",
    summary: "Predictions against residuals, counted on a grid",
    grid: |counts| &counts.residual,
    right: |[low, high]| vec![[low, 0.0], [high, 0.0]],
    title: "residuals, true less predicted, by the size of the prediction",
    square: false,
};

impl FigureKind for Predicted {
    fn info(&self) -> FigureInfo {
        FigureInfo {
            name: self.name,
            summary: self.summary,
            of: Of::Model,
            section: Section::Predictions,
            needs: "regression with {probe=curves}",
        }
    }

    fn draw(&self, subject: &Subject) -> Option<Figure> {
        let (at, model) = subject.model;
        let counts = model.predicted.as_ref()?;
        let grid = (self.grid)(counts);
        let most = grid.counts.iter().flatten().copied().max().filter(|most| *most > 0)? as f64;
        let rows = grid.counts.len() as f64;
        let columns = grid.counts.first()?.len() as f64;
        let edge = |[low, high]: [f64; 2], share: f64| low + share * (high - low);
        let mut cells = Vec::new();
        let mut numbers = Numbers::new(&["predicted from", "to", "rows", "mean of the vertical axis, from its bins"]);
        for (row, of_row) in grid.counts.iter().enumerate() {
            for (column, count) in of_row.iter().enumerate().filter(|(_, count)| **count > 0) {
                let (column, row) = (column as f64, row as f64);
                let x = [edge(grid.x_range, column / columns), edge(grid.x_range, (column + 1.0) / columns)];
                let y = [edge(grid.y_range, row / rows), edge(grid.y_range, (row + 1.0) / rows)];
                // Counts differ by orders of magnitude.
                let share = (1.0 + *count as f64).ln() / (1.0 + most).ln();
                cells.push(([x[0], x[1], y[0], y[1]], share));
            }
        }
        for column in 0..grid.counts[0].len() {
            let of_column: Vec<u64> = grid.counts.iter().map(|row| row[column]).collect();
            let all: u64 = of_column.iter().sum();
            if all == 0 {
                continue;
            }
            let middle = |row: usize| edge(grid.y_range, (row as f64 + 0.5) / rows);
            let sum: f64 = of_column.iter().enumerate().map(|(row, count)| middle(row) * *count as f64).sum();
            let x = |share: f64| significant(edge(grid.x_range, share / columns));
            numbers.push([x(column as f64), x(column as f64 + 1.0), all.to_string(), significant(sum / all as f64)]);
        }
        let outside = match grid.outside {
            0 => String::new(),
            outside => format!(" {outside} beyond the ends are counted in the outermost cells."),
        };
        let linear = |[low, high]: [f64; 2]| Scale::Linear { low, high };
        Some(Figure {
            title: format!("{}: {}", model.name, self.title),
            description: format!(
                "Test rows of {} splits, counted in {} by {} cells; a cell is darker the more rows are in it, on a logarithmic \
                 scale up to {most}.{outside}",
                counts.splits,
                grid.counts[0].len(),
                grid.counts.len()
            ),
            panels: vec![Panel {
                title: String::new(),
                x: Axis::new(grid.x_name.clone(), linear(grid.x_range)),
                y: Axis::new(grid.y_name.clone(), linear(grid.y_range)),
                height: if self.square { 380.0 } else { 320.0 },
                marks: vec![
                    Mark::Cells { ink: Ink::Model(at), cells },
                    Mark::Line { ink: Ink::Text, dash: Dash::Short, width: 1.5, points: (self.right)(grid.x_range) },
                ],
            }],
            columns: 1,
            square: self.square,
            numbers,
            ..Figure::default()
        })
    }
}
