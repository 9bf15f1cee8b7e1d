//! True against predicted labels of a model, as shares of the test rows of each true label.

use super::{FigureInfo, FigureKind, Of, Section, Subject};
use crate::plot::{Axis, Figure, Ink, Mark, Numbers, Panel, Scale, Side};
use crate::render::number::percent;

/// Labels up to which the shares are written into the cells.
const WRITTEN: usize = 12;

/// The confusion matrix.
#[derive(Debug)]
pub struct Confusion;

impl FigureKind for Confusion {
    fn info(&self) -> FigureInfo {
        FigureInfo {
            name: "confusion",
            summary: "True against predicted labels, with the spread over splits",
            of: Of::Model,
            section: Section::Predictions,
            needs: "classification of up to 50 labels",
        }
    }

    fn draw(&self, subject: &Subject) -> Option<Figure> {
        let (at, model) = subject.model;
        let confusion = model.confusion.as_ref()?;
        let labels = &confusion.labels;
        let (mut cells, mut words) = (Vec::new(), Vec::new());
        let mut numbers =
            Numbers::new(&["true", "predicted", "rows a split", "sd", "share of the true label", "sd of it"]);
        let mut found = Vec::new();
        for (row, (truth, of_truth)) in labels.iter().zip(&confusion.cells).enumerate() {
            for (column, (predicted, cell)) in labels.iter().zip(of_truth).enumerate() {
                let (x, y) = (column as f64, row as f64);
                let share = cell.share.unwrap_or(0.0);
                cells.push(([x - 0.5, x + 0.5, y + 0.5, y - 0.5], 0.75 * share));
                let number = |v: Option<f64>| v.map_or("–".into(), |v| format!("{v:.3}"));
                numbers.push([
                    truth.clone(),
                    predicted.clone(),
                    format!("{:.2}", cell.mean),
                    cell.sd.map_or("–".into(), |sd| format!("{sd:.2}")),
                    number(cell.share),
                    number(cell.share_sd),
                ]);
                if labels.len() <= WRITTEN
                    && let Some(share) = cell.share
                {
                    let sd = cell
                        .share_sd
                        .filter(|_| labels.len() <= 5)
                        .map_or(String::new(), |sd| format!(" ± {:.0}", 100.0 * sd));
                    let text = format!("{}{sd}", percent(share));
                    words.push(Mark::Words { ink: Ink::Text, at: [x, y], side: Side::Middle, text });
                }
                if row == column {
                    found.extend(cell.share.map(|share| (share, truth)));
                }
            }
        }
        let least = found.iter().min_by(|a, b| a.0.total_cmp(&b.0));
        let title = match least {
            Some((share, label)) => {
                format!("{}: '{label}' is found least, in {} of its rows", model.name, percent(*share))
            }
            None => format!("{}: true and predicted labels", model.name),
        };
        let mut marks = vec![Mark::Cells { ink: Ink::Model(at), cells }];
        marks.extend(words);
        Some(Figure {
            title,
            description: format!(
                "A cell for each true label, downwards, and predicted label, across: the share of the test rows of the true label, \
                 on average over {} splits, with its standard deviation over splits.",
                confusion.splits
            ),
            panels: vec![Panel {
                title: String::new(),
                x: Axis::new("predicted", Scale::Row(labels.clone())),
                y: Axis::new("true", Scale::Band(labels.clone())),
                height: (34.0 * labels.len() as f64).clamp(90.0, 620.0),
                marks,
            }],
            columns: 1,
            key: Vec::new(),
            numbers,
            ..Figure::default()
        })
    }
}
