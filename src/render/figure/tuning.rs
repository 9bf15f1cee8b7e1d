//! What the splits of a tuned model have chosen.

use super::shown::{digits, n};
use super::{FigureInfo, FigureKind, Of, Section, Subject};
use crate::plot::{Axis, Figure, Ink, Mark, Numbers, Panel, Scale};
use crate::report::TunedSetting;

/// Settings that are drawn, in the order of the grid.
const MOST: usize = 30;

/// The choices.
#[derive(Debug)]
pub struct Tuned;

impl FigureKind for Tuned {
    fn info(&self) -> FigureInfo {
        FigureInfo {
            name: "tuning",
            summary: "How many splits picked each setting of a tuned model, and its inner score",
            of: Of::Model,
            section: Section::Models,
            needs: "{tune}",
        }
    }

    fn draw(&self, subject: &Subject) -> Option<Figure> {
        let (at, model) = subject.model;
        let tuning = model.tuning.as_ref()?;
        let shown = &tuning.settings[..tuning.settings.len().min(MOST)];
        let most_picked = shown.iter().max_by(|a, b| a.picked.total_cmp(&b.picked))?;
        let d = digits(subject.report, &tuning.metric);
        let mut numbers = Numbers::new(&["setting", "share of splits that picked it", "inner mean"]);
        for setting in &tuning.settings {
            let inner = setting.inner_mean.map_or("–".into(), |v| n(v, d));
            numbers.push([setting.name.clone(), format!("{:.3}", setting.picked), inner]);
        }
        let ink = Ink::Model(at);
        let bar = |(row, setting): (usize, &TunedSetting)| [0.0, setting.picked, row as f64 + 0.36, row as f64 - 0.36];
        let boxes = shown.iter().enumerate().map(bar).collect();
        let dot = |(row, setting): (usize, &TunedSetting)| Some([setting.inner_mean?, row as f64]);
        let points: Vec<[f64; 2]> = shown.iter().enumerate().filter_map(dot).collect();
        let height = 22.0 * shown.len() as f64 + 8.0;
        let names = || Scale::Band(shown.iter().map(|setting| setting.name.clone()).collect());
        let rest = tuning.settings.len() - shown.len();
        let rest = if rest > 0 { format!("; {rest} settings are left out") } else { String::new() };
        Some(Figure {
            title: format!(
                "{}: {} is picked most, on {:.0} % of splits{rest}",
                model.name,
                most_picked.name,
                100.0 * most_picked.picked
            ),
            description: format!(
                "On the left a bar for each setting, the share of splits that picked it by {} inner folds of their train rows; on \
                 the right the mean over splits of its inner {}.",
                tuning.folds, tuning.metric
            ),
            panels: vec![
                Panel {
                    title: String::new(),
                    x: Axis::new("share of splits that picked it", Scale::from_zero([most_picked.picked])),
                    y: Axis::new("", names()),
                    height,
                    marks: vec![Mark::Boxes { ink, opacity: 0.7, boxes }],
                },
                Panel {
                    title: String::new(),
                    x: Axis::new(
                        format!("inner {}, mean over splits", tuning.metric),
                        Scale::around(points.iter().map(|point| point[0])),
                    ),
                    y: Axis::bare(names()),
                    height,
                    marks: if points.is_empty() {
                        Vec::new()
                    } else {
                        vec![Mark::Points { ink, radius: 4.0, points, series: None }]
                    },
                },
            ],
            columns: 2,
            numbers,
            ..Figure::default()
        })
    }
}
