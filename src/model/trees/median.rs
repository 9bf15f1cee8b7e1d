//! Splits for the absolute error: each side is measured about its own median.

use super::codes::Codes;
use super::impurity::{Truth, sharpen};
use super::search::{Best, Cut, Item, Splitter};

/// Entries by the rank of their target, with the sum of distances from the median at hand: two
/// Fenwick trees (Fenwick 1994), of weights and of weight × target. All in whole numbers.
#[derive(Default)]
struct Side {
    /// Weight and weight × target of stretches of ranks.
    sums: Vec<(u64, i64)>,
    weight: u64,
    sum: i64,
    entries: u32,
}

impl Side {
    fn clear(&mut self, ranks: usize) {
        self.sums.clear();
        self.sums.resize(ranks + 1, (0, 0));
        (self.weight, self.sum, self.entries) = (0, 0, 0);
    }

    fn change(&mut self, rank: u32, change: impl Fn(&mut u64, &mut i64)) {
        change(&mut self.weight, &mut self.sum);
        let mut at = rank as usize + 1;
        while at < self.sums.len() {
            let (weight, sum) = &mut self.sums[at];
            change(weight, sum);
            at += at & at.wrapping_neg();
        }
    }

    fn add(&mut self, rank: u32, weight: u32, target: i64) {
        self.entries += 1;
        self.change(rank, |w, s| (*w, *s) = (*w + u64::from(weight), *s + i64::from(weight) * target));
    }

    fn remove(&mut self, rank: u32, weight: u32, target: i64) {
        self.entries -= 1;
        self.change(rank, |w, s| (*w, *s) = (*w - u64::from(weight), *s - i64::from(weight) * target));
    }

    /// Σ weight × |target - median|. Every number between the two middle targets gives the same; this
    /// takes the lower one.
    fn cost(&self, targets: &[i64]) -> i64 {
        let (mut at, mut below) = (0, (0, 0));
        let mut step = self.sums.len().next_power_of_two() / 2;
        while step > 0 {
            if let Some((weight, sum)) = self.sums.get(at + step)
                && 2 * (below.0 + weight) < self.weight
            {
                at += step;
                below = (below.0 + weight, below.1 + sum);
            }
            step /= 2;
        }
        let above = (self.weight - below.0, self.sum - below.1);
        let median = targets.get(at).copied().unwrap_or(0);
        (median * below.0 as i64 - below.1) + (above.1 - median * above.0 as i64)
    }
}

/// A levels column of a node: its items, sorted by level.
#[derive(Default)]
struct Table {
    keys: Vec<u64>,
    present: Vec<u32>,
}

impl Table {
    fn of(&self, level: u32) -> &[u64] {
        let start = |level: u64| self.keys.partition_point(|key| *key < level << 32);
        let (from, to) = (start(u64::from(level)), start(u64::from(level) + 1));
        &self.keys[from..to]
    }
}

/// The splitter for the absolute error of quantised targets.
#[derive(Default)]
pub(super) struct Medians {
    /// The node's distinct targets, ascending, and the rank of each item's.
    targets: Vec<i64>,
    ranks: Vec<u32>,
    /// The cost of the node in one piece.
    whole: i64,
    left: Side,
    right: Side,
    keys: Vec<u64>,
    spare: Vec<u64>,
    tables: Vec<Table>,
}

impl Medians {
    /// For so many levels columns.
    pub fn new(slots: usize) -> Self {
        Self { tables: (0..slots).map(|_| Table::default()).collect(), ..Self::default() }
    }

    /// Puts each item on the side that `goes_left` says.
    fn place(&mut self, items: &[Item<i64>], goes_left: impl Fn(usize) -> bool) {
        self.left.clear(self.targets.len());
        self.right.clear(self.targets.len());
        for (i, item) in items.iter().enumerate() {
            let side = if goes_left(i) { &mut self.left } else { &mut self.right };
            side.add(self.ranks[i], item.weight, item.value);
        }
    }

