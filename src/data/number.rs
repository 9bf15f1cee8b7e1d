//! How numbers are written: decimal marks and separators of thousands.
//!
//! A cell is taken apart by `number_cell`, and read in a format here. Which format a column has is for `number_format` to tell.

use std::fmt::Write as _;

use super::number_cell::{Cell, parse_infinity};

/// What stands before the decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// `1.5`.
    Point,
    /// `1,5`.
    Comma,
}

impl Mark {
    /// The character.
    pub fn char(self) -> char {
        match self {
            Self::Point => '.',
            Self::Comma => ',',
        }
    }

    /// The mark that a character is.
    pub fn from_char(c: char) -> Option<Self> {
        [Self::Point, Self::Comma].into_iter().find(|mark| mark.char() == c)
    }

    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Point => Self::Comma,
            Self::Comma => Self::Point,
        }
    }
}

/// What stands between groups of three digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thousands {
    /// `1,126`, also `1,00,000`.
    Comma,
    /// `1.126`.
    Point,
    /// `1'126`, straight or curved.
    Apostrophe,
    /// `1 126`, also with a no-break or thin space.
    Space,
}

impl Thousands {
    const ALL: [Self; 4] = [Self::Comma, Self::Point, Self::Apostrophe, Self::Space];

    /// The character that stands for all of its kind.
    pub fn char(self) -> char {
        match self {
            Self::Comma => ',',
            Self::Point => '.',
            Self::Apostrophe => '\'',
            Self::Space => ' ',
        }
    }

    /// The separator that a character is.
    pub fn from_char(c: char) -> Option<Self> {
        Self::ALL.into_iter().find(|separator| separator.is(c))
    }

    fn is(self, c: char) -> bool {
        match self {
            Self::Apostrophe => matches!(c, '\'' | '\u{2019}' | '\u{b4}' | '`'),
            Self::Space => matches!(c, ' ' | '\u{a0}' | '\u{2009}' | '\u{202f}' | '\u{2007}'),
            _ => c == self.char(),
        }
    }
}

/// How the digits of a number are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberFormat {
    /// What stands before decimals.
    pub mark: Mark,
    /// What stands between thousands, if anything may.
    pub thousands: Option<Thousands>,
}

impl Default for NumberFormat {
    fn default() -> Self {
        Self { mark: Mark::Point, thousands: None }
    }
}

/// A set of the eight formats, one bit each: four with a decimal point, then four with a decimal comma.
pub(super) type Formats = u8;
/// Those with a decimal point.
pub(super) const WITH_POINT: Formats = 0x0f;
/// Those with a decimal comma.
pub(super) const WITH_COMMA: Formats = 0xf0;
/// All of them.
pub(super) const ALL_FORMATS: Formats = 0xff;
/// A decimal comma, and points between thousands.
pub(super) const COMMA_AND_POINTS: Formats = 1 << 5;

impl NumberFormat {
    /// The format of a bit.
    pub(super) fn at(bit: u32) -> Self {
        let mark = if bit < 4 { Mark::Point } else { Mark::Comma };
        let thousands = match (bit % 4, mark) {
            (0, _) => None,
            (1, Mark::Point) => Some(Thousands::Comma),
            (1, Mark::Comma) => Some(Thousands::Point),
            (2, _) => Some(Thousands::Apostrophe),
            _ => Some(Thousands::Space),
        };
        Self { mark, thousands }
    }

    /// The first format of a set: one without thousands before those with them.
    pub(super) fn first_of(set: Formats) -> Option<Self> {
        (set != 0).then(|| Self::at(set.trailing_zeros()))
    }

    /// The formats that have that mark and those thousands, or none.
    pub(super) fn with(mark: Option<Mark>, thousands: Option<Thousands>) -> Formats {
        let fits = |format: &Self| {
            mark.is_none_or(|mark| format.mark == mark)
                && thousands.is_none_or(|thousands| match format.thousands {
                    // Where points stand between thousands, none is a decimal point.
                    None => thousands.char() != format.mark.char(),
                    Some(separator) => separator == thousands,
                })
        };
        (0..8).filter(|bit| fits(&Self::at(*bit))).fold(0, |set, bit| set | 1 << bit)
    }

    /// The number of a cell without blanks around it, or `None` where it is none in this format. Signs of percent and
    /// currency are left out: `12.5 %` is 12.5.
    pub fn parse(self, text: &str) -> Option<f64> {
        let cell = Cell::read(text)?;
        let number = self.parse_body(cell.body)?;
        Some(if cell.negative { -number } else { number })
    }

    pub(super) fn parse_body(self, body: &str) -> Option<f64> {
        let (digits, exponent) = split_exponent(body)?;
        let (whole, decimals) = match digits.split_once(self.mark.char()) {
            // A comma with nothing behind it is one of a list.
            Some((_, "")) if self.mark == Mark::Comma => return None,
            Some((whole, decimals)) => (whole, decimals),
            None => (digits, ""),
        };
        if !decimals.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let mut clean = String::with_capacity(body.len() + 2);
        match self.thousands {
            Some(separator) if whole.contains(|c| separator.is(c)) => {
                if exponent != 0 || !is_grouped(whole, separator) {
                    return None;
                }
                clean.extend(whole.chars().filter(char::is_ascii_digit));
            }
            _ if whole.bytes().all(|b| b.is_ascii_digit()) => clean.push_str(whole),
            _ => return None,
        }
        if clean.is_empty() && decimals.is_empty() {
            return None;
        }
        if !decimals.is_empty() {
            clean.push('.');
            clean.push_str(decimals);
        }
        if exponent != 0 {
            let _ = write!(clean, "e{exponent}");
        }
        clean.parse().ok()
    }
}

