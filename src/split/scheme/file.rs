//! Splits given from outside as a table of split, row and part.

use super::{Scheme, SchemeInfo};
use crate::data::{Dataset, LoadOptions, MISSING, Selection, Table, Values};
use crate::error::{Error, Result, Subject};
use crate::split::context::SplitContext;
use crate::split::resampling::{PlanSetting, Resampling, ScarceClass, Splitter};
use crate::split::split::Split;

pub(super) const INFO: SchemeInfo =
    SchemeInfo { name: "file", form: "file:PLAN", summary: "splits read from a file, CSV or Parquet", read: from };

fn from(rest: Option<&str>) -> Result<Scheme, String> {
    match rest {
        Some(path) if !path.is_empty() => Ok(File { path: path.into() }.into()),
        _ => Err("file needs a path, as in file:plan.parquet".into()),
    }
}

/// See the module.
#[derive(Debug, Clone)]
pub struct File {
    /// Path of the plan file.
    pub path: String,
}

impl Resampling for File {
    fn id(&self) -> String {
        format!("file:{}", self.path)
    }

    fn settings(&self) -> &'static [PlanSetting] {
        &[]
    }

    fn prepare(&self, context: &mut SplitContext) -> Result<Box<dyn Splitter>> {
        let splits = read(&self.path, context.table.rows, context.used, context.options.overlaps);
        Ok(Box::new(splits.map_err(|e| e.about(Subject::File(self.path.clone())))?))
    }

    fn file(&self) -> Option<&str> {
        Some(&self.path)
    }

    fn class_advice(&self, _: &ScarceClass) -> String {
        format!("the splits are those of {}: draw others there", self.path)
    }
}

impl Splitter for GivenSplits {
    fn draw(&self, _: u64, k: usize) -> Split {
        self.splits[k].clone()
    }

    fn available(&self) -> Option<usize> {
        Some(self.splits.len())
    }

    fn number(&self, k: usize) -> u64 {
        self.numbers[k]
    }

    fn passed_over(&self) -> &[(String, usize)] {
        &self.passed_over
    }

    fn left_out(&self) -> usize {
        self.left_out
    }
}

/// The columns of a plan file.
const COLUMNS: [&str; 3] = ["split", "row", "part"];

/// The splits of a plan file, in the order of their numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
struct GivenSplits {
    /// The numbers the file gives to its splits, ascending.
    pub numbers: Vec<u64>,
    /// The splits, with positions among the used rows.
    pub splits: Vec<Split>,
    /// Rows of the plan that have no target and were left out.
    pub left_out: usize,
    /// Rows in parts that are neither train nor test, by the part's name.
    pub passed_over: Vec<(String, usize)>,
}

/// What a word in the column `part` stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Train,
    Test,
    Other,
}

impl Part {
    /// Reads a word in any case, with spaces around it.
    fn read(word: &str) -> Option<Self> {
        let word = word.trim().to_lowercase();
        Some(match word.as_str() {
            "train" | "training" | "analysis" => Self::Train,
            "test" | "testing" | "assessment" => Self::Test,
            "validation" | "validate" | "valid" | "val" | "dev" | "calibration" | "holdout" | "hold-out"
            | "held-out" | "none" | "neither" | "unused" | "ignore" | "ignored" | "exclude" | "excluded" | "gap"
            | "na" | "-" | "" => Self::Other,
            _ => return None,
        })
    }
}

/// What each row of the plan is for.
fn parts_of(table: &Table, passed_over: &mut Vec<(String, usize)>) -> Result<Vec<Part>> {
    let (codes, words) = table.column("part")?.values.as_levels();
    let count = |code: u32| codes.iter().filter(|c| **c == code).count();
    let mut parts = Vec::with_capacity(words.len());
    for (code, word) in words.iter().enumerate() {
        let Some(part) = Part::read(word) else {
            let rows = count(code as u32);
            let first = codes.iter().position(|c| *c == code as u32).unwrap_or(0);
            return Err(Error::file(format!(
                "part '{word}' ({rows} row{}, first at {}) is neither train nor test",
                if rows == 1 { "" } else { "s" },
                table.place(first)
            ))
            .at(&table.path)
            .advise("correct it, or write 'unused' for rows that are in neither part"));
        };
        if part == Part::Other {
            passed_over.push((word.trim().to_owned(), count(code as u32)));
        }
        parts.push(part);
    }
    let missing = count(MISSING);
    if missing > 0 {
        passed_over.push(("no part".into(), missing));
    }
    Ok(codes.iter().map(|c| parts.get(*c as usize).copied().unwrap_or(Part::Other)).collect())
}

