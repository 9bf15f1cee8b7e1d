//! Scores on the train rows against those on the test rows, split by split.

use super::cloud::{Cloud, MOST, clouds};
use super::shown::{digits, n};
use super::{FigureInfo, FigureKind, Of, Section, Subject};
use crate::plot::{Axis, Dash, Figure, Ink, Mark, Numbers, Panel, Scale};

/// Train against test score.
#[derive(Debug)]
pub struct TrainTest;

impl FigureKind for TrainTest {
    fn info(&self) -> FigureInfo {
        FigureInfo {
            name: "train-test",
            summary: "Score on the train rows against score on the test rows, a dot a split",
            of: Of::Metric,
            section: Section::Scores,
            needs: "",
        }
    }

    fn draw(&self, subject: &Subject) -> Option<Figure> {
        let Subject { report, metric, .. } = *subject;
        let d = digits(report, metric);
        let clouds = clouds(report, |model| [model.splits.train_scores(metric), model.splits.scores(metric)]);
        if clouds.is_empty() {
            return None;
        }
        let mut numbers = Numbers::new(&["model", "mean on train rows", "mean on test rows", "gap"]);
        for cloud in &clouds {
            if let Some(m) = cloud.model.metrics.get(metric) {
                let row = [m.train_mean, m.mean, m.gap_mean].map(|v| v.map_or("–".into(), |v| n(v, d)));
                numbers.push(std::iter::once(cloud.model.name.clone()).chain(row));
            }
        }
        let all = || clouds.iter().flat_map(|cloud| &cloud.points);
        let (x, y) = (Scale::around(all().map(|point| point[0])), Scale::around(all().map(|point| point[1])));
        let is_cut = clouds.iter().any(|cloud| cloud.is_cut);
        let key = clouds.iter().map(Cloud::key).collect();
        let mut marks: Vec<Mark> = clouds.into_iter().map(Cloud::mark).collect();
        let ([x_low, x_high], [y_low, y_high]) = (x.domain(), y.domain());
        let (low, high) = (x_low.max(y_low), x_high.min(y_high));
        if low < high {
            let points = vec![[low, low], [high, high]];
            marks.insert(0, Mark::Line { ink: Ink::Muted, dash: Dash::Short, width: 1.5, points });
        }
        let first = if is_cut { format!(" of the first {MOST} splits") } else { String::new() };
        Some(Figure {
            title: format!(
                "{metric} on the train rows against the test rows{first}: on the dotted line they are equal"
            ),
            description: format!(
                "A dot for each split and model: its {metric} on the train rows across, on the test rows up."
            ),
            panels: vec![Panel {
                title: String::new(),
                x: Axis::new(format!("{metric} on the train rows"), x),
                y: Axis::new(format!("{metric} on the test rows"), y),
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
