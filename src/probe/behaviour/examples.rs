//! The minimum that a model must be able to do: given rows that must get a prediction in a range, or a label.

use ndarray::Array2;

use super::{Stage, outcome};
use crate::data::Encoding;
use crate::error::Result;
use crate::metric::Direction;
use crate::model::Predictions;
use crate::probe::{Names, Notebook, Probe, Scene};
use crate::run::Seen;
use crate::verdict::behaviour::Cell;

/// The share of the rows that get what they must.
pub struct Examples {
    name: String,
    /// rows × parts.
    cells: Array2<f64>,
    at_least: f64,
    at_most: f64,
    class: Option<u32>,
    /// Whether the label must be predicted, and not only a range be kept.
    labelled: bool,
}

impl Examples {
    /// From rows by column; the cells not given are those of a row of the table.
    pub fn new(
        stage: &Stage,
        rows: &[Vec<(String, Cell)>],
        like: Option<usize>,
        range: [Option<f64>; 2],
        label: Option<&str>,
    ) -> Result<Self> {
        let features = stage.ground.scene.features;
        let like = match like {
            None => None,
            Some(row) => match stage.ground.used.binary_search(&(row as u32)) {
                Ok(at) => Some(at as u32),
                Err(_) => return stage.wrong(format!("like = {row}: the table has no such row with a target")),
            },
        };
        let mut cells = Array2::from_elem((rows.len(), features.parts.len()), f64::NAN);
        let parts = features.parts_of_columns();
        for (i, row) in rows.iter().enumerate() {
            for (column, _) in row {
                stage.feature(column)?;
            }
            if let Some(like) = like {
                cells.row_mut(i).assign(&features.cells(&[like]).row(0));
            }
            for (feature, parts) in features.used.iter().zip(&parts) {
                match row.iter().find(|(column, _)| *column == feature.name) {
                    Some(_) if feature.encoding == Encoding::Calendar => {
                        let text = format!(
                            "column '{}' is a date; leave it out and take it from a row with like",
                            feature.name
                        );
                        return stage.wrong(text);
                    }
                    Some((column, Cell::Number(v))) if matches!(feature.encoding, Encoding::Numeric) => {
                        let _ = column;
                        cells[[i, parts.start]] = *v;
                    }
                    Some((column, Cell::Number(v))) => cells[[i, parts.start]] = stage.cell(column, &v.to_string())?,
                    Some((column, Cell::Text(text))) => cells[[i, parts.start]] = stage.cell(column, text)?,
                    None if like.is_some() => {}
                    None => {
                        let text = format!(
                            "row {i} says nothing of column '{}'; add it, or like = N for what is not said (N is a row of the table)",
                            feature.name
                        );
                        return stage.wrong(text);
                    }
                }
            }
        }
        let ranged = range.iter().any(Option::is_some);
        Ok(Self {
            name: stage.behaviour.name.clone(),
            cells,
            at_least: range[0].unwrap_or(f64::NEG_INFINITY),
            at_most: range[1].unwrap_or(f64::INFINITY),
            class: stage.class(label)?,
            labelled: !ranged,
        })
    }
}

impl Probe for Examples {
    fn wants_rows(&self) -> bool {
        true
    }

    fn names(&self, _: &Scene, names: &mut Names) {
        names.reading(format!("behaviour[{}]", self.name), Direction::Higher);
        names.reading(format!("behaviour_least[{}]", self.name), Direction::None);
        names.reading(format!("behaviour_most[{}]", self.name), Direction::None);
    }

    fn look(&self, seen: &Seen, notes: &mut Notebook) {
        let Some(model) = seen.rows else { return };
        let predictions = model.predict(self.cells.view());
        let values = outcome(&predictions, self.class);
        let kept = match (&predictions, self.labelled) {
            (Predictions::Classes { labels, .. }, true) => labels.iter().filter(|l| Some(**l) == self.class).count(),
            _ => values.iter().filter(|v| **v >= self.at_least && **v <= self.at_most).count(),
        };
        notes.read(format!("behaviour[{}]", self.name), Direction::Higher, Ok(kept as f64 / values.len() as f64));
        let least = values.iter().copied().fold(f64::INFINITY, f64::min);
        let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        notes.read(format!("behaviour_least[{}]", self.name), Direction::None, Ok(least));
        notes.read(format!("behaviour_most[{}]", self.name), Direction::None, Ok(most));
    }
}
