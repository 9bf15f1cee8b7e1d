//! The rows of a run, in a file or in memory, stretch by stretch.

use std::ops::Range;

use rayon::prelude::*;

use crate::data::{FeatureColumn, StoredColumns, Target, middle};
use crate::error::Result;
use crate::model::shared::{DesignMatrix, SharedCache, in_ascending_order};
use crate::run::context::RunContext;
use crate::split::{BLOCK, Membership};

/// Rows that are worked on at a time; fixed, so that sums do not depend on memory or threads.
pub const STRETCH: usize = 1 << 15;

/// Where the rows of a run are.
#[derive(Clone, Copy)]
pub enum Rows<'a> {
    /// In a file, from which they are laid out less these shifts.
    Stored(&'a StoredColumns, &'a Shifts),
    /// In memory, laid out.
    Held(&'a DesignMatrix),
}

/// What is taken off the columns and the target, so that sums keep their digits.
pub struct Shifts {
    columns: Vec<f64>,
    target: f64,
}

/// Consecutive rows in memory.
pub struct Stretch<'a> {
    /// The place of its first row in the table.
    pub first: usize,
    /// Its rows in the matrix.
    pub rows: Range<usize>,
    matrix: Laid<'a>,
}

enum Laid<'a> {
    Own(DesignMatrix),
    Shared(&'a DesignMatrix),
}

impl Shifts {
    /// The middles of the columns and of the target.
    pub fn new(stored: &StoredColumns, target: &Target) -> Self {
        let target = if let Target::Regression { values } = target { middle(values) } else { 0.0 };
        Self { columns: stored.middles(), target }
    }

    /// Lays out consecutive rows of the table, or none.
    pub fn lay_out(&self, columns: &[FeatureColumn], target: &Target, first: usize, rows: usize) -> DesignMatrix {
        let y = match target {
            Target::Regression { values } => Some((&values[first..first + rows], self.target)),
            Target::Classification { .. } => None,
        };
        DesignMatrix::shifted(columns, rows, &self.columns, y)
    }
}

impl Stretch<'_> {
    /// The matrix that its rows are in.
    pub fn matrix(&self) -> &DesignMatrix {
        match &self.matrix {
            Laid::Own(matrix) => matrix,
            Laid::Shared(matrix) => matrix,
        }
    }

    /// The classes of the matrix's rows; none of numbers.
    pub fn codes<'t>(&self, target: &'t Target) -> &'t [u32] {
        let Target::Classification { codes, .. } = target else { return &[] };
        &codes[self.first - self.rows.start..][..self.matrix().rows]
    }

    /// The place in the table of a row of the matrix.
    pub fn in_table(&self, row: usize) -> usize {
        self.first + (row - self.rows.start)
    }
}

/// The stretches of some rows: the first row of each, and how many it has.
pub fn stretches(rows: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..rows).step_by(STRETCH).map(move |first| (first, STRETCH.min(rows - first)))
}

