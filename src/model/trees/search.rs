//! The best split of a node on one column.

use super::absolute::{cost, leading_costs};
use super::columns::Column;
use super::runs::Runs;
use super::sample::{Impurity, Item, Sums};

/// How rows are parted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Test {
    /// Numbers up to the threshold go left: codes below `cut`.
    Number {
        /// The largest number that goes left.
        threshold: f64,
        /// The number of codes that go left.
        cut: u32,
        /// Whether missing goes left.
        missing_left: bool,
    },
    /// Rows with the level go right, as those with a 1 in its one-hot column.
    Level(u32),
}

impl Test {
    /// Whether a code goes left; `missing` is the code of a missing number.
    pub fn is_left(self, code: u32, missing: u32) -> bool {
        match self {
            Self::Number { missing_left, .. } if code == missing => missing_left,
            Self::Number { cut, .. } => code < cut,
            Self::Level(level) => code != level,
        }
    }
}

/// A way to part a node, and how good it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    pub column: usize,
    pub test: Test,
    pub quality: f64,
}

/// Whether a quality is larger by more than rounding: what is equal but for that is a tie.
pub fn beats(quality: f64, best: f64) -> bool {
    quality > best + 1e-12 * best.abs()
}

/// What all columns of a node have in common.
pub struct Node<'a> {
    pub items: &'a [Item],
    pub whole: &'a Sums,
    pub impurity: Impurity,
    pub min_samples_leaf: usize,
}

/// Sums of both sides, reused.
pub struct Sides {
    left: Sums,
    right: Sums,
    with_missing: Sums,
    rest: Sums,
}

impl Sides {
    /// For targets with so many classes.
    pub fn new(classes: usize) -> Self {
        let new = || Sums::new(classes);
        Self { left: new(), right: new(), with_missing: new(), rest: new() }
    }
}

impl Sides {
    /// After a look at one test: whether left has at least the weight of right.
    pub fn left_is_heavier(&self) -> bool {
        self.left.weight >= self.right.weight
    }
}

/// A threshold between two neighbouring values: their middle, or the lower one where that rounds up.
fn between(low: f64, high: f64) -> f64 {
    let middle = 0.5 * low + 0.5 * high;
    if middle < high { middle } else { low }
}

