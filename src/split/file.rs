//! Splits given from outside as a table of split, row and part.

use super::Split;
use crate::data::{LoadOptions, Selection, Table, Values, load};
use crate::error::{Error, Result};

/// The columns of a plan file.
const COLUMNS: [&str; 3] = ["split", "row", "part"];

/// The splits of a plan file, in the order of their numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenSplits {
    /// The numbers the file gives to its splits, ascending.
    pub numbers: Vec<u64>,
    /// The splits, with positions among the used rows.
    pub splits: Vec<Split>,
    /// Rows of the plan that have no target and were left out.
    pub left_out: usize,
}

fn whole_numbers<'a>(table: &'a Table, name: &str) -> Result<&'a [f64]> {
    match &table.column(name)?.values {
        Values::Number(v) => match v.iter().position(|x| x.is_nan() || x.fract() != 0.0 || *x < 0.0) {
            None => Ok(v),
            Some(row) => Err(Error::input(format!(
                "{} {}: '{name}' must be a whole number from 0 up; correct it",
                table.path,
                table.place(row)
            ))),
        },
        other => {
            Err(Error::input(format!("{}: column '{name}' must hold whole numbers, not {}", table.path, other.kind())))
        }
    }
}

/// Reads a plan file (CSV or Parquet with columns `split`, `row` and `part`; other parts than
/// `train` and `test` are passed over). `used` are the rows of the data that have a target, out of
/// `rows` in all.
///
/// # Errors
/// An input error for a file that cannot be read, a row that the data does not have, a row that is
/// twice in the test part or in both parts of a split, and a split without one of the parts.
pub fn read(path: &str, rows: usize, used: &[u32]) -> Result<GivenSplits> {
    let selection = Selection {
        only: COLUMNS.map(String::from).into(),
        only_for: "and a plan of splits has the columns split, row and part, as `randsplit splits` writes them",
        ..Default::default()
    };
    let table = load(path, &LoadOptions::default(), &selection)?;
    let (split, row) = (whole_numbers(&table, "split")?, whole_numbers(&table, "row")?);
    let (codes, parts) = table.column("part")?.values.as_levels();
    let test = parts.iter().position(|p| p == "test").map(|i| i as u32);
    let train = parts.iter().position(|p| p == "train").map(|i| i as u32);
    let mut numbers: Vec<u64> = split.iter().map(|s| *s as u64).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let mut given =
        GivenSplits { splits: vec![Split { train: vec![], test: vec![] }; numbers.len()], numbers, left_out: 0 };
    for i in 0..table.rows {
        let is_test = Some(codes[i]) == test;
        if !is_test && Some(codes[i]) != train {
            continue;
        }
        if row[i] as usize >= rows {
            return Err(Error::input(format!(
                "{path} {}: row {} is not in the data, which has rows 0 to {}; was the plan made for other data?",
                table.place(i),
                row[i],
                rows - 1
            )));
        }
        let Ok(position) = used.binary_search(&(row[i] as u32)) else {
            given.left_out += 1;
            continue;
        };
        let at = given.numbers.binary_search(&(split[i] as u64)).unwrap_or(0);
        let parts = &mut given.splits[at];
        (if is_test { &mut parts.test } else { &mut parts.train }).push(position as u32);
    }
    for (number, split) in given.numbers.iter().zip(&mut given.splits) {
        split.train.sort_unstable();
        split.test.sort_unstable();
        for (part, rows) in [("train", &split.train), ("test", &split.test)] {
            if rows.is_empty() {
                return Err(Error::input(format!(
                    "{path}: split {number} has no {part} rows; every split needs both parts"
                )));
            }
        }
        if let Some(w) = split.test.windows(2).find(|w| w[0] == w[1]) {
            return Err(Error::input(format!(
                "{path}: split {number} has row {} twice in its test part",
                used[w[0] as usize]
            )));
        }
        if let Some(r) = split.test.iter().find(|r| split.train.binary_search(r).is_ok()) {
            return Err(Error::input(format!(
                "{path}: split {number} has row {} in both parts, which would let the model see its test",
                used[*r as usize]
            )));
        }
    }
    Ok(given)
}
