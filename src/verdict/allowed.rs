//! How many splits may lack a score before a claim about them fails.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use crate::error::{Error, Result};

/// How many splits may have no score, because the fit failed or the score is undefined there.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Allowed {
    /// A number of splits.
    Splits(usize),
    /// A share of all splits.
    Share(f64),
}

impl Default for Allowed {
    /// None: a model that does not run on a split does worse there than any score.
    fn default() -> Self {
        Self::Splits(0)
    }
}

impl Allowed {
    /// How many of `splits` that are.
    pub fn of(self, splits: usize) -> usize {
        match self {
            Self::Splits(n) => n,
            // 5 % of 20 is one, whatever rounding makes of it.
            Self::Share(share) => (share * splits as f64 + 1e-9).floor() as usize,
        }
    }
}

impl FromStr for Allowed {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let wrong = || format!("'{text}' is neither a number of splits (3) nor a share of them (5%, 0.05)");
        let (number, percent) = text.trim().strip_suffix('%').map_or((text.trim(), false), |n| (n.trim(), true));
        let value: f64 = number.parse().map_err(|_| wrong())?;
        let share = if percent { value / 100.0 } else { value };
        match share {
            s if !(s.is_finite() && s >= 0.0) => Err(wrong()),
            s if percent && s <= 1.0 => Ok(Self::Share(s)),
            s if !percent && s.fract() == 0.0 => Ok(Self::Splits(s as usize)),
            s if s < 1.0 => Ok(Self::Share(s)),
            _ => Err(wrong()),
        }
    }
}

impl Display for Allowed {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Splits(n) => write!(f, "{n}"),
            Self::Share(share) => write!(f, "{}%", share * 100.0),
        }
    }
}

/// A share as people write it, `0.95` or `95%`.
///
/// # Errors
/// What is wrong with it; whether it lies in a range is for the caller to say.
pub fn read_share(text: &str) -> Result<f64> {
    let (number, percent) = text.trim().strip_suffix('%').map_or((text.trim(), false), |n| (n.trim(), true));
    let value: Option<f64> = number.parse().ok().filter(|v: &f64| v.is_finite());
    let value = value
        .ok_or_else(|| Error::claim(format!("'{text}' is not a number")).advise("write one such as 0.95 or 95%"))?;
    // 95 / 100 is the number that 0.95 is; 95 · 0.01 is not.
    Ok(if percent { value / 100.0 } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_shares_of_splits_are_read() {
        assert_eq!("3".parse(), Ok(Allowed::Splits(3)));
        assert_eq!(["5%", "0.05", "100%", "0"].map(|t| t.parse::<Allowed>().unwrap().of(40)), [2, 2, 40, 0]);
        assert_eq!("5 %".parse::<Allowed>().unwrap().of(19), 0);
        assert!(["-1", "1.5", "120%", "half", "", "nan"].iter().all(|t| t.parse::<Allowed>().is_err()));
        assert_eq!((read_share("95%").unwrap(), read_share(" 0.95 ").unwrap()), (0.95, 0.95));
        assert!(read_share("most").is_err());
    }
}
