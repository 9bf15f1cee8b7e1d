//! The first two metrics against each other, split by split.

use super::shown::{digits, n, named_models};
use super::{FigureKind, Of, Section, Subject};
use crate::plot::{Axis, Figure, Ink, Mark, Numbers, Panel, Scale, Series};
use crate::stats::spearman;

/// Dots of a model at most.
const MOST: usize = 2000;

/// One metric against another.
#[derive(Debug)]
pub struct TwoMetrics;

impl FigureKind for TwoMetrics {
    fn name(&self) -> &'static str {
        "two-metrics"
    }

    fn summary(&self) -> &'static str {
        "The first two metrics against each other, a dot a split"
    }

    fn of(&self) -> Of {
        Of::Report
    }

    fn section(&self) -> Section {
        Section::Scores
    }

    fn draw(&self, subject: &Subject) -> Option<Figure> {
        let report = subject.report;
        let [first, second, ..] = report.metrics.as_slice() else { return None };
        let (mut marks, mut key) = (Vec::new(), Vec::new());
        let (mut across, mut up) = (Vec::new(), Vec::new());
        let d = [digits(report, first), digits(report, second)];
        let mut numbers = Numbers::new(&["model", first, second, "rank correlation over splits"]);
        for (at, model, name) in named_models(report) {
            let (x, y) = (model.splits.scores(first), model.splits.scores(second));
            let both = (0..model.splits.len()).filter_map(|k| Some((model.splits.numbers.at(k), [x.at(k)?, y.at(k)?])));
            let (splits, points): (Vec<u64>, Vec<[f64; 2]>) = both.take(MOST).unzip();
            if points.is_empty() {
                continue;
            }
            let (xs, ys): (Vec<f64>, Vec<f64>) = points.iter().map(|p| (p[0], p[1])).unzip();
            let mean =
                |metric: &str, d| model.metrics.get(metric).and_then(|m| m.mean).map_or("–".into(), |v| n(v, d));
            let rho = spearman(&xs, &ys).map_or("–".into(), |rho| format!("{rho:.2}"));
            numbers.push([model.name.clone(), mean(first, d[0]), mean(second, d[1]), rho]);
            across.extend(xs);
            up.extend(ys);
            marks.push(Mark::Points {
                ink: Ink::Model(at),
                radius: 2.2,
                points,
                series: Some(Series { model: Some(at), splits }),
            });
            key.push((Ink::Model(at), name));
        }
        if across.is_empty() {
            return None;
        }
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
