//! The best split of a node, from the sums of its rows by bin.
//!
//! Gains and leaf values are those of scikit-learn 1.9 (`splitting.pyx`), which has them from Chen and Guestrin (2016,
//! equations 5 to 7). Of equal gains the first is taken: earlier column; smaller threshold, or for levels fewer levels on
//! the left, those with small gradients before those with large ones; missing cells on the right before on the left.

use std::cmp::Ordering;
use std::ops::{AddAssign, Sub, SubAssign};

use super::bins::{BinRule, Binned, Bins};
use super::step::{STEP_BITS, Step, Units};

/// Least sum of hessians on either side of a split.
pub(super) const MIN_HESSIAN: f64 = 1e-3;
/// Levels of less hessian, on a scale where it is 1 per row on average, always go right; it also smooths the order.
pub(super) const LEVEL_SUPPORT: f64 = 10.0;

/// Exact sums over some rows, in [`Units`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Sums {
    pub(super) gradient: i64,
    /// 0 where hessians are constant.
    pub(super) hessian: i64,
    pub(super) rows: u32,
}

impl Sums {
    /// The parts of a step, or of the sum of few.
    pub(super) fn of(step: Step) -> Self {
        Self { gradient: step[0], hessian: step[1] >> STEP_BITS, rows: (step[1] & ((1 << STEP_BITS) - 1)) as u32 }
    }
}

impl AddAssign for Sums {
    fn add_assign(&mut self, other: Self) {
        self.gradient += other.gradient;
        self.hessian += other.hessian;
        self.rows += other.rows;
    }
}

impl SubAssign for Sums {
    fn sub_assign(&mut self, other: Self) {
        self.gradient -= other.gradient;
        self.hessian -= other.hessian;
        self.rows -= other.rows;
    }
}

impl Sub for Sums {
    type Output = Self;

    fn sub(mut self, other: Self) -> Self {
        self -= other;
        self
    }
}

/// What a split must meet and how it is valued.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Terms {
    pub(super) units: Units,
    /// Whether each row's hessian is 1.
    pub(super) constant_hessian: bool,
    pub(super) l2: f64,
    pub(super) min_samples_leaf: u32,
}

impl Terms {
    /// The sum of gradients as a number.
    pub(super) fn gradient(&self, sums: Sums) -> f64 {
        sums.gradient as f64 * self.units.gradient
    }

    /// The sum of hessians as a number.
    pub(super) fn hessian(&self, sums: Sums) -> f64 {
        if self.constant_hessian { f64::from(sums.rows) } else { sums.hessian as f64 * self.units.hessian }
    }

    /// The Newton step that is best for these rows.
    pub(super) fn value(&self, sums: Sums) -> f64 {
        -self.gradient(sums) / (self.hessian(sums) + self.l2 + 1e-15)
    }

    /// Whether rows may be a child.
    pub(super) fn allows(&self, sums: Sums) -> bool {
        sums.rows >= self.min_samples_leaf && self.hessian(sums) >= MIN_HESSIAN
    }

    /// How much less loss two children have than their node.
    ///
    /// That is Gₗ²/a + Gᵣ²/b - G²/(H + l2) with a = Hₗ + l2 and b = Hᵣ + l2. Gradients of a node may have much in common,
    /// and then these terms are nearly the same; so it is worked out as (Gₗb - Gᵣa)² / (ab(a + b)), less what the penalty
    /// takes, and the difference is exact where hessians are constant.
    pub(super) fn gain(&self, left: Sums, right: Sums) -> f64 {
        let (a, b) = (self.hessian(left) + self.l2, self.hessian(right) + self.l2);
        let apart = if self.constant_hessian && self.l2 == 0.0 {
            let of = |gradient: i64, rows: u32| i128::from(gradient) * i128::from(rows);
            (of(left.gradient, right.rows) - of(right.gradient, left.rows)) as f64 * self.units.gradient
        } else {
            let (one, other) = (self.gradient(left) * b, self.gradient(right) * a);
            let rounding = 4.0 * f64::EPSILON * (one.abs() + other.abs());
            if (one - other).abs() <= rounding { 0.0 } else { one - other }
        };
        let gain = apart * apart / (a * b * (a + b));
        if self.l2 == 0.0 {
            return gain;
        }
        let gradient = self.gradient(left) + self.gradient(right);
        gain - self.l2 * gradient * gradient / ((a + b) * (a + b - self.l2))
    }
}

/// Bins that go left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// All up to this one.
    UpTo(u8),
    /// Those whose bit is set.
    Set([u64; 4]),
}

/// A split of a node.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Split {
    pub(super) gain: f64,
    /// The place of the column among the active ones.
    pub(super) place: usize,
    pub(super) cut: Cut,
    /// Where missing cells go.
    pub(super) gaps_left: bool,
    pub(super) left: Sums,
}

impl Split {
    /// For each bin whether it goes left.
    pub(super) fn sides(&self, gap_bin: usize) -> [bool; 256] {
        std::array::from_fn(|bin| match self.cut {
            _ if bin == gap_bin => self.gaps_left,
            Cut::UpTo(last) => bin <= usize::from(last),
            Cut::Set(bits) => bits[bin / 64] >> (bin % 64) & 1 == 1,
        })
    }
}

