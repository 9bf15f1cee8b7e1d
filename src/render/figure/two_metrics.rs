//! The first two metrics against each other, split by split.

use super::cloud::{Cloud, MOST, clouds};
use super::shown::{digits, n};
use super::{FigureInfo, FigureKind, Of, Section, Subject};
use crate::plot::{Axis, Figure, Numbers, Panel, Scale};
use crate::stats::spearman;

/// One metric against another.
#[derive(Debug)]
pub struct TwoMetrics;

impl FigureKind for TwoMetrics {
    fn info(&self) -> FigureInfo {
        FigureInfo {
            name: "two-metrics",
            summary: "The first two metrics against each other, a dot a split",
            of: Of::Report,
            section: Section::Scores,
            needs: "",
        }
    }

    fn draw(&self, subject: &Subject) -> Option<Figure> {
        let report = subject.report;
        let [first, second, ..] = report.metrics.as_slice() else { return None };
        let clouds = clouds(report, |model| [model.splits.scores(first), model.splits.scores(second)]);
        if clouds.is_empty() {
            return None;
        }
        let d = [digits(report, first), digits(report, second)];
        let mut numbers = Numbers::new(&["model", first, second, "rank correlation over splits"]);
        let (mut across, mut up) = (Vec::new(), Vec::new());
        for cloud in &clouds {
            let (xs, ys): (Vec<f64>, Vec<f64>) = cloud.points.iter().map(|p| (p[0], p[1])).unzip();
            let mean = |metric: &str, d| {
                cloud.model.metrics.get(metric).and_then(|m| m.mean).map_or("–".into(), |v| n(v, d))
            };
            let rho = spearman(&xs, &ys).map_or("–".into(), |rho| format!("{rho:.2}"));
            numbers.push([cloud.model.name.clone(), mean(first, d[0]), mean(second, d[1]), rho]);
            across.extend(xs);
            up.extend(ys);
        }
        let key = clouds.iter().map(Cloud::key).collect();
        let marks = clouds.into_iter().map(Cloud::mark).collect();
        let cut = report.models.iter().any(|model| model.splits.len() > MOST);
        let some = if cut { format!(" on the first {MOST} splits") } else { String::new() };
        Some(Figure {
            title: format!("{first} against {second}{some}: do they call the same splits bad?"),
            description: format!("A dot for each split and model: its {first} across, its {second} up."),
            panels: vec![Panel {
                title: String::new(),
                x: Axis::new(first.clone(), Scale::around(across)),
                y: Axis::new(second.clone(), Scale::around(up)),
                height: 260.0,
                marks,
            }],
            columns: 1,
            key,
            numbers,
            ..Figure::default()
        })
    }
}
