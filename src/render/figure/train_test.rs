//! Scores on the train rows against those on the test rows, split by split.

use super::shown::{digits, n, named_models};
use super::{FigureKind, Of, Section, Subject};
use crate::plot::{Axis, Dash, Figure, Ink, Mark, Numbers, Panel, Scale, Series};

/// Dots of a model at most; of longer runs the first splits are drawn.
const MOST: usize = 2000;

/// Train against test score.
#[derive(Debug)]
pub struct TrainTest;

impl FigureKind for TrainTest {
    fn name(&self) -> &'static str {
        "train-test"
    }

    fn summary(&self) -> &'static str {
        "Score on the train rows against score on the test rows, a dot a split"
    }

    fn of(&self) -> Of {
        Of::Metric
    }

    fn section(&self) -> Section {
        Section::Scores
    }

    fn draw(&self, subject: &Subject) -> Option<Figure> {
        let Subject { report, metric, .. } = *subject;
        let d = digits(report, metric);
        let (mut marks, mut key) = (Vec::new(), Vec::new());
        let (mut across, mut up) = (Vec::new(), Vec::new());
        let mut numbers = Numbers::new(&["model", "mean on train rows", "mean on test rows", "gap"]);
        let mut cut = 0;
        for (at, model, name) in named_models(report) {
            let (train, test) = (model.splits.train_scores(metric), model.splits.scores(metric));
            let both =
                (0..model.splits.len()).filter_map(|k| Some((model.splits.numbers.at(k), [train.at(k)?, test.at(k)?])));
            let (splits, points): (Vec<u64>, Vec<[f64; 2]>) = both.take(MOST + 1).unzip();
            if points.is_empty() {
                continue;
            }
            cut = cut.max(points.len().saturating_sub(MOST));
            let (splits, points) =
                (splits.into_iter().take(MOST).collect(), points.into_iter().take(MOST).collect::<Vec<_>>());
            across.extend(points.iter().map(|point| point[0]));
            up.extend(points.iter().map(|point| point[1]));
            marks.push(Mark::Points {
                ink: Ink::Model(at),
                radius: 2.2,
                points,
                series: Some(Series { model: Some(at), splits }),
            });
            key.push((Ink::Model(at), name));
            if let Some(m) = model.metrics.get(metric) {
                let row = [m.train_mean, m.mean, m.gap_mean].map(|v| v.map_or("–".into(), |v| n(v, d)));
                numbers.push(std::iter::once(model.name.clone()).chain(row));
            }
        }
        if across.is_empty() {
            return None;
        }
        let (x, y) = (Scale::around(across), Scale::around(up));
        let ([x_low, x_high], [y_low, y_high]) = (x.domain(), y.domain());
        let (low, high) = (x_low.max(y_low), x_high.min(y_high));
        if low < high {
            let points = vec![[low, low], [high, high]];
            marks.insert(0, Mark::Line { ink: Ink::Muted, dash: Dash::Short, width: 1.5, points });
        }
        let first = if cut > 0 { format!(" of the first {MOST} splits") } else { String::new() };
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
