//! Inputs, one a column of the features, as the numbers and places of levels that models count in.

use super::graph::{Graph, Value, int, ints, strings};
use super::proto::element;
use crate::predict::known::{CellColumn, KnownFeature};

/// The columns of all features, in their order.
pub struct Cells {
    /// All columns of numbers side by side, where there are some; a missing one is NaN.
    pub numbers: Option<Value>,
    /// Each column.
    pub columns: Vec<Cell>,
}

/// One column.
pub enum Cell {
    /// The place among the columns of numbers.
    Number(usize),
    /// The place of the level in each row (rows), and the number of levels.
    Levels(Value, usize),
}

impl Cells {
    /// Reads the features: numbers as they are, or the median where no train row has a missing one; levels by their text,
    /// the place behind the last for any other.
    ///
    /// # Errors
    /// The name of a column that another one has, or of one without a name.
    pub fn of(graph: &mut Graph, features: &[KnownFeature]) -> Result<Self, String> {
        let mut inputs = Vec::new();
        for feature in features {
            for column in &feature.columns {
                let (name, elements, doc) = described(feature, column);
                let input = Some(name).filter(|name| !name.is_empty());
                let input = input.and_then(|name| graph.input(name, elements, &doc)).ok_or(name)?;
                inputs.push((input, column));
            }
        }
        let (mut numbers, mut fills, mut columns) = (Vec::new(), Vec::new(), Vec::new());
        for (input, column) in inputs {
            match column {
                CellColumn::Number { median, has_missing, .. } => {
                    columns.push(Cell::Number(numbers.len()));
                    numbers.push(input);
                    fills.push(if *has_missing { f64::NAN } else { *median });
                }
                CellColumn::Levels { levels, .. } => {
                    columns.push(Cell::Levels(place_of_level(graph, &input, levels), levels.len()));
                }
            }
        }
        let numbers = (!numbers.is_empty()).then(|| {
            let numbers = graph.side_by_side(&numbers);
            if fills.iter().all(|fill| fill.is_nan()) {
                return numbers;
            }
            let missing = graph.op("IsNaN", &[&numbers]);
            let fills = graph.doubles("medians", &[1, fills.len()], &fills);
            graph.op("Where", &[&missing, &fills, &numbers])
        });
        Ok(Self { numbers, columns })
    }
}

/// The name of a column's input, the type of its elements, and what is to be given.
fn described<'a>(feature: &KnownFeature, column: &'a CellColumn) -> (&'a str, i32, String) {
    match column {
        CellColumn::Number { name, part, .. } => {
            let what = match (part, feature.kind.as_str()) {
                (Some(part), _) => format!("{part} of the date '{}'", feature.name),
                (None, "boolean") => "0 or 1".to_owned(),
                _ => "a number".to_owned(),
            };
            (name, element::DOUBLE, format!("{what}; NaN where it is missing"))
        }
        CellColumn::Levels { name, .. } => {
            (name, element::STRING, "a level as the training data has it; any other text is a missing one".to_owned())
        }
    }
}

/// The place of each row's level, as one dimension.
fn place_of_level(graph: &mut Graph, input: &Value, levels: &[String]) -> Value {
    let flat = graph.integers("flat", &[-1]);
    let text = graph.op("Reshape", &[input, &flat]);
    // An encoder of no level is none: no text is the name of a level that is not there.
    if levels.is_empty() {
        let shape = graph.op("Shape", &[&text]);
        let zero = graph.integers("place", &[0]);
        return graph.op("Expand", &[&zero, &shape]);
    }
    let places = (0..levels.len() as i64).collect();
    let attributes =
        vec![strings("keys_strings", levels), ints("values_int64s", places), int("default_int64", levels.len() as i64)];
    graph.ml("LabelEncoder", &[&text], attributes)
}
