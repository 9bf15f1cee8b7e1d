//! The table as tree growers see it: every cell a small whole number.
//!
//! A column of numbers is ranked once, over all rows of the table: the code of a cell is the place
//! of its value among the distinct values. Codes order rows as the values do, whatever rows a split
//! takes, so nothing is learned from them; candidate thresholds are made from the train rows' values.

use std::borrow::Cow;
use std::cmp::Ordering;

use ndarray::ArrayView2;

use crate::model::interrupt::check;

/// The distinct numbers of a column, ascending.
#[derive(Debug, Clone, PartialEq)]
pub enum Values<'a> {
    /// The numbers themselves.
    Sorted(Vec<f64>),
    /// Where they are found: a row of each, among the column's numbers by row. Half the memory.
    Rows {
        /// Rows of the table.
        rows: &'a [u32],
        /// The column.
        numbers: &'a [f64],
    },
}

impl Values<'_> {
    /// How many there are.
    pub fn count(&self) -> usize {
        match self {
            Self::Sorted(values) => values.len(),
            Self::Rows { rows, .. } => rows.len(),
        }
    }

    /// The number with a code.
    #[inline]
    pub fn at(&self, code: usize) -> f64 {
        match self {
            Self::Sorted(values) => values[code],
            Self::Rows { rows, numbers } => numbers[rows[code] as usize],
        }
    }

    /// The number in a row, which has the given code.
    #[inline]
    pub fn of(&self, row: u32, code: u32) -> f64 {
        match self {
            Self::Sorted(values) => values[code as usize],
            Self::Rows { numbers, .. } => numbers[row as usize],
        }
    }

    /// How many do not exceed a threshold, given that those below `least` do not and those from `most` on do.
    pub fn up_to(&self, threshold: f64, mut least: usize, mut most: usize) -> usize {
        while least < most {
            let middle = least.midpoint(most);
            if self.at(middle) <= threshold { least = middle + 1 } else { most = middle }
        }
        least
    }
}

/// A column of numbers, ranked.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranks {
    /// For each row the place of its number among the distinct ones, or their count where it is missing.
    pub codes: Vec<u32>,
    /// For each distinct number, ascending, a row that has it.
    pub rows: Vec<u32>,
}

impl Ranks {
    /// Ranks numbers; NaN is missing.
    pub fn new(numbers: &[f64]) -> Self {
        check();
        let mut order: Vec<u32> = (0..numbers.len() as u32).filter(|r| !numbers[*r as usize].is_nan()).collect();
        // -0 and 0 are one number; rows settle ties, so that the order is one and the same.
        order.sort_unstable_by(|a, b| {
            let (x, y) = (numbers[*a as usize], numbers[*b as usize]);
            x.partial_cmp(&y).unwrap_or(Ordering::Equal).then(a.cmp(b))
        });
        let mut codes = vec![0; numbers.len()];
        let mut rows: Vec<u32> = Vec::new();
        for row in &order {
            if rows.last().is_none_or(|last| numbers[*last as usize] < numbers[*row as usize]) {
                rows.push(*row);
            }
            codes[*row as usize] = rows.len() as u32 - 1;
        }
        codes.iter_mut().zip(numbers).filter(|(_, n)| n.is_nan()).for_each(|(c, _)| *c = rows.len() as u32);
        rows.shrink_to_fit();
        Self { codes, rows }
    }
}

/// One column over all rows.
#[derive(Debug, Clone, PartialEq)]
pub enum Column<'a> {
    /// Numbers by rank.
    Number {
        /// For each row the place of its number in `values`, or their count where it is missing.
        codes: Cow<'a, [u32]>,
        /// The distinct numbers, ascending.
        values: Values<'a>,
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
            Self::Number { values, .. } => values.count() + 1,
            Self::Levels { levels, .. } => *levels,
        }
    }

    /// The code of a missing number; none of a level.
    pub fn missing(&self) -> u32 {
        match self {
            Self::Number { values, .. } => values.count() as u32,
            Self::Levels { .. } => u32::MAX,
        }
    }

    /// Ranks numbers; NaN is missing.
    pub fn ranked(numbers: &[f64]) -> Self {
        let Ranks { codes, rows } = Ranks::new(numbers);
        let values = rows.iter().map(|r| numbers[*r as usize]).collect();
        Self::Number { codes: Cow::Owned(codes), values: Values::Sorted(values) }
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
        let columns = x.columns().into_iter().map(|c| Column::ranked(&c.to_vec())).collect();
        Self { columns, rows: x.nrows() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_places_among_the_distinct_values() {
        let column = Column::ranked(&[2.0, f64::NAN, -1.0, 2.0, 0.0, -0.0]);
        assert_eq!(column.codes(), [2, 3, 0, 2, 1, 1]);
        assert_eq!(column.width(), 4);
        let Column::Number { values, .. } = column else { panic!() };
        assert_eq!(values, Values::Sorted(vec![-1.0, 0.0, 2.0]));
        let up_to = |t: f64| values.up_to(t, 0, 3);
        assert_eq!([-2.0, -1.0, 0.5, 2.0].map(up_to), [0, 1, 2, 3]);
    }
}
