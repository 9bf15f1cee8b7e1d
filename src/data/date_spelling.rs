//! Columns that hold dates in a spelling that is not read, so that a note can say so.
//!
//! `03/04/2024` is a day in March to some and in April to others. Nothing is guessed: dates are read with the year
//! first alone, and whoever wrote the file knows what the others mean.

use std::ops::RangeInclusive;

use super::dates::parse_time;
use super::{MISSING, Values};

/// Years that a number such as 20240131 may begin with to be taken for a date.
const YEARS: RangeInclusive<u32> = 1900..=2100;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// A spelling of dates that is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// Day and month before the year, or month and day: two numbers.
    DayAndMonth(u32, u32),
    /// The name of a month among numbers.
    MonthName,
    /// A year with a month, a quarter or a week, and no day.
    Period,
    /// A date with the year first, and more behind it than a time and an offset.
    WithMore,
}

/// The digits that a text starts with, as a number, and the rest.
fn number(text: &str, most: usize) -> Option<(u32, &str)> {
    let digits = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    Some((text[..digits].parse().ok()?, &text[digits..]))
}

fn day_and_month(text: &str) -> Option<Shape> {
    let (a, rest) = number(text, 2)?;
    let sign = rest.chars().next().filter(|c| matches!(c, '.' | '/' | '-'))?;
    let (b, rest) = number(&rest[1..], 2)?;
    let (_, rest) = number(rest.strip_prefix(sign)?, 4).filter(|(year, _)| *year > 999)?;
    let fits = (1..=31).contains(&a) && (1..=31).contains(&b) && (a <= 12 || b <= 12);
    (fits && (rest.is_empty() || rest.starts_with([' ', 'T', ',']))).then_some(Shape::DayAndMonth(a, b))
}

fn month_name(text: &str) -> Option<Shape> {
    let words = || text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty());
    let is_month = |word: &str| {
        let word = word.to_ascii_lowercase();
        word.len() >= 3 && MONTHS.iter().any(|month| month.starts_with(word.as_str()))
    };
    let numbers = words().filter_map(|w| w.trim_end_matches(|c: char| c.is_ascii_lowercase()).parse::<u32>().ok());
    let numbers: Vec<u32> = numbers.collect();
    let dated = numbers.iter().any(|n| (1..=31).contains(n)) && numbers.iter().any(|n| YEARS.contains(n) || *n < 100);
    (words().any(is_month) && numbers.len() >= 2 && dated).then_some(Shape::MonthName)
}

fn period(text: &str) -> Option<Shape> {
    let (year, rest) = number(text, 4)?;
    let rest = rest.trim_start_matches(['-', ' ', '/']);
    let (least, most, rest) = match rest.bytes().next()? {
        b'Q' | b'q' => (1, 4, &rest[1..]),
        b'W' | b'w' => (1, 53, &rest[1..]),
        _ if text.len() == 7 => (1, 12, rest),
        _ => return None,
    };
    let (value, rest) = number(rest, 2)?;
    (YEARS.contains(&year) && (least..=most).contains(&value) && rest.is_empty()).then_some(Shape::Period)
}

fn shape(text: &str) -> Option<Shape> {
    let text = text.trim();
    let with_more = || {
        let date = text.get(..10).filter(|date| parse_time(date).is_some())?;
        let rest = &text[date.len()..];
        (rest.starts_with([' ', 'T']) && rest.bytes().any(|b| b == b':')).then_some(Shape::WithMore)
    };
    if text.len() > 40 {
        return None;
    }
    day_and_month(text).or_else(with_more).or_else(|| period(text)).or_else(|| month_name(text))
}

/// What the texts of a column look like, where four fifths of them are dates that are not read.
pub fn unread_dates(values: &Values) -> Option<String> {
    match values {
        Values::Text { codes, levels } => {
            let shapes: Vec<Option<Shape>> = levels.iter().map(|level| shape(level)).collect();
            let present = || codes.iter().filter(|c| **c != MISSING).map(|c| *c as usize);
            let example = present().find(|c| shapes[*c].is_some())?;
            let kind = std::mem::discriminant(&shapes[example]?);
            let same = |c: &usize| shapes[*c].is_some_and(|s| std::mem::discriminant(&s) == kind);
            if present().filter(same).count() * 5 < present().count() * 4 {
                return None;
            }
            let pairs = || {
                present()
                    .filter_map(|c| if let Some(Shape::DayAndMonth(a, b)) = shapes[c] { Some((a, b)) } else { None })
            };
            let how = match shapes[example]? {
                Shape::DayAndMonth(..) if pairs().any(|(a, b)| a > 12 && b <= 12) => "dates with the day first",
                Shape::DayAndMonth(..) if pairs().any(|(a, b)| b > 12 && a <= 12) => "dates with the month first",
                Shape::DayAndMonth(..) => "dates that do not tell the day from the month",
                Shape::MonthName => "dates with the month's name",
                Shape::Period => "months, quarters or weeks of a year",
                Shape::WithMore => "times with a zone or clock that is not read",
            };
            Some(format!("{how}, such as '{}'", levels[example]))
        }
        Values::Number(v) => {
            let is_date = |x: &f64| {
                let day = *x as u32;
                x.fract() == 0.0
                    && YEARS.contains(&(day / 10_000))
                    && chrono::NaiveDate::from_ymd_opt((day / 10_000) as i32, day / 100 % 100, day % 100).is_some()
            };
            let mut present = v.iter().filter(|x| !x.is_nan());
            let first = present.next()?;
            let other = v.iter().find(|x| !x.is_nan() && *x != first);
            (is_date(first) && other.is_some() && present.all(is_date))
                .then(|| format!("dates written without signs, such as {first}"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(texts: &[&str]) -> String {
        unread_dates(&Values::text(texts.iter().map(|t| Some(*t)))).unwrap_or_default()
    }

    #[test]
    fn spellings_of_dates_that_are_not_read_are_named() {
        assert_eq!(of(&["01.02.2024", "31.01.2024"]), "dates with the day first, such as '01.02.2024'");
        assert!(of(&["1/2/2024", "1/31/2024 10:00"]).starts_with("dates with the month first"));
        assert!(of(&["01/02/2024", "03/04/2024"]).starts_with("dates that do not tell"));
        assert!(of(&["3 Jan 2020", "Feb 5, 2021", "Fri, 03 Jan 2020 02:00:00 +0000"]).contains("month's name"));
        assert!(of(&["2024-01", "2023-12"]).starts_with("months"));
        assert!(of(&["2024-Q1", "2023Q4"]).starts_with("months"));
        assert!(of(&["2024-01-01 10:00 CET", "2024-01-01 09:30 AM"]).starts_with("times with a zone"));
        for others in
            [["1.1.2", "1.10.3"], ["may", "june"], ["10-20-30", "a"], ["flat 3 may road 12b x", "b"], ["é.é.éééé", "c"]]
        {
            assert_eq!(of(&others), "", "{others:?}");
        }
        let numbers = |v: &[f64]| unread_dates(&Values::Number(v.to_vec().into()));
        assert!(numbers(&[20_240_131.0, f64::NAN, 19_991_231.0]).unwrap().contains("such as 20240131"));
        assert_eq!(numbers(&[20_240_131.0, 20_240_132.0]), None);
        assert_eq!(numbers(&[20_240_131.0, 20_240_131.5]), None);
    }
}
