//! Columns that come with their types, as from Parquet, Arrow or memory, and what the options of reading make of them.

use super::missing::MissingRule;
use super::number::{NumberFormat, parse_number};
use super::{Column, LoadOptions, MISSING, SharedVec, Spelling, Values};
use crate::error::{Error, Result, Subject};
use crate::setting::{NA, NUMBER};
use crate::warning::{Code, Warning};

/// A column as it came.
#[derive(Debug, Clone)]
pub(super) struct TypedColumn {
    pub name: String,
    /// Infinities are still in it.
    pub values: Values,
    /// How many cells hold NaN and are not null.
    pub not_a_number: usize,
    /// All levels in the order that the source states; empty where it states none.
    pub order: Vec<String>,
    /// Whether its texts are whole numbers that a float would not tell apart.
    pub long_integers: bool,
    /// What is to be said where the column is used.
    pub notes: Vec<Warning>,
}

/// What a user says of the type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pinned {
    /// Nothing.
    No,
    /// It is text.
    Text,
    /// It is numbers.
    Number,
}

impl TypedColumn {
    /// A column of which nothing else is known.
    pub fn new(name: impl Into<String>, values: Values) -> Self {
        Self { name: name.into(), values, not_a_number: 0, order: Vec::new(), long_integers: false, notes: Vec::new() }
    }

    /// The column as the options of reading have it.
    ///
    /// # Errors
    /// An input error for a text in a column that is to be numbers.
    pub fn read(self, path: &str, options: &LoadOptions, pinned: Pinned) -> Result<Column> {
        let Self { name, values, not_a_number, order, long_integers, mut notes } = self;
        let mut non_finite = not_a_number;
        let values = match values {
            Values::Number(mut numbers) => {
                for x in numbers.iter_mut().filter(|x| x.is_infinite()) {
                    *x = f64::NAN;
                    non_finite += 1;
                }
                let rule = MissingRule::new(options);
                numbers.iter_mut().filter(|x| rule.of_number(**x).is_some()).for_each(|x| *x = f64::NAN);
                Values::Number(numbers)
            }
            Values::Boolean(mut bits, spelling) => {
                let read = options.missing.iter().filter_map(|m| Spelling::read(m));
                let missing: Vec<f64> = read.map(|(bit, _)| f64::from(u8::from(bit))).collect();
                bits.iter_mut().filter(|b| missing.contains(b)).for_each(|b| *b = f64::NAN);
                Values::Boolean(bits, spelling)
            }
            Values::Text { codes, levels } => {
                let texts = without_levels(codes, levels, &options.missing);
                if long_integers {
                    if let (Values::Text { levels, .. }, Pinned::No) = (&texts, pinned) {
                        notes.push(long_numbers(&name, levels));
                    }
                    texts
                } else {
                    // An order is one of levels.
                    let values = if order.is_empty() { texts.told().without_times(&options.missing) } else { texts };
                    notes.extend(numbers_as_text(&name, &values));
                    values
                }
            }
            times @ Values::Time(..) => times.without_times(&options.missing),
        };
        if pinned != Pinned::No {
            notes.retain(|note| note.code != Code::TextOfNumbers);
        }
        let values = match values {
            values if pinned == Pinned::Text => as_text(&values),
            Values::Text { codes, levels } if pinned == Pinned::Number => as_numbers(path, &name, &codes, &levels)?,
            values => values,
        };
        Ok(Column { non_finite, order, notes, ..Column::new(name, values) })
    }
}

/// What is said of whole numbers that are taken as text since a float would not tell them apart.
pub(super) fn long_numbers(name: &str, levels: &[String]) -> Warning {
    let text = levels.iter().max_by_key(|level| level.len()).map_or("", String::as_str);
    Warning::new(
        Code::NumbersAsText,
        format!(
            "column '{name}': whole numbers of so many digits as {text} are not exact beyond 2^53, so they are taken as text; {} reads them as numbers",
            NUMBER.item(name)
        ),
    )
}

/// Text without the levels that stand for a missing value.
fn without_levels(codes: SharedVec<u32>, levels: Vec<String>, missing: &[String]) -> Values {
    if !levels.iter().any(|level| missing.contains(level)) {
        return Values::Text { codes, levels };
    }
    let text = |code: &u32| levels.get(*code as usize).filter(|level| !missing.contains(level)).map(String::as_str);
    Values::text(codes.iter().map(text))
}

/// The values as the levels that a column of text has, numbers as they print.
fn as_text(values: &Values) -> Values {
    let (codes, levels) = values.as_levels();
    Values::Text { codes, levels }
}

/// The numbers that a column of text holds.
fn as_numbers(path: &str, name: &str, codes: &[u32], levels: &[String]) -> Result<Values> {
    let read = |text: &String| {
        parse_number(text, NumberFormat::default()).ok_or_else(|| {
            let advice = NA.item(text);
            Error::file(format!("{NUMBER} names column '{name}', which holds '{text}'"))
                .about(Subject::Column(name.to_owned()))
                .at(path)
                .advise(format!("correct it, or name it in {advice}"))
        })
    };
    let numbers = levels.iter().map(read).collect::<Result<Vec<f64>>>()?;
    let number = |code: &u32| if *code == MISSING { f64::NAN } else { numbers[*code as usize] };
    Ok(Values::Number(codes.iter().map(number).collect()))
}

/// Says that a column of text holds numbers alone.
fn numbers_as_text(name: &str, values: &Values) -> Option<Warning> {
    let Values::Text { levels, .. } = values else { return None };
    let numbers = !levels.is_empty() && levels.iter().all(|l| l.parse::<f64>().is_ok_and(f64::is_finite));
    numbers.then(|| {
        let text = format!(
            "column '{name}' is text in the file and holds numbers alone, so it is taken as levels; {} reads it as numbers",
            NUMBER.item(name)
        );
        Warning::new(Code::TextOfNumbers, text)
    })
}