/// The search within one node.
struct Search<'a> {
    terms: &'a Terms,
    node: Sums,
    /// What a gain must exceed.
    least: f64,
    best: Option<Split>,
}

impl Search<'_> {
    fn offer(&mut self, place: usize, left: Sums, gaps_left: bool, cut: impl FnOnce() -> Cut) {
        let right = self.node - left;
        if !self.terms.allows(left) || !self.terms.allows(right) || !self.may_gain(left, right) {
            return;
        }
        let gain = self.terms.gain(left, right);
        if gain > self.most() {
            self.best = Some(Split { gain, place, cut: cut(), gaps_left, left });
        }
    }

    /// The gain that has to be exceeded.
    fn most(&self) -> f64 {
        self.best.map_or(self.least, |b| b.gain)
    }

    /// Whether the gain may exceed the best one: a bound in a few operations, which the penalty makes no larger.
    fn may_gain(&self, left: Sums, right: Sums) -> bool {
        let (a, b) = (self.terms.hessian(left) + self.terms.l2, self.terms.hessian(right) + self.terms.l2);
        let (one, other) = (self.terms.gradient(left) * b, self.terms.gradient(right) * a);
        let apart = (one - other).abs() + 8.0 * f64::EPSILON * (one.abs() + other.abs());
        // The factor is for rounding; what cannot be compared is worked out.
        let (bound, needed) = (apart * apart * (1.0 + 1e-12), self.most() * (a * b * (a + b)));
        bound.partial_cmp(&needed) != Some(Ordering::Less)
    }

    /// Thresholds lie after bins in which the node has rows; with gaps also after the last such bin.
    fn numbers(&mut self, place: usize, bins: &Bins, cells: &[Sums]) {
        let gaps = cells[bins.gap_bin()];
        let least = self.terms.min_samples_leaf;
        let mut left = Sums::default();
        for (bin, cell) in cells[..bins.count].iter().enumerate() {
            if cell.rows == 0 {
                continue;
            }
            left += *cell;
            // The right side only shrinks.
            if self.node.rows - left.rows < least {
                break;
            }
            self.offer(place, left, false, || Cut::UpTo(bin as u8));
            if gaps.rows > 0 {
                let mut with_gaps = left;
                with_gaps += gaps;
                self.offer(place, with_gaps, true, || Cut::UpTo(bin as u8));
            }
        }
    }

    /// Levels in the order of their mean gradients: a few of the smallest or of the largest go left, at most half.
    fn levels(&mut self, place: usize, bins: &Bins, cells: &[Sums]) {
        let rows_per_hessian = f64::from(self.node.rows) / self.terms.hessian(self.node);
        let mut order: Vec<(f64, u8)> = Vec::with_capacity(cells.len());
        for (bin, cell) in cells.iter().enumerate() {
            let hessian = self.terms.hessian(*cell);
            if hessian * rows_per_hessian >= LEVEL_SUPPORT {
                order.push((self.terms.gradient(*cell) / (hessian + LEVEL_SUPPORT), bin as u8));
            }
        }
        if order.len() < 2 {
            return;
        }
        order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let half = order.len().div_ceil(2);
        self.some_levels(place, bins, cells, order.iter().take(half));
        self.some_levels(place, bins, cells, order.iter().rev().take(half - 1));
    }

    fn some_levels<'o>(
        &mut self,
        place: usize,
        bins: &Bins,
        cells: &[Sums],
        order: impl Iterator<Item = &'o (f64, u8)>,
    ) {
        let (mut left, mut bits) = (Sums::default(), [0; 4]);
        for (_, bin) in order {
            let bin = usize::from(*bin);
            left += cells[bin];
            bits[bin / 64] |= 1u64 << (bin % 64);
            let gaps_left = bits[bins.gap_bin() / 64] >> (bins.gap_bin() % 64) & 1 == 1;
            self.offer(place, left, gaps_left, || Cut::Set(bits));
        }
    }
}

/// The split of largest gain, if one has a gain above 0. A root has no value yet, so that a split of it gains what its
/// own value would, too.
///
/// Where no row of the node is missing in the column, missing cells go to the child with more rows, of equal ones right.
pub(super) fn best_split(binned: &Binned, histogram: &[Sums], terms: &Terms, node: Sums, root: bool) -> Option<Split> {
    let least = if root { terms.gradient(node) * terms.value(node) } else { 0.0 };
    let mut search = Search { terms, node, least, best: None };
    for (place, column) in binned.active.iter().enumerate() {
        let bins = &binned.bins[*column];
        let cells = &histogram[binned.starts[place]..binned.starts[place + 1]];
        match bins.rule {
            BinRule::Number { .. } => search.numbers(place, bins, cells),
            BinRule::Levels(_) => search.levels(place, bins, cells),
        }
    }
    let mut best = search.best?;
    let gap_cell = binned.starts[best.place] + binned.bins[binned.active[best.place]].gap_bin();
    if histogram[gap_cell].rows == 0 {
        best.gaps_left = best.left.rows > node.rows - best.left.rows;
    }
    Some(best)
}
