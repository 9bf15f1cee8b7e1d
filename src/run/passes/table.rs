//! The rows of a run, in a file or in memory, stretch by stretch.

use std::ops::Range;

use rayon::prelude::*;

use crate::data::{FeatureColumn, StoredColumns, Target, middle};
use crate::error::Result;
use crate::model::shared::{DesignMatrix, SharedCache, in_ascending_order, median_in_order};
use crate::run::context::RunContext;

/// Rows that are worked on at a time; fixed, so that sums do not depend on memory or threads.
const STRETCH: usize = 1 << 15;

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

    /// The medians of columns with gaps, for splits that train so often on a row.
    ///
    /// # Errors
    /// As [`Rows::read`].
    pub fn medians(
        self,
        context: &RunContext,
        common: &SharedCache,
        splits: usize,
        times: impl Fn(usize, usize) -> usize + Sync,
    ) -> Result<Vec<Vec<f64>>> {
        let features = context.features;
        let mut medians = vec![vec![0.0; features.parts.len()]; splits];
        for (at, part) in features.parts.iter().enumerate() {
            let FeatureColumn::Number { has_missing: true, values, .. } = part else { continue };
            let mut of = |values: &[f64], order: &[u32]| {
                medians.par_iter_mut().enumerate().for_each(|(split, medians)| {
                    medians[at] = median_in_order(values, order, |row| times(split, row as usize));
                });
            };
            match self {
                Self::Held(_) => of(values, common.ascending(at)),
                Self::Stored(columns, _) => {
                    let FeatureColumn::Number { values, .. } = columns.whole(part, at, features.rows)? else {
                        continue;
                    };
                    of(&values, &in_ascending_order(&values));
                }
            }
        }
        Ok(medians)
    }
}
