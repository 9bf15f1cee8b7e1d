//! A cell that may be a number, taken apart: the digits, and the signs around them.

use super::number::{Formats, NumberFormat, Thousands};

/// Signs of currencies, and their short names.
const CURRENCIES: &[&str] = &[
    "$", "€", "£", "¥", "₹", "₽", "₩", "₺", "₫", "₴", "₪", "₱", "฿", "₦", "₡", "₲", "₵", "₸", "₼", "₾", "₿", "¢", "R$",
    "US$", "A$", "AU$", "C$", "CA$", "NZ$", "HK$", "S$", "NT$", "MX$", "USD", "EUR", "GBP", "JPY", "CHF", "CAD", "AUD",
    "NZD", "CNY", "RMB", "INR", "BRL", "MXN", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "RON", "RUB", "TRY", "ZAR",
    "KRW", "SGD", "HKD", "ILS", "THB", "AED", "SAR", "UAH", "BGN", "ARS", "CLP", "COP", "PHP", "IDR", "MYR", "VND",
    "kr", "kr.", "zł", "Kč", "Ft", "Rs", "Rs.", "Fr.", "SFr.", "руб", "руб.", "р.",
];

fn is_unit(text: &str) -> bool {
    matches!(text, "%" | "‰") || CURRENCIES.contains(&text)
}

/// A cell that may be a number, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cell<'a> {
    /// Digits with marks and separators, perhaps an exponent.
    pub body: &'a str,
    /// Whether it is below 0.
    pub negative: bool,
    /// A sign of percent or currency; empty where there is none.
    pub unit: &'a str,
    /// Whether the minus is written as accountants do: `(5.00)` or `5.00-`.
    pub accounting: bool,
}

fn strip_sign(text: &str) -> (&str, Option<bool>) {
    match text.chars().next() {
        Some('+') => (&text[1..], Some(false)),
        Some(minus @ ('-' | '\u{2212}' | '\u{2013}')) => (&text[minus.len_utf8()..], Some(true)),
        _ => (text, None),
    }
}

/// What stands before the digits, and the rest.
fn strip_front(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| c.is_ascii_digit() || c.is_whitespace() || "+-\u{2212}\u{2013}(,".contains(c))?;
    if end == 0 {
        return None;
    }
    // The point of `Rs.` is its own, and that of `$.50` is not.
    let front = if is_unit(&text[..end]) { &text[..end] } else { text[..end].trim_end_matches('.') };
    is_unit(front).then(|| (front, text[front.len()..].trim_start()))
}

/// What stands behind the digits, and the rest.
fn strip_back(text: &str) -> Option<(&str, &str)> {
    let start = text
        .char_indices()
        .rev()
        .find(|(_, c)| c.is_ascii_digit() || c.is_whitespace() || matches!(c, ')' | '-'))
        .map(|(at, c)| at + c.len_utf8())?;
    (start < text.len() && is_unit(&text[start..])).then(|| (&text[start..], text[..start].trim_end()))
}

impl<'a> Cell<'a> {
    /// Takes a text without blanks around it apart; `None` where it cannot be a number in any format.
    pub fn read(text: &'a str) -> Option<Self> {
        let (mut rest, mut negative, mut unit, mut accounting) = (text, None, "", false);
        let bare = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b','));
        // Signs and units may stand in either order: -$5, $-5, ($5), $(5).
        for _ in 0..if bare { 0 } else { 3 } {
            if unit.is_empty()
                && let Some((front, behind)) = strip_front(rest)
            {
                (unit, rest) = (front, behind);
            }
            if unit.is_empty()
                && let Some((back, before)) = strip_back(rest)
            {
                (unit, rest) = (back, before);
            }
            if negative.is_none() {
                if let Some(inner) = rest.strip_prefix('(').and_then(|r| r.strip_suffix(')')) {
                    (rest, negative, accounting) = (inner.trim(), Some(true), true);
                } else {
                    let (behind, sign) = strip_sign(rest);
                    (rest, negative) = (behind, sign);
                }
            }
        }
        if negative.is_none() {
            // `5-` may be a grade and `12,-` is a price; `1.126,50-` is an amount below 0.
            if let Some(before) =
                rest.strip_suffix('-').filter(|b| b.len() >= 3 && b.ends_with(|c: char| c.is_ascii_digit()))
            {
                (rest, negative, accounting) = (before, Some(true), true);
            }
        }
        let first = *rest.as_bytes().first()?;
        let allowed = |c: char| c.is_ascii_digit() || Thousands::from_char(c).is_some() || "eE+-".contains(c);
        let starts = first.is_ascii_digit() || matches!(first, b'.' | b',');
        (starts && rest.chars().all(allowed)).then_some(Self {
            body: rest,
            negative: negative == Some(true),
            unit,
            accounting,
        })
    }

    /// The formats in which it is a number.
    pub fn formats(&self) -> Formats {
        let fits = |bit: &u32| NumberFormat::at(*bit).parse_body(self.body).is_some();
        (0..8).filter(fits).fold(0, |set, bit| set | 1 << bit)
    }

    /// Whether it is 0 in every format.
    pub fn is_zero(&self) -> bool {
        self.body.bytes().all(|b| matches!(b, b'0' | b'.' | b','))
    }
}

