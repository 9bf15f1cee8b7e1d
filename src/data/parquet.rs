//! Parquet files into typed columns.

use std::io::{Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};

use polars::prelude::{Column as Series, DataType, ParquetReader, SerReader, TimeUnit};

use super::{Column, Selection, Spelling, Table, Values};
use crate::error::{Error, Result};

/// Reads the needed columns.
pub fn read<R>(path: &str, source: R, selection: &Selection) -> Result<Table>
where
    R: Read + Seek + polars::io::mmap::MmapBytesReader,
{
    let broken = |e: String| Error::input(format!("{path} is a broken Parquet file ({e}); write it again"));
    // The reader may panic on damaged bytes.
    catch_unwind(AssertUnwindSafe(|| read_checked(path, source, selection, &broken)))
        .unwrap_or_else(|_| Err(broken("its contents do not parse".into())))
}

fn read_checked<R>(path: &str, source: R, selection: &Selection, broken: &dyn Fn(String) -> Error) -> Result<Table>
where
    R: Read + Seek + polars::io::mmap::MmapBytesReader,
{
    let first_line = |e: polars::error::PolarsError| e.to_string().lines().next().unwrap_or("").to_owned();
    let mut reader = ParquetReader::new(source);
    let schema = reader.schema().map_err(|e| broken(first_line(e)))?;
    let names: Vec<String> = schema.iter_names().map(ToString::to_string).collect();
    let needed = selection.needed(&names, path)?;
    let projection = (0..names.len()).filter(|j| needed[*j]).collect();
    let frame = reader.with_projection(Some(projection)).finish().map_err(|e| broken(first_line(e)))?;
    if frame.height() == 0 {
        return Err(Error::input(format!("{path} has columns but no rows; write it with data")));
    }
    let mut table = Table {
        names,
        path: path.to_owned(),
        columns: Vec::new(),
        rows: frame.height(),
        unsupported: Vec::new(),
        lines: Vec::new(),
    };
    for series in frame.columns() {
        match typed(series) {
            // A damaged page may decode to fewer values than the file's footer promises.
            Some((values, _)) if values.len() != table.rows => {
                return Err(broken(format!(
                    "column '{}' has {} of {} values",
                    series.name(),
                    values.len(),
                    table.rows
                )));
            }
            Some((values, non_finite)) => {
                table.columns.push(Column { name: series.name().to_string(), values, non_finite, unnamed: false });
            }
            None => table.unsupported.push((series.name().to_string(), series.dtype().to_string())),
        }
    }
    Ok(table)
}

/// The values of a column, and how many were infinite or NaN (not null); `None` for nested,
/// binary and other types that have no obvious reading.
fn typed(series: &Series) -> Option<(Values, usize)> {
    let floats = |s: &Series| -> Option<Vec<f64>> {
        let cast = s.cast(&DataType::Float64).ok()?;
        Some(cast.f64().ok()?.iter().map(|x| x.unwrap_or(f64::NAN)).collect())
    };
    let dtype = series.dtype();
    if dtype.is_primitive_numeric() || matches!(dtype, DataType::Decimal(..) | DataType::Null) {
        if dtype.is_integer() && has_huge_integer(series) {
            let cast = series.cast(&DataType::String).ok()?;
            return Some((Values::text(cast.str().ok()?.iter()), 0));
        }
        let mut values = floats(series)?;
        let mut non_finite = values.iter().filter(|x| x.is_nan()).count() - series.null_count();
        for x in values.iter_mut().filter(|x| x.is_infinite()) {
            *x = f64::NAN;
            non_finite += 1;
        }
        return Some((Values::Number(values), non_finite));
    }
    match dtype {
        DataType::Boolean => Some((Values::Boolean(floats(series)?, Spelling::default()), 0)),
        DataType::String => Some((text(series), 0)),
        DataType::Categorical(..) | DataType::Enum(..) => Some((text(&series.cast(&DataType::String).ok()?), 0)),
        DataType::Date => Some((Values::Time(floats(series)?.iter().map(|d| d * 86_400.0).collect()), 0)),
        DataType::Datetime(unit, _) => {
            let per_second = match unit {
                TimeUnit::Nanoseconds => 1e9,
                TimeUnit::Microseconds => 1e6,
                TimeUnit::Milliseconds => 1e3,
            };
            Some((Values::Time(floats(series)?.iter().map(|t| t / per_second).collect()), 0))
        }
        _ => None,
    }
}

/// Text as in a CSV file: trimmed, and empty is missing.
fn text(series: &Series) -> Values {
    match series.str() {
        Ok(cells) => Values::text(cells.iter().map(|c| c.map(str::trim).filter(|t| !t.is_empty()))),
        Err(_) => Values::text(std::iter::repeat_n(None, series.len())),
    }
}

/// Whether a whole number lies beyond 2^53, where doubles run together.
fn has_huge_integer(series: &Series) -> bool {
    const EXACT: i128 = 1 << 53;
    if !matches!(series.dtype(), DataType::Int64 | DataType::UInt64) {
        return false;
    }
    match series.dtype() {
        DataType::Int64 => series.i64().is_ok_and(|s| s.iter().flatten().any(|x| i128::from(x).abs() > EXACT)),
        _ => series.u64().is_ok_and(|s| s.iter().flatten().any(|x| i128::from(x) > EXACT)),
    }
}