/// The digits and the exponent (0 where there is none).
fn split_exponent(body: &str) -> Option<(&str, i32)> {
    match body.split_once(['e', 'E']) {
        None => Some((body, 0)),
        Some((digits, exponent)) => {
            let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            if unsigned.is_empty() || !unsigned.bytes().all(|b| b.is_ascii_digit()) {
                return None;
            }
            // What is beyond any exponent is 0 or an infinity all the same.
            Some((digits, exponent.parse().unwrap_or(if exponent.starts_with('-') { -99_999 } else { 99_999 })))
        }
    }
}

/// Whether digits stand in groups of three, or as in India in one of three and others of two.
fn is_grouped(whole: &str, separator: Thousands) -> bool {
    let groups: Vec<&str> = whole.split(|c| separator.is(c)).collect();
    let digits = groups.iter().all(|g| !g.is_empty() && g.bytes().all(|b| b.is_ascii_digit()));
    let (Some(first), Some(last)) = (groups.first(), groups.last()) else { return false };
    if !digits || first.starts_with('0') || last.len() != 3 {
        return false;
    }
    let rest = &groups[1..];
    let threes = first.len() <= 3 && rest.iter().all(|g| g.len() == 3);
    let indian = separator == Thousands::Comma
        && first.len() <= 2
        && rest.len() > 1
        && rest[..rest.len() - 1].iter().all(|g| g.len() == 2);
    threes || indian
}

/// Whether a text is a number in some format.
pub(super) fn looks_like_number(text: &str) -> bool {
    parse_infinity(text).is_some() || Cell::read(text).is_some_and(|cell| cell.formats() != 0)
}

/// A number in a format, or an infinity in words.
pub(crate) fn parse_number(text: &str, format: NumberFormat) -> Option<f64> {
    format.parse(text).or_else(|| parse_infinity(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn format(mark: Mark, thousands: Option<Thousands>) -> NumberFormat {
        NumberFormat { mark, thousands }
    }
    const US: NumberFormat = format(Mark::Point, Some(Thousands::Comma));
    const GERMAN: NumberFormat = format(Mark::Comma, Some(Thousands::Point));
    const SWISS: NumberFormat = format(Mark::Point, Some(Thousands::Apostrophe));
    const FRENCH: NumberFormat = format(Mark::Comma, Some(Thousands::Space));

    #[test]
    fn numbers_are_read_in_their_format() {
        let plain = NumberFormat::default();
        for (format, text, number) in [
            (plain, "1.5e3", 1500.0),
            (plain, "+.5", 0.5),
            (plain, "5.", 5.0),
            (plain, "007", 7.0),
            (plain, "\u{2212}3.5", -3.5),
            (US, "1,126", 1126.0),
            (US, "1,234,567.89", 1_234_567.89),
            (US, "1,00,000", 100_000.0),
            (US, "$1,234.50", 1234.5),
            (US, "-$5", -5.0),
            (US, "$-5", -5.0),
            (US, "($1,234.50)", -1234.5),
            (US, "(5)", -5.0),
            (US, "US$ 12", 12.0),
            (US, "Rs.500", 500.0),
            (US, "$.50", 0.5),
            (US, "12 USD", 12.0),
            (GERMAN, "1.250,5", 1250.5),
            (GERMAN, "€ 1.234,50", 1234.5),
            (GERMAN, "1.234.567", 1_234_567.0),
            (GERMAN, "12,5 %", 12.5),
            (GERMAN, "1,5E+03", 1500.0),
            (GERMAN, "R$ 1.234,00", 1234.0),
            (GERMAN, "1.126,50-", -1126.5),
            (GERMAN, ",5", 0.5),
            (SWISS, "1'234.5", 1234.5),
            (SWISS, "CHF 1’234", 1234.0),
            (FRENCH, "1 234,5", 1234.5),
            (FRENCH, "1\u{a0}234\u{202f}567", 1_234_567.0),
            (FRENCH, "12,50\u{a0}€", 12.5),
        ] {
            assert_eq!(format.parse(text), Some(number), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_of_a_format_is_none() {
        for (format, texts) in [
            (US, &["1,12", "12,3456", "1,2,3", "0,126", "1.2.3", "1.234,5", ",5"][..]),
            (GERMAN, &["1.5", "1,2,3", "1.2,3", "0.126", "3,7,2"]),
            (NumberFormat::default(), &["1,5", "1 234", "1'234"]),
            (FRENCH, &["1 2", "12 34", "1  234"]),
        ] {
            for text in texts {
                assert_eq!(format.parse(text), None, "{text} in {format:?}");
            }
        }
        for text in [
            "", "-", ".", ",", "()", "$", "%", "1e", "e5", "12:30", "1/2", "0x1F", "1_000", "[1,2]", "1;2", "5-", "2+",
            "12 kg", "A1",
        ] {
            assert!(!looks_like_number(text), "{text}");
        }
        assert!(["inf", "-Infinity", "1e9999", "7"].into_iter().all(looks_like_number));
    }

    #[test]
    fn flags_choose_formats() {
        let with = NumberFormat::with;
        assert_eq!(with(None, None), ALL_FORMATS);
        assert_eq!((with(Some(Mark::Point), None), with(Some(Mark::Comma), None)), (WITH_POINT, WITH_COMMA));
        assert_eq!(with(None, Some(Thousands::Point)), (WITH_COMMA & COMMA_AND_POINTS) | 1 << 4);
        assert_eq!(with(None, Some(Thousands::Comma)), 0b11);
        assert_eq!(with(Some(Mark::Point), Some(Thousands::Apostrophe)), 0b101);
    }
}
