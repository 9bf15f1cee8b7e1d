//! Numbers as text of so many significant digits.

use std::ops::Range;

/// How numbers are written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Digits {
    /// Significant digits; zeros at the end are left out.
    pub significant: u8,
    /// Decimals at most.
    pub decimals: u8,
    /// Sizes that are written without an exponent; 0 always is.
    pub plain: Range<f64>,
}

impl Digits {
    /// The text of a number.
    pub fn text(&self, value: f64) -> String {
        let size = value.abs();
        if value != 0.0 && !self.plain.contains(&size) {
            return format!("{value:.*e}", usize::from(self.significant) - 1);
        }
        let decimals = f64::from(self.significant) - 1.0 - size.log10().floor();
        let text = format!("{value:.*}", decimals.clamp(0.0, f64::from(self.decimals)) as usize);
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_at_the_end_are_left_out_and_other_sizes_have_an_exponent() {
        let digits = Digits { significant: 4, decimals: 8, plain: 1e-4..1e9 };
        for (value, text) in [
            (0.0, "0"),
            (0.5, "0.5"),
            (90.0, "90"),
            (-0.012_345, "-0.01235"),
            (1234.5, "1234"),
            (3.2e-9, "3.200e-9"),
            (1e9, "1.000e9"),
            (f64::INFINITY, "inf"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(digits.text(value), text);
        }
    }
}
