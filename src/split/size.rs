//! Sizes of the parts, as given and as rows.

use std::fmt;
use std::str::FromStr;

/// A part's size: a share of the rows or a number of rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Size {
    /// A share strictly between 0 and 1.
    Share(f64),
    /// A number of rows, at least 1.
    Rows(usize),
}

impl Size {
    /// The number of rows out of `n`, rounded up (`up`) or down, as scikit-learn rounds test and
    /// train sizes. At most `n`.
    pub fn rows(self, n: usize, up: bool) -> usize {
        match self {
            Self::Rows(rows) => rows,
            Self::Share(share) => {
                let exact = share * n as f64;
                // 0.1 × 30 is a little more than 3 in binary; that is no reason for a fourth row.
                let nearest = exact.round();
                let rows = if (exact - nearest).abs() < 1e-9 * nearest.max(1.0) {
                    nearest
                } else if up {
                    exact.ceil()
                } else {
                    exact.floor()
                };
                rows as usize
            }
        }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Share(s) => write!(f, "{s}"),
            Self::Rows(r) => write!(f, "{r}"),
        }
    }
}

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const HELP: &str = "give a share between 0 and 1 (0.2, 20%) or a number of rows from 2 up (50)";
        let text = text.trim();
        let (number, percent) = match text.strip_suffix('%') {
            Some(number) => (number, true),
            None => (text, false),
        };
        let value: f64 = number.trim().parse().map_err(|_| format!("'{text}' is not a size; {HELP}"))?;
        let share = if percent { value / 100.0 } else { value };
        if !share.is_finite() || share <= 0.0 {
            Err(format!("a size of {text} leaves no rows in the part; {HELP}"))
        } else if share < 1.0 {
            Ok(Self::Share(share))
        } else if share == 1.0 || percent {
            Err(format!("a size of {text} is ambiguous or leaves no rows for the other part; {HELP}"))
        } else if share.fract() == 0.0 && share < f64::from(u32::MAX) {
            Ok(Self::Rows(share as usize))
        } else {
            Err(format!("{text} is neither a share nor a whole number of rows; {HELP}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read() {
        assert_eq!("0.2".parse(), Ok(Size::Share(0.2)));
        assert_eq!("25%".parse(), Ok(Size::Share(0.25)));
        assert_eq!("50".parse(), Ok(Size::Rows(50)));
        for bad in ["0", "1", "1.0", "-0.1", "-3", "2.5", "nan", "x", "100%", ""] {
            assert!(bad.parse::<Size>().is_err(), "{bad}");
        }
    }

    #[test]
    fn shares_round_as_scikit_learn_does() {
        assert_eq!(Size::Share(0.2).rows(442, true), 89);
        assert_eq!(Size::Share(0.1).rows(30, true), 3);
        assert_eq!(Size::Share(0.55).rows(442, false), 243);
    }
}
