//! The best split of one node on one column.

use super::codes::Codes;
use super::impurity::{Measure, Truth};
use super::wide::Wide;

/// An entry of a node, with what the measure needs of its target next to it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item<V> {
    pub row: u32,
    pub weight: u32,
    pub value: V,
}

/// One way to part a column's codes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cut {
    /// The largest code on the left, and the smallest on the right that is not missing.
    pub lower: u32,
    pub upper: u32,
    pub missing_left: bool,
}

/// A split that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Split {
    /// By how much it lowers weight × impurity.
    pub gain: f64,
    /// Encoded column.
    pub column: u32,
    /// Its place in the order that settles ties.
    pub place: u32,
    /// Neighbouring codes of the node on the two sides of the threshold; `upper` is the missing code
    /// where all that is missing is parted from all the rest. Both are the level for a level.
    pub lower: u32,
    pub upper: u32,
    pub missing_left: bool,
    /// Number of entries on the left.
    pub left: u32,
    /// A threshold that was drawn.
    pub threshold: Option<f64>,
}

/// Gains that differ by less than this share are equal but for rounding.
pub(super) const TIE: f64 = 1e-12;

/// The best split so far. Of equally good splits the one whose column comes first in the tree's
/// order of columns wins, then the smaller threshold, then missing to the right: whatever the order in which they come.
#[derive(Debug, Default)]
pub(super) struct Best {
    pub split: Option<Split>,
    /// The encoded column that splits are now offered of, its place in the order that settles ties, and its
    /// drawn threshold.
    pub column: u32,
    pub place: u32,
    pub threshold: Option<f64>,
    /// Least number of entries of a side.
    pub least_entries: u32,
    /// What gains may be off by besides [`TIE`].
    pub slack: f64,
}

impl Best {
    /// Turns to another encoded column, given the place of each where splits are equally good.
    pub fn take_up(&mut self, column: u32, places: &[u32]) {
        (self.column, self.place, self.threshold) = (column, places[column as usize], None);
    }

    fn tie(&self, gain: f64) -> f64 {
        TIE * gain + self.slack
    }

    #[inline(always)]
    fn offer(&mut self, gain: f64, lower: u32, upper: u32, missing_left: bool, left: u32) {
        if self.split.as_ref().is_none_or(|best| gain >= best.gain - self.tie(best.gain)) {
            self.weigh(gain, lower, upper, missing_left, left);
        }
    }

    fn weigh(&mut self, gain: f64, lower: u32, upper: u32, missing_left: bool, left: u32) {
        let key = (self.place, lower, missing_left);
        if self.split.is_none_or(|b| gain > b.gain + self.tie(b.gain) || key < (b.place, b.lower, b.missing_left)) {
            let (column, place, threshold) = (self.column, self.place, self.threshold);
            self.split = Some(Split { gain, column, place, lower, upper, missing_left, left, threshold });
        }
    }

    /// Offers a split unless a side of `left` and `right` entries is too small.
    #[inline(always)]
    pub fn offer_sides(
        &mut self,
        (left, right): (u32, u32),
        gain: impl FnOnce() -> f64,
        cut: (u32, u32),
        missing_left: bool,
    ) {
        if left >= self.least_entries && right >= self.least_entries {
            self.offer(gain(), cut.0, cut.1, missing_left, left);
        }
    }
}

/// Finds splits of a node, column by column, for one impurity.
pub(super) trait Splitter {
    /// What an item carries of its target.
    type Value: Copy + PartialEq;

    /// Whether one threshold of each column can be tried for all columns at once.
    const WIDE: bool = false;

    /// Sums up what a threshold of each column of a table of numbers sends to the left; nothing where that is NaN.
    fn sum_lefts(&mut self, wide: &Wide, items: &[Item<Self::Value>], thresholds: &[f64]) {
        let _ = (wide, items, thresholds);
    }

    /// Offers what was summed up for a column. Its neighbouring codes are left to whom the best split is given.
    fn offer_summed(&mut self, column: usize, best: &mut Best) {
        let _ = (column, best);
    }

