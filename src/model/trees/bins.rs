//! Bins: each column of the train rows as small numbers, with thresholds learned from these rows alone.

use super::columns::{Column, Columns, Values};
use super::thresholds::thresholds;
use crate::model::interrupt::check;

/// How one column is binned. Bins are numbered from 0; the bin after the last is for what is missing.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bins {
    /// Number of bins, the missing one not counted: 1 to 255.
    pub(super) count: usize,
    /// Whether a train row is missing here.
    pub(super) gaps: bool,
    /// From cells to bins.
    pub(super) rule: BinRule,
}

/// From cells to bins.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum BinRule {
    /// A value x has bin k where thresholds\[k − 1\] < x ≤ thresholds\[k\].
    Number {
        /// Ascending, one fewer than there are bins.
        thresholds: Vec<f64>,
        /// For each threshold the number of the table's distinct values that do not exceed it: codes below it are on
        /// the left.
        cuts: Vec<u32>,
        /// The code of a missing cell.
        gap: u32,
    },
    /// For each level its bin; levels without one have the missing bin.
    Levels(Vec<u8>),
}

impl Bins {
    /// The bin of missing cells.
    pub(super) fn gap_bin(&self) -> usize {
        self.count
    }

    /// Whether the train rows differ here, so that a split is possible.
    fn splits(&self) -> bool {
        self.count + usize::from(self.gaps) > 1
    }
}

/// The binned train rows.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Binned {
    /// One for each column.
    pub(super) bins: Vec<Bins>,
    /// The columns on which a split is possible, ascending.
    pub(super) active: Vec<usize>,
    /// For each active column where its bins start in a histogram; the last entry is the histogram's length.
    pub(super) starts: Vec<usize>,
    /// Number of train rows, repeats counted.
    pub(super) rows: usize,
    /// Number of rows beyond them that are binned alike.
    pub(super) others: usize,
    /// Group by group of active columns, the bins of each row: train rows first, then the others.
    cells: Vec<[u8; GROUP]>,
}

/// Columns whose bins of a row stand next to each other.
pub(super) const GROUP: usize = 4;

impl Binned {
    /// Bins the train rows, which decide on thresholds alone, and then other rows by the same thresholds. Both hold table
    /// rows; repeats are allowed.
    pub(super) fn new(columns: &Columns, train: &[u32], others: &[&[u32]], max_bins: usize) -> Self {
        let (rows, others_len) = (train.len(), others.iter().map(|rows| rows.len()).sum());
        // All at once: a buffer that grows would take twice the room.
        let cells = Vec::with_capacity((rows + others_len) * columns.columns.len().div_ceil(GROUP));
        let mut made = Self { bins: Vec::new(), active: Vec::new(), starts: vec![0], rows, others: others_len, cells };
        for (j, column) in columns.columns.iter().enumerate() {
            check();
            let codes = column.codes();
            let mut counts = vec![0u32; column.width()];
            train.iter().for_each(|r| counts[codes[*r as usize] as usize] += 1);
            let (bins, bin_of_code) = match column {
                Column::Number { values, .. } => bin_numbers(values, &counts, max_bins),
                Column::Levels { .. } => bin_levels(&counts, max_bins),
            };
            if bins.splits() {
                let (group, within) = (made.active.len() / GROUP, made.active.len() % GROUP);
                made.cells.resize((group + 1) * made.all(), [0; GROUP]);
                let cells = &mut made.cells[group * (rows + others_len)..];
                for (cell, row) in cells.iter_mut().zip(train.iter().chain(others.iter().copied().flatten())) {
                    cell[within] = bin_of_code[codes[*row as usize] as usize];
                }
                made.active.push(j);
                made.starts.push(made.starts[made.starts.len() - 1] + bins.count + 1);
            }
            made.bins.push(bins);
        }
        made
    }

    /// Number of rows that are binned.
    pub(super) fn all(&self) -> usize {
        self.rows + self.others
    }

    /// The bins of all rows in a group of active columns.
    pub(super) fn cells(&self, group: usize) -> &[[u8; GROUP]] {
        &self.cells[group * self.all()..][..self.all()]
    }

    /// Number of cells of one histogram.
    pub(super) fn histogram_len(&self) -> usize {
        self.starts[self.active.len()]
    }
}

