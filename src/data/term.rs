//! What one part of the features adds to a linear predictor.

use super::MISSING;
use super::encode::{Encoder, Fitted};

/// The share of one part (a column of numbers or of levels) in a linear predictor.
#[derive(Debug, Clone, PartialEq)]
pub enum Term {
    /// `slope · (number - centre)`, or `missing` for a gap.
    Number {
        /// Per unit of the number.
        slope: f64,
        /// What is taken off the number.
        centre: f64,
        /// The share of a gap.
        missing: f64,
    },
    /// One share for each level, then for a missing one.
    Levels(Vec<f64>),
}

impl Term {
    /// The share of a cell (see [`Features::cells`](super::Features::cells)).
    pub fn of(&self, cell: f64) -> f64 {
        match self {
            Self::Number { missing, .. } if cell.is_nan() => *missing,
            Self::Number { slope, centre, .. } => slope * (cell - centre),
            Self::Levels(shares) => shares.get(cell as usize).or(shares.last()).copied().unwrap_or(0.0),
        }
    }
}

impl Encoder {
    /// The terms of `Σ coefficient · encoded column`, part by part.
    pub fn terms(&self, coefficients: &[f64]) -> Vec<Term> {
        let mut next = coefficients.iter().copied();
        let mut take = || next.next().unwrap_or(0.0);
        let term = |part: &Fitted| match part {
            Fitted::Number { median, mean, scale } => {
                let slope = take() / scale;
                Term::Number { slope, centre: *mean, missing: slope * (median - mean) }
            }
            Fitted::OneHot { slot, .. } => {
                Term::Levels(slot.iter().map(|s| if *s == MISSING { 0.0 } else { take() }).collect())
            }
            Fitted::Value { of_level, mean, scale, .. } => {
                let slope = take() / scale;
                Term::Levels(of_level.iter().map(|v| slope * (v - mean)).collect())
            }
        };
        self.fitted().iter().map(term).collect()
    }
}
