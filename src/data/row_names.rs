//! What rows are called beside their numbers: the values of a column.

use super::{Column, Table};
use crate::error::Result;
use crate::escape::shorten_name;

/// The column that names rows.
#[derive(Debug, Clone, PartialEq)]
pub struct RowNames(Column);

impl RowNames {
    /// The column's name.
    pub fn column(&self) -> &str {
        &self.0.name
    }

    /// What a row is called; `None` where its cell is empty.
    pub fn of(&self, row: usize) -> Option<String> {
        let values = self.0.names();
        if row < values.len() { values.cell_text(row, |number| number.to_string()) } else { None }
    }

    /// The number of a row, with its name in brackets where it has one.
    pub fn row_text(names: Option<&Self>, row: usize) -> String {
        match names.and_then(|names| names.of(row)) {
            Some(name) => format!("{row} ({})", shorten_name(&name)),
            None => row.to_string(),
        }
    }
}

impl Table {
    /// Names the rows by a column. Where nothing else needs it, it is no column of the table any more: what stands in it
    /// then changes neither features nor fingerprint.
    ///
    /// # Errors
    /// An input error where there is no such column, or it cannot be read.
    pub(crate) fn name_rows(&mut self, column: &str, is_needed: bool) -> Result<()> {
        let found = self.column(column)?.clone();
        if !is_needed {
            self.columns.retain(|other| other.name != column);
            // How its cells are read matters to nobody.
            let of_column = format!("column '{column}'");
            self.notes.retain(|note| !note.message.starts_with(&of_column));
        }
        self.row_names = Some(RowNames(found));
        Ok(())
    }

    /// What a row is called, where rows have names.
    pub fn row_name(&self, row: usize) -> Option<String> {
        self.row_names.as_ref()?.of(row)
    }

    /// The number of a row, with its name in brackets where it has one.
    pub fn row_text(&self, row: usize) -> String {
        RowNames::row_text(self.row_names.as_ref(), row)
    }
}

#[cfg(test)]
mod tests {
    use crate::data::{Dataset, LoadOptions, Selection};

    #[test]
    fn rows_are_called_as_the_file_writes_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.csv");
        std::fs::write(&path, "id,n,day,y\n007,1234567,2024-01-02,1\n7,2.5,2024-01-03,2\n,,,3\n").unwrap();
        for (column, names) in [
            ("id", ["0 (007)", "1 (7)", "2"]),
            ("n", ["0 (1234567)", "1 (2.5)", "2"]),
            ("day", ["0 (2024-01-02)", "1 (2024-01-03)", "2"]),
        ] {
            let selection = Selection { target: "y".into(), levels: vec!["id".into()], ..Selection::default() };
            let mut table =
                Dataset::from_path(path.to_str().unwrap()).load(&LoadOptions::default(), &selection).unwrap();
            table.name_rows(column, false).unwrap();
            assert_eq!([0, 1, 2].map(|row| table.row_text(row)), names);
            assert!(table.column(column).is_err());
        }
    }
}
