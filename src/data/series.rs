//! Series of polars, as Parquet and Arrow give them, into typed columns.

use chrono::{DateTime, Offset, TimeZone};
use polars::prelude::{Column as Series, DataType, TimeUnit};

use super::dates::parse_offset;
use super::parquet_schema::Stored;
use super::typed_column::TypedColumn;
use super::{Spelling, Time, Values};
use crate::warning::{Code, Warning};

/// A series as a typed column; `zone` is the time zone whose clock its times are of. `None` where no feature can be made of it.
pub(super) fn typed(
    name: &str,
    stored: &Stored,
    zone: Option<&str>,
    order: Vec<String>,
    series: &Series,
) -> Option<TypedColumn> {
    let mut notes = Vec::new();
    let dtype = series.dtype();
    let numeric = dtype.is_primitive_numeric() || matches!(dtype, DataType::Decimal(..) | DataType::Null);
    let numbers = match stored {
        Stored::HalfFloat => Some(from_bytes(series, half)?),
        Stored::WideDecimal(scale) => Some(from_bytes(series, |bytes| decimal(bytes, *scale))?),
        _ if numeric && (!has_huge_integer(series) || seems_nanoseconds(series)) => Some(floats(series)?),
        _ => None,
    };
    let long_integers = numeric && numbers.is_none();
    let not_a_number = numbers.iter().flatten().filter(|x| x.is_nan()).count().saturating_sub(series.null_count());
    let values = match (numbers, dtype) {
        (Some(numbers), _) => Values::Number(numbers.into()),
        (None, _) if numeric => text(&series.cast(&DataType::String).ok()?),
        (None, DataType::Boolean) => Values::Boolean(floats(series)?.into(), Spelling::default()),
        (None, DataType::String) => text(series),
        (None, DataType::Date) => {
            Values::times(floats(series)?.into_iter().map(|d| Time { seconds: d * 86_400.0, offset: 0 }))
        }
        (None, DataType::Datetime(unit, _)) => {
            let per_second = match unit {
                TimeUnit::Nanoseconds => 1e9,
                TimeUnit::Microseconds => 1e6,
                TimeUnit::Milliseconds => 1e3,
            };
            let clock = zone.map_or(Some(Clock::Fixed(0)), Clock::read);
            if let (None, Some(zone)) = (&clock, zone) {
                let text =
                    format!("the time zone '{zone}' of column '{name}' is not known, so its clock is taken as UTC's");
                notes.push(Warning::new(Code::UnreadDates, text));
            }
            let clock = clock.unwrap_or(Clock::Fixed(0));
            Values::times(floats(series)?.into_iter().map(|t| clock.at(t / per_second)))
        }
        _ => return None,
    };
    Some(TypedColumn { name: name.to_owned(), values, not_a_number, order, long_integers, notes })
}

/// Whether a time is beyond what nanoseconds in 64 bits can tell, for which the reader puts the largest of them.
pub(super) fn is_out_of_range(times: &Series) -> bool {
    let whole = times.cast(&DataType::Int64);
    whole.is_ok_and(|cells| cells.i64().is_ok_and(|cells| cells.iter().flatten().any(|t| t == i64::MAX)))
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

/// Text as in a CSV file: trimmed, and empty is missing. Words such as NA are texts here, since a missing value has a
/// mark of its own.
fn text(series: &Series) -> Values {
    match series.str() {
        Ok(cells) => cells.iter().collect(),
        Err(_) => std::iter::repeat_n(None, series.len()).collect(),
    }
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