fn whole_numbers<'a>(table: &'a Table, name: &str) -> Result<&'a [f64]> {
    match &table.column(name)?.values {
        Values::Number(v) => match v.iter().position(|x| x.is_nan() || x.fract() != 0.0 || *x < 0.0) {
            None => Ok(v),
            Some(row) => Err(Error::file(format!("'{name}' must be a whole number from 0 up"))
                .at(format!("{} {}", table.path, table.place(row)))
                .advise("correct it")),
        },
        other => {
            Err(Error::file(format!("column '{name}' must hold whole numbers, not {}", other.kind())).at(&table.path))
        }
    }
}

/// Reads a plan file (CSV or Parquet with columns `split`, `row` and `part`; rows of a validation part and the like are
/// passed over and counted). `used` are the rows of the data that have a target, out of
/// `rows` in all. Where `overlaps` is set a row may be in both parts.
///
/// # Errors
/// An input error for a file that cannot be read, a part of an unknown name, a row that the data does not have, a row that is
/// twice in the test part or in both parts of a split, and a split without one of the parts.
fn read(path: &str, rows: usize, used: &[u32], overlaps: bool) -> Result<GivenSplits> {
    let selection = Selection {
        only: COLUMNS.map(String::from).into(),
        only_for: "and a plan of splits has the columns split, row and part, as `randsplit splits` writes them",
        ..Default::default()
    };
    let table = Dataset::from_path(path).load(&LoadOptions::default(), &selection)?;
    let (split, row) = (whole_numbers(&table, "split")?, whole_numbers(&table, "row")?);
    let mut passed_over = Vec::new();
    let part = parts_of(&table, &mut passed_over)?;
    let mut numbers: Vec<u64> = split.iter().map(|s| *s as u64).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let splits = vec![Split { train: vec![], test: vec![] }; numbers.len()];
    let mut given = GivenSplits { splits, numbers, left_out: 0, passed_over };
    for i in 0..table.rows {
        if part[i] == Part::Other {
            continue;
        }
        if row[i] as usize >= rows {
            // A plan made where rows count from 1 has the last row under a number too high, and no row 0.
            let from_one = row[i] as usize == rows && !row.contains(&0.0);
            return Err(Error::file(format!("row {} is not in the data, which has rows 0 to {}", row[i], rows - 1))
                .at(format!("{path} {}", table.place(i)))
                .advise(if from_one {
                    "rows count from 0, and the plan seems to count from 1: subtract 1"
                } else {
                    "was the plan made for other data?"
                }));
        }
        let Ok(position) = used.binary_search(&(row[i] as u32)) else {
            given.left_out += 1;
            continue;
        };
        let at = given.numbers.binary_search(&(split[i] as u64)).unwrap_or(0);
        let parts = &mut given.splits[at];
        (if part[i] == Part::Test { &mut parts.test } else { &mut parts.train }).push(position as u32);
    }
    for (number, split) in given.numbers.iter().zip(&mut given.splits) {
        split.train.sort_unstable();
        split.test.sort_unstable();
        for (part, rows) in [("train", &split.train), ("test", &split.test)] {
            if rows.is_empty() {
                return Err(Error::file(format!("split {number} has no {part} rows"))
                    .at(path)
                    .advise("every split needs both parts"));
            }
        }
        if let Some(w) = split.test.windows(2).find(|w| w[0] == w[1]) {
            return Err(
                Error::file(format!("split {number} has row {} twice in its test part", used[w[0] as usize])).at(path)
            );
        }
        let in_both = split.test.iter().find(|r| split.train.binary_search(r).is_ok());
        if let Some(r) = in_both.filter(|_| !overlaps) {
            return Err(Error::file(format!(
                "split {number} has row {} in both parts, which would let the model see its test",
                used[*r as usize]
            ))
            .at(path));
        }
    }
    Ok(given)
}
