//! A loaded table.

use super::{Column, RowNames, Values};
use crate::error::{Error, Result, Subject, suggestion_or_list};
use crate::escape::shorten_name;
use crate::warning::Warning;

/// Squares of numbers up to this, and sums of billions of them, are finite.
const LARGEST: f64 = 1e140;

/// Columns of equal length, with where they came from.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The path as given (`-` for standard input).
    pub path: String,
    /// The names of all columns of the file, read or not.
    pub names: Vec<String>,
    /// The columns that were asked for, in file order.
    pub columns: Vec<Column>,
    /// Number of rows in the file.
    pub rows: usize,
    /// Columns of the file that could not be read as numbers, text or time, with their type.
    pub unsupported: Vec<(String, String)>,
    /// The columns that the file calls the index of the table.
    pub index: Vec<String>,
    /// For text files: the line on which each row starts is `row + first_line` when `lines` is empty.
    pub(crate) lines: Vec<u32>,
    /// What is to be said about how the file was read.
    pub notes: Vec<Warning>,
    /// What rows are called beside their numbers, where that is asked for.
    pub row_names: Option<RowNames>,
}

impl Table {
    /// A table of which no column is read yet.
    pub(super) fn new(path: &str, names: Vec<String>, rows: usize) -> Self {
        Self {
            path: path.to_owned(),
            names,
            columns: Vec::new(),
            rows,
            unsupported: Vec::new(),
            index: Vec::new(),
            lines: Vec::new(),
            notes: Vec::new(),
            row_names: None,
        }
    }

    /// The column of that name.
    ///
    /// # Errors
    /// An input error that suggests the nearest name where there is none.
    pub fn column(&self, name: &str) -> Result<&Column> {
        if let Some(c) = self.columns.iter().find(|c| c.name == name) {
            return Ok(c);
        }
        let about = Subject::Column(name.to_owned());
        if let Some((_, kind)) = self.unsupported.iter().find(|(n, _)| n == name) {
            return Err(Error::file(format!("column '{name}' is of type {kind}, which randsplit cannot use"))
                .about(about)
                .at(&self.path)
                .advise("convert it to numbers, text or dates"));
        }
        let names = || self.columns.iter().map(|c| c.name.as_str());
        Err(Error::file(format!("no column '{name}'{}", suggestion_or_list(name, names))).about(about).at(&self.path))
    }

    /// Refuses numbers of a column, of these rows, whose squares are beyond what a float can hold.
    ///
    /// # Errors
    /// An input error that names the first such row.
    pub(super) fn check_range(&self, column: &Column, rows: &[u32]) -> Result<()> {
        let Values::Number(v) = &column.values else { return Ok(()) };
        self.check_numbers(&column.name, v, rows.iter().map(|r| *r as usize))
    }

    /// As [`Table::check_range`], with the numbers of a column.
    pub(crate) fn check_numbers(&self, name: &str, v: &[f64], mut rows: impl Iterator<Item = usize>) -> Result<()> {
        match rows.find(|r| v[*r].abs() > LARGEST) {
            Some(row) => Err(Error::file(format!(
                "'{name}' is {:?}, and numbers beyond {LARGEST:?} overflow when squared",
                v[row]
            ))
            .about(Subject::Column(name.to_owned()))
            .at(format!("{} {}", self.path, self.place(row)))
            .advise("divide the column, or leave it out")),
            None => Ok(()),
        }
    }

    /// The place of a row for an error message: `row 3 (line 5)`, or `row 3` where lines are unknown; with its name, where it
    /// has one.
    pub fn place(&self, row: usize) -> String {
        match (self.lines.get(row), self.row_name(row)) {
            (Some(line), Some(name)) => format!("row {row} (line {line}, {})", shorten_name(&name)),
            (Some(line), None) => format!("row {row} (line {line})"),
            (None, _) => format!("row {}", self.row_text(row)),
        }
    }
}
