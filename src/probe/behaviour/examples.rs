//! The minimum that a model must be able to do: given rows that must get a prediction in a range, or a label.

use ndarray::Array2;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::Value;

use super::context::BehaviourContext;
use super::outcome::outcome;
use super::{BehaviourInfo, BehaviourTest, Reader, Test, key};
use crate::data::{Encoding, Feature};
use crate::error::Result;
use crate::metric::Direction;
use crate::model::Predictions;
use crate::probe::{Names, Probe, ProbeContext, Recorder};
use crate::run::FittedSplit;
use crate::toml_file::number;

pub(super) const INFO: BehaviourInfo = BehaviourInfo {
    name: "examples",
    summary: "given rows get a prediction in a range, or a label",
    keys: &[
        key("rows", "", "the rows, by column"),
        key("like", "", "row of the table that has the cells not given"),
        key("at_least", "", "least prediction, or probability of the label"),
        key("at_most", "", "largest prediction, or probability of the label"),
        key("label", "", "the label"),
        key("share", "1", "share of the rows that keep it on the worst split"),
    ],
    example: "rows = [{ carat = 1.0, cut = \"Ideal\" }]\nlike = 0\nat_least = 0",
    gives: &["behaviour", "behaviour_least", "behaviour_most"],
    confidence: None,
    read,
};

fn read(reader: &Reader, reading: &str) -> Result<(Test, String)> {
    let ([at_least, at_most], label) = (reader.range()?, reader.text("label")?);
    if at_least.or(at_most).is_none() && label.is_none() {
        return reader.wrong("nothing says what the rows must get; add at_least, at_most or label");
    }
    let test = Examples { rows: rows(reader)?, like: reader.whole("like")?, at_least, at_most, label };
    Ok((test.into(), reader.asked_share(reading)?))
}

/// The rows of an `examples` test, each with its columns.
fn rows(reader: &Reader) -> Result<Vec<Vec<(String, Cell)>>> {
    let example = "rows = [{ carat = 1.0, cut = \"Ideal\" }]";
    let Some(Value::Array(list)) = reader.table.get("rows") else {
        return reader.wrong(format!("there are no rows; add {example}"));
    };
    let row = |value: &Value| {
        let Value::Table(cells) = value else {
            return reader.wrong(format!("{value} must be a row; write {example}"));
        };
        let cell = |(column, value): (&String, &Value)| {
            let cell = match (value, number(value)) {
                (_, Some(v)) => Cell::Number(v),
                (Value::String(text), _) => Cell::Text(text.clone()),
                (Value::Boolean(b), _) => Cell::Number(f64::from(u8::from(*b))),
                (other, _) => return reader.wrong(format!("{column} = {other} is neither a number nor a text")),
            };
            Ok((column.clone(), cell))
        };
        cells.iter().map(cell).collect()
    };
    if list.is_empty() {
        return reader.wrong(format!("there are no rows; add {example}"));
    }
    list.iter().map(row).collect()
}

/// A cell of an example row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Cell {
    /// A number.
    Number(f64),
    /// A level.
    Text(String),
}

/// Given rows get a prediction in a range, or a label.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Examples {
    /// The rows, by column.
    rows: Vec<Vec<(String, Cell)>>,
    /// The row of the table that has the cells not given.
    like: Option<usize>,
    /// The least prediction.
    at_least: Option<f64>,
    /// The largest prediction.
    at_most: Option<f64>,
    /// The label; with a range it is that of the label's probability.
    label: Option<String>,
}

/// The cell of a feature that an example row gives.
fn cell_of(context: &BehaviourContext, feature: &Feature, cell: &Cell) -> Result<f64> {
    match (feature.encoding, cell) {
        (Encoding::Calendar, _) => {
            let name = &feature.name;
            context.wrong(format!("column '{name}' is a date; leave it out and take it from a row with like"))
        }
        (Encoding::Numeric, Cell::Number(v)) => Ok(*v),
        (_, Cell::Number(v)) => context.cell(&feature.name, &v.to_string()),
        (_, Cell::Text(text)) => context.cell(&feature.name, text),
    }
}

impl BehaviourTest for Examples {
    fn probe(&self, context: &mut BehaviourContext) -> Result<Box<dyn Probe>> {
        let features = context.ground.scene.features;
        let like = match self.like {
            None => None,
            Some(row) => match context.ground.used.binary_search(&(row as u32)) {
                Ok(at) => Some(at as u32),
                Err(_) => return context.wrong(format!("like = {row}: the table has no such row with a target")),
            },
        };
        let mut cells = Array2::from_elem((self.rows.len(), features.parts.len()), f64::NAN);
        let parts = features.parts_of_columns();
        for (i, row) in self.rows.iter().enumerate() {
            for (column, _) in row {
                context.feature(column)?;
            }
            if let Some(like) = like {
                cells.row_mut(i).assign(&features.cells(&[like]).row(0));
            }
            for (feature, parts) in features.used.iter().zip(&parts) {
                match row.iter().find(|(column, _)| *column == feature.name) {
                    Some((_, cell)) => cells[[i, parts.start]] = cell_of(context, feature, cell)?,
                    None if like.is_some() => {}
                    None => {
                        let text = format!(
                            "row {i} says nothing of column '{}'; add it, or like = N for what is not said (N is a row of the table)",
                            feature.name
                        );
                        return context.wrong(text);
                    }
                }
            }
        }
        let range = [self.at_least, self.at_most];
        let ranged = range.iter().any(Option::is_some);
        let classes = !context.ground.scene.target.labels().is_empty();
        if let Some(end) = range.iter().flatten().find(|end| classes && !(0.0..=1.0).contains(*end)) {
            return context
                .wrong(format!("the target is a label, and its probability lies from 0 to 1, which {end} does not"));
        }
        Ok(Box::new(ExamplesProbe {
            name: context.name.to_owned(),
            cells,
            at_least: self.at_least.unwrap_or(f64::NEG_INFINITY),
            at_most: self.at_most.unwrap_or(f64::INFINITY),
            class: context.class(self.label.as_deref())?,
            labelled: !ranged,
        }))
    }
}

/// The share of the rows that get what they must.
struct ExamplesProbe {
    name: String,
    /// rows × parts.
    cells: Array2<f64>,
    at_least: f64,
    at_most: f64,
    class: Option<u32>,
    /// Whether the label must be predicted, and not only a range be kept.
    labelled: bool,
}

impl Probe for ExamplesProbe {
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
        let predictions = model.predict(None, self.cells.view());
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
