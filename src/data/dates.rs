//! Dates and times: how they are written, and the calendar parts that become features.

use chrono::{Datelike, NaiveDate};

const DAY: f64 = 86_400.0;
/// Days from 0001-01-01 to 1970-01-01, and one.
const EPOCH: i32 = 719_163;

/// A point in time as it was written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Time {
    /// Seconds since 1970-01-01T00:00:00 UTC; NaN is missing.
    pub seconds: f64,
    /// Seconds by which the clock that wrote it is ahead of UTC; 0 where no offset was written.
    pub offset: i32,
}

impl Time {
    /// No time at all.
    pub const MISSING: Self = Self { seconds: f64::NAN, offset: 0 };

    /// Whether the date alone does not say it: the clock is not at midnight, or is not UTC's.
    pub fn has_clock(self) -> bool {
        self.offset != 0 || self.seconds.rem_euclid(DAY) > 0.0
    }

    /// The text in ISO 8601, with the time of day and the offset where `clock` asks for them.
    pub fn text(self, clock: bool) -> String {
        let local = self.seconds + f64::from(self.offset);
        let (days, rest) = (local.div_euclid(DAY), local.rem_euclid(DAY));
        let (year, month, day) = civil(days);
        let mut text = format!("{year:04}-{month:02}-{day:02}");
        if clock {
            let whole = rest.floor() as u32;
            text += &format!("T{:02}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
            // A double holds microseconds of the times that people write.
            let micros = ((rest - rest.floor()) * 1e6).round().min(999_999.0) as u32;
            if micros > 0 {
                text += format!(".{micros:06}").trim_end_matches('0');
            }
        }
        if clock && self.offset != 0 {
            let (sign, minutes) = (if self.offset < 0 { '-' } else { '+' }, self.offset.abs() / 60);
            text += &format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60);
            if self.offset % 60 != 0 {
                text += &format!(":{:02}", self.offset.abs() % 60);
            }
        }
        text
    }
}

/// What is left of a text while it is read from the left.
struct Cursor<'t>(&'t [u8]);

impl Cursor<'_> {
    /// A number of `least` to `most` digits.
    fn number(&mut self, least: usize, most: usize) -> Option<u32> {
        let digits = self.0.iter().take(most).take_while(|b| b.is_ascii_digit()).count();
        if digits < least {
            return None;
        }
        let value = self.0[..digits].iter().fold(0, |n, b| n * 10 + u32::from(b - b'0'));
        self.0 = &self.0[digits..];
        Some(value)
    }

    /// Whether one of these bytes stood there and was taken.
    fn take(&mut self, any: &[u8]) -> bool {
        let here = self.0.first().is_some_and(|b| any.contains(b));
        if here {
            self.0 = &self.0[1..];
        }
        here
    }

    fn word(&mut self, word: &[u8]) -> bool {
        let here = self.0.starts_with(word);
        if here {
            self.0 = &self.0[word.len()..];
        }
        here
    }
}

/// Reads a date or datetime of ISO 8601 and its common relatives, or `None` for any other text:
///
/// - dates `2024-02-29`, `2024/02/29` and `2024-W09-4` (year, week and day);
/// - behind a space or `T`, a time `12`, `12:30`, `12:30:05` or `12:30:05.25`, or all of it without signs,
///   `20240229T123005`;
/// - behind that, `Z`, `UTC`, `GMT` or an offset `+01`, `+0100`, `+01:00`, and then a zone in brackets.
///
/// A time without an offset is taken as UTC. `0000-00-00`, which MySQL writes for no date, is [`Time::MISSING`].
pub fn parse_time(text: &str) -> Option<Time> {
    // Four digits and a separator first: keeps the common case of "no date at all" cheap.
    let bytes = text.as_bytes();
    if bytes.len() < 8 || !bytes[..4].iter().all(u8::is_ascii_digit) {
        return None;
    }
    let mut rest = Cursor(bytes);
    let year = rest.number(4, 4)? as i32;
    let mut basic = false;
    let (mut zero, mut days) = (false, 0);
    match bytes[4] {
        b'-' if bytes[5] == b'W' => {
            rest.0 = &rest.0[2..];
            let week = rest.number(2, 2)?;
            let day = rest.take(b"-").then(|| rest.number(1, 1)).flatten().filter(|d| (1..=7).contains(d))?;
            let weekday = chrono::Weekday::try_from(day as u8 - 1).ok()?;
            days = NaiveDate::from_isoywd_opt(year, week, weekday)?.num_days_from_ce() - EPOCH;
        }
        sign => {
            basic = sign.is_ascii_digit();
            if !basic && !matches!(sign, b'-' | b'/') {
                return None;
            }
            let digits = if basic { 2 } else { 1 };
            let month = (basic || rest.take(&[sign])).then(|| rest.number(digits, 2)).flatten()?;
            let day = (basic || rest.take(&[sign])).then(|| rest.number(digits, 2)).flatten()?;
            // Eight digits alone are a number.
            if basic && !matches!(rest.0.first(), Some(b'T')) {
                return None;
            }
            zero = (year, month, day) == (0, 0, 0);
            if !zero {
                days = NaiveDate::from_ymd_opt(year, month, day)?.num_days_from_ce() - EPOCH;
            }
        }
    }
    let mut seconds = 0.0;
    let timed = rest.take(b"Tt ");
    if timed {
        seconds = time_of_day(&mut rest, basic)?;
    }
    let offset = zone(&mut rest, timed)?;
    if !rest.0.is_empty() {
        return None;
    }
    if zero {
        return (seconds == 0.0).then_some(Time::MISSING);
    }
    Some(Time { seconds: f64::from(days) * DAY + seconds - f64::from(offset), offset })
}

