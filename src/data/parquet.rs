//! Parquet files into typed columns.

use std::io::{Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use polars::prelude::{ParquetReader, SerReader};

use super::parquet_schema::{Described, FileSchema, Stored};
use super::select::check_distinct;
use super::series::{self, is_out_of_range};
use super::typed_column::Pinned;
use super::{LoadOptions, Selection, Table};
use crate::error::{Error, Result};

/// Reads the needed columns.
pub fn read<R>(path: &str, source: R, options: &LoadOptions, selection: &Selection) -> Result<Table>
where
    R: Read + Seek + polars::io::mmap::MmapBytesReader,
{
    let broken = |e: String| Error::file(format!("{path} is a broken Parquet file ({e})")).advise("write it again");
    // The reader may panic on damaged bytes.
    catch_unwind(AssertUnwindSafe(|| read_checked(path, source, options, selection, &broken)))
        .unwrap_or_else(|_| Err(broken("its contents do not parse".into())))
}

fn read_checked<R>(
    path: &str,
    mut source: R,
    options: &LoadOptions,
    selection: &Selection,
    broken: &dyn Fn(String) -> Error,
) -> Result<Table>
where
    R: Read + Seek + polars::io::mmap::MmapBytesReader,
{
    let first_line = |e: polars::error::PolarsError| e.to_string().lines().next().unwrap_or("").to_owned();
    let schema = FileSchema::read(&mut source).map_err(|e| broken(first_line(e)))?;
    let names: Vec<String> = schema.columns.iter().map(|c| c.name.clone()).collect();
    check_distinct(&names, path)?;
    if names.is_empty() {
        return Err(Error::file(format!("{path} has no columns")).advise("write it with data"));
    }
    let needed = selection.needed(&names, path)?;
    let pinned = options.pinned(&names, path, selection)?;
    if schema.rows == 0 {
        return Err(Error::file(format!("{path} has columns but no rows")).advise("write it with data"));
    }
    let mut table = Table::new(path, names, schema.rows);
    table.index = schema.index.clone();
    let (mut wanted, mut pins): (Vec<&Described>, Vec<Pinned>) = Default::default();
    for (at, column) in schema.columns.iter().enumerate().filter(|(at, _)| needed[*at]) {
        match &column.stored {
            Stored::Unusable(kind) => table.unsupported.push((column.name.clone(), kind.clone())),
            _ => {
                wanted.push(column);
                pins.push(pinned[at]);
            }
        }
    }
    if wanted.is_empty() {
        return Ok(table);
    }
    let orders: Vec<Vec<String>> = wanted.iter().map(|column| schema.levels_in_order(column, &mut source)).collect();
    let mut reader = ParquetReader::new(source);
    reader.set_metadata(Arc::new(schema.projected(&wanted)));
    let frame = reader.finish().map_err(|e| broken(first_line(e)))?;
    if frame.height() != table.rows {
        return Err(broken(format!("it has {} of {} rows", frame.height(), table.rows)));
    }
    for (((column, pinned), order), series) in wanted.iter().zip(pins).zip(orders).zip(frame.columns()) {
        if column.nanoseconds && is_out_of_range(series) {
            table.unsupported.push((column.name.clone(), "time beyond the years 1678 to 2262 as int96".into()));
            continue;
        }
        match series::typed(&column.name, &column.stored, column.zone.as_deref(), order, series) {
            // A damaged page may decode to fewer values than the file's footer promises.
            Some(typed) if typed.values.len() != table.rows => {
                let (held, rows) = (typed.values.len(), table.rows);
                return Err(broken(format!("column '{}' has {held} of {rows} values", series.name())));
            }
            Some(typed) => table.columns.push(typed.read(path, options, pinned)?),
            None => table.unsupported.push((column.name.clone(), series.dtype().to_string())),
        }
    }
    Ok(table)
}