    /// Takes up a node; returns what its gains may be off by besides [`TIE`].
    fn begin(&mut self, items: &[Item<Self::Value>]) -> f64;
    /// Quantises the targets of a node anew where they have become small beside their unit; returns what a
    /// gain of 1 then stands for.
    fn sharpen(&self, items: &mut [Item<Self::Value>], truth: Truth) -> Option<f64>;
    /// Offers every threshold of a column that is not constant.
    fn thresholds(&mut self, items: &[Item<Self::Value>], codes: &Codes, best: &mut Best);
    /// Offers the one threshold between two neighbouring codes of the node.
    fn threshold(&mut self, items: &[Item<Self::Value>], codes: &Codes, cut: Cut, best: &mut Best);
    /// Offers missing against present.
    fn gaps(&mut self, items: &[Item<Self::Value>], codes: &Codes, best: &mut Best);
    /// Tabulates a levels column of the node in its slot.
    fn tabulate(&mut self, slot: usize, items: &[Item<Self::Value>], codes: &Codes);
    /// The levels of a tabulated column that occur in the node, in any order.
    fn present(&self, slot: usize) -> &[u32];
    /// Number of items with a level of a tabulated column.
    fn level_entries(&self, slot: usize, level: u32) -> u32;
    /// Offers a level of a tabulated column against the rest; it holds some but not all items.
    fn level(&mut self, slot: usize, level: u32, items: &[Item<Self::Value>], best: &mut Best);
}

/// A levels column of a node.
struct Table<P> {
    /// Sums of each level.
    sums: Vec<P>,
    present: Vec<u32>,
}

/// Splits by sums of a [`Measure`].
pub(super) struct Sums<M: Measure> {
    measure: M,
    /// Sums of the node.
    node: Vec<M::Part>,
    /// Sums of the node's items that the column is missing for.
    gaps: Vec<M::Part>,
    left: Vec<M::Part>,
    left_with_gaps: Vec<M::Part>,
    /// Sums by code, all zero between uses.
    bins: Vec<M::Part>,
    tables: Vec<Table<M::Part>>,
    keys: Vec<u64>,
    spare_keys: Vec<u64>,
    /// By column, of one threshold each.
    lefts: Vec<M::Part>,
    /// By item of a column in its order, of the items before it.
    sides: Lefts,
}

/// Left sides of splits of a node: see [`Measure::apart`].
#[derive(Default)]
struct Lefts {
    sums: Vec<f64>,
    weights: Vec<f64>,
}

/// A histogram is used where it has at most this many bins for each item; else items are sorted.
const BINS_FOR_AN_ITEM: usize = 6;

/// Where gains are worked out side by side, a histogram is used of so many items for each bin.
const ITEMS_FOR_A_BIN: usize = 4;

impl<M: Measure> Sums<M> {
    /// `levels` are the widths of the levels columns, one for each slot.
    pub fn new(measure: M, levels: &[usize]) -> Self {
        let none = vec![M::Part::default(); measure.stride()];
        let table = |levels: &usize| Table {
            sums: vec![M::Part::default(); levels * measure.stride()],
            present: Vec::with_capacity(*levels),
        };
        Self {
            tables: levels.iter().map(table).collect(),
            measure,
            node: none.clone(),
            gaps: none.clone(),
            left: none.clone(),
            left_with_gaps: none,
            bins: Vec::new(),
            keys: Vec::new(),
            spare_keys: Vec::new(),
            lefts: Vec::new(),
            sides: Lefts::default(),
        }
    }

