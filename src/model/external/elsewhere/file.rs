//! The data's file with other cells in some rows; all others stay as they are written.

use std::collections::{BTreeSet, HashSet};
use std::fs::File;
use std::io::Cursor;

use csv::{ByteRecord, ReaderBuilder, WriterBuilder};
use polars::prelude::{DataFrame, DataType, IdxSize, NamedFrom, ParquetReader, ParquetWriter, SerReader, Series};

use super::values::Beyond;
use super::{Change, DataFile};
use crate::data::start_polars;

/// Bytes of the largest file that is copied.
const LARGEST: u64 = 1 << 28;
/// A column with so few different values, or fewer, has levels and not numbers.
const FEW: usize = 10;
/// What stands between the cells of a text file.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// The bytes of the file with the change; `None` where it is too large, packed, or not as the table has it.
pub fn changed(file: &DataFile, change: &Change) -> Option<Vec<u8>> {
    if std::fs::metadata(&file.path).ok()?.len() > LARGEST {
        return None;
    }
    let bytes = std::fs::read(&file.path).ok()?;
    if bytes.starts_with(b"PAR1") {
        return parquet(file, change);
    }
    DELIMITERS.into_iter().find_map(|delimiter| text(&bytes, delimiter, file, change))
}

/// A text file whose cells are parted by `delimiter`; `None` where they are not.
fn text(bytes: &[u8], delimiter: u8, file: &DataFile, change: &Change) -> Option<Vec<u8>> {
    let mut reader = ReaderBuilder::new().delimiter(delimiter).has_headers(false).from_reader(bytes);
    let mut records = reader.byte_records().collect::<Result<Vec<ByteRecord>, _>>().ok()?;
    let header = records.first()?;
    let is_name = |(cell, name): (&[u8], &String)| std::str::from_utf8(cell).is_ok_and(|cell| cell.trim() == name);
    // A column without a name is given one.
    let same = |(cell, name)| is_name((cell, name)) || cell.is_empty();
    if header.len() != file.names.len() || records.len() != file.rows + 1 || !header.iter().zip(&file.names).all(same) {
        return None;
    }
    let columns: Vec<NewCells> =
        (0..header.len()).map(|at| NewCells::of(records[1..].iter().filter_map(|record| record.get(at)))).collect();
    for (row, record) in (0u32..).zip(&mut records[1..]) {
        if change.features.contains(&row) || change.targets.contains(&row) {
            let new = |(cell, (name, column)): (&[u8], (&String, &NewCells))| {
                if change.rows(name).contains(&row) { column.cell(row, cell) } else { cell.to_vec() }
            };
            *record = record.iter().zip(file.names.iter().zip(&columns)).map(new).collect::<Vec<_>>().into();
        }
    }
    let mut writer = WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
    records.iter().try_for_each(|record| writer.write_byte_record(record)).ok()?;
    writer.into_inner().ok()
}

/// How the cells of a column are changed.
enum NewCells {
    Numbers(Beyond),
    Levels(Vec<Vec<u8>>),
}

impl NewCells {
    fn of<'c>(cells: impl Iterator<Item = &'c [u8]> + Clone) -> Self {
        let number = |cell: &[u8]| std::str::from_utf8(cell).ok()?.trim().parse::<f64>().ok();
        let known = || cells.clone().filter(|cell| !cell.is_empty());
        let different: BTreeSet<&[u8]> = known().collect();
        if different.len() > FEW
            && different.iter().filter(|cell| number(cell).is_none()).count() * 10 < different.len()
        {
            return Self::Numbers(Beyond::of(known().filter_map(number)));
        }
        Self::Levels(different.into_iter().map(<[u8]>::to_vec).collect())
    }

    /// Another cell in place of one.
    fn cell(&self, row: u32, old: &[u8]) -> Vec<u8> {
        match self {
            Self::Numbers(beyond) => beyond.number(row).to_string().into_bytes(),
            Self::Levels(levels) => {
                let at = levels.iter().position(|level| level == old).map_or(0, |at| (at + 1) % levels.len());
                levels.get(at).cloned().unwrap_or_default()
            }
        }
    }
}

