//! Changing the cells of one column.

use ndarray::Array2;
use rand::Rng;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::Value;

use super::Reader;
use super::context::{BehaviourContext, texts};
use crate::data::{FeatureColumn, place_of_label};
use crate::error::{Result, suggestion_or_list};

/// How the cells of a column are changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// Normal noise of this standard deviation is added, in units of the column.
    Noise(f64),
    /// Each becomes this level, or another one drawn at random.
    Level(Option<String>),
    /// Each is multiplied.
    Scale(f64),
}

impl Change {
    /// From the keys of a behaviour, one of which says it.
    pub(super) fn read(reader: &Reader) -> Result<Self> {
        let example = "noise = 0.1, level = \"…\", level = true or scale = 1.1";
        match (reader.table.get("noise"), reader.table.get("level"), reader.table.get("scale")) {
            (Some(_), None, None) => Ok(Self::Noise(reader.bounded("noise", 0.0, f64::INFINITY)?.unwrap_or(0.0))),
            (None, Some(Value::Boolean(true)), None) => Ok(Self::Level(None)),
            (None, Some(_), None) => Ok(Self::Level(reader.text("level")?)),
            (None, None, Some(_)) => Ok(Self::Scale(reader.number("scale")?.unwrap_or(1.0))),
            (None, None, None) => reader.wrong(format!("nothing says how the column is changed; add {example}")),
            _ => reader.wrong(format!("the column is changed in one way: {example}")),
        }
    }
}

/// What is done to a cell; a gap stays a gap but where all cells become the same.
pub(super) enum Rule {
    /// Normal noise of this standard deviation is added.
    Noise(f64),
    /// It is multiplied.
    Scale(f64),
    /// It becomes this cell.
    Set(f64),
    /// It becomes another of so many levels, drawn at random.
    Another(usize),
    /// False becomes true, and true false.
    Flip,
}

/// By how much a column rises.
pub(super) enum Step {
    /// From false to true.
    Boolean(usize),
    /// By so much, or by the standard deviation of the train rows.
    Number(usize, Option<f64>),
}

/// Normal noise of standard deviation 1 (Box and Muller 1958).
pub fn normal(random: &mut impl Rng) -> f64 {
    let (u, v): (f64, f64) = (1.0 - random.r#gen::<f64>(), random.r#gen());
    (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}

impl Rule {
    /// Changes the cells of a part.
    pub fn apply(&self, cells: &mut Array2<f64>, part: usize, levels: usize, random: &mut impl Rng) {
        for cell in cells.column_mut(part) {
            let gap = cell.is_nan() || (levels > 0 && *cell >= levels as f64);
            // Drawn for gaps too, so that what another row gets does not depend on them.
            match self {
                Self::Noise(sd) => {
                    let noise = sd * normal(random);
                    *cell += noise;
                }
                Self::Scale(by) => *cell *= by,
                // All get it, gaps too.
                Self::Set(to) => *cell = *to,
                Self::Another(of) => {
                    let other = random.gen_range(0..*of - 1);
                    if !gap {
                        *cell = (other + usize::from(other >= *cell as usize)) as f64;
                    }
                }
                Self::Flip if !gap => *cell = 1.0 - *cell,
                Self::Flip => {}
            }
        }
    }
}

impl BehaviourContext<'_> {
    fn part(&self, column: &str) -> Result<&FeatureColumn> {
        let at = self.parts(column)?.start;
        Ok(&self.ground.scene.features.parts[at])
    }

    /// What a change does to the cells of a column.
    pub fn rule(&self, column: &str, change: &Change) -> Result<Rule> {
        let (part, kind) = (self.part(column)?, self.feature(column)?.kind);
        match (part, change) {
            (FeatureColumn::Number { .. }, Change::Noise(sd)) if kind != "boolean" => Ok(Rule::Noise(*sd)),
            (FeatureColumn::Number { .. }, Change::Scale(by)) if kind != "boolean" => Ok(Rule::Scale(*by)),
            (_, Change::Noise(_) | Change::Scale(_)) => {
                self.wrong(format!("column '{column}' is {kind}, not a number; change it with level"))
            }
            (FeatureColumn::Number { .. }, Change::Level(None)) if kind == "boolean" => Ok(Rule::Flip),
            (FeatureColumn::Levels { levels, .. }, Change::Level(None)) => Ok(Rule::Another(levels.len().max(2))),
            (FeatureColumn::Number { .. }, Change::Level(None)) => {
                self.wrong(format!("column '{column}' is a number; change it with noise, scale or level = \"…\""))
            }
            (_, Change::Level(Some(level))) => Ok(Rule::Set(self.cell(column, level)?)),
        }
    }

    /// The cell of a column that a text stands for.
    pub fn cell(&self, column: &str, text: &str) -> Result<f64> {
        match (self.part(column)?, self.feature(column)?.kind) {
            (FeatureColumn::Levels { levels, .. }, _) => match place_of_label(text, texts(levels)) {
                Some(at) => Ok(at as f64),
                None => {
                    let list = suggestion_or_list(text, || texts(levels));
                    self.wrong(format!("column '{column}' has no level '{text}'{list}"))
                }
            },
            (FeatureColumn::Number { .. }, "boolean") if text.eq_ignore_ascii_case("true") => Ok(1.0),
            (FeatureColumn::Number { .. }, "boolean") if text.eq_ignore_ascii_case("false") => Ok(0.0),
            (FeatureColumn::Number { .. }, _) => match text.trim().parse::<f64>() {
                Ok(v) if v.is_finite() => Ok(v),
                _ => self.wrong(format!("column '{column}' is a number, and '{text}' is none")),
            },
        }
    }

    /// By how much a column rises.
    pub fn step(&self, column: &str, by: Option<f64>) -> Result<Step> {
        let (part, at) = (self.part(column)?, self.parts(column)?.start);
        match (part, self.feature(column)?.kind) {
            (FeatureColumn::Number { .. }, "boolean") if by.is_some() => {
                self.wrong(format!("column '{column}' is boolean and goes from false to true; leave by out"))
            }
            (FeatureColumn::Number { .. }, "boolean") => Ok(Step::Boolean(at)),
            (FeatureColumn::Number { .. }, _) => Ok(Step::Number(at, by)),
            (FeatureColumn::Levels { .. }, _) => self.wrong(format!(
                "column '{column}' is taken by its levels, which do not rise; name a column of numbers"
            )),
        }
    }
}
