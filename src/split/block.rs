//! Consecutive splits of a plan, worked on together.

use std::ops::Range;
use std::sync::OnceLock;

use super::plan::Plan;
use super::split::Split;

/// The most splits of a block: each has a bit of a word.
pub const BLOCK: usize = 64;

/// Splits of a plan that follow each other, all of one stretch from a multiple of 64 to the next. A run may cut a
/// stretch into several blocks for its threads.
pub struct SplitBlock<'p> {
    plan: &'p Plan,
    places: Range<usize>,
    membership: OnceLock<Membership>,
}

/// Words of the rows. Bit `k % 64` is of split `k`; bits of splits that are not in the block are 0.
struct Membership {
    tests: Vec<u64>,
    times: Option<Vec<Vec<u64>>>,
}

/// The bit of a split.
fn bit(k: usize) -> u64 {
    1 << (k % BLOCK)
}

impl<'p> SplitBlock<'p> {
    /// Creates the block of the splits at these places in the plan, at least one. Nothing is drawn yet.
    ///
    /// # Panics
    /// Panics if there is none, or they are not all of one stretch.
    pub fn new(plan: &'p Plan, places: Range<usize>) -> Self {
        let last = places.end.checked_sub(1).filter(|last| *last >= places.start);
        assert!(last.is_some_and(|last| last / BLOCK == places.start / BLOCK), "{places:?} is no block");
        Self { plan, places, membership: OnceLock::new() }
    }

    /// The places of its splits in the plan.
    pub fn places(&self) -> Range<usize> {
        self.places.clone()
    }

    /// For each row the splits that test it: bit `k % 64` is set where split `k` does. 8 bytes a row, drawn at the first
    /// call.
    pub fn tests(&self) -> &[u64] {
        &self.membership().tests
    }

    /// How often each row is among the train rows of each split, in binary: bit `k % 64` of word `[j][row]` is digit `j`
    /// of the count in split `k`. `None` where every split trains once on each row that it does not test.
    pub fn train_times(&self) -> Option<&[Vec<u64>]> {
        self.membership().times.as_deref()
    }

    /// One of its splits.
    pub fn split(&self, k: usize) -> Split {
        match self.membership.get() {
            Some(membership) => membership.split(k),
            None => self.plan.draw(k),
        }
    }

    fn membership(&self) -> &Membership {
        self.membership.get_or_init(|| Membership::draw(self.plan, self.places()))
    }
}

impl Membership {
    fn draw(plan: &Plan, places: Range<usize>) -> Self {
        let mut tests = vec![0; plan.rows];
        let mut times: Option<Vec<Vec<u64>>> = None;
        let mut before = 0;
        for k in places {
            let split = plan.draw(k);
            let is_rest = split.train.len() + split.test.len() == plan.rows && split.train.is_sorted_by(|a, b| a < b);
            if !is_rest && times.is_none() {
                // The splits before it train on all rows that they do not test.
                times = Some(vec![tests.iter().map(|tests: &u64| !tests & before).collect()]);
            }
            split.test.iter().for_each(|row| tests[*row as usize] |= bit(k));
            if let Some(digits) = &mut times {
                for repeats in split.train.chunk_by(|a, b| a == b) {
                    let count = repeats.len();
                    for digit in (0..usize::BITS as usize).filter(|digit| count >> digit & 1 == 1) {
                        if digits.len() <= digit {
                            digits.resize_with(digit + 1, || vec![0; plan.rows]);
                        }
                        digits[digit][repeats[0] as usize] |= bit(k);
                    }
                }
            }
            before |= bit(k);
        }
        Self { tests, times }
    }

    fn split(&self, k: usize) -> Split {
        let mut split = Split { train: Vec::new(), test: Vec::new() };
        for (row, tests) in self.tests.iter().enumerate() {
            let digit = |(j, words): (usize, &Vec<u64>)| usize::from(words[row] & bit(k) != 0) << j;
            if tests & bit(k) != 0 {
                split.test.push(row as u32);
            } else if let Some(digits) = &self.times {
                let count: usize = digits.iter().enumerate().map(digit).sum();
                split.train.extend(std::iter::repeat_n(row as u32, count));
            } else {
                split.train.push(row as u32);
            }
        }
        split
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::split::{PlanOptions, Splitter, scheme::Shuffle};

    /// Tests every third row, from another one each split; from split 66 on rows are repeated and left out.
    struct Mixed;

    impl Splitter for Mixed {
        fn draw(&self, _: u64, k: usize) -> Split {
            let mut split = Split::by(20, |row| row % 3 == k % 3);
            if k >= 66 {
                let train = split.train.iter().flat_map(|row| std::iter::repeat_n(*row, *row as usize % 6));
                split.train = train.collect();
            }
            split
        }
    }

    #[test]
    fn words_have_the_splits_that_are_drawn() {
        let options = PlanOptions::default();
        let plan = Plan { scheme: Shuffle.into(), options, splits: 200, rows: 20, splitter: Box::new(Mixed) };
        for (places, digits) in [(64..66, 0), (64..67, 3), (64..128, 3), (70..71, 3), (127..128, 3), (0..64, 0)] {
            let block = SplitBlock::new(&plan, places.clone());
            let drawn: Vec<Split> = places.clone().map(|k| block.split(k)).collect();
            assert_eq!(drawn, places.clone().map(|k| plan.draw(k)).collect::<Vec<_>>());
            let bits = places.clone().fold(0, |bits, k| bits | bit(k));
            for (row, tests) in block.tests().iter().enumerate() {
                let of = |k: usize| if row % 3 == k % 3 { bit(k) } else { 0 };
                assert_eq!(*tests, places.clone().fold(0, |bits, k| bits | of(k)));
            }
            let times = block.train_times().unwrap_or_default();
            assert!(times.len() == digits && times.iter().flatten().all(|word| word & !bits == 0), "{places:?}");
            assert_eq!(drawn, places.clone().map(|k| block.split(k)).collect::<Vec<_>>());
        }
    }
}
