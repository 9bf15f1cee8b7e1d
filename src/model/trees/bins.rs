//! Bins: each column of the train rows as small numbers, with thresholds learned from these rows alone.

use super::columns::{Column, Columns, Values};
use super::partition::half_way;
use crate::model::interrupt::check;

/// Most levels of one column that get a bin of their own.
pub(super) const MOST_LEVELS: usize = 254;

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
    /// Column by column over the active columns, the bin of each train row.
    cells: Vec<u8>,
}

impl Binned {
    /// Bins the train rows. `train` holds table rows, repeats allowed; no other row is read.
    pub(super) fn new(columns: &Columns, train: &[u32], max_bins: usize) -> Self {
        let rows = train.len();
        // All at once: a buffer that grows would take twice the room.
        let cells = Vec::with_capacity(rows * columns.columns.len());
        let mut made = Self { bins: Vec::new(), active: Vec::new(), starts: vec![0], rows, cells };
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
                made.cells.extend(train.iter().map(|r| bin_of_code[codes[*r as usize] as usize]));
                made.active.push(j);
                made.starts.push(made.starts[made.starts.len() - 1] + bins.count + 1);
            }
            made.bins.push(bins);
        }
        made
    }

    /// The bins of all train rows in the active column at this place.
    pub(super) fn cells(&self, place: usize) -> &[u8] {
        &self.cells[place * self.rows..][..self.rows]
    }

    /// Number of cells of one histogram.
    pub(super) fn histogram_len(&self) -> usize {
        self.starts[self.active.len()]
    }
}

/// Thresholds of a column of numbers, from how often each distinct value occurs (`values` ascending).
///
/// With at most `max_bins` values that occur they lie half-way between neighbours. With more they are the k / max_bins
/// quantiles, 0 < k < max_bins, of all values with repeats, by the averaged inverted distribution function (definition 2
/// of Hyndman and Fan 1996): the rule of scikit-learn's `_find_binning_thresholds`, here in whole numbers.
fn thresholds(values: &Values, counts: &[u32], max_bins: usize) -> Vec<f64> {
    let occurring = || (0..values.count()).filter(|i| counts[*i] > 0);
    let distinct = occurring().count();
    if distinct <= max_bins {
        let pairs = occurring().zip(occurring().skip(1));
        return pairs.map(|(low, high)| half_way(values.at(low), values.at(high))).collect();
    }
    let total: u64 = counts[..values.count()].iter().map(|c| u64::from(*c)).sum();
    let mut made = Vec::with_capacity(max_bins - 1);
    // `reached` values, with repeats, are at most values[at].
    let mut walk = occurring();
    let (mut at, mut reached) = (0, 0);
    for k in 1..max_bins as u64 {
        let (whole, rest) = (total * k / max_bins as u64, total * k % max_bins as u64);
        // The value of rank `whole` (counted from 1) where the division is exact, else the next rank's.
        let rank = whole + u64::from(rest > 0);
        while reached < rank {
            at = walk.next().expect("ranks do not exceed the number of values");
            reached += u64::from(counts[at]);
        }
        // An exact division averages this rank's value and the next one's, which may be the next distinct value.
        let next = if rest == 0 && reached == rank { walk.clone().next() } else { None };
        let threshold = next.map_or(values.at(at), |next| half_way(values.at(at), values.at(next)));
        if made.last() != Some(&threshold) {
            made.push(threshold);
        }
    }
    made
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

/// Bins of a column of levels and the bin of each level; the last level is what is missing.
fn bin_levels(counts: &[u32], max_bins: usize) -> (Bins, Vec<u8>) {
    let named = counts.len().saturating_sub(1);
    let mut frequent: Vec<usize> = (0..named).filter(|level| counts[*level] > 0).collect();
    if frequent.len() > MOST_LEVELS.min(max_bins) {
        // The sort keeps the order of equally frequent levels.
        frequent.sort_by_key(|level| std::cmp::Reverse(counts[*level]));
        frequent.truncate(MOST_LEVELS.min(max_bins));
        frequent.sort_unstable();
    }
    let count = frequent.len().max(1);
    let mut bin_of_level = vec![count as u8; counts.len()];
    frequent.iter().enumerate().for_each(|(bin, level)| bin_of_level[*level] = bin as u8);
    let gaps = counts.iter().zip(&bin_of_level).any(|(n, bin)| *n > 0 && usize::from(*bin) == count);
    (Bins { count, gaps, rule: BinRule::Levels(bin_of_level.clone()) }, bin_of_level)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted_by_definition(values: &[f64], max_bins: usize) -> Vec<f64> {
        let n = values.len();
        let mut made: Vec<f64> = (1..max_bins)
            .map(|k| {
                let (j, rest) = (n * k / max_bins, n * k % max_bins);
                if rest > 0 { values[j] } else { f64::midpoint(values[j - 1], values[j]) }
            })
            .collect();
        made.dedup();
        made
    }

    #[test]
    fn few_values_are_parted_half_way_and_unseen_ones_compared() {
        let x = Columns { columns: vec![Column::ranked(&[1.0, 3.0, 2.0, f64::NAN, 7.0, 0.0, 9.0, 5.0])], rows: 8 };
        let made = Binned::new(&x, &[0, 1, 3, 4, 4], 255);
        // The train rows' values are 1, 3, 7; table values are 0, 1, 2, 3, 5, 7, 9.
        let rule = BinRule::Number { thresholds: vec![2.0, 5.0], cuts: vec![3, 5], gap: 7 };
        assert_eq!(made.bins, [Bins { count: 3, gaps: true, rule }]);
        assert_eq!(made.cells(0), [0, 1, 3, 2, 2]);
    }

    #[test]
    fn many_values_are_parted_at_quantiles() {
        for n in [5usize, 12, 36, 40, 97, 300] {
            for max_bins in [2, 3, 4, 12] {
                for spread in [1, 2, 7] {
                    let mut values: Vec<f64> = (0..n).map(|i| ((i * i * 31 + i) % (n / spread + 3)) as f64).collect();
                    values.sort_by(f64::total_cmp);
                    let mut distinct = values.clone();
                    distinct.dedup();
                    if distinct.len() <= max_bins {
                        continue;
                    }
                    let counts: Vec<u32> =
                        distinct.iter().map(|d| values.iter().filter(|v| *v == d).count() as u32).chain([0]).collect();
                    let distinct = Values::Sorted(distinct);
                    assert_eq!(thresholds(&distinct, &counts, max_bins), sorted_by_definition(&values, max_bins));
                }
            }
        }
    }

    #[test]
    fn rare_levels_share_the_missing_bin() {
        let (bins, of_level) = bin_levels(&[3, 0, 1, 1, 2, 5], 3);
        assert_eq!(of_level, [0, 3, 1, 3, 2, 3]);
        assert!(bins.gaps && bins.count == 3);
        let (bins, of_level) = bin_levels(&[3, 0, 1, 0], 255);
        assert_eq!((of_level, bins.gaps), (vec![0, 2, 1, 2], false));
        let (bins, of_level) = bin_levels(&vec![1; 400], 255);
        assert_eq!((bins.count, bins.gaps), (254, true));
        assert_eq!((of_level[253], of_level[254], of_level[399]), (253, 254, 254));
    }

    #[test]
    fn a_constant_column_is_left_out() {
        let x = Columns { columns: vec![Column::ranked(&[1.0, 1.0, 2.0])], rows: 3 };
        assert!(Binned::new(&x, &[0, 1], 255).active.is_empty());
        assert_eq!(Binned::new(&x, &[0, 2], 255).active, [0]);
    }
}
