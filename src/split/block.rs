//! Consecutive splits of a plan, worked on together.

use std::ops::Range;
use std::sync::OnceLock;

use super::plan::Plan;
use rayon::prelude::*;

use super::bits::transpose;
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

/// Which rows some splits test and train on, each split a bit of a row's words.
pub struct Membership {
    tests: Vec<u64>,
    times: Option<Vec<Vec<u64>>>,
    /// The bits of the splits that were added.
    added: u64,
}

/// Rows whose words one thread writes.
const STRETCH: usize = 1 << 15;

/// The word of a bit.
fn word(bit: usize) -> u64 {
    1 << (bit % BLOCK)
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
            Some(membership) => membership.split(k % BLOCK),
            None => self.plan.draw(k),
        }
    }

    fn membership(&self) -> &Membership {
        self.membership.get_or_init(|| {
            let mut membership = Membership::new(self.plan.rows);
            self.places().for_each(|k| membership.add(k % BLOCK, &self.plan.draw(k)));
            membership
        })
    }
}

impl Membership {
    /// Of so many rows and no splits: bits of splits that are not added are 0.
    pub fn new(rows: usize) -> Self {
        Self { tests: vec![0; rows], times: None, added: 0 }
    }

    /// Adds a split as one of 64 bits that no split has yet.
    pub fn add(&mut self, bit: usize, split: &Split) {
        let (word, rows) = (word(bit), self.tests.len());
        if self.times.is_none() && !self.is_rest(split) {
            // The splits before it train on all rows that they do not test.
            self.times = Some(vec![self.tests.iter().map(|tests: &u64| !tests & self.added).collect()]);
        }
        split.test.iter().for_each(|row| self.tests[*row as usize] |= word);
        if let Some(digits) = &mut self.times {
            for repeats in split.train.chunk_by(|a, b| a == b) {
                let count = repeats.len();
                for digit in (0..usize::BITS as usize).filter(|digit| count >> digit & 1 == 1) {
                    if digits.len() <= digit {
                        digits.resize_with(digit + 1, || vec![0; rows]);
                    }
                    digits[digit][repeats[0] as usize] |= word;
                }
            }
        }
        self.added |= word;
    }

    /// Adds splits as the bits from `first` on, as [`Membership::add`] does one after the other.
    pub fn add_all(&mut self, first: usize, splits: &[Split]) {
        let is_plain: Vec<bool> = splits.par_iter().map(|split| self.is_rest(split)).collect();
        if self.times.is_some() || is_plain.contains(&false) {
            splits.iter().zip(first..).for_each(|(split, bit)| self.add(bit, split));
            return;
        }
        self.tests.par_chunks_mut(STRETCH).enumerate().for_each(|(stretch, words)| {
            let start = (stretch * STRETCH) as u32;
            for (split, bit) in splits.iter().zip(first..) {
                let here = split.test.partition_point(|row| *row < start)
                    ..split.test.partition_point(|row| *row < start + words.len() as u32);
                split.test[here].iter().for_each(|row| words[(row - start) as usize] |= word(bit));
            }
        });
        (first..first + splits.len()).for_each(|bit| self.added |= word(bit));
    }

    /// Whether a split trains once on each row that it does not test.
    fn is_rest(&self, split: &Split) -> bool {
        split.train.len() + split.test.len() == self.tests.len() && split.train.is_sorted_by(|a, b| a < b)
    }

    /// The words of the rows that each split tests.
    pub fn tests(&self) -> &[u64] {
        &self.tests
    }

    /// Whether every split trains once on each row that it does not test.
    pub fn are_rest(&self) -> bool {
        self.times.is_none()
    }

    /// Up to 64 rows from a first one on, by split: bit `i` of word `s` says whether row `first + i` is trained on at least
    /// once, where bit `s` of `own` is set, and whether it is not trained on just once, where it is not.
    pub fn apart(&self, first: usize, count: usize, own: u64) -> [u64; BLOCK] {
        let mut words = [0; BLOCK];
        for (word, row) in words.iter_mut().zip(first..first + count) {
            let (any, once) = match &self.times {
                None => (!self.tests[row], !self.tests[row]),
                Some(digits) => {
                    let more = digits[1..].iter().fold(0, |more, words| more | words[row]);
                    (digits[0][row] | more, digits[0][row] & !more)
                }
            };
            *word = any & own | !once & !own;
        }
        transpose(&mut words);
        words
    }

