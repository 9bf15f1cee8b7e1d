//! How mixed a set of entries is, from exact whole numbers.
//!
//! Sums of class weights and of quantised targets are integers, so they do not depend on the order
//! in which entries are added, and a side of a split is the node minus the other side exactly. Only
//! the last step, from sums to a gain, is in floating point, and it starts from differences that are
//! exact: a gain has all its digits however far the node lies from zero or from the rest of the rows.

use pulp::{Arch, Simd, WithSimd};

use super::search::Item;
use super::wide::Wide;

/// How mixed a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Impurity {
    /// Σ p(1 - p) over classes.
    Gini,
    /// -Σ p log₂ p over classes.
    Entropy,
    /// Variance of a number.
    SquaredError,
    /// Mean distance of a number from its median.
    AbsoluteError,
}

/// What is to be predicted, indexed by table row. Only rows of the entries are read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Truth<'a> {
    /// Finite numbers, for [`Impurity::SquaredError`] and [`Impurity::AbsoluteError`].
    Values(&'a [f64]),
    /// Classes, for [`Impurity::Gini`] and [`Impurity::Entropy`].
    Classes {
        /// For each row its class, below `classes`.
        codes: &'a [u32],
        /// Number of classes; some may not occur.
        classes: usize,
    },
}

/// How target values become whole numbers: (value - centre) / unit, rounded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantised {
    centre: f64,
    /// 1 / unit, a power of two.
    per_unit: f64,
}

/// Largest size of a quantised target as a power of two. Of a double's 53 bits this leaves out those
/// that the mean of many rows does not have anyway, and it leaves room for the sums.
const TARGET_BITS: i32 = 44;
/// Sums of size × weight stay below this power of two.
const SUM_BITS: i32 = 61;

/// The least p ≥ -1021 with |x| < 2^p.
fn power_above(x: f64) -> i32 {
    ((x.to_bits() >> 52) & 0x7ff) as i32 - 1022
}

/// 2^p for p from -1022 to 1023.
fn power_of_two(p: i32) -> f64 {
    f64::from_bits(((p + 1023) as u64) << 52)
}

impl Quantised {
    /// Quantises the values of the given rows, centred on their mean; `weight` is the most that the
    /// weights of the entries of a tree can sum to. A row may occur more than once. The order of the
    /// rows plays no part.
    pub fn new(values: &[f64], rows: impl Iterator<Item = (u32, u32)> + Clone, weight: u64) -> Self {
        let most = |of: &dyn Fn(f64) -> f64| {
            rows.clone().map(|(row, _)| of(values[row as usize]).abs()).fold(0.0, f64::max).min(f64::MAX)
        };
        let scale = |largest: f64| {
            let bits = TARGET_BITS.min(SUM_BITS - (64 - weight.leading_zeros() as i32));
            power_of_two((bits - power_above(largest)).clamp(-1022, 1000))
        };
        // The mean, too, comes from whole numbers, so that it is free of the order of the rows.
        let coarse = scale(most(&|v| v));
        let (sum, count) = rows.clone().fold((0i128, 0i128), |(sum, count), (row, weight)| {
            let whole = (values[row as usize] * coarse).round_ties_even() as i128;
            (sum + whole * i128::from(weight), count + i128::from(weight))
        });
        let centre = sum as f64 / count.max(1) as f64 / coarse;
        let fine = scale(most(&|v| v - centre));
        Self { centre, per_unit: fine }
    }

    /// The whole number of a value.
    pub fn of(&self, value: f64) -> i64 {
        // Scaled before the difference, which cannot overflow then.
        (value * self.per_unit - self.centre * self.per_unit).round_ties_even() as i64
    }

    /// What 1 stands for: a power of two.
    pub fn unit(&self) -> f64 {
        1.0 / self.per_unit
    }
}

/// A node whose quantised targets span less than this power of two is quantised anew: rows that lie far
/// off and have gone another way must not set the unit for those that are left.
const COARSE_BITS: i32 = 32;