    /// Offers what has been gathered in `left` against the rest, with the missing items on either side.
    #[inline(always)]
    fn offer_left(&mut self, lower: u32, upper: u32, gaps: bool, best: &mut Best) {
        let (entries, all) = (M::entries(&self.left), M::entries(&self.node));
        let gain = || self.measure.gain(&self.node, &self.left);
        best.offer_sides((entries, all - entries), gain, (lower, upper), false);
        if gaps {
            self.left_with_gaps.copy_from_slice(&self.left);
            M::merge(&mut self.left_with_gaps, &self.gaps);
            let entries = M::entries(&self.left_with_gaps);
            let gain = || self.measure.gain(&self.node, &self.left_with_gaps);
            best.offer_sides((entries, all - entries), gain, (lower, upper), true);
        }
    }

    /// Offers all thresholds of a column without gaps, with their gains worked out side by side.
    fn thresholds_together(&mut self, items: &[Item<M::Value>], codes: &Codes, best: &mut Best) {
        codes.sort_into(&mut self.keys, &mut self.spare_keys);
        let Lefts { sums, weights } = &mut self.sides;
        sums.resize(self.keys.len(), 0.0);
        weights.resize(self.keys.len(), 0.0);
        let mut left = [M::Part::default()];
        for ((key, sum), weight) in self.keys.iter().zip(sums.iter_mut()).zip(weights.iter_mut()) {
            [*sum, *weight] = self.measure.apart(&left);
            let item = &items[*key as u32 as usize];
            M::add(&mut left, item.value, item.weight);
        }
        self.measure.gains(&self.node, sums, weights);
        // Each key is an entry: as many are on the left as come before.
        let all = self.keys.len() as u32;
        for ((pair, gain), left) in self.keys.windows(2).zip(&sums[1..]).zip(1..) {
            let [lower, upper] = [pair[0], pair[1]].map(|key| (key >> 32) as u32);
            if lower != upper {
                best.offer_sides((left, all - left), || *gain, (lower, upper), false);
            }
        }
    }

    fn gather_gaps(&mut self, items: &[Item<M::Value>], codes: &Codes) {
        self.gaps.fill(M::Part::default());
        for (item, code) in items.iter().zip(&codes.codes) {
            if *code == codes.missing {
                M::add(&mut self.gaps, item.value, item.weight);
            }
        }
    }

    fn thresholds_by_histogram(&mut self, items: &[Item<M::Value>], codes: &Codes, best: &mut Best) {
        let stride = self.measure.stride();
        let mut bins = std::mem::take(&mut self.bins);
        let width = (codes.largest - codes.least + 1) as usize * stride;
        if bins.len() < width {
            bins.resize(width, M::Part::default());
        }
        for (item, code) in items.iter().zip(&codes.codes) {
            if codes.gaps == 0 || *code != codes.missing {
                let at = (*code - codes.least) as usize * stride;
                M::add(&mut bins[at..at + stride], item.value, item.weight);
            }
        }
        let mut previous = codes.least;
        for (bin, code) in bins[..width].chunks_exact_mut(stride).zip(codes.least..) {
            if M::entries(bin) == 0 {
                continue;
            }
            if code > codes.least {
                self.offer_left(previous, code, codes.gaps > 0, best);
            }
            M::merge(&mut self.left, bin);
            bin.fill(M::Part::default());
            previous = code;
        }
        self.bins = bins;
    }

    fn thresholds_by_sorting(&mut self, items: &[Item<M::Value>], codes: &Codes, best: &mut Best) {
        let mut keys = std::mem::take(&mut self.keys);
        codes.sort_into(&mut keys, &mut self.spare_keys);
        let mut previous = codes.least;
        for key in &keys {
            let (code, item) = ((key >> 32) as u32, &items[*key as u32 as usize]);
            if code != previous {
                self.offer_left(previous, code, codes.gaps > 0, best);
                previous = code;
            }
            M::add(&mut self.left, item.value, item.weight);
        }
        self.keys = keys;
    }
}

impl<M: Measure<Value: PartialEq>> Splitter for Sums<M> {
    type Value = M::Value;

    const WIDE: bool = M::WIDE;

    fn sum_lefts(&mut self, wide: &Wide, items: &[Item<M::Value>], thresholds: &[f64]) {
        self.lefts.resize(thresholds.len(), M::Part::default());
        M::lefts(wide, items, thresholds, &mut self.lefts);
    }