/// A Parquet file.
fn parquet(file: &DataFile, change: &Change) -> Option<Vec<u8>> {
    start_polars().ok()?;
    let frame = ParquetReader::new(File::open(&file.path).ok()?).finish().ok()?;
    if frame.height() != file.rows {
        return None;
    }
    let column = |column: &polars::prelude::Column| {
        let series = column.as_materialized_series();
        of_series(series, change.rows(series.name())).map(Into::into)
    };
    let columns = frame.columns().iter().map(column).collect::<Option<Vec<polars::prelude::Column>>>()?;
    let mut frame = DataFrame::new(frame.height(), columns).ok()?;
    let mut bytes = Cursor::new(Vec::new());
    ParquetWriter::new(&mut bytes).finish(&mut frame).ok()?;
    Some(bytes.into_inner())
}

/// A column with other values in these rows, of its own type.
fn of_series(series: &Series, rows: &HashSet<u32>) -> Option<Series> {
    if rows.is_empty() {
        return Some(series.clone());
    }
    if series.dtype().is_primitive_numeric() && series.n_unique().ok()? > FEW {
        let floats = series.cast(&DataType::Float64).ok()?;
        let numbers = floats.f64().ok()?;
        let beyond = Beyond::of(numbers.iter().flatten());
        let new = |(row, number)| if rows.contains(&row) { Some(beyond.number(row)) } else { number };
        let new: Vec<Option<f64>> = (0u32..).zip(numbers.iter()).map(new).collect();
        let new = Series::new(series.name().clone(), new).cast(series.dtype()).ok()?;
        // Where its type holds no larger numbers, values of other rows take their place.
        if new.null_count() <= series.null_count() {
            return Some(new);
        }
    }
    // The value of the first row, above or below, that is another one and is not itself changed.
    let others: Vec<u32> = (0..series.len() as u32).filter(|row| !rows.contains(row)).collect();
    let cell = |row: u32| series.get(row as usize).ok();
    let other = |row: u32| {
        let start = others.partition_point(|other| *other < row);
        let around = others[start..].iter().chain(&others[..start]).take(1000);
        around.copied().find(|other| cell(*other) != cell(row)).unwrap_or(row)
    };
    let places: Vec<IdxSize> =
        (0..series.len() as u32).map(|row| if rows.contains(&row) { other(row) } else { row } as IdxSize).collect();
    series.take_slice(&places).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: std::path::PathBuf, names: &[&str], rows: usize) -> DataFile {
        DataFile { path, names: names.iter().map(|name| (*name).to_owned()).collect(), rows }
    }

    #[test]
    fn a_text_file_keeps_what_is_not_changed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.csv");
        let rows: Vec<String> = (0..12).map(|i| format!("{i};\"a;{}\";0{}\n", i % 2, i % 3)).collect();
        std::fs::write(&path, format!("x;t;y\n{}", rows.concat())).unwrap();
        let change = Change { features: HashSet::from([1]), targets: HashSet::from([1, 4]), target: "y" };
        let bytes = changed(&file(path, &["x", "t", "y"], 12), &change).unwrap();
        let lines: Vec<String> = String::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect();
        assert_eq!(lines[2], "28;\"a;0\";02");
        assert_eq!(lines[5], "4;\"a;0\";02");
        assert_eq!(lines[4], "3;\"a;1\";00");
        assert_eq!(lines.len(), 13);
    }

    #[test]
    fn a_parquet_file_keeps_its_types() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.parquet");
        let mut frame = DataFrame::new(
            12,
            vec![
                Series::new("x".into(), (0..12i64).collect::<Vec<_>>()).into(),
                Series::new("y".into(), (0..12).map(|i| ["a", "b"][i % 2]).collect::<Vec<_>>()).into(),
            ],
        )
        .unwrap();
        ParquetWriter::new(File::create(&path).unwrap()).finish(&mut frame).unwrap();
        let change = Change { features: HashSet::from([1]), targets: HashSet::from([4]), target: "y" };
        let bytes = changed(&file(path, &["x", "y"], 12), &change).unwrap();
        let read = ParquetReader::new(Cursor::new(bytes)).finish().unwrap();
        let x: Vec<i64> = read.column("x").unwrap().i64().unwrap().iter().flatten().collect();
        assert_eq!((x[0], x[1], x[2]), (0, 28, 2));
        let y: Vec<&str> = read.column("y").unwrap().str().unwrap().iter().flatten().collect();
        assert_eq!((y[3], y[4], y[5]), ("b", "b", "b"));
    }
}
