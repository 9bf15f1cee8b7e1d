//! Numbers and paths, in as few characters as a picture needs.

use std::fmt::Write;

/// A place in pixels, to a tenth.
pub fn number(value: f64) -> String {
    let mut text = format!("{value:.1}");
    if text.ends_with(".0") {
        text.truncate(text.len() - 2);
    }
    if text == "-0" { "0".into() } else { text }
}

/// A line through places.
pub fn line(places: impl IntoIterator<Item = [f64; 2]>) -> String {
    let mut path = String::new();
    for (i, [x, y]) in places.into_iter().enumerate() {
        let sign = if i == 0 { 'M' } else { 'L' };
        let _ = write!(path, "{sign}{} {}", number(x), number(y));
    }
    path
}

/// Splits, in order, as ranges: `0-3,5,7-9`.
pub fn ranges(splits: &[u64]) -> String {
    let mut text = String::new();
    let mut rest = splits;
    while let [first, ..] = rest {
        let run = rest.iter().zip(*first..).take_while(|(split, expected)| *split == expected).count();
        let comma = if text.is_empty() { "" } else { "," };
        let _ = match run {
            1 => write!(text, "{comma}{first}"),
            run => write!(text, "{comma}{first}-{}", first + run as u64 - 1),
        };
        rest = &rest[run..];
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        assert_eq!([12.0, 12.04, 12.06, -0.01].map(number), ["12", "12", "12.1", "0"]);
        assert_eq!(line([[0.0, 1.0], [2.5, 3.0]]), "M0 1L2.5 3");
    }

    #[test]
    fn splits_in_a_row_are_a_range() {
        assert_eq!(ranges(&[0, 1, 2, 3, 5, 7, 8, 9]), "0-3,5,7-9");
        assert_eq!(ranges(&[4]), "4");
        assert_eq!(ranges(&[3, 2, 1]), "3,2,1");
        assert_eq!(ranges(&[]), "");
    }
}
