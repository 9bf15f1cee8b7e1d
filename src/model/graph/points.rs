//! Rows as points, and what a split makes of them.

use std::borrow::Cow;

/// All rows as points, before any split's scaling. Encoded coordinates follow the order of `parts`.
#[derive(Debug, Clone)]
pub struct Points<'a> {
    /// The columns, each with one entry per row.
    pub parts: Vec<PointPart<'a>>,
    /// How many rows there are.
    pub rows: usize,
}

/// One column of the table.
#[derive(Debug, Clone)]
pub enum PointPart<'a> {
    /// A number per row, NaN = missing. All others are finite.
    Number(&'a [f64]),
    /// A one-hot level per row.
    Level {
        /// One per row, below `levels`; "missing" is the last level.
        codes: Cow<'a, [u32]>,
        /// How many levels, and so encoded columns, there are.
        levels: usize,
    },
}

/// A split's scaling of one column.
#[derive(Debug, Clone)]
pub enum PartScale {
    /// A number v becomes (v - mean) / scale.
    Number {
        /// What stands for a missing number, before scaling.
        fill: f64,
        /// The train rows' mean.
        mean: f64,
        /// The train rows' standard deviation, above 0: 1 for a constant column.
        scale: f64,
    },
    /// Which levels have an encoded column; every level of a train row has.
    Level {
        /// One per level.
        known: Vec<bool>,
    },
}

/// What a split makes of the points.
#[derive(Debug, Clone)]
pub struct SplitScale {
    /// One for each part of the points, of the same kind.
    pub parts: Vec<PartScale>,
}

impl Points<'_> {
    /// Columns of the encoded table: one a number, and one for each level.
    pub fn encoded_columns(&self) -> usize {
        let columns = |part: &PointPart| match part {
            PointPart::Number(_) => 1,
            PointPart::Level { levels, .. } => *levels,
        };
        self.parts.iter().map(columns).sum()
    }
}