    fn offer(&self, cut: (u32, u32), missing_left: bool, best: &mut Best) {
        let gain = || (self.whole - self.left.cost(&self.targets) - self.right.cost(&self.targets)) as f64;
        best.offer_sides((self.left.entries, self.right.entries), gain, cut, missing_left);
    }
}

impl Splitter for Medians {
    type Value = i64;

    fn begin(&mut self, items: &[Item<i64>]) -> f64 {
        self.targets.clear();
        self.targets.extend(items.iter().map(|item| item.value));
        self.targets.sort_unstable();
        self.targets.dedup();
        self.ranks.clear();
        self.ranks.extend(items.iter().map(|item| self.targets.partition_point(|t| *t < item.value) as u32));
        self.place(items, |_| true);
        self.whole = self.left.cost(&self.targets);
        0.0
    }

    fn sharpen(&self, items: &mut [Item<i64>], truth: Truth) -> Option<f64> {
        sharpen(items, truth)
    }

    fn thresholds(&mut self, items: &[Item<i64>], codes: &Codes, best: &mut Best) {
        if codes.least < codes.largest {
            let mut keys = std::mem::take(&mut self.keys);
            codes.sort_into(&mut keys, &mut self.spare);
            for missing_left in [false, true] {
                if missing_left && codes.gaps == 0 {
                    continue;
                }
                self.place(items, |i| missing_left && codes.codes[i] == codes.missing);
                let mut previous = codes.least;
                for key in &keys {
                    let (code, i) = ((key >> 32) as u32, *key as u32 as usize);
                    if code != previous {
                        self.offer((previous, code), missing_left, best);
                        previous = code;
                    }
                    self.left.add(self.ranks[i], items[i].weight, items[i].value);
                    self.right.remove(self.ranks[i], items[i].weight, items[i].value);
                }
            }
            self.keys = keys;
        }
        if codes.gaps > 0 {
            self.gaps(items, codes, best);
        }
    }

    fn threshold(&mut self, items: &[Item<i64>], codes: &Codes, cut: Cut, best: &mut Best) {
        let Cut { lower, upper, missing_left } = cut;
        self.place(items, |i| codes.codes[i] <= lower || (missing_left && codes.codes[i] == codes.missing));
        self.offer((lower, upper), missing_left, best);
    }

    fn gaps(&mut self, items: &[Item<i64>], codes: &Codes, best: &mut Best) {
        self.place(items, |i| codes.codes[i] != codes.missing);
        best.threshold = None;
        self.offer((codes.largest, codes.missing), false, best);
    }

    fn tabulate(&mut self, slot: usize, _: &[Item<i64>], codes: &Codes) {
        let table = &mut self.tables[slot];
        codes.sort_into(&mut table.keys, &mut self.spare);
        table.present.clear();
        table.present.extend(table.keys.iter().map(|key| (key >> 32) as u32));
        table.present.dedup();
    }

    fn present(&self, slot: usize) -> &[u32] {
        &self.tables[slot].present
    }

    fn level_entries(&self, slot: usize, level: u32) -> u32 {
        self.tables[slot].of(level).len() as u32
    }

    fn level(&mut self, slot: usize, level: u32, items: &[Item<i64>], best: &mut Best) {
        // Between levels all items are on the left.
        if self.left.entries as usize != items.len() {
            self.place(items, |_| true);
        }
        let table = std::mem::take(&mut self.tables[slot]);
        for i in table.of(level).iter().map(|key| *key as u32 as usize) {
            self.left.remove(self.ranks[i], items[i].weight, items[i].value);
            self.right.add(self.ranks[i], items[i].weight, items[i].value);
        }
        self.offer((level, level), false, best);
        for i in table.of(level).iter().map(|key| *key as u32 as usize) {
            self.right.remove(self.ranks[i], items[i].weight, items[i].value);
            self.left.add(self.ranks[i], items[i].weight, items[i].value);
        }
        self.tables[slot] = table;
    }
}
