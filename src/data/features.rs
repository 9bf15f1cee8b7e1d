//! The features of a table, before anything is fitted.

use super::shared_vec::take;
use super::{DatePart, SharedVec};

/// How a column is turned into numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Encoding {
    /// The number itself (booleans are 0 and 1), gaps filled with the train median.
    Numeric,
    /// One 0/1 column for each level among the train rows, and one for missing.
    OneHot,
    /// The level's place among the train levels, in the order that the file states, or sorted.
    Ordinal,
    /// The share of train rows with that level.
    Frequency,
    /// Year, month, day of week and days since the epoch, each a number.
    Calendar,
}

impl Encoding {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Numeric => "numeric",
            Self::OneHot => "onehot",
            Self::Ordinal => "ordinal",
            Self::Frequency => "frequency",
            Self::Calendar => "calendar",
        }
    }
}

/// A column that is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feature {
    /// Its name in the file.
    pub name: String,
    /// `number`, `boolean`, `text` or `time`.
    pub kind: &'static str,
    /// How it is encoded.
    pub encoding: Encoding,
    /// Missing values among the used rows.
    pub missing: usize,
    /// What a date became, in the order of its parts; none of another column, which is one part.
    pub calendar: Vec<DatePart>,
}

/// A column that is not used, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// Its name in the file.
    pub name: String,
    /// Why, in a few words.
    pub reason: String,
}

/// One source of encoded columns, on the used rows.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum FeatureColumn {
    /// A number per row; NaN is missing.
    Number {
        /// Name of the encoded column.
        name: String,
        /// The values.
        values: SharedVec<f64>,
        /// Whether any is missing.
        has_missing: bool,
    },
    /// A level per row; `u32::MAX` is missing.
    Levels {
        /// Name of the source column.
        name: String,
        /// The codes.
        codes: SharedVec<u32>,
        /// The levels' texts.
        levels: Vec<String>,
        /// One-hot, ordinal or frequency.
        encoding: Encoding,
    },
}

impl FeatureColumn {
    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Self::Number { name, .. } | Self::Levels { name, .. } => name,
        }
    }

    /// The same of the given rows, in the given order; of all rows in order its values are shared, and else copied.
    #[must_use]
    pub fn take(&self, rows: &[u32]) -> Self {
        match self {
            Self::Number { name, values, has_missing } => {
                Self::Number { name: name.clone(), values: take(values, rows), has_missing: *has_missing }
            }
            Self::Levels { name, codes, levels, encoding } => Self::Levels {
                name: name.clone(),
                codes: take(codes, rows),
                levels: levels.clone(),
                encoding: *encoding,
            },
        }
    }
}

/// What was said about encodings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FeatureOptions {
    /// Encodings by column: `onehot`, `ordinal`, `frequency` or `drop`.
    pub encode: Vec<(String, String)>,
}

/// All features on the used rows, not yet fitted to any split.
#[derive(Debug, Clone, PartialEq)]
pub struct Features {
    /// The columns used.
    pub used: Vec<Feature>,
    /// The columns left out.
    pub dropped: Vec<Dropped>,
    /// The sources of encoded columns, in the order of `used`.
    pub parts: Vec<FeatureColumn>,
    /// Number of used rows.
    pub rows: usize,
}

impl Features {
    /// The sources of encoded columns that are no parts of dates.
    pub fn without_dates(&self) -> Vec<&FeatureColumn> {
        let of = |feature: &Feature| std::iter::repeat_n(feature.calendar.is_empty(), feature.calendar.len().max(1));
        self.used.iter().flat_map(of).zip(&self.parts).filter(|(is_kept, _)| *is_kept).map(|(_, part)| part).collect()
    }
}