/// Seconds since midnight; 24:00 is the midnight to come, and a leap second the second after.
fn time_of_day(rest: &mut Cursor, basic: bool) -> Option<f64> {
    let hour = rest.number(if basic { 2 } else { 1 }, 2)?;
    let (mut minute, mut second) = (0, 0.0);
    let next = |rest: &mut Cursor| if basic { rest.0.first().is_some_and(u8::is_ascii_digit) } else { rest.take(b":") };
    if next(rest) {
        minute = rest.number(if basic { 2 } else { 1 }, 2)?;
        if next(rest) {
            second = f64::from(rest.number(if basic { 2 } else { 1 }, 2)?);
            if rest.take(b".,") {
                let digits = rest.0.iter().take_while(|b| b.is_ascii_digit()).count();
                let fraction = std::str::from_utf8(&rest.0[..digits]).ok().filter(|f| !f.is_empty())?;
                second += format!("0.{fraction}").parse::<f64>().ok()?;
                rest.0 = &rest.0[digits..];
            }
        }
    }
    let seconds = f64::from(hour * 3600 + minute * 60) + second;
    (hour <= 24 && minute < 60 && second < 61.0 && (hour < 24 || seconds == DAY)).then_some(seconds)
}

/// Seconds ahead of UTC; a date alone may have `Z` or an offset with a colon behind it, as XML Schema has it.
fn zone(rest: &mut Cursor, timed: bool) -> Option<i32> {
    if timed {
        while rest.take(b" ") {}
    }
    if rest.take(b"Zz") || (timed && (rest.word(b"UTC") || rest.word(b"GMT"))) {
        return Some(0);
    }
    let sign = match rest.0.first() {
        Some(b'+') => 1,
        Some(b'-') => -1,
        _ => return Some(0),
    };
    rest.0 = &rest.0[1..];
    let hours = rest.number(2, 2)?;
    let colon = rest.take(b":");
    let minutes = if colon || (timed && !rest.0.is_empty() && rest.0[0] != b'[') { rest.number(2, 2)? } else { 0 };
    let seconds = if colon && rest.take(b":") { rest.number(2, 2)? } else { 0 };
    if (!timed && !colon) || hours > 23 || minutes > 59 || seconds > 59 {
        return None;
    }
    // The offset says which clock is meant; the zone's name behind it adds nothing.
    if rest.0.first() == Some(&b'[') && rest.0.last() == Some(&b']') {
        rest.0 = &[];
    }
    Some(sign * (hours * 3600 + minutes * 60 + seconds) as i32)
}

/// Seconds ahead of UTC of an offset that stands alone, such as `+01:00`.
pub fn parse_offset(text: &str) -> Option<i32> {
    let mut rest = Cursor(text.as_bytes());
    let offset = zone(&mut rest, true)?;
    (rest.0.is_empty() && !text.is_empty()).then_some(offset)
}

/// Year, month and day of a day since 1970-01-01, of the Gregorian calendar carried back and forth without end
/// (Hinnant, chrono-compatible low-level date algorithms, 2013).
fn civil(days: f64) -> (i64, u32, u32) {
    let z = days.clamp(-1e13, 1e13) as i64 + 719_468;
    let era = z.div_euclid(146_097);
    let of_era = z.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let day_of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * shifted + 2) / 5 + 1) as u32;
    let month = (if shifted < 10 { shifted + 3 } else { shifted - 9 }) as u32;
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// A number that a date becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatePart {
    /// The year.
    Year,
    /// The month, 1 to 12.
    Month,
    /// The day of the week, 1 to 7; Monday is 1.
    Weekday,
    /// Days since 1970-01-01 UTC, with the time of day as a fraction.
    Days,
}

impl DatePart {
    /// All of them, in the order of the features.
    pub const ALL: [Self; 4] = [Self::Year, Self::Month, Self::Weekday, Self::Days];

