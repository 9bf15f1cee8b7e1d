//! Columns that number the rows: the index that pandas, R or polars wrote beside the data.
//!
//! A file that was sorted by the target when it was written gives the target away by its row numbers. What such
//! columns hold is told from their names and their values together, so that no feature is lost for its name alone.

use std::collections::HashSet;

use super::{Column, Table, Values};

/// What the name of a column says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Name {
    /// No name was given: an empty header, or what a program puts in its place.
    None,
    /// A level of an index that had no name, as Arrow calls it.
    ArrowLevel,
    /// A level of an index that had none, as `reset_index` calls it.
    Level,
    /// A word that people use for row numbers, but also for other things.
    Word,
    /// Any other.
    Other,
}

/// Words for row numbers, without case, points, spaces and underscores.
const WORDS: [&str; 17] = [
    "id",
    "index",
    "idx",
    "row",
    "rowid",
    "rowidx",
    "rowindex",
    "rowname",
    "rownames",
    "rownr",
    "rowno",
    "rownum",
    "rownumber",
    "obs",
    "observation",
    "recordid",
    "recordnumber",
];

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn told_from(name: &str, unnamed: bool) -> Name {
    let lower = name.to_lowercase();
    // `Unnamed: 0`, `Unnamed: 0.1`, `Unnamed: 0_level_0` by pandas, `unnamed_0` where names were tidied, `...1` by readr.
    let rest = lower.replace("unnamed", "").replace("level", "");
    let numbered = rest.ends_with(|c: char| c.is_ascii_digit()) && !rest.contains(|c: char| c.is_alphabetic());
    if unnamed || (lower.starts_with("unnamed") && numbered) || lower.strip_prefix("...").is_some_and(digits) {
        return Name::None;
    }
    if lower.strip_prefix("__index_level_").and_then(|rest| rest.strip_suffix("__")).is_some_and(digits) {
        return Name::ArrowLevel;
    }
    if lower.strip_prefix("level_").is_some_and(digits) {
        return Name::Level;
    }
    let plain: String = lower.chars().filter(|c| !matches!(c, '.' | ' ' | '_' | '-')).collect();
    if WORDS.contains(&plain.as_str()) { Name::Word } else { Name::Other }
}

/// The numbers of a column in which every value is a whole number.
fn whole(values: &Values) -> Option<&[f64]> {
    match values {
        Values::Number(v) if v.iter().all(|x| x.fract() == 0.0) => Some(v),
        _ => None,
    }
}

/// Number of different rows of some columns of whole numbers.
fn distinct(columns: &[&[f64]]) -> usize {
    let rows = columns.first().map_or(0, |v| v.len());
    let row = |r: usize| columns.iter().map(|v| v[r].to_bits()).collect::<Vec<u64>>();
    (0..rows).map(row).collect::<HashSet<_>>().len()
}

/// Whether the numbers are consecutive, each there once, in any order.
fn is_permutation(v: &[f64]) -> bool {
    let (low, high) = v.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), x| (l.min(*x), h.max(*x)));
    high - low == v.len() as f64 - 1.0 && distinct(&[v]) == v.len()
}

/// Whether most numbers are there once, or they count up from where they began time and again, as the row
/// numbers of tables that were put one below the other do.
fn is_count(v: &[f64]) -> bool {
    let counts = v.windows(2).all(|w| w[1] == w[0] + 1.0 || w[1] == v[0]) && distinct(&[v]) > 2;
    v.iter().all(|x| *x >= 0.0) && (counts || 2 * distinct(&[v]) > v.len())
}

/// Whether a column of a table numbers the rows by itself.
pub fn numbers_rows(table: &Table, column: &Column) -> bool {
    let Some(v) = whole(&column.values).filter(|_| table.rows >= 2) else { return false };
    // What pandas says is its index is no feature there; with values that repeat it may be one here.
    if table.index.contains(&column.name) && distinct(&[v]) == v.len() {
        return true;
    }
    match told_from(&column.name, column.unnamed) {
        Name::None => is_count(v),
        Name::ArrowLevel => true,
        Name::Level | Name::Word => is_permutation(v),
        Name::Other => false,
    }
}