    /// How often up to 64 rows are trained on together, by bit.
    pub fn count_trained(&self, rows: &[u32]) -> [u32; BLOCK] {
        let mut counts = [0; BLOCK];
        let mut count = |digit: usize, word: &dyn Fn(usize) -> u64| {
            let mut words = [0; BLOCK];
            words.iter_mut().zip(rows).for_each(|(to, row)| *to = word(*row as usize));
            transpose(&mut words);
            counts.iter_mut().zip(words).for_each(|(count, word)| *count += word.count_ones() << digit);
        };
        match &self.times {
            None => count(0, &|row| !self.tests[row]),
            Some(digits) => {
                digits.iter().enumerate().for_each(|(digit, words)| count(digit, &|row| words[row]));
            }
        }
        counts
    }

    /// Whether the split of a bit tests a row, and how often the row is among its train rows.
    pub fn uses(&self, bit: usize, row: usize) -> (bool, u32) {
        let is_test = self.tests[row] & word(bit) != 0;
        let digit = |(j, words): (usize, &Vec<u64>)| u32::from(words[row] & word(bit) != 0) << j;
        let times = match &self.times {
            None => u32::from(!is_test),
            Some(digits) => digits.iter().enumerate().map(digit).sum(),
        };
        (is_test, times)
    }

    /// The split of a bit.
    pub fn split(&self, bit: usize) -> Split {
        if self.times.is_none() {
            return self.parted(bit);
        }
        let mut split = Split { train: Vec::new(), test: Vec::new() };
        for row in 0..self.tests.len() {
            match self.uses(bit, row) {
                (true, _) => split.test.push(row as u32),
                (false, times) => split.train.extend(std::iter::repeat_n(row as u32, times as usize)),
            }
        }
        split
    }

    /// The split of a bit, where each row is in one of its parts. Every row is written to both and stays in one, since a
    /// branch could not be foreseen.
    fn parted(&self, bit: usize) -> Split {
        let rows = self.tests.len();
        let (mut test, mut train) = (vec![0; rows], vec![0; rows]);
        let mut tested = 0;
        for (row, word) in self.tests.iter().enumerate() {
            test[tested] = row as u32;
            train[row - tested] = row as u32;
            tested += (word >> bit & 1) as usize;
        }
        test.truncate(tested);
        train.truncate(rows - tested);
        test.shrink_to_fit();
        Split { train, test }
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

    fn mixed() -> Plan {
        let options = PlanOptions::default();
        Plan { scheme: Shuffle.into(), options, splits: 200, rows: 20, splitter: Box::new(Mixed) }
    }

    #[test]
    fn rows_that_set_splits_apart_are_those_that_are_not_trained_on_once() {
        let plan = mixed();
        for places in [0..64, 60..80] {
            let splits: Vec<Split> = places.map(|k| plan.draw(k)).collect();
            let (mut together, mut alone) = (Membership::new(20), Membership::new(20));
            together.add_all(0, &splits[..7]);
            together.add_all(7, &splits[7..]);
            splits.iter().enumerate().for_each(|(bit, split)| alone.add(bit, split));
            assert_eq!((&together.tests, &together.times, together.added), (&alone.tests, &alone.times, alone.added));
            assert_eq!(together.are_rest(), splits.len() == 64);
            let own = 0b1010;
            let words = together.apart(3, 11, own);
            for (bit, (split, word)) in splits.iter().zip(words).enumerate() {
                let times = |row: usize| split.train.iter().filter(|r| **r as usize == row).count();
                for i in 0..11 {
                    let want = if own >> bit & 1 == 1 { times(3 + i) > 0 } else { times(3 + i) != 1 };
                    assert_eq!(word >> i & 1 == 1, want, "split {bit}, row {}", 3 + i);
                }
                assert_eq!(word >> 11, 0);
            }
        }
    }

    #[test]
    fn words_have_the_splits_that_are_drawn() {
        let plan = mixed();
        for (places, digits) in [(64..66, 0), (64..67, 3), (64..128, 3), (70..71, 3), (127..128, 3), (0..64, 0)] {
            let block = SplitBlock::new(&plan, places.clone());
            let drawn: Vec<Split> = places.clone().map(|k| block.split(k)).collect();
            assert_eq!(drawn, places.clone().map(|k| plan.draw(k)).collect::<Vec<_>>());
            let bits = places.clone().fold(0, |bits, k| bits | word(k));
            for (row, tests) in block.tests().iter().enumerate() {
                let of = |k: usize| if row % 3 == k % 3 { word(k) } else { 0 };
                assert_eq!(*tests, places.clone().fold(0, |bits, k| bits | of(k)));
            }
            let times = block.train_times().unwrap_or_default();
            assert!(times.len() == digits && times.iter().flatten().all(|word| word & !bits == 0), "{places:?}");
            assert_eq!(drawn, places.clone().map(|k| block.split(k)).collect::<Vec<_>>());
        }
    }
}
