//! Sums of the gradients of a node's rows, bin by bin.

use super::bins::{Binned, GROUP};
use super::boost_split::Sums;
use super::step::{STEP_ROWS, Step};
use crate::model::interrupt::check;

/// Sums of steps, of so few rows that the number of rows fits below the hessians (see [`Step`]).
type Table = [[Step; 256]; GROUP];

/// Counts histograms, with work space that is used again.
pub(super) struct Counter {
    /// The steps of the rows of a node, next to each other: every group of columns reads them.
    steps: Vec<Step>,
    /// The table of a group, with an entry for every possible u8, so that it needs no check of bounds.
    table: Box<Table>,
}

impl Counter {
    pub(super) fn new() -> Self {
        Self { steps: Vec::new(), table: Box::new([[[0; 2]; 256]; GROUP]) }
    }

    /// Writes the sums of some rows over `histogram`. `rows` are places among the train rows, and `steps` has one for each
    /// train row.
    pub(super) fn count(&mut self, binned: &Binned, rows: &[u32], steps: &[Step], histogram: &mut [Sums]) {
        histogram.fill(Sums::default());
        // The rows of the root are all rows in their order.
        let whole = rows.len() == binned.rows;
        if !whole {
            self.steps.resize(self.steps.len().max(rows.len()), [0; 2]);
        }
        let columns = binned.active.len();
        for group in 0..columns.div_ceil(GROUP) {
            check();
            let cells = binned.cells(group);
            let starts = &binned.starts[group * GROUP..(columns + 1).min((group + 1) * GROUP + 1)];
            for (at, rows) in rows.chunks(STEP_ROWS).enumerate() {
                let chunk = at * STEP_ROWS..at * STEP_ROWS + rows.len();
                for (table, ends) in self.table.iter_mut().zip(starts.windows(2)) {
                    table[..ends[1] - ends[0]].fill([0; 2]);
                }
                let rows = match (whole, group) {
                    (true, _) => Rows::All(&cells[chunk.clone()], &steps[chunk]),
                    (_, 0) => Rows::First(rows, cells, steps, &mut self.steps[chunk]),
                    _ => Rows::Next(rows, cells, &self.steps[chunk]),
                };
                let table = &mut *self.table;
                match starts.len() - 1 {
                    1 => rows.add::<1>(table),
                    2 => rows.add::<2>(table),
                    3 => rows.add::<3>(table),
                    _ => rows.add::<GROUP>(table),
                }
                for (table, ends) in table.iter().zip(starts.windows(2)) {
                    for (sums, step) in histogram[ends[0]..ends[1]].iter_mut().zip(table) {
                        *sums += Sums::of(*step);
                    }
                }
            }
        }
    }
}

/// Rows to be added, with the cells of their group.
enum Rows<'a> {
    /// Cells and steps are theirs, in their order.
    All(&'a [[u8; GROUP]], &'a [Step]),
    /// Cells and steps are those of all rows; the steps of these are kept.
    First(&'a [u32], &'a [[u8; GROUP]], &'a [Step], &'a mut [Step]),
    /// Steps are theirs.
    Next(&'a [u32], &'a [[u8; GROUP]], &'a [Step]),
}

impl Rows<'_> {
    /// Adds the steps to the table of the group's first columns.
    fn add<const COLUMNS: usize>(self, table: &mut Table) {
        match self {
            Self::All(cells, steps) => {
                cells.iter().zip(steps).for_each(|(cell, step)| add::<COLUMNS>(table, *cell, *step));
            }
            Self::First(rows, cells, steps, kept) => {
                for (row, kept) in rows.iter().zip(kept) {
                    let step = steps[*row as usize];
                    *kept = step;
                    add::<COLUMNS>(table, cells[*row as usize], step);
                }
            }
            Self::Next(rows, cells, steps) => {
                rows.iter().zip(steps).for_each(|(row, step)| add::<COLUMNS>(table, cells[*row as usize], *step));
            }
        }
    }
}

#[inline(always)]
fn add<const COLUMNS: usize>(table: &mut Table, cell: [u8; GROUP], step: Step) {
    for (table, bin) in table.iter_mut().zip(cell).take(COLUMNS) {
        let sum = &mut table[usize::from(bin)];
        *sum = [sum[0] + step[0], sum[1] + step[1]];
    }
}
