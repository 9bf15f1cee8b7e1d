//! The table as a file that another program reads: Arrow, Parquet or CSV.

use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::Path;
use std::sync::Arc;

use polars::prelude::{CompatLevel, CsvWriter, DataFrame, ParquetWriter, SchemaExt, SerWriter, Series};
use polars_arrow::io::ipc::write::{FileWriter, WriteOptions};

use super::scratch::cannot_write;
use crate::data::{SeriesTypes, Spelling, Values, start_polars, to_series};

/// How tables are written for other programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Exchange {
    /// Text with a header; missing cells are empty.
    #[default]
    Csv,
    /// Parquet.
    Parquet,
    /// An Arrow IPC file.
    Arrow,
}

impl Exchange {
    /// The name in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Parquet => "parquet",
            Self::Arrow => "arrow",
        }
    }
}

/// A column as other libraries have it: whole numbers without gaps as integers, moments where the file has a type for them.
pub fn series(name: &str, values: &Values, exchange: Exchange) -> Series {
    let typed = exchange != Exchange::Csv;
    to_series(name, values, None, SeriesTypes { booleans: typed, moments: typed, integers_with_gaps: false })
}

/// Labels of classes as a column: numbers or booleans where the file has those, else text.
pub fn labels(name: &str, codes: &[u32], labels: &[String], kind: &str, exchange: Exchange) -> Series {
    let of = |code: &u32| labels[*code as usize].as_str();
    let values = match kind {
        "number" => Values::Number(codes.iter().map(|c| of(c).parse().unwrap_or(f64::NAN)).collect()),
        "boolean" => {
            let read = |c: &u32| Spelling::read(of(c)).map_or(f64::NAN, |(b, _)| f64::from(u8::from(b)));
            let spelling = labels.iter().find_map(|l| Spelling::read(l)).map(|(_, spelling)| spelling);
            Values::Boolean(codes.iter().map(read).collect(), spelling.unwrap_or_default())
        }
        _ => Values::Text { codes: codes.to_vec().into(), levels: labels.to_vec() },
    };
    series(name, &values, exchange)
}

/// Writes columns of equal length to a file.
///
/// # Errors
/// What went wrong, in a few words.
pub fn write(path: &Path, columns: Vec<Series>, rows: usize, exchange: Exchange) -> Result<(), String> {
    start_polars().map_err(|e| e.to_string())?;
    let file = File::create(path).map_err(|e| cannot_write(path, &e))?;
    let mut file = BufWriter::new(NotingFile { file, failed: None });
    let written = write_to(&mut file, columns, rows, exchange);
    let flushed = file.flush();
    // What polars says of a failed write may leave out why.
    match (written, &file.get_ref().failed, flushed) {
        (_, Some(kind), _) => Err(cannot_write(path, &io::Error::from(*kind))),
        (Err(e), None, _) => Err(format!("{} cannot be written: {e}", path.display())),
        (Ok(()), None, Err(e)) => Err(cannot_write(path, &e)),
        (Ok(()), None, Ok(())) => Ok(()),
    }
}

/// A file that notes how writing to it failed.
struct NotingFile {
    file: File,
    failed: Option<ErrorKind>,
}

impl Write for NotingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes).inspect_err(|e| {
            if e.kind() != ErrorKind::Interrupted {
                self.failed = Some(e.kind());
            }
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn write_to(
    mut file: &mut BufWriter<NotingFile>,
    columns: Vec<Series>,
    rows: usize,
    exchange: Exchange,
) -> polars::error::PolarsResult<()> {
    let mut frame = DataFrame::new(rows, columns.into_iter().map(Into::into).collect())?;
    match exchange {
        Exchange::Csv => CsvWriter::new(&mut file).finish(&mut frame),
        Exchange::Parquet => ParquetWriter::new(&mut file).finish(&mut frame).map(drop),
        Exchange::Arrow => {
            frame.align_chunks_par();
            let level = CompatLevel::oldest();
            let schema = frame.schema().to_arrow(level);
            let options = WriteOptions { compression: None };
            let mut out = FileWriter::try_new(&mut file, Arc::new(schema), None, options)?;
            for batch in frame.iter_chunks(level, false) {
                out.write(&batch, None)?;
            }
            out.finish()
        }
    }
}

#[cfg(test)]
mod tests {
    use polars::prelude::{ParquetReader, SerReader};

    use super::*;
    use crate::data::MISSING;

    fn columns(exchange: Exchange) -> Vec<Series> {
        let text = Values::Text { codes: vec![1, MISSING, 0].into(), levels: vec!["a,\"b".into(), "c".into()] };
        vec![
            series("whole", &Values::Number(vec![1.0, -2.0, 3.0].into()), exchange),
            series("gaps", &Values::Number(vec![1.0, f64::NAN, 0.1].into()), exchange),
            series("yes", &Values::Boolean(vec![1.0, 0.0, f64::NAN].into(), Spelling::Upper), exchange),
            series("day", &Values::Time(vec![86_400.0, f64::NAN, 0.0].into(), Vec::new()), exchange),
            series("text", &text, exchange),
            labels("y", &[1, 0, 1], &["10".into(), "2".into()], "number", exchange),
        ]
    }

    #[test]
    fn csv_has_a_header_and_empty_cells_where_values_are_missing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.csv");
        write(&path, columns(Exchange::Csv), 3, Exchange::Csv).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let lines = [
            "whole,gaps,yes,day,text,y",
            "1,1.0,TRUE,1970-01-02,c,2",
            "-2,,FALSE,,,10",
            "3,0.1,,1970-01-01,\"a,\"\"b\",2",
        ];
        assert_eq!(text, lines.join("\n") + "\n");
    }

    #[test]
    fn parquet_has_types() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.parquet");
        write(&path, columns(Exchange::Parquet), 3, Exchange::Parquet).unwrap();
        let frame = ParquetReader::new(File::open(&path).unwrap()).finish().unwrap();
        let types: Vec<String> = frame.columns().iter().map(|c| c.dtype().to_string()).collect();
        assert_eq!(types, ["i64", "f64", "bool", "datetime[μs]", "str", "i64"]);
        assert_eq!(frame.columns()[1].null_count(), 1);
    }
}
