//! Permutations of the target for a test of no pattern at all (Ojala and Garriga, JMLR 11, 2010).
//!
//! What a scheme keeps together is not torn apart. Within groups rows exchange their targets, and groups of equal size
//! exchange theirs as wholes; where the target does not vary within any group, groups of any size do. Along time the
//! series is cut into a few pieces that are put together in another order, so that neighbours stay neighbours: a target
//! that persists must not look like noise beside the true one (`docs/statistics.md` has the measured rates).
//!
//! Often there are few different arrangements of the target, down to a single one. They are counted, and where there are
//! no more than are asked for, each is made once instead of many at random.

use std::collections::BTreeMap;

use rand_chacha::ChaCha8Rng;

use super::Split;
use super::random::{below, shuffle, stream};
use crate::data::Target;

/// Pieces of a series along time.
const PIECES: usize = 5;

/// Streams below 2⁶² draw splits, those from 2⁶³ up seed models.
const STREAMS: u64 = 1 << 62;

/// Rows that may exchange their targets with each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocks {
    /// The rows of each block, in time order where it is one of time.
    pub rows: Vec<Vec<u32>>,
    /// What is exchanged: `rows`, `groups`, `whole groups`, `pieces of time` or `groups within blocks of time`.
    pub kind: &'static str,
    /// By row: rows of one number have the same target.
    targets: Vec<u32>,
}

/// One permutation: row `j` takes the target of row `from[j]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permutation {
    /// Where each row's target comes from.
    pub from: Vec<u32>,
}

/// The targets that differ, numbered, by row.
pub fn numbered(target: &Target) -> Vec<u32> {
    match target {
        Target::Classification { codes, .. } => codes.clone(),
        Target::Regression { values } => {
            let mut order: Vec<u32> = (0..values.len() as u32).collect();
            order.sort_by(|a, b| values[*a as usize].total_cmp(&values[*b as usize]));
            let (mut numbers, mut number) = (vec![0; values.len()], 0);
            for pair in order.windows(2) {
                number += u32::from(values[pair[0] as usize] != values[pair[1] as usize]);
                numbers[pair[1] as usize] = number;
            }
            numbers
        }
    }
}

impl Blocks {
    /// All rows in one block; `targets` numbers the targets that differ, by row.
    pub fn all(targets: Vec<u32>) -> Self {
        Self { rows: vec![(0..targets.len() as u32).collect()], kind: "rows", targets }
    }

    /// From the group of each row.
    pub fn groups(of_row: &[u32], targets: Vec<u32>) -> Self {
        let count = of_row.iter().max().map_or(0, |m| *m as usize + 1);
        let mut rows: Vec<Vec<u32>> = vec![Vec::new(); count];
        of_row.iter().zip(0..).for_each(|(block, row)| rows[*block as usize].push(row));
        rows.retain(|r| !r.is_empty());
        let constant = rows.iter().all(|r| r.iter().all(|row| targets[*row as usize] == targets[r[0] as usize]));
        Self { rows, kind: if constant { "whole groups" } else { "groups" }, targets }
    }

    /// Rows of one group within one stretch of time, which exchange theirs with each other alone.
    pub fn stretches(rows: Vec<Vec<u32>>, targets: Vec<u32>) -> Self {
        Self { rows, kind: "groups within blocks of time", targets }
    }

    /// Pieces of the rows in time order.
    pub fn pieces(order: Vec<u32>, targets: Vec<u32>) -> Self {
        Self { rows: vec![order], kind: "pieces of time", targets }
    }

    fn target(&self, row: u32) -> u32 {
        self.targets[row as usize]
    }

    /// The targets of a block, sorted: what can be told of a block from which another takes its targets.
    fn content(&self, rows: &[u32]) -> Vec<u32> {
        let mut content: Vec<u32> = rows.iter().map(|row| self.target(*row)).collect();
        content.sort_unstable();
        content
    }

    /// Blocks that may exchange their targets as wholes, as places in `rows`.
    fn exchanging(&self) -> Vec<Vec<usize>> {
        let key = |block: usize| match self.kind {
            "whole groups" => 0,
            "groups within blocks of time" => block,
            _ => self.rows[block].len(),
        };
        let mut alike: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        (0..self.rows.len()).for_each(|block| alike.entry(key(block)).or_default().push(block));
        alike.into_values().collect()
    }

