//! New rows as cells of the table that a model was fitted to.

use std::collections::HashMap;

use ndarray::Array2;

use super::known::{CellColumn, KnownFeatures};
use crate::data::{
    Column, Dataset, LoadOptions, Mark, NumberFormat, RowNames, Selection, Spelling, Table, Time, Values, parse_number,
    parse_time, place_of_label,
};
use crate::error::{Error, Result};
use crate::setting::NA;
use crate::warning::{Code, Warning};

/// The rows of a file with the columns of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct NewRows {
    /// rows × parts, see `Features::cells`.
    pub cells: Array2<f64>,
    /// What was never seen in training: levels, and numbers outside the range.
    pub warnings: Vec<Warning>,
    /// What the rows are called beside their numbers, where that is asked for.
    pub row_names: Option<RowNames>,
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

impl NewRows {
    /// Reads a file that has at least the columns of the features. What a column is, and how its numbers are written, was
    /// settled where these were fitted. The column `id` names the rows, where one is given.
    ///
    /// # Errors
    /// An input error where the file cannot be read, a column is not there, or holds text in the place of numbers,
    /// booleans or dates, or numbers too large to be squared.
    pub fn read(path: &str, options: &LoadOptions, known: &KnownFeatures, id: Option<&str>) -> Result<Self> {
        let features = &known.features;
        let wanted: Vec<String> = features.used.iter().map(|f| f.name.clone()).collect();
        let selection = Selection {
            levels: id.filter(|id| !wanted.iter().any(|name| name == id)).map(str::to_owned).into_iter().collect(),
            id: id.map(str::to_owned),
            only: wanted,
            only_for: "which the model was fitted to",
            ..Selection::default()
        };
        let options = LoadOptions { known: known.known_columns(), ..options.clone() };
        let mut table = Dataset::from_path(path).load(&options, &selection)?;
        let cells = Array2::from_elem((table.rows, features.parts.len()), f64::NAN);
        if let Some(id) = id {
            table.name_rows(id, selection.only.iter().any(|name| name == id))?;
        }
        let warnings = std::mem::take(&mut table.notes);
        let mut new = Self { cells, warnings, row_names: table.row_names.clone() };
        let read = by_name(&table);
        for ((feature, parts), columns) in features.used.iter().zip(features.parts_of_columns()).zip(known.list()) {
            let values = match read.get(feature.name.as_str()) {
                Some(column) => &column.values,
                // Says what is wrong with it.
                None => &table.column(&feature.name)?.values,
            };
            for ((i, at), column) in parts.enumerate().zip(&columns.columns) {
                match column {
                    CellColumn::Levels { name, levels } => {
                        new.add_levels(at, name, levels, feature.kind == "number", values, &table);
                    }
                    CellColumn::Number { .. } => {
                        let values = numbers(&table, &feature.name, feature.kind, values)?;
                        let of_rows: Vec<f64> = match feature.calendar.get(i) {
                            Some(part) => (0..table.rows).map(|row| part.of(values.time(row))).collect(),
                            None => values.numbers().unwrap_or_default().to_vec(),
                        };
                        table.check_numbers(&feature.name, &of_rows, 0..table.rows)?;
                        new.add_numbers(at, column, of_rows, &table);
                    }
                }
            }
        }
        Ok(new)
    }

    /// The number of a row, with its name in brackets where it has one.
    pub(super) fn row_text(&self, row: usize) -> String {
        RowNames::row_text(self.row_names.as_ref(), row)
    }

    fn warn(&mut self, text: String) {
        self.warnings.push(Warning::new(Code::NeverSeen, text));
    }

    fn add_levels(&mut self, at: usize, name: &str, levels: &[String], numbers: bool, values: &Values, table: &Table) {
        let (codes, texts) = values.as_levels();
        let places = LevelPlaces::new(levels, numbers);
        let known: Vec<Option<usize>> = texts.iter().map(|t| places.of(t)).collect();
        let missing = levels.len();
        let mut unseen: Vec<usize> = Vec::new();
        for (row, code) in codes.iter().enumerate() {
            let level = known.get(*code as usize).copied();
            if level == Some(None) {
                unseen.push(row);
            }
            self.cells[[row, at]] = level.flatten().unwrap_or(missing) as f64;
        }
        if let Some(first) = unseen.first() {
            let count = unseen.len();
            self.warn(format!(
                "column '{name}' has a level never seen in training in {count} row{}, first '{}' in {}; it is taken as missing",
                plural(count),
                texts[codes[*first] as usize],
                table.place(*first)
            ));
        }
    }

    fn add_numbers(&mut self, at: usize, known: &CellColumn, values: Vec<f64>, table: &Table) {
        let CellColumn::Number { name, min, max, median, has_missing, .. } = known else { return };
        let (low, high) = (*min, *max);
        let outside: Vec<usize> = (0..values.len()).filter(|r| values[*r] < low || values[*r] > high).collect();
        if let Some(first) = outside.first() {
            let count = outside.len();
            self.warn(format!(
                "column '{name}' is outside its range in training, {low} to {high}, in {count} row{}, first {} in {}",
                plural(count),
                values[*first],
                table.place(*first)
            ));
        }
        let empty = values.iter().filter(|v| v.is_nan()).count();
        // A model that never met a gap in the column has no rule for one.
        let fill = if *has_missing || empty == 0 { f64::NAN } else { *median };
        if !*has_missing && empty > 0 {
            self.warn(format!(
                "column '{name}' is missing in {empty} row{} and never was in training; its median {fill} is taken",
                plural(empty)
            ));
        }
        for (row, value) in values.into_iter().enumerate() {
            self.cells[[row, at]] = if value.is_nan() { fill } else { value };
        }
    }
}

