//! The minimum that a model must be able to do: given rows that must get a prediction in a range, or a label.

use ndarray::Array2;

use super::{BehaviourContext, outcome};
use crate::data::{Encoding, Feature};
use crate::error::Result;
use crate::metric::Direction;
use crate::model::Predictions;
use crate::probe::{Names, Probe, ProbeContext, Recorder};
use crate::run::FittedSplit;
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

impl BehaviourContext<'_> {
    /// The cell of a feature that an example row gives.
    fn example_cell(&self, feature: &Feature, cell: &Cell) -> Result<f64> {
        match (feature.encoding, cell) {
            (Encoding::Calendar, _) => {
                let name = &feature.name;
                self.wrong(format!("column '{name}' is a date; leave it out and take it from a row with like"))
            }
            (Encoding::Numeric, Cell::Number(v)) => Ok(*v),
            (_, Cell::Number(v)) => self.cell(&feature.name, &v.to_string()),
            (_, Cell::Text(text)) => self.cell(&feature.name, text),
        }
    }
}

impl Examples {
    /// From rows by column; the cells not given are those of a row of the table.
    pub fn new(
        stage: &BehaviourContext,
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
                    Some((_, cell)) => cells[[i, parts.start]] = stage.example_cell(feature, cell)?,
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
        let classes = !stage.ground.scene.target.labels().is_empty();
        if let Some(end) = range.iter().flatten().find(|end| classes && !(0.0..=1.0).contains(*end)) {
            return stage
                .wrong(format!("the target is a label, and its probability lies from 0 to 1, which {end} does not"));
        }
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
    fn needs_model(&self) -> bool {
        true
    }

    fn names(&self, _: &ProbeContext, names: &mut Names) {
        names.reading(format!("behaviour[{}]", self.name), Direction::Higher);
        names.reading(format!("behaviour_least[{}]", self.name), Direction::None);
        names.reading(format!("behaviour_most[{}]", self.name), Direction::None);
    }

    fn look(&self, fitted: &FittedSplit, notes: &mut Recorder) {
        let Some(model) = fitted.rows else { return };
        let predictions = model.predict(self.cells.view());
        let values = outcome(&predictions, self.class);
        let inside = |v: &&f64| **v >= self.at_least && **v <= self.at_most;
        let kept = match (&predictions, &values) {
            (Predictions::Classes { labels, .. }, _) if self.labelled => {
                Ok(labels.iter().filter(|l| Some(**l) == self.class).count())
            }
            (_, Ok(values)) => Ok(values.iter().filter(inside).count()),
            (_, Err(none)) => Err(*none),
        };
        let n = self.cells.nrows() as f64;
        notes.read(format!("behaviour[{}]", self.name), Direction::Higher, kept.map(|kept| kept as f64 / n));
        let end = |f: fn(f64, f64) -> f64| {
            values.as_ref().map_err(|e| *e).map(|v| v.iter().copied().reduce(f).unwrap_or(f64::NAN))
        };
        notes.read(format!("behaviour_least[{}]", self.name), Direction::None, end(f64::min));
        notes.read(format!("behaviour_most[{}]", self.name), Direction::None, end(f64::max));
    }
}