/// Bins of a column of numbers and the bin of each code. `counts` has one more entry than `values`, the missing cells.
fn bin_numbers(values: &Values, counts: &[u32], max_bins: usize) -> (Bins, Vec<u8>) {
    let thresholds = thresholds(values, counts, max_bins);
    let distinct = values.count();
    let mut cuts = Vec::with_capacity(thresholds.len());
    let mut bin_of_code = Vec::with_capacity(counts.len());
    for (bin, threshold) in thresholds.iter().enumerate() {
        let cut = values.up_to(*threshold, bin_of_code.len(), distinct);
        bin_of_code.resize(cut, bin as u8);
        cuts.push(cut as u32);
    }
    bin_of_code.resize(distinct, thresholds.len() as u8);
    let count = thresholds.len() + 1;
    bin_of_code.push(count as u8);
    let rule = BinRule::Number { thresholds, cuts, gap: distinct as u32 };
    (Bins { count, gaps: counts[distinct] > 0, rule }, bin_of_code)
}

/// Bins of a column of levels and the bin of each level; the last level is what is missing, and levels without train rows
/// count as missing. Where more occur than there are bins, the last bin is that of all but the most frequent.
fn bin_levels(counts: &[u32], max_bins: usize) -> (Bins, Vec<u8>) {
    let named = counts.len().saturating_sub(1);
    let occurring = || (0..named).filter(|level| counts[*level] > 0);
    let mut own: Vec<usize> = occurring().collect();
    let joined = own.len() > max_bins;
    if joined {
        // The sort keeps the order of equally frequent levels.
        own.sort_by_key(|level| std::cmp::Reverse(counts[*level]));
        own.truncate(max_bins - 1);
        own.sort_unstable();
    }
    let count = (own.len() + usize::from(joined)).max(1);
    let mut bin_of_level = vec![count as u8; counts.len()];
    occurring().for_each(|level| bin_of_level[level] = count as u8 - 1);
    own.iter().enumerate().for_each(|(bin, level)| bin_of_level[*level] = bin as u8);
    let gaps = counts.last().is_some_and(|missing| *missing > 0);
    (Bins { count, gaps, rule: BinRule::Levels(bin_of_level.clone()) }, bin_of_level)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_values_are_parted_half_way_and_unseen_ones_compared() {
        let x = Columns { columns: vec![Column::ranked(&[1.0, 3.0, 2.0, f64::NAN, 7.0, 0.0, 9.0, 5.0])], rows: 8 };
        let made = Binned::new(&x, &[0, 1, 3, 4, 4], &[], 255);
        // The train rows' values are 1, 3, 7; table values are 0, 1, 2, 3, 5, 7, 9.
        let rule = BinRule::Number { thresholds: vec![2.0, 5.0], cuts: vec![3, 5], gap: 7 };
        assert_eq!(made.bins, [Bins { count: 3, gaps: true, rule }]);
        assert_eq!(made.cells(0).iter().map(|c| c[0]).collect::<Vec<_>>(), [0, 1, 3, 2, 2]);
    }

    #[test]
    fn rare_levels_share_a_bin() {
        let (bins, of_level) = bin_levels(&[3, 0, 1, 1, 2, 5], 3);
        assert_eq!(of_level, [0, 3, 2, 2, 1, 3]);
        assert!(bins.gaps && bins.count == 3);
        let (bins, of_level) = bin_levels(&[3, 0, 1, 1, 2, 0], 3);
        assert_eq!((of_level[5], bins.gaps), (3, false));
        let (bins, of_level) = bin_levels(&[3, 0, 1, 0], 255);
        assert_eq!((of_level, bins.gaps), (vec![0, 2, 1, 2], false));
        let of_each = |n: usize| bin_levels(&[vec![1; n], vec![0]].concat(), 255);
        let (bins, of_level) = of_each(255);
        assert_eq!((bins.count, bins.gaps, of_level[254], of_level[255]), (255, false, 254, 255));
        let (bins, of_level) = of_each(400);
        assert_eq!((bins.count, bins.gaps), (255, false));
        assert_eq!([253, 254, 399, 400].map(|level| of_level[level]), [253, 254, 254, 255]);
    }

    #[test]
    fn a_constant_column_is_left_out() {
        let x = Columns { columns: vec![Column::ranked(&[1.0, 1.0, 2.0])], rows: 3 };
        assert!(Binned::new(&x, &[0, 1], &[&[2]], 255).active.is_empty());
        assert_eq!(Binned::new(&x, &[0, 2], &[&[1]], 255).active, [0]);
    }
}