/// The columns of a table by their names.
pub(super) fn by_name(table: &Table) -> HashMap<&str, &Column> {
    table.columns.iter().map(|column| (column.name.as_str(), column)).collect()
}

/// The levels of the training rows, to find those of new rows among them.
struct LevelPlaces<'a> {
    levels: &'a [String],
    exact: HashMap<&'a str, usize>,
    /// By value, where the levels are numbers; `None` where several have it.
    values: HashMap<u64, Option<usize>>,
}

/// The number that a level is, one bit pattern for each.
fn value_of_level(text: &str) -> Option<u64> {
    NumberFormat::default().parse(text).map(|value| (value + 0.0).to_bits())
}

impl<'a> LevelPlaces<'a> {
    fn new(levels: &'a [String], numbers: bool) -> Self {
        let exact = levels.iter().enumerate().rev().map(|(at, level)| (level.as_str(), at)).collect();
        let mut values = HashMap::new();
        for (value, at) in
            levels.iter().zip(0..).filter(|_| numbers).filter_map(|(l, at)| Some((value_of_level(l)?, at)))
        {
            values.entry(value).and_modify(|place| *place = None).or_insert(Some(at));
        }
        Self { levels, exact, values }
    }

    /// The place of a level. One of numbers is found in another spelling, where it is the only one with that value.
    fn of(&self, text: &str) -> Option<usize> {
        if let Some(at) = self.exact.get(text) {
            return Some(*at);
        }
        // Booleans are few, and the only other labels that have several spellings.
        let spelt = Spelling::read(text).and_then(|_| place_of_label(text, self.levels.iter().map(String::as_str)));
        spelt.or_else(|| self.values.get(&value_of_level(text)?).copied().flatten())
    }
}

/// The numbers of a column, as the model's data had them: of `kind` `number`, `boolean` or `time`.
fn numbers(table: &Table, name: &str, kind: &str, values: &Values) -> Result<Values> {
    let refused = |row: usize, held: &str| {
        let known = match kind {
            "time" => "dates",
            "boolean" => "booleans",
            _ => "numbers",
        };
        Error::data(format!("column '{name}' holds {held}, and the model was fitted to {known}"))
            .at(format!("{} {}", table.path, table.place(row)))
            .advise(format!("correct it, or name it in {NA} when evaluating"))
    };
    let is_bit = |x: f64| x == 0.0 || x == 1.0;
    let (codes, levels) = match values {
        Values::Text { codes, levels } => (codes, levels),
        Values::Number(v) | Values::Boolean(v, _) | Values::Time(v, _) => {
            // A boolean is 0 or 1 here and there; a date is no number, nor the other way round.
            let dated = matches!(values, Values::Time(..));
            let right = |x: f64| x.is_nan() || (dated == (kind == "time") && (kind != "boolean" || is_bit(x)));
            return match v.iter().position(|x| !right(*x)) {
                None => Ok(values.clone()),
                Some(row) => Err(refused(
                    row,
                    &match values {
                        Values::Time(..) => "a date".into(),
                        Values::Boolean(_, spelling) => format!("the boolean '{}'", spelling.word(v[row] == 1.0)),
                        _ => format!("the number {}", v[row]),
                    },
                )),
            };
        }
    };
    let comma = NumberFormat { mark: Mark::Comma, thousands: None };
    let number = |text: &str| parse_number(text, NumberFormat::default()).filter(|x| kind != "boolean" || is_bit(*x));
    let read = |text: &str| match kind {
        "time" => parse_time(text).map(|time| time.seconds),
        "boolean" => Spelling::read(text).map(|b| f64::from(u8::from(b.0))).or_else(|| number(text)),
        _ => number(text),
    };
    let of_levels: Vec<Option<f64>> = levels.iter().map(|text| read(text.trim())).collect();
    let wrong = |code: u32| of_levels.get(code as usize) == Some(&None);
    // Where other cells have decimal commas, `3,5` is not what made the column a text.
    let odd =
        |code: u32| wrong(code) && (kind == "time" || parse_number(levels[code as usize].trim(), comma).is_none());
    if let Some(row) = codes.iter().position(|c| odd(*c)).or_else(|| codes.iter().position(|c| wrong(*c))) {
        return Err(refused(row, &format!("the text '{}'", levels[codes[row] as usize])));
    }
    if kind == "time" {
        let of_levels: Vec<Option<Time>> = levels.iter().map(|text| parse_time(text.trim())).collect();
        let of = |c: &u32| of_levels.get(*c as usize).copied().flatten().unwrap_or(Time::MISSING);
        return Ok(Values::times(codes.iter().map(of)));
    }
    let of = |c: &u32| of_levels.get(*c as usize).copied().flatten().unwrap_or(f64::NAN);
    Ok(Values::Number(codes.iter().map(of).collect()))
}
