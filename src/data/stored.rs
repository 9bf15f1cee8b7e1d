//! Features that are kept in a file, for tables that do not fit into memory.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::sync::Mutex;

use super::FeatureColumn;
use crate::error::{Error, Result};
use crate::threads::lock;

/// Values that are converted at a time.
const AT_ONCE: usize = 1 << 16;

/// The values of features, column after column, in a file without a name that ends with the program.
#[derive(Debug)]
pub struct StoredColumns {
    file: Mutex<File>,
    columns: Vec<StoredColumn>,
    end: u64,
}

/// Where a column is.
#[derive(Debug)]
struct StoredColumn {
    start: u64,
    /// The value in the middle, of numbers.
    middle: f64,
}

fn failed(error: &std::io::Error) -> Error {
    let folder = std::env::temp_dir();
    Error::run(format!("columns cannot be kept in {}: {error}", folder.display()))
        .advise("make room there, or name another folder in the environment variable TMPDIR")
}

impl StoredColumns {
    /// An empty file in the folder for temporary files.
    ///
    /// # Errors
    /// A run error where it cannot be made.
    pub fn new() -> Result<Self> {
        let file = tempfile::tempfile().map_err(|e| failed(&e))?;
        Ok(Self { file: Mutex::new(file), columns: Vec::new(), end: 0 })
    }

    /// Moves the values of the next column into the file; the column itself has none then.
    ///
    /// # Errors
    /// A run error where there is no room.
    pub fn push(&mut self, column: &mut FeatureColumn) -> Result<()> {
        let (start, middle) = (self.end, middle_of(column));
        let mut file = lock(&self.file);
        let mut write = |bytes: Vec<u8>| {
            self.end += bytes.len() as u64;
            file.write_all(&bytes).map_err(|e| failed(&e))
        };
        match column {
            FeatureColumn::Number { values, .. } => {
                let stretch = |values: &[f64]| write(values.iter().flat_map(|x| x.to_le_bytes()).collect());
                std::mem::take(values).chunks(AT_ONCE).try_for_each(stretch)?;
            }
            FeatureColumn::Levels { codes, .. } => {
                let stretch = |codes: &[u32]| write(codes.iter().flat_map(|x| x.to_le_bytes()).collect());
                std::mem::take(codes).chunks(AT_ONCE).try_for_each(stretch)?;
            }
        }
        self.columns.push(StoredColumn { start, middle });
        Ok(())
    }

    /// Number of columns.
    pub fn len(&self) -> usize {
        self.columns.len()
    }

    /// The value in the middle of each column; 0 for one of levels.
    pub fn middles(&self) -> Vec<f64> {
        self.columns.iter().map(|column| column.middle).collect()
    }

    /// The columns on some consecutive rows; `like` are the columns without their values.
    ///
    /// # Errors
    /// A run error where the file cannot be read.
    pub fn rows(&self, like: &[FeatureColumn], rows: Range<usize>) -> Result<Vec<FeatureColumn>> {
        like.iter().zip(&self.columns).map(|(column, stored)| self.column(column, stored, rows.clone())).collect()
    }

    /// One of the columns on all rows.
    ///
    /// # Errors
    /// As [`StoredColumns::rows`].
    pub fn whole(&self, like: &FeatureColumn, at: usize, rows: usize) -> Result<FeatureColumn> {
        self.column(like, &self.columns[at], 0..rows)
    }

    fn column(&self, like: &FeatureColumn, stored: &StoredColumn, rows: Range<usize>) -> Result<FeatureColumn> {
        Ok(match like {
            FeatureColumn::Number { name, has_missing, .. } => FeatureColumn::Number {
                name: name.clone(),
                values: self.read(stored.start, rows, f64::from_le_bytes)?.into(),
                has_missing: *has_missing,
            },
            FeatureColumn::Levels { name, levels, encoding, .. } => FeatureColumn::Levels {
                name: name.clone(),
                codes: self.read(stored.start, rows, u32::from_le_bytes)?.into(),
                levels: levels.clone(),
                encoding: *encoding,
            },
        })
    }

    fn read<T, const N: usize>(&self, start: u64, rows: Range<usize>, value: fn([u8; N]) -> T) -> Result<Vec<T>> {
        let mut values = Vec::with_capacity(rows.len());
        let mut bytes = vec![0; N * rows.len().min(AT_ONCE)];
        let mut file = lock(&self.file);
        file.seek(SeekFrom::Start(start + (N * rows.start) as u64)).map_err(|e| failed(&e))?;
        while values.len() < rows.len() {
            let stretch = &mut bytes[..N * (rows.len() - values.len()).min(AT_ONCE)];
            file.read_exact(stretch).map_err(|e| failed(&e))?;
            values.extend(stretch.as_chunks::<N>().0.iter().map(|bytes| value(*bytes)));
        }
        Ok(values)
    }
}

/// The value in the middle of the known ones; it need not be exact, but must not follow outliers.
pub fn middle(values: &[f64]) -> f64 {
    let mut known: Vec<f64> = values.iter().copied().filter(|v| !v.is_nan()).collect();
    if known.is_empty() {
        return 0.0;
    }
    let mid = known.len() / 2;
    *known.select_nth_unstable_by(mid, f64::total_cmp).1
}

fn middle_of(column: &FeatureColumn) -> f64 {
    if let FeatureColumn::Number { values, .. } = column { middle(values) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Encoding, MISSING};

    #[test]
    fn rows_come_back_as_they_were() {
        let values: Vec<f64> = (0..200_000).map(|i| if i % 7 == 3 { f64::NAN } else { f64::from(i) / 3.0 }).collect();
        let codes: Vec<u32> = (0..200_000).map(|i| if i % 5 == 0 { MISSING } else { i % 3 }).collect();
        let levels = ["a", "b", "c"].map(String::from).to_vec();
        let whole = [
            FeatureColumn::Number { name: "x".into(), values: values.into(), has_missing: true },
            FeatureColumn::Levels { name: "t".into(), codes: codes.into(), levels, encoding: Encoding::OneHot },
        ];
        let mut stored = StoredColumns::new().unwrap();
        let mut emptied = whole.clone();
        emptied.iter_mut().for_each(|column| stored.push(column).unwrap());
        assert!(matches!(&emptied[0], FeatureColumn::Number { values, .. } if values.is_empty()));
        for range in [0..1, 65_530..65_540, 3..140_000, 199_999..200_000] {
            let rows: Vec<u32> = range.clone().map(|row| row as u32).collect();
            let read = stored.rows(&emptied, range).unwrap();
            for (read, whole) in read.iter().zip(&whole) {
                // NaN is not itself.
                assert_eq!(format!("{read:?}"), format!("{:?}", whole.take(&rows)));
            }
        }
        assert_eq!(format!("{:?}", stored.whole(&emptied[1], 1, 200_000).unwrap()), format!("{:?}", whole[1]));
        assert!((stored.middles()[0] - 33_333.0).abs() < 10.0 && stored.middles()[1] == 0.0);
    }
}