/// Quantises the targets of a node anew where they have become small beside their unit; returns the new unit.
pub(super) fn sharpen(items: &mut [Item<i64>], truth: Truth) -> Option<f64> {
    let Truth::Values(values) = truth else { return None };
    let span = |(low, high): (i64, i64), item: &Item<i64>| (low.min(item.value), high.max(item.value));
    let (low, high) = items.iter().fold((i64::MAX, i64::MIN), span);
    let value = |item: &Item<i64>| values[item.row as usize];
    if high - low >= 1 << COARSE_BITS || items.iter().all(|item| value(item) == value(&items[0])) {
        return None;
    }
    let weight = items.iter().map(|item| u64::from(item.weight)).sum();
    let quantised = Quantised::new(values, items.iter().map(|item| (item.row, item.weight)), weight);
    items.iter_mut().for_each(|item| item.value = quantised.of(values[item.row as usize]));
    Some(quantised.unit())
}

/// Sums over a set of entries, from which an impurity follows: a run of [`stride`](Self::stride)
/// `Part`s, so that a histogram is one vector.
pub(super) trait Measure {
    /// What an entry adds: a quantised target or a class.
    type Value: Copy;
    /// One number, or a few that belong together.
    type Part: Copy + Default;

    /// Parts of the sums of one set.
    fn stride(&self) -> usize;
    /// Adds an entry.
    fn add(sums: &mut [Self::Part], value: Self::Value, weight: u32);
    /// Adds all entries of another set.
    fn merge(sums: &mut [Self::Part], other: &[Self::Part]);
    /// Number of entries.
    fn entries(sums: &[Self::Part]) -> u32;
    /// Takes up a node with these sums.
    fn begin(&mut self, node: &[Self::Part]);
    /// By how much a split of the node lowers weight × impurity. Neither side is empty.
    fn gain(&self, node: &[Self::Part], left: &[Self::Part]) -> f64;
    /// What gains of the node may be off by besides a few units of their last digit.
    fn slack(&self) -> f64 {
        0.0
    }
    /// Whether what is worked out for many splits of a node at once is there: [`Measure::lefts`], [`Measure::apart`] and
    /// [`Measure::gains`].
    const WIDE: bool = false;

    /// Sums up, for each column of a table, what a threshold of it sends to the left; nothing where that is NaN.
    fn lefts(wide: &Wide, items: &[Item<Self::Value>], thresholds: &[f64], out: &mut [Self::Part]) {
        let _ = (wide, items, thresholds, out);
    }

    /// A sum and a weight of the left side, from which [`Measure::gains`] makes a gain.
    fn apart(&self, left: &[Self::Part]) -> [f64; 2] {
        let _ = left;
        [0.0; 2]
    }

    /// In place of the sums of left sides their gains, to the last digit those of [`Measure::gain`].
    fn gains(&self, node: &[Self::Part], sums: &mut [f64], weights: &[f64]) {
        let _ = (node, sums, weights);
    }

    /// See [`sharpen`]; returns what a gain of 1 then stands for.
    fn sharpen(items: &mut [Item<Self::Value>], truth: Truth) -> Option<f64> {
        let _ = (items, truth);
        None
    }
}

/// Squared error of quantised targets.
#[derive(Default)]
pub(super) struct Squares {
    /// The mean of the node at work, rounded to a whole number.
    centre: i64,
    /// What is left of its sum when each entry is taken less the centre.
    rest: f64,
}

/// Sums for [`Squares`].
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct SquaresPart {
    pub sum: i64,
    pub weight: u32,
    pub entries: u32,
}

impl Measure for Squares {
    type Value = i64;
    type Part = SquaresPart;

    const WIDE: bool = true;

    fn lefts(wide: &Wide, items: &[Item<i64>], thresholds: &[f64], out: &mut [SquaresPart]) {
        wide.lefts(items, thresholds, out);
    }

    #[inline(always)]
    fn stride(&self) -> usize {
        1
    }

    #[inline(always)]
    fn add(sums: &mut [SquaresPart], value: i64, weight: u32) {
        let s = &mut sums[0];
        s.sum += value * i64::from(weight);
        s.weight += weight;
        s.entries += 1;
    }