    /// The natural logarithm of the number of different arrangements of the target, the true one among them. Along time
    /// it is the most there can be.
    pub fn ln_arrangements(&self) -> f64 {
        if self.kind == "whole groups" {
            return ln_multinomial(&repeats(self.rows.iter().map(|rows| self.target(rows[0]))));
        }
        let within = |rows: &[u32]| ln_multinomial(&repeats(rows.iter().map(|row| self.target(*row))));
        let within: f64 = self.rows.iter().map(|rows| within(rows)).sum();
        if self.kind == "pieces of time" {
            let n = self.rows[0].len();
            let pieces = PIECES.min(n);
            let cuts = ln_factorial(n) - ln_factorial(pieces) - ln_factorial(n - pieces);
            return within.min((n as f64).ln() + cuts + ln_factorial(pieces - 1));
        }
        let wholes =
            |blocks: &Vec<usize>| ln_multinomial(&repeats(blocks.iter().map(|block| self.content(&self.rows[*block]))));
        within + self.exchanging().iter().map(wholes).sum::<f64>()
    }

    /// The number of different arrangements, the true one among them, where it is below 2⁵³.
    pub fn arrangements(&self) -> Option<u64> {
        let ln = self.ln_arrangements();
        (ln < 53.0 * std::f64::consts::LN_2).then(|| ln.exp().round() as u64)
    }

    /// All arrangements but the true one, where they are at most `most` and can be listed; else `None`.
    pub fn others(&self, most: usize) -> Option<Vec<Permutation>> {
        let count = self.arrangements().filter(|count| *count <= most as u64 + 1)?;
        if self.kind == "pieces of time" && count > 1 {
            return None;
        }
        let differs = |p: &Permutation| p.from.iter().zip(&self.targets).any(|(from, own)| self.target(*from) != *own);
        Some((0..count).map(|rank| self.arrangement(rank)).filter(differs).collect())
    }

    /// Arrangement number `rank`, from 0 on.
    fn arrangement(&self, mut rank: u64) -> Permutation {
        let mut from: Vec<u32> = (0..self.targets.len() as u32).collect();
        for blocks in self.exchanging() {
            if self.kind == "whole groups" {
                let givers: Vec<u32> = blocks.iter().map(|block| self.rows[*block][0]).collect();
                for (block, giver) in blocks.iter().zip(deal(&givers, |row| self.target(*row), &mut rank)) {
                    self.rows[*block].iter().for_each(|row| from[*row as usize] = giver);
                }
                continue;
            }
            let givers = deal(&blocks, |block| self.content(&self.rows[*block]), &mut rank);
            for (block, giver) in blocks.iter().zip(givers) {
                let given = deal(&self.rows[giver], |row| self.target(*row), &mut rank);
                self.rows[*block].iter().zip(given).for_each(|(row, giver)| from[*row as usize] = giver);
            }
        }
        Permutation { from }
    }

    /// Random permutation `b` of a seed.
    pub fn permutation(&self, seed: u64, b: usize) -> Permutation {
        let mut rng = stream(seed, STREAMS | b as u64);
        let mut from: Vec<u32> = (0..self.targets.len() as u32).collect();
        match self.kind {
            "whole groups" => {
                let mut givers: Vec<u32> = self.rows.iter().map(|r| r[0]).collect();
                shuffle(&mut rng, &mut givers);
                for (rows, giver) in self.rows.iter().zip(givers) {
                    rows.iter().for_each(|row| from[*row as usize] = giver);
                }
            }
            "pieces of time" => {
                let order = &self.rows[0];
                order.iter().zip(recut(order, &mut rng)).for_each(|(row, giver)| from[*row as usize] = giver);
            }
            _ => {
                for blocks in self.exchanging() {
                    let mut givers = blocks.clone();
                    shuffle(&mut rng, &mut givers);
                    for (block, giver) in blocks.into_iter().zip(givers) {
                        let mut given = self.rows[giver].clone();
                        shuffle(&mut rng, &mut given);
                        self.rows[block].iter().zip(given).for_each(|(row, giver)| from[*row as usize] = giver);
                    }
                }
            }
        }
        Permutation { from }
    }
}

/// How often each of some things is there.
fn repeats<T: Ord>(items: impl Iterator<Item = T>) -> Vec<usize> {
    let mut counts: BTreeMap<T, usize> = BTreeMap::new();
    items.for_each(|item| *counts.entry(item).or_default() += 1);
    counts.into_values().collect()
}