impl Node<'_> {
    fn allowed(&self, left: u32, right: u32) -> bool {
        left as usize >= self.min_samples_leaf && right as usize >= self.min_samples_leaf
    }

    fn both(&self, left: &Sums, right: &Sums) -> Option<f64> {
        self.allowed(left.count, right.count).then(|| self.impurity.quality(left) + self.impurity.quality(right))
    }

    /// Tries every split of a column of numbers, thresholds ascending; at each, missing rows go right, then
    /// left; last, all present rows go left. Only a better one replaces `best`.
    pub fn numbers(&self, index: usize, column: &Column, runs: &Runs, sides: &mut Sides, best: &mut Option<Candidate>) {
        let Column::Number { values, .. } = column else { return };
        let missing = values.len() as u32;
        let gaps = runs.runs.last().is_some_and(|r| r.code == missing);
        let present = runs.runs.len() - usize::from(gaps);
        let mut better = |quality: f64, threshold: f64, cut: u32, missing_left: bool| {
            if best.is_none_or(|b| beats(quality, b.quality)) {
                *best = Some(Candidate { column: index, test: Test::Number { threshold, cut, missing_left }, quality });
            }
        };
        sides.left.clear();
        for r in 0..present {
            sides.left.join(&runs.runs[r], runs.classes(r));
            let last = r + 1 == present;
            if last && !gaps {
                break;
            }
            sides.right.set_rest(self.whole, &sides.left);
            let cut_at = || {
                if last {
                    return (f64::INFINITY, missing);
                }
                let (low, high) = (runs.runs[r].code, runs.runs[r + 1].code);
                let threshold = between(values[low as usize], values[high as usize]);
                // Values of rows outside the node may lie between: they go where the threshold says.
                let inside = &values[low as usize..high as usize];
                (threshold, low + inside.partition_point(|v| *v <= threshold) as u32)
            };
            // Where the node has no missing rows, missing goes with the larger part.
            let to_left = !gaps && sides.left.weight >= sides.right.weight;
            if let Some(quality) = self.both(&sides.left, &sides.right) {
                let (threshold, cut) = cut_at();
                better(quality, threshold, cut, to_left);
            }
            if gaps && !last {
                sides.with_missing.set(&sides.left);
                sides.with_missing.join(&runs.runs[present], runs.classes(present));
                sides.rest.set_rest(self.whole, &sides.with_missing);
                if let Some(quality) = self.both(&sides.with_missing, &sides.rest) {
                    let (threshold, cut) = cut_at();
                    better(quality, threshold, cut, true);
                }
            }
        }
    }

    /// Tries "is of the level" for the given levels that the node has, ascending.
    pub fn levels(
        &self,
        index: usize,
        runs: &Runs,
        only: Option<u32>,
        sides: &mut Sides,
        best: &mut Option<Candidate>,
    ) {
        for (r, run) in runs.runs.iter().enumerate().filter(|(_, run)| only.is_none_or(|l| l == run.code)) {
            sides.right.clear();
            sides.right.join(run, runs.classes(r));
            if sides.right.weight == self.whole.weight {
                continue;
            }
            sides.left.set_rest(self.whole, &sides.right);
            if let Some(quality) = self.both(&sides.left, &sides.right)
                && best.is_none_or(|b| beats(quality, b.quality))
            {
                *best = Some(Candidate { column: index, test: Test::Level(run.code), quality });
            }
        }
    }

    /// The quality of one given test (for extra-trees, and as the definition of all others).
    pub fn quality_of(&self, column: &Column, codes: &[u32], test: Test, sides: &mut Sides) -> Option<f64> {
        let missing = column.missing();
        sides.left.clear();
        sides.right.clear();
        for item in self.items {
            let left = test.is_left(codes[item.slot as usize], missing);
            if left { sides.left.add(item) } else { sides.right.add(item) }
        }
        if sides.left.count == 0 || sides.right.count == 0 {
            return None;
        }
        self.both(&sides.left, &sides.right)
    }

    /// As [`Node::numbers`] and [`Node::levels`] for absolute error, where sums are not enough.
    pub fn absolute(
        &self,
        index: usize,
        column: &Column,
        codes: &[u32],
        only: Option<u32>,
        best: &mut Option<Candidate>,
    ) {
        let code = |i: &Item| codes[i.slot as usize];
        let mut better = |quality: i128, test: Test| {
            let quality = -(quality as f64);
            if best.is_none_or(|b| beats(quality, b.quality)) {
                *best = Some(Candidate { column: index, test, quality });
            }
        };
        let Column::Number { values, .. } = column else {
            let mut levels: Vec<u32> = self.items.iter().map(code).collect();
            levels.sort_unstable();
            levels.dedup();
            for level in levels.iter().filter(|l| only.is_none_or(|o| o == **l)) {
                let (with, without): (Vec<&Item>, Vec<&Item>) = self.items.iter().partition(|i| code(i) == *level);
                if !without.is_empty() && self.allowed(without.len() as u32, with.len() as u32) {
                    better(cost(&with) + cost(&without), Test::Level(*level));
                }
            }
            return;
        };
        let missing = values.len() as u32;
        let (gaps, mut rows): (Vec<&Item>, Vec<&Item>) = self.items.iter().partition(|i| code(i) == missing);
        rows.sort_by_key(|i| code(i));
        let gaps: Vec<Item> = gaps.into_iter().copied().collect();
        let back: Vec<&Item> = rows.iter().rev().copied().collect();
        let sides =
            |to_left: &[Item], to_right: &[Item]| (leading_costs(to_left, &rows), leading_costs(to_right, &back));
        let (right, left) = (sides(&[], &gaps), sides(&gaps, &[]));
        let n = rows.len();
        for k in 1..n {
            let (low, high) = (code(rows[k - 1]), code(rows[k]));
            if low == high {
                continue;
            }
            let threshold = between(values[low as usize], values[high as usize]);
            let cut = low + values[low as usize..high as usize].partition_point(|v| *v <= threshold) as u32;
            let weight = |rows: &[&Item]| rows.iter().map(|i| u64::from(i.weight)).sum::<u64>();
            let count = |n: usize| n as u32;
            if self.allowed(count(k), count(n - k + gaps.len())) {
                let missing_left = gaps.is_empty() && weight(&rows[..k]) >= weight(&rows[k..]);
                better(right.0[k - 1] + right.1[n - k - 1], Test::Number { threshold, cut, missing_left });
            }
            if !gaps.is_empty() && self.allowed(count(k + gaps.len()), count(n - k)) {
                better(left.0[k - 1] + left.1[n - k - 1], Test::Number { threshold, cut, missing_left: true });
            }
        }
        if n > 0 && !gaps.is_empty() && self.allowed(n as u32, gaps.len() as u32) {
            let test = Test::Number { threshold: f64::INFINITY, cut: missing, missing_left: false };
            better(right.0[n - 1] + cost(&gaps.iter().collect::<Vec<_>>()), test);
        }
    }
}