    /// The name, as it stands behind that of the column and a point.
    pub fn name(self) -> &'static str {
        match self {
            Self::Year => "year",
            Self::Month => "month",
            Self::Weekday => "weekday",
            Self::Days => "days",
        }
    }

    /// The part of a time, NaN of a missing one. Year, month and day of the week are those of the clock that was
    /// written; days are counted in UTC, so that they are in order over all clocks.
    pub fn of(self, time: Time) -> f64 {
        if time.seconds.is_nan() {
            return f64::NAN;
        }
        let local = ((time.seconds + f64::from(time.offset)) / DAY).floor();
        match self {
            Self::Year => civil(local).0 as f64,
            Self::Month => f64::from(civil(local).1),
            // 1970-01-01 was a Thursday.
            Self::Weekday => (local + 3.0).rem_euclid(7.0) + 1.0,
            Self::Days => time.seconds / DAY,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(f64, i32)> {
        parse_time(text).map(|t| (t.seconds, t.offset))
    }

    #[test]
    fn dates_and_times_are_read_in_the_spellings_of_iso_8601() {
        for (text, seconds, offset) in [
            ("1970-01-02", 86_400.0, 0),
            ("1970/1/2", 86_400.0, 0),
            ("1970-01-02Z", 86_400.0, 0),
            ("1970-01-02+01:00", 82_800.0, 3600),
            ("1970-W01-5", 86_400.0, 0),
            ("2009-W53-7", 1_262_476_800.0, 0),
            ("1970-01-01T00:00:01.5Z", 1.5, 0),
            ("1970-01-01 00:00:01,25", 1.25, 0),
            ("1970-01-01T02", 7200.0, 0),
            ("1970-01-01T02Z", 7200.0, 0),
            ("1970-01-01T02:03Z", 7380.0, 0),
            ("1970-01-01 02:03", 7380.0, 0),
            ("1970-01-01 2:03:04 UTC", 7384.0, 0),
            ("1970-01-01 02:00:00+00", 7200.0, 0),
            ("1970-01-01 02:00:00+0000", 7200.0, 0),
            ("1970-01-01 02:00:00+02", 0.0, 7200),
            ("1970-01-01 02:00:00 +0530", 7200.0 - 19_800.0, 19_800),
            ("1970-01-01T02:00-03", 18_000.0, -10_800),
            ("1970-01-01t02:00:00-03:30", 19_800.0, -12_600),
            ("1969-12-31T24:00:00", 0.0, 0),
            ("1970-01-01T01:00:00+01:00[Europe/Paris]", 0.0, 3600),
            ("19700101T010000Z", 3600.0, 0),
            ("19700101T0100+0100", 0.0, 3600),
        ] {
            assert_eq!(read(text), Some((seconds, offset)), "{text}");
        }
        for other in [
            "2024-13-01",
            "2023-02-29",
            "1970-01/02",
            "1234567890",
            "20240131",
            "2024-01",
            "2024-W01",
            "2024-W54-1",
            "1970-01-01T25:00",
            "1970-01-01T24:00:01",
            "1970-01-01 10:60",
            "1970-01-01T10:00+24:00",
            "1970-01-01T10:00+1",
            "1970-01-01-03",
            "1970-01-01T",
            "1970-01-01 10:00 CET",
            "1970-01-01T10:00Zx",
            "1970-01-01 10:00:00.",
            "2024-W1-é",
            "31.01.2024",
        ] {
            assert_eq!(read(other), None, "{other}");
        }
        let zero = |t: &str| parse_time(t).is_some_and(|t| t.seconds.is_nan());
        assert!(zero("0000-00-00") && zero("0000-00-00 00:00:00") && zero("0000/00/00"));
        assert!(parse_time("0000-00-01").is_none() && parse_time("2024-00-00").is_none());
    }

    #[test]
    fn parts_are_those_of_the_clock_that_was_written() {
        let parts = |t: Time| DatePart::ALL.map(|p| p.of(t));
        // 2024-02-29 was a Thursday, 19,782 days after the epoch.
        assert_eq!(parts(parse_time("2024-02-29 18:00").unwrap()), [2024.0, 2.0, 4.0, 19_782.75]);
        assert_eq!(parts(parse_time("2024-03-01T02:00+08:00").unwrap()), [2024.0, 3.0, 5.0, 19_782.75]);
        assert_eq!(parts(Time { seconds: -43_200.0, offset: 0 }), [1969.0, 12.0, 3.0, -0.5]);
        assert!(parts(Time::MISSING).iter().all(|p| p.is_nan()));
        // Beyond the years that chrono knows: 400 years are 146,097 days.
        let far = |eras: f64| Time { seconds: (19_782.0 + 146_097.0 * eras) * DAY, offset: 0 };
        assert_eq!(parts(far(1000.0))[..3], [402_024.0, 2.0, 4.0]);
        assert_eq!(parts(far(-1000.0))[..3], [-397_976.0, 2.0, 4.0]);
    }

    #[test]
    fn texts_are_read_back_as_the_same_time() {
        for text in [
            "2024-02-29",
            "1969-12-31T23:59:59.5",
            "2024-02-29T00:00:00+01:00",
            "0001-01-01",
            "2024-01-01T10:00:00.000001",
            "1890-01-01T00:00:00+00:09:21",
        ] {
            let time = parse_time(text).unwrap();
            assert_eq!(time.text(time.has_clock()), text);
        }
    }
}