    fn offer_summed(&mut self, column: usize, best: &mut Best) {
        let left = &self.lefts[column..=column];
        let (entries, all) = (M::entries(left), M::entries(&self.node));
        best.offer_sides((entries, all - entries), || self.measure.gain(&self.node, left), (0, 0), false);
    }

    fn begin(&mut self, items: &[Item<M::Value>]) -> f64 {
        self.node.fill(M::Part::default());
        items.iter().for_each(|item| M::add(&mut self.node, item.value, item.weight));
        self.measure.begin(&self.node);
        self.measure.slack()
    }

    fn sharpen(&self, items: &mut [Item<M::Value>], truth: Truth) -> Option<f64> {
        M::sharpen(items, truth)
    }

    fn thresholds(&mut self, items: &[Item<M::Value>], codes: &Codes, best: &mut Best) {
        if codes.gaps > 0 {
            self.gather_gaps(items, codes);
        }
        if codes.least < codes.largest {
            self.left.fill(M::Part::default());
            let bins = (codes.largest - codes.least) as usize;
            if M::WIDE && codes.gaps == 0 && bins > items.len() / ITEMS_FOR_A_BIN {
                self.thresholds_together(items, codes, best);
            } else if bins <= BINS_FOR_AN_ITEM * items.len() {
                self.thresholds_by_histogram(items, codes, best);
            } else {
                self.thresholds_by_sorting(items, codes, best);
            }
        }
        if codes.gaps > 0 {
            self.gaps(items, codes, best);
        }
    }

    fn threshold(&mut self, items: &[Item<M::Value>], codes: &Codes, cut: Cut, best: &mut Best) {
        let Cut { lower, upper, missing_left } = cut;
        self.left.fill(M::Part::default());
        for (item, code) in items.iter().zip(&codes.codes) {
            if *code <= lower || (missing_left && *code == codes.missing) {
                M::add(&mut self.left, item.value, item.weight);
            }
        }
        let (left, all) = (M::entries(&self.left), M::entries(&self.node));
        let gain = || self.measure.gain(&self.node, &self.left);
        best.offer_sides((left, all - left), gain, (lower, upper), missing_left);
    }

    fn gaps(&mut self, items: &[Item<M::Value>], codes: &Codes, best: &mut Best) {
        self.left.fill(M::Part::default());
        for (item, code) in items.iter().zip(&codes.codes) {
            if *code != codes.missing {
                M::add(&mut self.left, item.value, item.weight);
            }
        }
        best.threshold = None;
        self.offer_left(codes.largest, codes.missing, false, best);
    }

    fn tabulate(&mut self, slot: usize, items: &[Item<M::Value>], codes: &Codes) {
        let stride = self.measure.stride();
        let table = &mut self.tables[slot];
        for level in table.present.drain(..) {
            table.sums[level as usize * stride..][..stride].fill(M::Part::default());
        }
        for (item, code) in items.iter().zip(&codes.codes) {
            let sums = &mut table.sums[*code as usize * stride..][..stride];
            if M::entries(sums) == 0 {
                table.present.push(*code);
            }
            M::add(sums, item.value, item.weight);
        }
    }

    fn present(&self, slot: usize) -> &[u32] {
        &self.tables[slot].present
    }

    fn level_entries(&self, slot: usize, level: u32) -> u32 {
        M::entries(&self.tables[slot].sums[level as usize * self.measure.stride()..])
    }

    fn level(&mut self, slot: usize, level: u32, _: &[Item<M::Value>], best: &mut Best) {
        let stride = self.measure.stride();
        let with = &self.tables[slot].sums[level as usize * stride..][..stride];
        let (entries, all) = (M::entries(with), M::entries(&self.node));
        // A gain does not mind which of its sides is called left.
        let gain = || self.measure.gain(&self.node, with);
        best.offer_sides((all - entries, entries), gain, (level, level), false);
    }
}