    #[inline(always)]
    fn merge(sums: &mut [SquaresPart], other: &[SquaresPart]) {
        let (s, o) = (&mut sums[0], &other[0]);
        s.sum += o.sum;
        s.weight += o.weight;
        s.entries += o.entries;
    }

    #[inline(always)]
    fn entries(sums: &[SquaresPart]) -> u32 {
        sums[0].entries
    }

    #[inline(always)]
    fn apart(&self, left: &[SquaresPart]) -> [f64; 2] {
        [(left[0].sum - self.centre * i64::from(left[0].weight)) as f64, f64::from(left[0].weight)]
    }

    fn gains(&self, node: &[SquaresPart], sums: &mut [f64], weights: &[f64]) {
        Arch::new().dispatch(Gains { all: f64::from(node[0].weight), rest: self.rest, sums, weights });
    }

    fn begin(&mut self, node: &[SquaresPart]) {
        let weight = i64::from(node[0].weight);
        self.centre = (node[0].sum + weight / 2).div_euclid(weight.max(1));
        self.rest = (node[0].sum - self.centre * weight) as f64;
    }

    /// With sums S and weights w it is (Sₗwᵣ - Sᵣwₗ)² / (wₗwᵣw), where the difference is Sₗw - Swₗ and stays the
    /// same when all targets are taken less a constant.
    #[inline(always)]
    fn gain(&self, node: &[SquaresPart], left: &[SquaresPart]) -> f64 {
        let [sum, own] = self.apart(left);
        squares_gain(f64::from(node[0].weight), self.rest, sum, own)
    }

    fn sharpen(items: &mut [Item<i64>], truth: Truth) -> Option<f64> {
        sharpen(items, truth).map(|unit| unit * unit)
    }
}

#[inline(always)]
fn squares_gain(all: f64, rest: f64, sum: f64, own: f64) -> f64 {
    let apart = sum * all - rest * own;
    apart * apart / (own * (all - own) * all)
}

struct Gains<'a> {
    all: f64,
    rest: f64,
    sums: &'a mut [f64],
    weights: &'a [f64],
}

impl WithSimd for Gains<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for (sum, own) in self.sums.iter_mut().zip(self.weights) {
            *sum = squares_gain(self.all, self.rest, *sum, *own);
        }
    }
}

/// Class weights behind the number of entries.
fn add_class(sums: &mut [u32], class: u32, weight: u32) {
    sums[0] += 1;
    sums[1 + class as usize] += weight;
}

fn merge_classes(sums: &mut [u32], other: &[u32]) {
    sums.iter_mut().zip(other).for_each(|(s, o)| *s += o);
}

/// Gini's index.
pub(super) struct Gini {
    classes: usize,
    /// Weight of the node at work.
    weight: u64,
}

impl Gini {
    pub fn new(classes: usize) -> Self {
        Self { classes, weight: 0 }
    }
}

impl Measure for Gini {
    type Value = u32;
    type Part = u32;

    #[inline(always)]
    fn stride(&self) -> usize {
        1 + self.classes
    }

    #[inline(always)]
    fn add(sums: &mut [u32], class: u32, weight: u32) {
        add_class(sums, class, weight);
    }

    #[inline(always)]
    fn merge(sums: &mut [u32], other: &[u32]) {
        merge_classes(sums, other);
    }

    #[inline(always)]
    fn entries(sums: &[u32]) -> u32 {
        sums[0]
    }

    fn begin(&mut self, node: &[u32]) {
        self.weight = node[1..].iter().map(|c| u64::from(*c)).sum();
    }

    /// With a class's weights c and weights w it is Σ (cₗw - cwₗ)² / (wₗwᵣw) over classes.
    #[inline(always)]
    fn gain(&self, node: &[u32], left: &[u32]) -> f64 {
        let (all, own) = (self.weight, left[1..].iter().map(|c| u64::from(*c)).sum::<u64>());
        let mut squares = 0.0;
        for (n, l) in node[1..].iter().zip(&left[1..]) {
            // Each product may take all 64 bits, their difference takes at most 62.
            let apart = (u64::from(*l) * all).wrapping_sub(u64::from(*n) * own) as i64 as f64;
            squares += apart * apart;
        }
        squares / (own as f64 * (all - own) as f64 * all as f64)
    }
}

