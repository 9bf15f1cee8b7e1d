//! The table as tree growers see it: every cell a small whole number.
//!
//! A column of numbers is ranked once, over all rows of the table: the code of a cell is the place
//! of its value among the distinct values. Codes order rows as the values do, whatever rows a split
//! takes, so nothing is learned from them; candidate thresholds are made from the train rows' values.

use std::borrow::Cow;

use ndarray::ArrayView2;

/// One column over all rows.
#[derive(Debug, Clone, PartialEq)]
pub enum Column<'a> {
    /// Numbers by rank.
    Number {
        /// For each row the place of its value in `values`, or `values.len()` where it is missing.
        codes: Cow<'a, [u32]>,
        /// The distinct values, ascending.
        values: Cow<'a, [f64]>,
    },
    /// Levels without order; what is missing is the last level.
    Levels {
        /// For each row its level, below `levels`.
        codes: Cow<'a, [u32]>,
        /// Number of levels; some may not occur.
        levels: usize,
    },
}

impl Column<'_> {
    /// The code of each row.
    pub fn codes(&self) -> &[u32] {
        match self {
            Self::Number { codes, .. } | Self::Levels { codes, .. } => codes,
        }
    }

    /// Number of possible codes, the missing one included.
    pub fn width(&self) -> usize {
        match self {
            Self::Number { values, .. } => values.len() + 1,
            Self::Levels { levels, .. } => *levels,
        }
    }

    /// The code of a missing number; none of a level.
    pub fn missing(&self) -> u32 {
        match self {
            Self::Number { values, .. } => values.len() as u32,
            Self::Levels { .. } => u32::MAX,
        }
    }

    /// Ranks numbers; NaN is missing.
    pub fn ranked(numbers: impl Iterator<Item = f64>) -> Self {
        let mut order: Vec<(f64, u32)> = numbers.zip(0..).collect();
        order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let mut codes = vec![0; order.len()];
        let mut values: Vec<f64> = Vec::new();
        let mut gaps = Vec::new();
        for (value, row) in order {
            if value.is_nan() {
                gaps.push(row);
                continue;
            }
            // -0 and 0 are one value, though they sort apart.
            if values.last() != Some(&value) {
                values.push(value);
            }
            codes[row as usize] = values.len() as u32 - 1;
        }
        gaps.into_iter().for_each(|row| codes[row as usize] = values.len() as u32);
        Self::Number { codes: Cow::Owned(codes), values: Cow::Owned(values) }
    }
}

/// All columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Columns<'a> {
    /// The columns, in the order in which ties between them are settled.
    pub columns: Vec<Column<'a>>,
    /// Number of rows.
    pub rows: usize,
}

impl Columns<'static> {
    /// Every column of a matrix as numbers.
    pub fn from_matrix(x: ArrayView2<f64>) -> Self {
        let columns = x.columns().into_iter().map(|c| Column::ranked(c.iter().copied())).collect();
        Self { columns, rows: x.nrows() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_places_among_the_distinct_values() {
        let column = Column::ranked([2.0, f64::NAN, -1.0, 2.0, 0.0, -0.0].into_iter());
        assert_eq!(column.codes(), [2, 3, 0, 2, 1, 1]);
        assert_eq!(column.width(), 4);
    }
}
