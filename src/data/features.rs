//! Which columns become features and how each is encoded, before anything is fitted.

use std::collections::HashSet;

use super::dates::calendar_parts;
use super::{MISSING, Selection, Table, Values};
use crate::error::{Error, Result, did_you_mean};
use crate::warning::{Code, Warning};

/// A text column with more levels than this is left out.
const MAX_LEVELS: usize = 256;
/// A text column with at most this many levels is never taken for an id.
const ALWAYS_LEVELS: usize = 10;

/// How a column is turned into numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// The number itself (booleans are 0 and 1), gaps filled with the train median.
    Numeric,
    /// One 0/1 column for each level among the train rows, and one for missing.
    OneHot,
    /// The level's place in sorted order among the train levels.
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
pub enum Part {
    /// A number per row; NaN is missing.
    Number {
        /// Name of the encoded column.
        name: String,
        /// The values.
        values: Vec<f64>,
        /// Whether any is missing.
        gaps: bool,
    },
    /// A level per row; [`MISSING`] is missing.
    Levels {
        /// Name of the source column.
        name: String,
        /// The codes.
        codes: Vec<u32>,
        /// The levels' texts.
        levels: Vec<String>,
        /// One-hot, ordinal or frequency.
        encoding: Encoding,
    },
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
    pub parts: Vec<Part>,
    /// Number of used rows.
    pub rows: usize,
}

impl Features {
    /// Chooses encodings for the selected columns of a table on the given rows.
    ///
    /// # Errors
    /// An input error for an unknown column or encoding in `options`, and where no usable column
    /// is left.
    pub fn new(
        table: &Table,
        selection: &Selection,
        rows: &[u32],
        options: &FeatureOptions,
    ) -> Result<(Self, Vec<Warning>)> {
        let names = &table.names;
        let picked = selection.features(names, &table.path)?;
        let picked: HashSet<&str> = names.iter().zip(picked).filter(|(_, p)| *p).map(|(n, _)| n.as_str()).collect();
        for (name, _) in &options.encode {
            if !picked.contains(name.as_str()) {
                return Err(Error::input(format!(
                    "{}: no feature '{name}' for --encode{}",
                    table.path,
                    did_you_mean(name, names.iter().map(String::as_str))
                )));
            }
        }
        let mut features = Self { used: Vec::new(), dropped: Vec::new(), parts: Vec::new(), rows: rows.len() };
        let mut warnings = Vec::new();
        let groups = selection.plan_only.iter().filter(|n| !picked.contains(n.as_str()) && **n != selection.target);
        for name in groups {
            let reason = "it names the groups; --features keeps it".to_owned();
            features.dropped.push(Dropped { name: name.clone(), reason });
        }
        for (name, kind) in &table.unsupported {
            features.leave_out(name, format!("its type {kind} cannot be used"), Code::ColumnUnsupported, &mut warnings);
        }
        let mut non_finite: Vec<String> = Vec::new();
        for column in table.columns.iter().filter(|c| picked.contains(c.name.as_str())) {
            if column.non_finite > 0 {
                non_finite.push(format!("'{}' ({})", column.name, column.non_finite));
            }
            table.check_range(column, rows)?;
            let values = column.values.take(rows);
            let wish = options.encode.iter().rev().find(|(n, _)| *n == column.name).map(|(_, e)| e.as_str());
            if column.unnamed && wish.is_none() && is_row_index(&values) {
                features.leave_out(&column.name, "no name, counts the rows".into(), Code::IdColumn, &mut warnings);
                continue;
            }
            features.add(&column.name, values, wish, &mut warnings)?;
        }
        if !non_finite.is_empty() {
            warnings.push(Warning::new(
                Code::NonFinite,
                format!("infinite or NaN values are treated as missing in {}", non_finite.join(", ")),
            ));
        }
        if features.parts.is_empty() {
            let why: Vec<String> = features.dropped.iter().map(|d| format!("'{}' ({})", d.name, d.reason)).collect();
            return Err(Error::input(format!(
                "{}: no usable feature column is left: {}; check --features, --drop and --encode",
                table.path,
                why.join(", ")
            )));
        }
        Ok((features, warnings))
    }

    fn leave_out(&mut self, name: &str, reason: String, code: Code, warnings: &mut Vec<Warning>) {
        warnings.push(Warning::new(code, format!("column '{name}' is left out: {reason}")));
        self.dropped.push(Dropped { name: name.to_owned(), reason });
    }

