//! What a model knows of the columns that it was fitted to, so that new rows are read as its own rows were.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::new_rows::by_name;
use crate::data::{DatePart, Encoding, Feature, FeatureColumn, Features, KnownColumn, Mark, Table};

/// A feature: a column of the data, and the columns of numbers or levels that were made of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct KnownFeature {
    /// Its name in the data.
    pub name: String,
    /// What its values are: `number`, `boolean`, `text` or `time`.
    pub kind: String,
    /// How it is encoded: `numeric`, `onehot`, `ordinal`, `frequency` or `calendar`.
    pub encoding: String,
    /// As what its cells are read in a text file, where that is settled.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub read_as: Option<ReadAs>,
    /// What stands before the decimals of its numbers, where the data said so: `.` or `,`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub decimal: Option<char>,
    /// What it became: one column, or one for each part of a date.
    pub columns: Vec<CellColumn>,
}

/// As what cells are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReadAs {
    /// As they are written.
    Text,
    /// As numbers, where they can be.
    Number,
}

/// A column of numbers or of levels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CellColumn {
    /// A number a row.
    Number {
        /// Its name.
        name: String,
        /// The part of a date that it is: `year`, `month` (1 to 12), `weekday` (1 to 7; Monday is 1) or `days` (since
        /// 1970-01-01 UTC, with the time of day as a fraction).
        #[serde(skip_serializing_if = "Option::is_none", default)]
        part: Option<String>,
        /// The least of the train rows.
        min: f64,
        /// The largest of the train rows.
        max: f64,
        /// The median of the train rows, which stands for a missing number where no train row had a missing one.
        median: f64,
        /// Whether some train rows have no number here, so that the model has a rule for that.
        has_missing: bool,
    },
    /// A level a row.
    Levels {
        /// Its name.
        name: String,
        /// The levels. In what was learned, the place behind the last is that of a missing or unknown one.
        levels: Vec<String>,
    },
}

/// All features that a model was fitted to, in their order.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownFeatures {
    list: Vec<KnownFeature>,
    /// The same without rows.
    pub features: Features,
}

const KINDS: [&str; 4] = ["number", "boolean", "text", "time"];
const ENCODINGS: [Encoding; 5] =
    [Encoding::Numeric, Encoding::OneHot, Encoding::Ordinal, Encoding::Frequency, Encoding::Calendar];

impl KnownFeatures {
    /// Those of a table, on the rows that were used.
    pub fn of(features: &Features, table: &Table) -> Self {
        let columns = by_name(table);
        let usual = table.columns.iter().find_map(|column| column.decimal);
        let known = |(feature, parts): (&Feature, std::ops::Range<usize>)| {
            let column = columns.get(feature.name.as_str());
            // Levels of numbers that were kept as they are written are compared as texts.
            let levels = matches!(feature.encoding, Encoding::OneHot | Encoding::Frequency);
            let text = feature.kind == "text" || (levels && column.is_some_and(|column| column.written.is_some()));
            let read_as = match (text, feature.kind) {
                (true, _) => Some(ReadAs::Text),
                (false, "number") => Some(ReadAs::Number),
                _ => None,
            };
            let of = |(i, part): (usize, &FeatureColumn)| match part {
                FeatureColumn::Levels { name, levels, .. } => {
                    CellColumn::Levels { name: name.clone(), levels: levels.clone() }
                }
                FeatureColumn::Number { name, values, has_missing } => {
                    let there: Vec<f64> = values.iter().copied().filter(|v| !v.is_nan()).collect();
                    CellColumn::Number {
                        name: name.clone(),
                        part: feature.calendar.get(i).map(|part| part.name().to_owned()),
                        min: there.iter().copied().fold(f64::INFINITY, f64::min),
                        max: there.iter().copied().fold(f64::NEG_INFINITY, f64::max),
                        median: crate::stats::median(&there),
                        has_missing: *has_missing,
                    }
                }
            };
            KnownFeature {
                name: feature.name.clone(),
                kind: feature.kind.to_owned(),
                encoding: feature.encoding.name().to_owned(),
                read_as,
                decimal: column.and_then(|column| column.decimal).or(usual).map(Mark::char),
                columns: features.parts[parts].iter().enumerate().map(of).collect(),
            }
        };
        let list = features.used.iter().zip(features.parts_of_columns()).map(known).collect();
        Self { list, features: without_rows(features) }
    }