fn ln_factorial(n: usize) -> f64 {
    statrs::function::factorial::ln_factorial(n as u64)
}

/// ln of the number of orders of things of which some are equal.
fn ln_multinomial(counts: &[usize]) -> f64 {
    ln_factorial(counts.iter().sum()) - counts.iter().map(|n| ln_factorial(*n)).sum::<f64>()
}

/// One of the different orders of things of which some are equal by `key`: the one whose number is what `rank` leaves
/// when divided by how many there are; `rank` becomes the quotient.
fn deal<T: Copy, K: Ord>(items: &[T], key: impl Fn(&T) -> K, rank: &mut u64) -> Vec<T> {
    let mut alike: BTreeMap<K, Vec<T>> = BTreeMap::new();
    items.iter().rev().for_each(|item| alike.entry(key(item)).or_default().push(*item));
    let mut left: Vec<Vec<T>> = alike.into_values().collect();
    let mut orders = ln_multinomial(&left.iter().map(Vec::len).collect::<Vec<_>>()).exp().round() as u64;
    let mut number = *rank % orders;
    *rank /= orders;
    let mut dealt = Vec::with_capacity(items.len());
    for rest in (1..=items.len() as u64).rev() {
        for of in &mut left {
            // So many of the orders begin with one of these.
            let begin = orders * of.len() as u64 / rest;
            if number < begin {
                dealt.extend(of.pop());
                orders = begin;
                break;
            }
            number -= begin;
        }
    }
    dealt
}

/// The rows of a series cut at random, as a ring, into pieces that are put together in a random order.
fn recut(order: &[u32], rng: &mut ChaCha8Rng) -> Vec<u32> {
    let n = order.len();
    let start = below(rng, n as u32) as usize;
    let ring: Vec<u32> = order[start..].iter().chain(&order[..start]).copied().collect();
    let mut cuts: Vec<usize> = vec![0, n];
    while cuts.len() < PIECES.min(n) + 1 {
        let cut = 1 + below(rng, n as u32 - 1) as usize;
        if !cuts.contains(&cut) {
            cuts.push(cut);
        }
    }
    cuts.sort_unstable();
    let mut pieces: Vec<&[u32]> = cuts.windows(2).map(|ends| &ring[ends[0]..ends[1]]).collect();
    shuffle(rng, &mut pieces);
    pieces.concat()
}

impl Permutation {
    /// The split that has the permuted targets where `split` has the true ones: what was stratified on
    /// the target still is. `None` where targets were not exchanged one for one.
    pub fn carry(&self, split: &Split) -> Option<Split> {
        let mut to = vec![u32::MAX; self.from.len()];
        self.from.iter().zip(0..).for_each(|(from, row)| to[*from as usize] = row);
        if to.contains(&u32::MAX) {
            return None;
        }
        let carry = |rows: &[u32]| {
            let mut rows: Vec<u32> = rows.iter().map(|r| to[*r as usize]).collect();
            rows.sort_unstable();
            rows
        };
        Some(Split { train: carry(&split.train), test: carry(&split.test) })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The targets that rows have after each permutation.
    fn arranged(blocks: &Blocks, permutations: impl Iterator<Item = Permutation>) -> BTreeSet<Vec<u32>> {
        permutations.map(|p| p.from.iter().map(|from| blocks.target(*from)).collect()).collect()
    }

    #[test]
    fn targets_stay_within_their_group_or_one_of_its_size_and_each_is_given_once() {
        let of_row = [0, 1, 0, 1, 0, 2];
        let blocks = Blocks::groups(&of_row, (0..6).collect());
        let mut seen = BTreeSet::new();
        for b in 0..200 {
            let p = blocks.permutation(3, b);
            let mut sorted = p.from.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, [0, 1, 2, 3, 4, 5]);
            assert!(p.from.iter().enumerate().all(|(row, from)| of_row[row] == of_row[*from as usize]));
            seen.insert(p.from.clone());
            // The carried split has the same targets on each side.
            let split = Split { train: vec![0, 1, 4], test: vec![2, 3, 5] };
            let carried = p.carry(&split).unwrap();
            let mut targets: Vec<u32> = carried.test.iter().map(|r| p.from[*r as usize]).collect();
            targets.sort_unstable();
            assert_eq!(targets, split.test);
        }
        assert_eq!(seen.len(), 12, "3! · 2! permutations");
        // Two groups of two exchange theirs as wholes, in either order.
        let blocks = Blocks::groups(&[0, 0, 1, 1, 2], (0..5).collect());
        let seen: BTreeSet<Vec<u32>> = (0..200).map(|b| blocks.permutation(1, b).from).collect();
        assert_eq!((seen.len() as u64, Some(8)), (8, blocks.arrangements()));
        assert!(seen.iter().all(|from| from[4] == 4 && (from[0] < 2) == (from[1] < 2)));
    }