    fn add(&mut self, name: &str, values: Values, wish: Option<&str>, warnings: &mut Vec<Warning>) -> Result<()> {
        let missing = values.missing();
        let kind = values.kind();
        let encoding = match (wish, &values) {
            (Some("drop"), _) => {
                self.dropped.push(Dropped { name: name.to_owned(), reason: "--encode says drop".into() });
                return Ok(());
            }
            (Some("onehot"), _) => Encoding::OneHot,
            (Some("frequency"), _) => Encoding::Frequency,
            (Some("ordinal"), Values::Text { .. }) => Encoding::Ordinal,
            (Some("ordinal"), _) => Encoding::Numeric,
            (Some(other), _) => {
                return Err(Error::input(format!(
                    "--encode {name}={other}: no such encoding{}; there are onehot, ordinal, frequency and drop",
                    did_you_mean(other, ["onehot", "ordinal", "frequency", "drop"])
                )));
            }
            (None, Values::Text { .. }) => Encoding::OneHot,
            (None, Values::Time(_)) => Encoding::Calendar,
            (None, Values::Number(_) | Values::Boolean(..)) => Encoding::Numeric,
        };
        if missing == values.len() {
            self.leave_out(name, "all values are missing".into(), Code::ConstantColumn, warnings);
            return Ok(());
        }
        let before = self.parts.len();
        if matches!(encoding, Encoding::Numeric | Encoding::Calendar) {
            self.add_numbers(name, &values, encoding);
        } else {
            let (codes, levels) = values.as_levels();
            let mut seen = vec![false; levels.len()];
            codes.iter().filter(|c| **c != MISSING).for_each(|c| seen[*c as usize] = true);
            let distinct = seen.iter().filter(|s| **s).count();
            let present = codes.len() - missing;
            if let Some(stray) = stray_text(&values).filter(|_| wish.is_none()) {
                let text = format!(
                    "column '{name}' holds numbers but for texts such as '{stray}', so it is taken as text; --na '{stray}' takes them as missing"
                );
                warnings.push(Warning::new(Code::MostlyNumbers, text));
            }
            if wish.is_none() && (distinct > MAX_LEVELS || (distinct > ALWAYS_LEVELS && 2 * distinct > present)) {
                let reason = format!(
                    "{distinct} different texts in {present} rows look like an id or free text; --encode '{name}=onehot|ordinal|frequency' keeps it"
                );
                self.leave_out(name, reason, Code::IdColumn, warnings);
                return Ok(());
            }
            if distinct + usize::from(missing > 0) > 1 {
                self.parts.push(Part::Levels { name: name.to_owned(), codes, levels, encoding });
            }
        }
        if self.parts.len() == before {
            self.leave_out(name, "the same value in every row".into(), Code::ConstantColumn, warnings);
        } else {
            self.used.push(Feature { name: name.to_owned(), kind, encoding, missing });
        }
        Ok(())
    }

    fn add_numbers(&mut self, name: &str, values: &Values, encoding: Encoding) {
        let (Values::Number(v) | Values::Boolean(v, _) | Values::Time(v)) = values else { return };
        let mut push = |name: String, values: Vec<f64>| {
            let mut known = values.iter().filter(|x| !x.is_nan());
            let first = known.next();
            if known.any(|x| Some(x) != first) {
                let gaps = values.iter().any(|x| x.is_nan());
                self.parts.push(Part::Number { name, values, gaps });
            }
        };
        if encoding == Encoding::Calendar {
            let parts: Vec<[f64; 4]> = v.iter().map(|s| calendar_parts(*s)).collect();
            for (i, part) in ["year", "month", "weekday", "days"].iter().enumerate() {
                push(format!("{name}.{part}"), parts.iter().map(|p| p[i]).collect());
            }
        } else {
            push(name.to_owned(), v.clone());
        }
    }
}

/// The first level that is no number, of a text column in which four fifths of the values or more are
/// numbers.
fn stray_text(values: &Values) -> Option<&str> {
    let Values::Text { codes, levels } = values else { return None };
    let is_number: Vec<bool> = levels.iter().map(|l| l.trim().parse::<f64>().is_ok()).collect();
    let present = || codes.iter().filter(|c| **c != MISSING).map(|c| *c as usize);
    let stray = present().find(|c| !is_number[*c])?;
    (present().filter(|c| is_number[*c]).count() * 5 >= present().count() * 4).then(|| levels[stray].as_str())
}

/// 0, 1, 2, … or 1, 2, 3, …: what R and pandas write as row names.
fn is_row_index(values: &Values) -> bool {
    match values {
        Values::Number(v) => {
            v.windows(2).all(|w| w[1] > w[0] && w[1].fract() == 0.0) && matches!(v.first(), Some(0.0 | 1.0))
        }
        _ => false,
    }
}