impl<'a> Rows<'a> {
    /// One of the stretches.
    ///
    /// # Errors
    /// A run error where the stored columns cannot be read.
    pub fn read(self, context: &RunContext, (first, rows): (usize, usize)) -> Result<Stretch<'a>> {
        match self {
            Self::Held(matrix) => Ok(Stretch { first, rows: first..first + rows, matrix: Laid::Shared(matrix) }),
            Self::Stored(columns, shifts) => {
                let columns = columns.rows(&context.features.parts, first..first + rows)?;
                let matrix = Laid::Own(shifts.lay_out(&columns, context.target, first, rows));
                Ok(Stretch { first, rows: 0..rows, matrix })
            }
        }
    }

    /// How many stretches may be in memory together for so many threads.
    pub fn at_once(self, threads: usize) -> usize {
        match self {
            Self::Stored(..) => threads,
            Self::Held(_) => usize::MAX,
        }
    }

    /// For each of so many splits the medians of its train rows, by part; 0 of parts without gaps.
    ///
    /// # Errors
    /// As [`Rows::read`].
    pub fn medians(
        self,
        context: &RunContext,
        common: &SharedCache,
        splits: usize,
        members: &Membership,
    ) -> Result<Vec<Vec<f64>>> {
        let features = context.features;
        let mut medians = vec![vec![0.0; features.parts.len()]; splits];
        for (at, part) in features.parts.iter().enumerate() {
            let FeatureColumn::Number { has_missing: true, values, .. } = part else { continue };
            let of_splits = match self {
                Self::Held(_) => medians_in_order(values, common.ascending(at), members),
                Self::Stored(columns, _) => {
                    let FeatureColumn::Number { values, .. } = columns.whole(part, at, features.rows)? else {
                        continue;
                    };
                    medians_in_order(&values, &in_ascending_order(&values), members)
                }
            };
            medians.iter_mut().zip(of_splits).for_each(|(medians, median)| medians[at] = median);
        }
        Ok(medians)
    }
}

/// For each bit of a block the median of its train rows, from the ascending order of those that have a value; 0 where there are
/// none.
fn medians_in_order(values: &[f64], order: &[u32], members: &Membership) -> Vec<f64> {
    // How many train rows there are up to the end of each stretch of the order.
    let count = |rows: &[u32]| members.count_trained(rows);
    let mut up_to: Vec<[u32; BLOCK]> = order.par_chunks(BLOCK).map(count).collect();
    let mut sum = [0; BLOCK];
    for counts in &mut up_to {
        sum.iter_mut().zip(&mut *counts).for_each(|(sum, count)| *sum += *count);
        *counts = sum;
    }
    let median = |bit: usize| {
        let total = sum[bit];
        if total == 0 {
            return 0.0;
        }
        // The two middle places, counted from 0; one place for an odd count.
        let (low, high) = ((total - 1) / 2, total / 2);
        let stretch = up_to.partition_point(|counts| counts[bit] <= low);
        let mut seen = if stretch == 0 { 0 } else { up_to[stretch - 1][bit] };
        let mut lower = None;
        for row in &order[stretch * BLOCK..] {
            seen += members.uses(bit, *row as usize).1;
            let value = values[*row as usize];
            if seen > low && lower.is_none() {
                lower = Some(value);
            }
            if seen > high {
                return if low == high { value } else { 0.5 * (lower.unwrap_or(value) + value) };
            }
        }
        0.0
    };
    (0..BLOCK).into_par_iter().map(median).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::shared::median_in_order;
    use crate::split::Split;

    #[test]
    fn medians_of_a_block_are_those_of_each_split() {
        let value = |row: usize| (row * 7919 % 1013) as f64;
        let values: Vec<f64> = (0..700).map(|r| if r % 9 == 2 { f64::NAN } else { value(r) }).collect();
        let order = in_ascending_order(&values);
        for repeats in [1, 5] {
            let mut members = Membership::new(700);
            let splits: Vec<Split> = (0..64)
                .map(|k| {
                    let mut split = Split::by(700, |row| (row * 31 + k * 17) % 97 < 1 + k);
                    let again = |row: &u32| std::iter::repeat_n(*row, (*row as usize * 13 + k) % (repeats + 1));
                    if repeats > 1 {
                        split.train = split.train.iter().flat_map(again).collect();
                    }
                    split
                })
                .collect();
            members.add_all(0, &splits);
            for (split, median) in splits.iter().zip(medians_in_order(&values, &order, &members)) {
                let times = |row: u32| split.train.iter().filter(|train| **train == row).count();
                assert_eq!(median, median_in_order(&values, &order, times));
            }
        }
        assert_eq!(
            medians_in_order(&values, &order, &Membership::new(700))[3],
            median_in_order(&values, &order, |_| 1)
        );
        assert_eq!(medians_in_order(&values, &[], &Membership::new(700)), [0.0; 64]);
    }
}