    /// From what was written.
    ///
    /// # Errors
    /// In a few words: what does not fit together.
    pub fn restore(list: Vec<KnownFeature>) -> Result<Self, String> {
        let mut features = Features { used: Vec::new(), dropped: Vec::new(), parts: Vec::new(), rows: 0 };
        let mut names = std::collections::HashSet::new();
        for known in &list {
            let name = &known.name;
            if !names.insert(name) {
                return Err(format!("two features '{name}'"));
            }
            let kind = KINDS.into_iter().find(|kind| *kind == known.kind);
            let encoding = ENCODINGS.into_iter().find(|encoding| encoding.name() == known.encoding);
            let (Some(kind), Some(encoding)) = (kind, encoding) else {
                return Err(format!("the feature '{name}' of an unknown kind or encoding"));
            };
            if known.decimal.is_some_and(|mark| Mark::from_char(mark).is_none()) {
                return Err(format!("the feature '{name}' has an unknown decimal sign"));
            }
            let mut calendar = Vec::new();
            for column in &known.columns {
                features.parts.push(match column {
                    CellColumn::Number { name, part, has_missing, .. } => {
                        let found = |part: &String| DatePart::ALL.into_iter().find(|known| known.name() == part);
                        match part {
                            None => {}
                            Some(part) => calendar.push(found(part).ok_or_else(|| format!("'{part}' of a date"))?),
                        }
                        FeatureColumn::Number {
                            name: name.clone(),
                            values: Vec::new().into(),
                            has_missing: *has_missing,
                        }
                    }
                    CellColumn::Levels { name, levels } => FeatureColumn::Levels {
                        name: name.clone(),
                        codes: Vec::new().into(),
                        levels: levels.clone(),
                        encoding,
                    },
                });
            }
            let numbers = known.columns.iter().filter(|c| matches!(c, CellColumn::Number { .. })).count();
            let (count, parts) = (known.columns.len(), calendar.len());
            let right = match encoding {
                Encoding::Calendar => kind == "time" && count > 0 && (numbers, parts) == (count, count),
                Encoding::Numeric => kind != "text" && (count, numbers, parts) == (1, 1, 0),
                _ => (count, numbers, parts) == (1, 0, 0),
            };
            if !right {
                return Err(format!("the feature '{name}' has columns that are not those of its encoding"));
            }
            features.used.push(Feature { name: name.clone(), kind, encoding, missing: 0, calendar });
        }
        Ok(Self { list, features })
    }

    /// As they are written.
    pub fn list(&self) -> &[KnownFeature] {
        &self.list
    }

    /// What reading a file needs to know of its columns.
    pub(super) fn known_columns(&self) -> Vec<KnownColumn> {
        let of = |known: &KnownFeature| {
            let text = known.read_as? == ReadAs::Text;
            Some(KnownColumn { name: known.name.clone(), text, decimal: known.decimal.and_then(Mark::from_char) })
        };
        self.list.iter().filter_map(of).collect()
    }
}

/// The features without their values.
fn without_rows(features: &Features) -> Features {
    let part = |part: &FeatureColumn| match part {
        FeatureColumn::Number { name, has_missing, .. } => {
            FeatureColumn::Number { name: name.clone(), values: Vec::new().into(), has_missing: *has_missing }
        }
        FeatureColumn::Levels { name, levels, encoding, .. } => FeatureColumn::Levels {
            name: name.clone(),
            codes: Vec::new().into(),
            levels: levels.clone(),
            encoding: *encoding,
        },
    };
    Features {
        used: features.used.clone(),
        dropped: Vec::new(),
        parts: features.parts.iter().map(part).collect(),
        rows: 0,
    }
}