/// A number as every program writes it: digits, at most one point between digits, an optional minus and exponent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Plain {
    /// The number; infinite where it is too large.
    pub value: f64,
    /// Digits before the point.
    pub whole: usize,
    /// Digits after it.
    pub decimals: usize,
    /// Whether there is an exponent.
    pub exponent: bool,
}

/// Whole numbers of so few digits are always told apart by a float.
pub(super) const EXACT_DIGITS: usize = 15;
/// Powers of ten by which such a number is divided, which a float holds exactly.
const EXACT_POWERS: [f64; EXACT_DIGITS + 1] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// Reads a plain number.
pub(super) fn parse_plain(text: &str) -> Option<Plain> {
    let bytes = text.as_bytes();
    let unsigned = bytes.strip_prefix(b"-").unwrap_or(bytes);
    let mut number: u64 = 0;
    let mut digits = |bytes: &[u8]| {
        let is_digit = |b: &&u8| b.is_ascii_digit();
        let add = |count: usize, b: &u8| {
            number = number.wrapping_mul(10).wrapping_add(u64::from(b - b'0'));
            count + 1
        };
        bytes.iter().take_while(is_digit).fold(0, add)
    };
    let whole = digits(unsigned);
    let mut rest = unsigned.get(whole..).filter(|_| whole > 0)?;
    let mut decimals = 0;
    if let Some(behind) = rest.strip_prefix(b".") {
        decimals = digits(behind);
        rest = behind.get(decimals..).filter(|_| decimals > 0)?;
    }
    if rest.is_empty() && whole + decimals <= EXACT_DIGITS {
        // The quotient of two exact numbers is rounded once, as the number is that it stands for (Clinger 1990).
        let size = number as f64 / EXACT_POWERS[decimals];
        let value = if unsigned.len() < bytes.len() { -size } else { size };
        return Some(Plain { value, whole, decimals, exponent: false });
    }
    let exponent = !rest.is_empty();
    if exponent {
        let power = rest.strip_prefix(b"e").or_else(|| rest.strip_prefix(b"E"))?;
        let power = power.strip_prefix(b"-").or_else(|| power.strip_prefix(b"+")).unwrap_or(power);
        if power.is_empty() || !power.iter().all(u8::is_ascii_digit) {
            return None;
        }
    }
    Some(Plain { value: text.parse().ok()?, whole, decimals, exponent })
}

/// An infinity, in words: `inf`, `-Infinity`.
pub(super) fn parse_infinity(text: &str) -> Option<f64> {
    text.parse().ok().filter(|x: &f64| x.is_infinite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_numbers_are_those_that_every_program_writes() {
        for good in ["0", "-1", "1.5", "1e5", "2.5E-3", "1e9999"] {
            let plain = parse_plain(good).unwrap();
            assert_eq!(Some(plain.value), NumberFormat::default().parse(good), "{good}");
        }
        // Short ones are computed, and are what the standard library reads.
        let mut seed = 1u64;
        for length in 1..=18 {
            for point in 0..length {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let digits = format!("{:018}", seed % 1_000_000_000_000_000_000);
                let (whole, decimals) = digits[..length].split_at(length - point);
                let text = if point == 0 { whole.to_owned() } else { format!("{whole}.{decimals}") };
                for text in [format!("-{text}"), text] {
                    let plain = parse_plain(&text).unwrap();
                    let value: f64 = text.parse().unwrap();
                    assert_eq!((plain.value.to_bits(), plain.whole), (value.to_bits(), whole.len()), "{text}");
                    assert_eq!((plain.decimals, plain.exponent), (point, false));
                }
            }
        }
        for bad in ["+1", ".5", "1.", "inf", "1,5", "1e", "-", "", "1.2.3", "1 2"] {
            assert_eq!(parse_plain(bad), None, "{bad}");
        }
    }
}
