//! The codes that the items of a node have in a column.

use super::columns::Values;
use super::search::Item;
use crate::stats::sort_by_digit;

/// A column's codes of the items of a node, in the order of the items.
#[derive(Debug, Default)]
pub(super) struct Codes {
    pub codes: Vec<u32>,
    /// Least and largest code that is not missing; `least > largest` if all are missing.
    pub least: u32,
    pub largest: u32,
    /// The code of missing cells, above all others.
    pub missing: u32,
    /// Number of items where the column is missing.
    pub gaps: usize,
}

impl Codes {
    /// Reads the codes; with `gaps` false none may be missing.
    pub fn read<V>(&mut self, codes: &[u32], items: &[Item<V>], missing: u32, gaps: bool) {
        self.codes.clear();
        self.codes.extend(items.iter().map(|item| codes[item.row as usize]));
        (self.missing, self.gaps, self.least, self.largest) = (missing, 0, u32::MAX, 0);
        if gaps {
            for code in &self.codes {
                if *code == missing {
                    self.gaps += 1;
                } else {
                    (self.least, self.largest) = (self.least.min(*code), self.largest.max(*code));
                }
            }
        } else {
            for code in &self.codes {
                (self.least, self.largest) = (self.least.min(*code), self.largest.max(*code));
            }
        }
    }

    /// The codes of the node next to a threshold: the largest whose number does not exceed it, and the smallest
    /// whose number does. There is one of each.
    pub fn neighbours<V>(&self, items: &[Item<V>], values: &Values, threshold: f64) -> (u32, u32) {
        // Looking at each row's number is quicker than a search through the table's, but for large nodes.
        if self.codes.len() > 64 {
            let cut = values.up_to(threshold, self.least as usize + 1, self.largest as usize) as u32;
            return (cut - 1, cut);
        }
        let (mut lower, mut upper) = (self.least, self.largest);
        for (item, code) in items.iter().zip(&self.codes).filter(|(_, code)| **code != self.missing) {
            if values.of(item.row, *code) <= threshold {
                lower = lower.max(*code);
            } else {
                upper = upper.min(*code);
            }
        }
        (lower, upper)
    }

    /// Whether no split on the column parts the items.
    pub fn constant(&self) -> bool {
        self.gaps == self.codes.len() || (self.gaps == 0 && self.least == self.largest)
    }

    /// Sorted (code, item) pairs, as code × 2³² + item, of the items that are not missing. `spare` is work space.
    pub fn sort_into(&self, keys: &mut Vec<u64>, spare: &mut Vec<u64>) {
        keys.clear();
        keys.extend(self.codes.iter().zip(0u64..).map(|(code, item)| u64::from(*code) << 32 | item));
        if self.gaps > 0 {
            keys.retain(|key| (key >> 32) as u32 != self.missing);
        }
        if keys.len() < LONG {
            keys.sort_unstable();
            return;
        }
        // Byte by byte of the codes, from the last one on. Items come in their order, and stay so among equal codes.
        let bits = 32 - self.largest.saturating_sub(self.least).leading_zeros();
        for shift in (0..bits).step_by(8) {
            sort_by_digit::<256>(keys, spare, |key| (((key >> 32) as u32 - self.least) >> shift) as usize);
        }
    }
}

/// From so many on keys are sorted byte by byte.
const LONG: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::trees::draw::Generator;

    #[test]
    fn keys_are_sorted_by_code_and_then_by_item() {
        let mut d = Generator::new(7, 0);
        for (count, range) in [(3, 5), (LONG, 1), (300, 7), (1000, 255), (1000, 256), (2000, 70_000), (700, 20_000_000)]
        {
            for gaps in [false, true] {
                let missing = 100 + range;
                let items: Vec<Item<i64>> = (0..count as u32).map(|row| Item { row, weight: 1, value: 0 }).collect();
                let mut code = || if gaps && d.below(4) == 0 { missing } else { 100 + d.below(range) };
                let of_rows: Vec<u32> = (0..count).map(|_| code()).collect();
                let mut codes = Codes::default();
                codes.read(&of_rows, &items, missing, gaps);
                let (mut keys, mut spare) = (Vec::new(), vec![7]);
                codes.sort_into(&mut keys, &mut spare);
                let there = of_rows.iter().zip(0u64..).filter(|(code, _)| **code != missing);
                let mut expected: Vec<u64> = there.map(|(code, item)| u64::from(*code) << 32 | item).collect();
                expected.sort_unstable();
                assert_eq!(keys, expected);
            }
        }
    }
}
