//! Whole numbers, one a split.

use serde::{Deserialize, Serialize};

use crate::split::MAX_DRAWN;

/// A list of whole numbers. Numbers that are all equal, or go up by the same step, take no memory each.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(into = "Written", try_from = "Written")]
pub struct Counts {
    len: usize,
    first: u64,
    step: u64,
    /// All numbers, once they are no such sequence.
    listed: Vec<u64>,
}

impl Counts {
    /// Number of numbers.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    fn in_sequence(&self, k: usize) -> u64 {
        self.first.wrapping_add(self.step.wrapping_mul(k as u64))
    }

    /// Adds a number.
    pub fn push(&mut self, number: u64) {
        if self.listed.is_empty() {
            match self.len {
                0 => self.first = number,
                1 => self.step = number.wrapping_sub(self.first),
                _ if self.in_sequence(self.len) == number => {}
                _ => self.listed = (0..self.len).map(|k| self.in_sequence(k)).collect(),
            }
        }
        if !self.listed.is_empty() {
            self.listed.push(number);
        }
        self.len += 1;
    }

    /// The number at a place.
    ///
    /// # Panics
    /// Panics if there is no such place.
    pub fn at(&self, k: usize) -> u64 {
        assert!(k < self.len, "place {k} of {}", self.len);
        if self.listed.is_empty() { self.in_sequence(k) } else { self.listed[k] }
    }

    /// All numbers in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = u64> + ExactSizeIterator + '_ {
        (0..self.len).map(|k| self.at(k))
    }
}

impl PartialEq for Counts {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.iter().eq(other.iter())
    }
}

impl FromIterator<u64> for Counts {
    fn from_iter<I: IntoIterator<Item = u64>>(numbers: I) -> Self {
        let mut all = Self::default();
        numbers.into_iter().for_each(|number| all.push(number));
        all
    }
}

/// The numbers as they are written.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Sequence { len: usize, first: u64, step: u64 },
    Listed(Vec<u64>),
}

impl From<Counts> for Written {
    fn from(counts: Counts) -> Self {
        let Counts { len, first, step, listed } = counts;
        if listed.is_empty() { Self::Sequence { len, first, step } } else { Self::Listed(listed) }
    }
}

impl TryFrom<Written> for Counts {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        match written {
            Written::Sequence { len, .. } if len > MAX_DRAWN => Err("a sequence of numbers is too long"),
            Written::Sequence { len, first, step } => Ok(Self { len, first, step, listed: Vec::new() }),
            Written::Listed(numbers) => Ok(numbers.into_iter().collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_and_sequences_take_no_memory() {
        for numbers in
            [vec![], vec![7], vec![5, 4], vec![3, 3, 3], vec![0, 1, 2, 3], vec![9, 7, 5], vec![u64::MAX, 0, 1]]
        {
            let counts: Counts = numbers.iter().copied().collect();
            assert_eq!(counts.iter().collect::<Vec<_>>(), numbers);
            assert!(counts.listed.is_empty(), "{numbers:?}");
        }
        for numbers in [vec![1, 1, 2], vec![0, 1, 2, 4, 5], vec![0, 0, 0, 0, 1, 0]] {
            let counts: Counts = numbers.iter().copied().collect();
            assert_eq!(counts.iter().collect::<Vec<_>>(), numbers);
        }
    }
}
