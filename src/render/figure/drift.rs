//! How the test rows of the worst and the best split differ from their train rows, against all splits.

use super::{FigureInfo, FigureKind, Of, Section, Subject};
use crate::plot::{Axis, Dash, Figure, Ink, Mark, Numbers, Panel, Scale};
use crate::render::number::significant;

/// The forest plot of differences.
#[derive(Debug)]
pub struct Drift;

impl FigureKind for Drift {
    fn info(&self) -> FigureInfo {
        FigureInfo {
            name: "drift",
            summary: "How test rows of the worst and the best split differ from their train rows, against all splits",
            of: Of::Model,
            section: Section::Why,
            needs: "{probe=curves}, columns of numbers, and splits that are cheap to fit again",
        }
    }

    fn draw(&self, subject: &Subject) -> Option<Figure> {
        let (_, model) = subject.model;
        let extremes = model.extremes.as_ref()?;
        let mut numbers = Numbers::new(&["split", "column", "difference", "5 % of all splits", "median", "95 %", "q"]);
        let all = || extremes.splits.iter().flat_map(|split| &split.drift);
        let scale = Scale::around(all().flat_map(|d| [d.difference, d.others[0], d.others[2]]).chain([0.0]));
        let mut panels = Vec::new();
        for split in extremes.splits.iter().filter(|split| !split.drift.is_empty()) {
            let ink = if split.role == "worst" { Ink::Bad } else { Ink::Good };
            let (mut boxes, mut medians, mut dots) = (Vec::new(), Vec::new(), Vec::new());
            let [low_end, high_end] = scale.domain();
            let hair = 0.002 * (high_end - low_end);
            let mut names = Vec::new();
            for (row, drift) in split.drift.iter().enumerate() {
                let y = row as f64;
                let [low, middle, high] = drift.others;
                boxes.push([low, high, y + 0.2, y - 0.2]);
                medians.push([middle - hair, middle + hair, y + 0.2, y - 0.2]);
                dots.push([drift.difference, y]);
                names.push(if drift.target { format!("{} (target)", drift.column) } else { drift.column.clone() });
                let values = [drift.difference, low, middle, high].map(significant);
                let q = drift.q.map_or("–".into(), |q| format!("{q:.3}"));
                let row = [format!("#{}", split.split), drift.column.clone()];
                numbers.push(row.into_iter().chain(values).chain([q]));
            }
            panels.push(Panel {
                title: format!("{} split, #{}: {}", split.role, split.split, significant(split.score)),
                x: Axis::new("standardised difference of means, test less train", scale.clone()),
                height: 22.0 * names.len() as f64 + 10.0,
                y: Axis::new("", Scale::Band(names)),
                marks: vec![
                    Mark::Upright { ink: Ink::Muted, dash: Dash::Short, at: 0.0, text: String::new() },
                    Mark::Boxes { ink: Ink::Muted, opacity: 0.3, boxes },
                    Mark::Boxes { ink: Ink::Muted, opacity: 1.0, boxes: medians },
                    Mark::Points { ink, radius: 4.5, points: dots, series: None },
                ],
            });
        }
        if panels.is_empty() {
            return None;
        }
        Some(Figure {
            title: format!("{}: columns whose dot lies outside its grey box drifted further than in 9 of 10 splits", model.name),
            description: "A row a column of numbers, the target first: a dot for the split's difference of means, test less train \
                          rows, in standard deviations, and a box where 9 of 10 splits lie."
                .into(),
            panels,
            columns: 1,
            key: vec![
                (Ink::Bad, "worst split".into()),
                (Ink::Good, "best split".into()),
                (Ink::Muted, "9 of 10 splits, with their median".into()),
            ],
            numbers,
            ..Figure::default()
        })
    }
}
