//! How often each row was tested.

use super::{FigureInfo, FigureKind, Of, Section, Subject};
use crate::plot::{Axis, Figure, Ink, Mark, Numbers, Panel, Scale};

/// The coverage of the rows.
#[derive(Debug)]
pub struct Tested;

impl FigureKind for Tested {
    fn info(&self) -> FigureInfo {
        FigureInfo {
            name: "tested",
            summary: "How many rows were tested how often",
            of: Of::Report,
            section: Section::Data,
            needs: "{probe=curves}",
        }
    }

    fn draw(&self, subject: &Subject) -> Option<Figure> {
        let plan = &subject.report.plan;
        let (first, last) = (plan.tested.first()?, plan.tested.last()?);
        let mut numbers = Numbers::new(&["tested on splits, from", "to", "rows"]);
        let mut boxes = Vec::new();
        for bin in &plan.tested {
            numbers.push([bin.from.to_string(), bin.to.to_string(), bin.rows.to_string()]);
            if bin.rows > 0 {
                boxes.push([bin.from as f64 - 0.5, bin.to as f64 + 0.5, 0.0, bin.rows as f64]);
            }
        }
        let most = plan.tested.iter().map(|bin| bin.rows).max().unwrap_or(0);
        let never = plan.tested.iter().filter(|bin| bin.to == 0).map(|bin| bin.rows).sum::<usize>();
        let never = match never {
            0 => String::new(),
            1 => "; 1 row was never tested".into(),
            rows => format!("; {rows} rows were never tested"),
        };
        let splits = plan.done;
        let title = if first.from == last.to {
            format!("Every row was tested on {} of {splits} splits", first.from)
        } else {
            format!("Rows were tested on {} to {} of {splits} splits{never}", first.from, last.to)
        };
        Some(Figure {
            title,
            description: "A bar for each number of splits, as high as the number of rows that so many splits test."
                .into(),
            panels: vec![Panel {
                title: String::new(),
                x: Axis::new("splits that test a row", Scale::around([first.from as f64 - 0.5, last.to as f64 + 0.5])),
                y: Axis::new("rows", Scale::from_zero([most as f64])),
                height: 90.0,
                marks: vec![Mark::Boxes { ink: Ink::Muted, opacity: 0.8, boxes }],
            }],
            columns: 1,
            numbers,
            ..Figure::default()
        })
    }
}
