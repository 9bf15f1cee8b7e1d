//! Parquet files into typed columns.

use std::collections::HashSet;
use std::io::{Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use chrono::{DateTime, Offset, TimeZone};
use polars::prelude::{Column as Series, DataType, ParquetReader, SerReader, TimeUnit};

use super::dates::parse_offset;
use super::missing::MissingRule;
use super::number::{NumberFormat, parse_number};
use super::parquet_schema::{Described, FileSchema, Stored};
use super::select::repeated;
use super::{Column, LoadOptions, Selection, Spelling, Table, Time, Values};
use crate::error::{Error, Result};
use crate::shell::list_flag;
use crate::warning::{Code, Warning};

/// Reads the needed columns.
pub fn read<R>(path: &str, source: R, options: &LoadOptions, selection: &Selection) -> Result<Table>
where
    R: Read + Seek + polars::io::mmap::MmapBytesReader,
{
    let broken = |e: String| Error::input(format!("{path} is a broken Parquet file ({e}); write it again"));
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
    if let Some((first, second)) = repeated(&names) {
        return Err(Error::input(format!(
            "{path}: columns {} and {} are both named '{}'; rename one of them",
            first + 1,
            second + 1,
            names[second]
        )));
    }
    if names.is_empty() {
        return Err(Error::input(format!("{path} has no columns; write it with data")));
    }
    let needed = selection.needed(&names, path)?;
    let (as_text, as_number) = options.pinned(&names, path, selection)?;
    if schema.rows == 0 {
        return Err(Error::input(format!("{path} has columns but no rows; write it with data")));
    }
    let mut table = Table {
        names,
        path: path.to_owned(),
        columns: Vec::new(),
        rows: schema.rows,
        unsupported: Vec::new(),
        index: schema.index.clone(),
        lines: Vec::new(),
        notes: Vec::new(),
    };
    let mut wanted: Vec<&Described> = Vec::new();
    for column in schema.columns.iter().zip(&needed).filter(|(_, needed)| **needed).map(|(column, _)| column) {
        match &column.stored {
            Stored::Unusable(kind) => table.unsupported.push((column.name.clone(), kind.clone())),
            _ => wanted.push(column),
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
    let pinned = |pins: Vec<bool>| -> HashSet<String> {
        table.names.iter().zip(pins).filter(|(_, pin)| *pin).map(|(name, _)| name.clone()).collect()
    };
    let (as_text, as_number) = (pinned(as_text), pinned(as_number));
    for ((column, order), series) in wanted.iter().zip(orders).zip(frame.columns()) {
        if column.nanoseconds && is_out_of_range(series) {
            table.unsupported.push((column.name.clone(), "time beyond the years 1678 to 2262 as int96".into()));
            continue;
        }
        match typed(column, series, options, &order) {
            // A damaged page may decode to fewer values than the file's footer promises.
            Some((values, ..)) if values.len() != table.rows => {
                return Err(broken(format!(
                    "column '{}' has {} of {} values",
                    series.name(),
                    values.len(),
                    table.rows
                )));
            }
            Some((values, non_finite, mut notes)) => {
                let (text, number) = (as_text.contains(&column.name), as_number.contains(&column.name));
                if text || number {
                    notes.retain(|note| note.code != Code::TextOfNumbers);
                }
                let values = match values {
                    values if text => as_levels(&values),
                    Values::Text { codes, levels } if number => as_numbers(path, &column.name, &codes, &levels)?,
                    values => values,
                };
                let plain = Column::new(column.name.clone(), values);
                table.columns.push(Column { non_finite, order, notes, ..plain });
            }
            None => table.unsupported.push((column.name.clone(), series.dtype().to_string())),
        }
    }
    Ok(table)
}

/// The values of a column, how many were infinite or NaN (not null), and what is to be said of it.
fn typed(
    column: &Described,
    series: &Series,
    options: &LoadOptions,
    order: &[String],
) -> Option<(Values, usize, Vec<Warning>)> {
    let mut notes = Vec::new();
    let dtype = series.dtype();
    let numeric = dtype.is_primitive_numeric() || matches!(dtype, DataType::Decimal(..) | DataType::Null);
    let stored = match &column.stored {
        Stored::HalfFloat => Some(from_bytes(series, half)?),
        Stored::WideDecimal(scale) => Some(from_bytes(series, |bytes| decimal(bytes, *scale))?),
        _ if numeric && (!has_huge_integer(series) || seems_nanoseconds(series)) => Some(floats(series)?),
        _ => None,
    };
    if let Some(mut values) = stored {
        let mut non_finite = values.iter().filter(|x| x.is_nan()).count().saturating_sub(series.null_count());
        for x in values.iter_mut().filter(|x| x.is_infinite()) {
            *x = f64::NAN;
            non_finite += 1;
        }
        let rule = MissingRule::new(options);
        values.iter_mut().filter(|x| rule.of_number(**x).is_some()).for_each(|x| *x = f64::NAN);
        return Some((Values::Number(values), non_finite, notes));
    }
    let values = match dtype {
        _ if numeric => text(&series.cast(&DataType::String).ok()?, options),
        DataType::Boolean => {
            let missing: Vec<f64> =
                options.missing.iter().filter_map(|m| Spelling::read(m)).map(|b| bit(b.0)).collect();
            let mut bits = floats(series)?;
            bits.iter_mut().filter(|b| missing.contains(b)).for_each(|b| *b = f64::NAN);
            Values::Boolean(bits, Spelling::default())
        }
        DataType::String => {
            let texts = text(series, options);
            // An order is one of levels.
            let values = if order.is_empty() { texts.told().without_times(&options.missing) } else { texts };
            if let Some(note) = numbers_as_text(&column.name, &values) {
                notes.push(note);
            }
            values
        }
        DataType::Date => {
            let seconds = floats(series)?.into_iter().map(|d| Time { seconds: d * 86_400.0, offset: 0 });
            Values::times(seconds).without_times(&options.missing)
        }
        DataType::Datetime(unit, _) => {
            let per_second = match unit {
                TimeUnit::Nanoseconds => 1e9,
                TimeUnit::Microseconds => 1e6,
                TimeUnit::Milliseconds => 1e3,
            };
            let zone = column.zone.as_deref().map_or(Some(Clock::Fixed(0)), Clock::read);
            if let (None, Some(zone)) = (&zone, &column.zone) {
                let text = format!(
                    "the time zone '{zone}' of column '{}' is not known, so its clock is taken as UTC's",
                    column.name
                );
                notes.push(Warning::new(Code::UnreadDates, text));
            }
            let zone = zone.unwrap_or(Clock::Fixed(0));
            let times = floats(series)?.into_iter().map(|t| zone.at(t / per_second));
            Values::times(times).without_times(&options.missing)
        }
        _ => return None,
    };
    Some((values, 0, notes))
}

/// Whether a time is beyond what nanoseconds in 64 bits can tell, for which the reader puts the largest of them.
fn is_out_of_range(times: &Series) -> bool {
    let whole = times.cast(&DataType::Int64);
    whole.is_ok_and(|cells| cells.i64().is_ok_and(|cells| cells.iter().flatten().any(|t| t == i64::MAX)))
}

fn bit(value: bool) -> f64 {
    f64::from(u8::from(value))
}

fn floats(series: &Series) -> Option<Vec<f64>> {
    let cast = series.cast(&DataType::Float64).ok()?;
    Some(cast.f64().ok()?.iter().map(|x| x.unwrap_or(f64::NAN)).collect())
}

fn from_bytes(series: &Series, number: impl Fn(&[u8]) -> f64) -> Option<Vec<f64>> {
    Some(series.binary().ok()?.iter().map(|cell| cell.map_or(f64::NAN, &number)).collect())
}

/// A float of two bytes, the lower one first.
fn half(bytes: &[u8]) -> f64 {
    let &[low, high] = bytes else { return f64::NAN };
    let bits = u16::from_le_bytes([low, high]);
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f64::from(bits & 0x3ff) / 1024.0);
    let size = match exponent {
        0 => fraction * 2f64.powi(-14),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        e => (1.0 + fraction) * 2f64.powi(e - 15),
    };
    if bits >> 15 == 1 { -size } else { size }
}

/// A whole number in two's complement, its highest byte first, over a power of ten.
fn decimal(bytes: &[u8], scale: u32) -> f64 {
    let negative = bytes.first().is_some_and(|b| *b >= 128);
    let fill = if negative { 0xff } else { 0 };
    let start = bytes.iter().position(|b| *b != fill).unwrap_or(bytes.len());
    let whole = if bytes.len() - start < 16 {
        let mut word = [fill; 16];
        word[16 - (bytes.len() - start)..].copy_from_slice(&bytes[start..]);
        i128::from_be_bytes(word) as f64
    } else {
        let size = bytes.iter().fold(0.0, |sum, b| sum * 256.0 + f64::from(if negative { !b } else { *b }));
        if negative { -size - 1.0 } else { size }
    };
    whole / 10f64.powi(scale as i32)
}

/// The values as the levels that `--text` asks for, numbers as they print.
fn as_levels(values: &Values) -> Values {
    let (codes, levels) = values.as_levels();
    Values::Text { codes, levels }
}

/// The numbers that a column of text holds, as `--number` asks for them.
fn as_numbers(path: &str, name: &str, codes: &[u32], levels: &[String]) -> Result<Values> {
    let read = |text: &String| {
        parse_number(text, NumberFormat::default()).ok_or_else(|| {
            let advice = list_flag("--na", text);
            Error::input(format!(
                "{path}: --number names column '{name}', which holds '{text}'; correct it, or name it in {advice}"
            ))
        })
    };
    let numbers = levels.iter().map(read).collect::<Result<Vec<f64>>>()?;
    Ok(Values::Number(codes.iter().map(|c| numbers.get(*c as usize).copied().unwrap_or(f64::NAN)).collect()))
}

/// Text as in a CSV file: trimmed, and empty is missing. Words such as NA are texts here, since a missing value has a
/// mark of its own.
fn text(series: &Series, options: &LoadOptions) -> Values {
    let is_there = |t: &&str| !t.is_empty() && !options.missing.iter().any(|m| m == t);
    match series.str() {
        Ok(cells) => Values::text(cells.iter().map(|c| c.map(str::trim).filter(is_there))),
        Err(_) => Values::text(std::iter::repeat_n(None, series.len())),
    }
}

/// Says that a column of text holds numbers alone.
fn numbers_as_text(name: &str, values: &Values) -> Option<Warning> {
    let Values::Text { levels, .. } = values else { return None };
    let numbers = !levels.is_empty() && levels.iter().all(|l| l.parse::<f64>().is_ok_and(f64::is_finite));
    numbers.then(|| {
        let text = format!("column '{name}' is text in the file and holds numbers alone, so it is taken as levels; {} reads it as numbers", list_flag("--number", name));
        Warning::new(Code::TextOfNumbers, text)
    })
}

/// What a time zone's clocks show.
enum Clock {
    Fixed(i32),
    Zone(chrono_tz::Tz),
}

impl Clock {
    /// By name, such as `Europe/Paris`, or offset, such as `+01:00`.
    fn read(zone: &str) -> Option<Self> {
        parse_offset(zone).map(Self::Fixed).or_else(|| zone.parse().ok().map(Self::Zone))
    }

    fn at(&self, seconds: f64) -> Time {
        let offset = match self {
            Self::Fixed(offset) => *offset,
            Self::Zone(zone) => DateTime::from_timestamp(seconds.floor() as i64, 0)
                .filter(|_| !seconds.is_nan())
                .map_or(0, |t| zone.offset_from_utc_datetime(&t.naive_utc()).fix().local_minus_utc()),
        };
        Time { seconds, offset: if seconds.is_nan() { 0 } else { offset } }
    }
}

/// Whether large whole numbers are nanoseconds since 1970 in the years from 1990 to 2100, and stay apart as doubles.
fn seems_nanoseconds(series: &Series) -> bool {
    const RANGE: std::ops::Range<i64> = 631_152_000_000_000_000..4_102_444_800_000_000_000;
    let Ok(cells) = series.i64() else { return false };
    let mut all: Vec<i64> = cells.iter().flatten().collect();
    all.sort_unstable();
    all.dedup();
    all.iter().all(|x| RANGE.contains(x)) && all.windows(2).all(|w| (w[0] as f64) < w[1] as f64)
}

/// Whether a whole number lies beyond 2^53, where doubles run together.
fn has_huge_integer(series: &Series) -> bool {
    const EXACT: i128 = 1 << 53;
    match series.dtype() {
        DataType::Int64 => series.i64().is_ok_and(|s| s.iter().flatten().any(|x| i128::from(x).abs() > EXACT)),
        DataType::UInt64 => series.u64().is_ok_and(|s| s.iter().flatten().any(|x| i128::from(x) > EXACT)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::dates::parse_time;
    use super::*;

    #[test]
    fn halves_and_long_decimals_are_read_by_hand() {
        // numpy.float16 of these numbers, as bytes.
        for (bytes, value) in [
            ([0x00, 0x3c], 1.0),
            ([0x00, 0xc0], -2.0),
            ([0x55, 0x35], 0.333_251_953_125),
            ([0x01, 0x00], 2f64.powi(-24)),
            ([0xff, 0x7b], 65_504.0),
            ([0x00, 0xfc], f64::NEG_INFINITY),
        ] {
            assert_eq!(half(&bytes), value);
        }
        assert!(half(&[0x00, 0x7e]).is_nan());
        assert_eq!(decimal(&[0, 0, 1, 0], 2), 2.56);
        assert_eq!(decimal(&[0xff; 32], 1), -0.1);
        assert_eq!(decimal(&[0xff, 0x38], 0), -200.0);
        let mut long = [0; 32];
        long[0] = 1;
        assert_eq!(decimal(&long, 0), 2f64.powi(248));
        long[0] = 0x80;
        assert_eq!(decimal(&long, 0), -2f64.powi(255));
    }

    #[test]
    fn clocks_of_zones_know_summer_time() {
        let paris = Clock::read("Europe/Paris").unwrap();
        let of = |clock: &Clock, text: &str| clock.at(parse_time(text).unwrap().seconds).offset;
        assert_eq!([of(&paris, "2024-01-01"), of(&paris, "2024-07-01")], [3600, 7200]);
        // The clock is set forward at 01:00 UTC.
        assert_eq!([of(&paris, "2024-03-31 00:59:59"), of(&paris, "2024-03-31 01:00")], [3600, 7200]);
        assert_eq!(of(&Clock::read("-03:30").unwrap(), "2024-01-01"), -12_600);
        assert_eq!(of(&Clock::read("UTC").unwrap(), "2024-07-01"), 0);
        assert!(Clock::read("Nowhere/Land").is_none());
    }
}