/// Of each column that was read, whether it numbers the rows.
pub fn number_rows(table: &Table) -> Vec<bool> {
    let columns = &table.columns;
    let names: Vec<Name> = columns.iter().map(|c| told_from(&c.name, c.unnamed)).collect();
    let mut found: Vec<bool> = columns.iter().map(|column| numbers_rows(table, column)).collect();
    // Levels of an index tell the rows apart together: `level_0` and `level_1`, or the first columns without a name.
    let levels: Vec<usize> = (0..columns.len()).filter(|i| names[*i] == Name::Level).collect();
    let first: Vec<usize> = (0..columns.len()).take_while(|i| names[*i] == Name::None).collect();
    for together in [levels, first] {
        let several = (2..=together.len()).find(|n| {
            let all: Option<Vec<&[f64]>> = together[..*n].iter().map(|i| whole(&columns[*i].values)).collect();
            all.is_some_and(|all| distinct(&all) == table.rows)
        });
        together.iter().take(several.unwrap_or(0)).for_each(|i| found[*i] = true);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(columns: &[(&str, &[f64])]) -> Vec<bool> {
        let column = |(name, v): &(&str, &[f64])| Column::new(*name, Values::Number(v.to_vec().into()));
        number_rows(&Table {
            path: "t".into(),
            names: columns.iter().map(|c| c.0.to_owned()).collect(),
            columns: columns.iter().map(column).collect(),
            rows: columns[0].1.len(),
            unsupported: vec![],
            index: vec!["key".into()],
            lines: vec![],
            notes: vec![],
            row_names: None,
        })
    }

    #[test]
    fn columns_without_a_name_number_the_rows_in_many_ways() {
        for name in ["Unnamed: 0", "Unnamed: 0.1", "Unnamed: 0_level_0", "unnamed_0", "...1", "__index_level_0__"] {
            assert_eq!(numbered(&[(name, &[0.0, 1.0, 2.0, 3.0])]), [true], "{name}");
            assert_eq!(numbered(&[(name, &[12.0, 5.0, 90.0, 3.0])]), [true], "{name}");
            assert_eq!(numbered(&[(name, &[0.0, 1.0, 2.0, 0.0, 1.0, 2.0, 0.0, 1.0])]), [true], "{name}");
            assert_eq!(numbered(&[(name, &[0.0, 1.5, 2.0, 3.0])]), [false], "{name}");
        }
        // A flag and an age are no row numbers, though nobody named them.
        assert_eq!(numbered(&[("Unnamed: 3", &[0.0, 1.0, 0.0, 1.0, 0.0, 1.0])]), [false]);
        assert_eq!(numbered(&[("Unnamed: 3", &[30.0, 31.0, 30.0, 30.0, 31.0, 30.0])]), [false]);
        for name in ["Unnamed", "unnamed price 2", "Unnamed: 3_level_0_price"] {
            assert_eq!(numbered(&[(name, &[0.0, 1.0, 2.0])]), [false], "{name}");
        }
    }

    #[test]
    fn words_number_the_rows_only_where_each_number_is_there_once() {
        for name in ["index", "ID", "Row.Names", "row_nr", "level_0"] {
            assert_eq!(numbered(&[(name, &[3.0, 1.0, 0.0, 2.0])]), [true], "{name}");
            assert_eq!(numbered(&[(name, &[3.0, 1.0, 0.0, 4.0])]), [false], "{name}");
            assert_eq!(numbered(&[(name, &[1.0, 1.0, 2.0, 3.0])]), [false], "{name}");
        }
        assert_eq!(numbered(&[("x", &[0.0, 1.0, 2.0, 3.0])]), [false]);
        assert_eq!(numbered(&[("key", &[9.0, 1.0, 4.0, 3.0])]), [true]);
        assert_eq!(numbered(&[("key", &[9.0, 1.0, 9.0, 3.0])]), [false]);
    }

    #[test]
    fn levels_number_the_rows_together() {
        let (outer, inner): (&[f64], &[f64]) = (&[1.0, 0.0, 0.0, 1.0], &[0.0, 1.0, 0.0, 1.0]);
        assert_eq!(numbered(&[("level_0", outer), ("level_1", inner), ("x", outer)]), [true, true, false]);
        assert_eq!(numbered(&[("Unnamed: 0", outer), ("Unnamed: 1", inner)]), [true, true]);
        assert_eq!(numbered(&[("level_0", outer), ("level_1", outer)]), [false, false]);
        assert_eq!(numbered(&[("x", inner), ("Unnamed: 1", outer), ("Unnamed: 2", inner)]), [false, false, false]);
    }
}