    #[test]
    fn groups_of_one_target_exchange_it_as_wholes() {
        let of_row = [0, 0, 1, 1, 2];
        let blocks = Blocks::groups(&of_row, of_row.to_vec());
        assert_eq!(blocks.kind, "whole groups");
        let p = blocks.permutation(0, 4);
        assert!(p.from[0] == p.from[1] && p.from[2] == p.from[3] && p.from[0] != p.from[2]);
        assert_eq!(blocks.arrangements(), Some(6));
    }

    #[test]
    fn the_arrangements_that_are_counted_are_those_that_exist() {
        let cases = [
            // 5! / (3! 2!), one of one, n of a single rare one.
            (Blocks::all(vec![0, 1, 0, 1, 0]), 10),
            (Blocks::all(vec![7; 6]), 1),
            (Blocks::all(vec![0, 0, 0, 1, 0, 0, 0, 0]), 8),
            // One pair that may exchange, and three single rows.
            (Blocks::groups(&[0, 1, 2, 3, 3], (0..5).collect()), 12),
            // Pairs {0, 1} and {0, 2}: 2! ways to hand them out, two orders of each.
            (Blocks::groups(&[0, 0, 1, 1, 2], vec![0, 1, 0, 2, 0]), 8),
            // Pairs of the same targets are one way.
            (Blocks::groups(&[0, 0, 1, 1, 2, 2], vec![0, 1, 1, 0, 0, 0]), 12),
            (Blocks::groups(&[0, 0, 0, 1, 2, 2, 3], vec![4, 4, 4, 5, 4, 4, 5]), 6),
            (Blocks::groups(&[0, 0, 1, 1, 1], vec![0, 1, 2, 2, 2]), 2),
        ];
        for (blocks, count) in cases {
            assert_eq!(blocks.arrangements(), Some(count), "{blocks:?}");
            let listed = blocks.others(count as usize - 1).unwrap();
            assert_eq!((listed.len() as u64, blocks.others(count as usize)), (count - 1, Some(listed.clone())));
            assert!(count < 2 || blocks.others(count as usize - 2).is_none());
            let mut all = arranged(&blocks, listed.into_iter());
            assert_eq!(all.len() as u64, count - 1);
            // Drawn at random there are no others, and none is missing.
            assert!(all.insert(blocks.targets.clone()));
            assert_eq!(all, arranged(&blocks, (0..400).map(|b| blocks.permutation(0, b))));
        }
        let many = Blocks::all((0..100_000).collect());
        assert!(many.arrangements().is_none() && many.ln_arrangements() > 1e6 && many.others(1_000_000).is_none());
    }

    #[test]
    fn pieces_of_time_keep_neighbours() {
        let order: Vec<u32> = (0..40).rev().collect();
        let blocks = Blocks::pieces(order.clone(), (0..40).collect());
        for b in 0..100 {
            let p = blocks.permutation(5, b);
            let sorted: BTreeSet<u32> = p.from.iter().copied().collect();
            assert_eq!(sorted.len(), 40);
            // As a ring, at most one break a piece, and one where the true series ends.
            let given: Vec<u32> = order.iter().map(|row| p.from[*row as usize]).collect();
            let breaks = (0..40).filter(|i| given[(i + 1) % 40] != (given[*i] + 39) % 40).count();
            assert!(breaks <= PIECES, "{breaks}");
        }
        assert_ne!(blocks.permutation(5, 0), blocks.permutation(5, 1));
        // An event seen once can stand at each of the times.
        let mut once = vec![0; 40];
        once[7] = 1;
        assert_eq!(Blocks::pieces(order.clone(), once).arrangements(), Some(40));
        assert_eq!(Blocks::pieces(order, vec![0; 40]).others(9), Some(vec![]));
    }
}