/// Shannon's entropy in bits.
pub(super) struct Entropy {
    classes: usize,
    /// n log₂ n for the first n.
    logs: Vec<f64>,
    /// The node at work: weight × entropy, and what the differences of logarithms may be off by.
    whole: f64,
    slack: f64,
}

impl Entropy {
    /// `weight` is what the weights of all entries sum to.
    pub fn new(classes: usize, weight: u64) -> Self {
        let logs = (0..weight.min(1 << 16) as u32 + 1).map(n_log_n).collect();
        Self { classes, logs, whole: 0.0, slack: 0.0 }
    }

    #[inline(always)]
    fn n_log_n(&self, n: u32) -> f64 {
        self.logs.get(n as usize).copied().unwrap_or_else(|| n_log_n(n))
    }
}

fn n_log_n(n: u32) -> f64 {
    if n == 0 { 0.0 } else { f64::from(n) * f64::from(n).log2() }
}

impl Measure for Entropy {
    type Value = u32;
    type Part = u32;

    #[inline(always)]
    fn stride(&self) -> usize {
        1 + self.classes
    }

    #[inline(always)]
    fn add(sums: &mut [u32], class: u32, weight: u32) {
        add_class(sums, class, weight);
    }

    #[inline(always)]
    fn merge(sums: &mut [u32], other: &[u32]) {
        merge_classes(sums, other);
    }

    #[inline(always)]
    fn entries(sums: &[u32]) -> u32 {
        sums[0]
    }

    fn begin(&mut self, node: &[u32]) {
        let logs: f64 = node[1..].iter().map(|c| self.n_log_n(*c)).sum();
        let of_weight = self.n_log_n(node[1..].iter().sum());
        self.whole = logs - of_weight;
        self.slack = 4.0 * f64::EPSILON * of_weight;
    }

    #[inline(always)]
    fn gain(&self, node: &[u32], left: &[u32]) -> f64 {
        let (mut weights, mut logs) = ((0, 0), (0.0, 0.0));
        for (n, l) in node[1..].iter().zip(&left[1..]) {
            let r = n - l;
            weights = (weights.0 + l, weights.1 + r);
            logs = (logs.0 + self.n_log_n(*l), logs.1 + self.n_log_n(r));
        }
        (logs.0 - self.n_log_n(weights.0)) + (logs.1 - self.n_log_n(weights.1)) - self.whole
    }

    fn slack(&self) -> f64 {
        self.slack
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_two_enclose() {
        for x in [1.0f64, 1.5, 2.0, 0.75, 1e300, 1e-300, -3.0] {
            let p = power_above(x);
            assert!(x.abs() < power_of_two(p) && x.abs() >= power_of_two(p - 1), "{x} {p}");
        }
    }

    #[test]
    fn quantised_targets_are_bounded_exact_and_free_of_order() {
        let values = [1.0, 2.0, 4.0, f64::NAN, 9.0];
        let rows = [(0u32, 1u32), (1, 1), (2, 3), (4, 1)];
        let q = Quantised::new(&values, rows.iter().copied(), 6);
        assert_eq!(q, Quantised::new(&values, rows.iter().rev().copied(), 6));
        // The mean is 4.
        for value in [1.0, 2.0, 4.0, 9.0] {
            assert_eq!(q.of(value) as f64 * q.unit() + 4.0, value);
            assert!(q.of(value).abs() <= 1 << TARGET_BITS);
        }
        for scale in [1e-290, 1e308] {
            let values = [-scale, 0.5 * scale, scale];
            let whole = values.map(|v| Quantised::new(&values, (0..3).map(|r| (r, 1)), 1 << 40).of(v));
            assert!(whole.iter().all(|t| t.abs() <= 1 << 21));
            assert!(whole.is_sorted() && whole[0] < whole[1] && whole[1] < whole[2]);
        }
    }
}
