//! The score against what goes with it most, split by split.

use super::cloud::{MOST, dots};
use super::shown::axis_name;
use super::{FigureInfo, FigureKind, Of, Section, Subject};
use crate::plot::{Axis, Figure, Numbers, Panel, Scale};
use crate::render::number::significant;

/// The strongest driver.
#[derive(Debug)]
pub struct Driver;

impl FigureKind for Driver {
    fn info(&self) -> FigureInfo {
        FigureInfo {
            name: "driver",
            summary: "Score against what of the test rows goes with it most, a dot a split",
            of: Of::Model,
            section: Section::Why,
            needs: "{probe=curves}, and something that goes with the score beyond chance",
        }
    }

    fn draw(&self, subject: &Subject) -> Option<Figure> {
        let (at, model) = subject.model;
        let driver = model.extremes.as_ref()?.driver.as_ref()?;
        let (metric, m) = subject.report.primary(model)?;
        let scores: std::collections::BTreeMap<u64, f64> = model.scores(metric).collect();
        let both = driver.values.iter().filter_map(|(split, value)| Some((*split, [*value, *scores.get(split)?])));
        let (splits, points): (Vec<u64>, Vec<[f64; 2]>) = both.take(MOST).unzip();
        if points.is_empty() {
            return None;
        }
        let mut numbers = Numbers::new(&["what", "rank correlation with the score", "splits"]);
        numbers.push([driver.what.clone(), format!("{:.3}", driver.correlation), driver.values.len().to_string()]);
        let (x, y) = (Scale::around(points.iter().map(|p| p[0])), Scale::around(points.iter().map(|p| p[1])));
        Some(Figure {
            title: format!(
                "{}: {} goes with {metric} (rank correlation {})",
                model.name,
                driver.what,
                significant(driver.correlation)
            ),
            description: format!("A dot for each split: {} across, {metric} up.", driver.what),
            panels: vec![Panel {
                title: String::new(),
                x: Axis::new(driver.what.clone(), x),
                y: Axis::new(axis_name(metric, m.direction), y),
                height: 220.0,
                marks: vec![dots(at, splits, points)],
            }],
            columns: 1,
            key: Vec::new(),
            numbers,
            ..Figure::default()
        })
    }
}
