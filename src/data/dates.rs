//! Dates and datetimes as written in text files.

use chrono::{DateTime, NaiveDate, NaiveDateTime};

const DATES: [&str; 2] = ["%Y-%m-%d", "%Y/%m/%d"];
const DATETIMES: [&str; 4] = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"];

/// Seconds since the epoch of an ISO 8601 date or datetime (`2024-02-29`, `2024/02/29`,
/// `2024-02-29 12:30[:05.5]`, with `T` and an offset if given), or `None` for any other text.
/// A datetime without an offset is taken as UTC.
pub fn parse_seconds(text: &str) -> Option<f64> {
    // Four digits and a separator first: keeps the common case of "no date at all" cheap.
    let bytes = text.as_bytes();
    if bytes.len() < 8 || !bytes[..4].iter().all(u8::is_ascii_digit) || !matches!(bytes[4], b'-' | b'/') {
        return None;
    }
    if let Some(date) = DATES.iter().find_map(|f| NaiveDate::parse_from_str(text, f).ok()) {
        return Some(date.and_hms_opt(0, 0, 0)?.and_utc().timestamp() as f64);
    }
    let moment = DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f%:z"))
        .map(|d| d.to_utc())
        .or_else(|e| {
            DATETIMES.iter().find_map(|f| NaiveDateTime::parse_from_str(text, f).ok()).map(|d| d.and_utc()).ok_or(e)
        })
        .ok()?;
    Some(moment.timestamp() as f64 + f64::from(moment.timestamp_subsec_nanos()) * 1e-9)
}

/// The calendar parts that become features: year, month 1-12, day of week 1-7 (Monday is 1), and
/// days since 1970-01-01, with the time of day as a fraction.
pub fn calendar_parts(seconds: f64) -> [f64; 4] {
    use chrono::Datelike;
    match DateTime::from_timestamp(seconds.floor() as i64, 0) {
        Some(d) => {
            [f64::from(d.year()), f64::from(d.month()), f64::from(d.weekday().number_from_monday()), seconds / 86_400.0]
        }
        None => [f64::NAN; 4],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iso_dates_are_read_and_others_are_not() {
        assert_eq!(parse_seconds("1970-01-02"), Some(86_400.0));
        assert_eq!(parse_seconds("1970-01-01T00:00:01.5Z"), Some(1.5));
        assert_eq!(parse_seconds("1970-01-01 01:00:00+01:00"), Some(0.0));
        assert_eq!(parse_seconds("1970/01/02 00:00"), None);
        assert_eq!(parse_seconds("2024-13-01"), None);
        assert_eq!(parse_seconds("1234567890"), None);
    }

    #[test]
    fn calendar_parts_of_a_leap_day() {
        // 2024-02-29 was a Thursday, 19,782 days after the epoch.
        let s = parse_seconds("2024-02-29 18:00").unwrap();
        assert_eq!(calendar_parts(s), [2024.0, 2.0, 4.0, 19_782.75]);
        assert_eq!(calendar_parts(-43_200.0), [1969.0, 12.0, 3.0, -0.5]);
    }
}
