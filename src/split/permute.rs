//! Permutations of the target for a test of no pattern at all (Ojala and Garriga, JMLR 11, 2010).
//!
//! What a scheme keeps together is not torn apart: within groups, or within stretches of time of the
//! length of a test part, rows exchange their targets. Where the target does not vary within any group,
//! groups exchange theirs as wholes.

use super::Split;
use super::random::{shuffle, stream};

/// Rows that may exchange their targets with each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocks {
    /// The rows of each block.
    pub rows: Vec<Vec<u32>>,
    /// `rows`, `groups`, `whole groups` or `blocks of time`: what is exchanged within.
    pub kind: &'static str,
}

/// One permutation: row `j` takes the target of row `from[j]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permutation {
    /// Where each row's target comes from.
    pub from: Vec<u32>,
}

impl Blocks {
    /// All rows in one block.
    pub fn all(n: usize) -> Self {
        Self { rows: vec![(0..n as u32).collect()], kind: "rows" }
    }

    /// From the block of each row, and whether two rows have the same target.
    pub fn groups(of_row: &[u32], same: impl Fn(u32, u32) -> bool) -> Self {
        let count = of_row.iter().max().map_or(0, |m| *m as usize + 1);
        let mut rows: Vec<Vec<u32>> = vec![Vec::new(); count];
        of_row.iter().zip(0..).for_each(|(block, row)| rows[*block as usize].push(row));
        rows.retain(|r| !r.is_empty());
        let constant = rows.iter().all(|r| r.iter().all(|row| same(*row, r[0])));
        Self { rows, kind: if constant { "whole groups" } else { "groups" } }
    }

    /// Consecutive stretches of rows in time order.
    pub fn stretches(order: &[u32], length: usize) -> Self {
        Self { rows: order.chunks(length.max(2)).map(<[u32]>::to_vec).collect(), kind: "blocks of time" }
    }

    /// Permutation `b` of a seed.
    pub fn permutation(&self, seed: u64, b: usize) -> Permutation {
        // Streams below 2⁶² draw splits, those from 2⁶³ up seed models.
        let mut rng = stream(seed, 1 << 62 | b as u64);
        let n: usize = self.rows.iter().map(Vec::len).sum();
        let mut from: Vec<u32> = (0..n as u32).collect();
        if self.kind == "whole groups" {
            let mut givers: Vec<u32> = self.rows.iter().map(|r| r[0]).collect();
            shuffle(&mut rng, &mut givers);
            for (rows, giver) in self.rows.iter().zip(givers) {
                rows.iter().for_each(|row| from[*row as usize] = giver);
            }
            return Permutation { from };
        }
        for rows in &self.rows {
            let mut givers = rows.clone();
            shuffle(&mut rng, &mut givers);
            rows.iter().zip(givers).for_each(|(row, giver)| from[*row as usize] = giver);
        }
        Permutation { from }
    }
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
    use super::*;

    #[test]
    fn targets_stay_within_their_block_and_each_is_given_once() {
        let of_row = [0, 1, 0, 1, 0, 2];
        let blocks = Blocks::groups(&of_row, |a, b| a == b);
        let mut seen = std::collections::BTreeSet::new();
        for b in 0..50 {
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
    }

    #[test]
    fn groups_of_one_target_exchange_it_as_wholes() {
        let of_row = [0, 0, 1, 1, 2];
        let blocks = Blocks::groups(&of_row, |a, b| of_row[a as usize] == of_row[b as usize]);
        assert_eq!(blocks.kind, "whole groups");
        let p = blocks.permutation(0, 4);
        assert!(p.from[0] == p.from[1] && p.from[2] == p.from[3] && p.from[0] != p.from[2]);
    }
}
