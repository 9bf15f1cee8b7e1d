//! Sums of numbers that do not depend on their order.
//!
//! A sum is kept exactly and rounded once, when it is read, so that numbers may be added in any order, and sums of some
//! of them joined. Two numbers hold nearly every sum without an error (Knuth's two-sum, TAOCP 4.2.2; Dekker, Numerische
//! Mathematik 18, 1971); where they do not, a fixed-point integer over the whole range of numbers does (Kulisch's long
//! accumulator), of which the words in use are kept.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Words of a fixed-point integer in units of 2^-1074, two's complement: numbers reach 2^1024, and 77 bits are left for
/// carries.
const WORDS: usize = 34;

/// Exact sums, by their places.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ExactSums {
    /// The sums rounded; infinity where two numbers do not hold the sum.
    high: Vec<f64>,
    /// The sums less what they are rounded to.
    low: Vec<f64>,
    /// The others.
    long: BTreeMap<usize, Long>,
}

/// A sum that two numbers do not hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Long {
    /// The words below the first are 0.
    pub first: usize,
    /// The words from there on; those above the last repeat its sign.
    pub words: Vec<u64>,
    /// The sum of the terms that are not finite, 0 where there are none.
    pub not_finite: NotFinite,
}

/// What terms add up to that are not finite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NotFinite {
    /// All terms are finite.
    #[default]
    None,
    /// Some are infinity.
    Positive,
    /// Some are minus infinity.
    Negative,
    /// Some are NaN, or infinite of either sign.
    Nan,
}

impl NotFinite {
    fn of(value: f64) -> Self {
        if value.is_finite() {
            Self::None
        } else if value.is_nan() {
            Self::Nan
        } else if value > 0.0 {
            Self::Positive
        } else {
            Self::Negative
        }
    }

    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::None, one) | (one, Self::None) => one,
            (one, other) if one == other => one,
            _ => Self::Nan,
        }
    }

    fn value(self) -> Option<f64> {
        match self {
            Self::None => None,
            Self::Positive => Some(f64::INFINITY),
            Self::Negative => Some(f64::NEG_INFINITY),
            Self::Nan => Some(f64::NAN),
        }
    }
}

/// a + b as its rounded value and what was lost by rounding.
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let of_b = sum - a;
    (sum, (a - (sum - of_b)) + (b - of_b))
}

impl ExactSums {
    /// So many sums of nothing.
    pub fn new(len: usize) -> Self {
        Self { high: vec![0.0; len], low: vec![0.0; len], long: BTreeMap::new() }
    }

    /// Sums from what they are kept as; `None` where these are not the parts of sums.
    pub fn from_parts(high: Vec<f64>, low: Vec<f64>, long: BTreeMap<usize, Long>) -> Option<Self> {
        let mut sums = Self::new(high.len());
        if low.len() != high.len() {
            return None;
        }
        for (at, (high, low)) in high.into_iter().zip(low).enumerate() {
            let value = if let Some(long) = long.get(&at) {
                let end = long.first.checked_add(long.words.len())?;
                if end > WORDS || long.words.is_empty() {
                    return None;
                }
                Fixed::from(long)
            } else {
                if !high.is_finite() || !low.is_finite() {
                    return None;
                }
                let mut value = Fixed::default();
                value.add(high);
                value.add(low);
                value
            };
            sums.put(at, &value);
        }
        let known = |at: usize| at < sums.high.len();
        long.keys().all(|at| known(*at)).then_some(sums)
    }

    /// What the sums are kept as: each rounded (infinity where it is among the third), the rest of each, and those that two
    /// numbers do not hold.
    pub fn into_parts(self) -> (Vec<f64>, Vec<f64>, BTreeMap<usize, Long>) {
        (self.high, self.low, self.long)
    }

    /// Number of sums.
    pub fn len(&self) -> usize {
        self.high.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.high.is_empty()
    }

    /// Adds a number to a sum.
    ///
    /// # Panics
    /// Panics if there is no such place.
    pub fn add(&mut self, at: usize, value: f64) {
        let (sum, lost) = two_sum(self.high[at], value);
        let (rest, lost) = two_sum(self.low[at], lost);
        let (high, low) = two_sum(sum, rest);
        if lost == 0.0 && high.is_finite() {
            // No sum is -0, whatever was added.
            (self.high[at], self.low[at]) = (high + 0.0, low + 0.0);
            return;
        }
        let mut sum = self.fixed(at);
        sum.add(value);
        self.put(at, &sum);
    }

    /// Adds the sums of other numbers, place by place.
    ///
    /// # Panics
    /// Panics if there are not as many.
    pub fn join(&mut self, other: &Self) {
        assert_eq!(self.len(), other.len(), "other sums");
        for at in 0..self.len() {
            if let Some(long) = other.long.get(&at) {
                let mut sum = self.fixed(at);
                sum.join(&Fixed::from(long));
                self.put(at, &sum);
            } else {
                self.add(at, other.high[at]);
                self.add(at, other.low[at]);
            }
        }
    }

    /// The sums, each rounded to the nearest number.
    pub fn values(&self) -> Vec<f64> {
        let mut values = self.high.clone();
        for (at, long) in &self.long {
            let sum = Fixed::from(long);
            values[*at] = sum.not_finite.value().unwrap_or_else(|| sum.rounded());
        }
        values
    }

    fn fixed(&self, at: usize) -> Fixed {
        if let Some(long) = self.long.get(&at) {
            return Fixed::from(long);
        }
        let mut sum = Fixed::default();
        sum.add(self.high[at]);
        sum.add(self.low[at]);
        sum
    }

    /// Keeps a sum in the one form that its value has.
    fn put(&mut self, at: usize, sum: &Fixed) {
        let high = sum.rounded();
        let mut rest = sum.clone();
        if high.is_finite() && sum.not_finite == NotFinite::None {
            rest.add(-high);
            let low = rest.rounded();
            rest.add(-low);
            if rest.is_zero() {
                self.long.remove(&at);
                (self.high[at], self.low[at]) = (high + 0.0, low + 0.0);
                return;
            }
        }
        self.long.insert(at, Long::from(sum));
        (self.high[at], self.low[at]) = (f64::INFINITY, 0.0);
    }
}

/// A sum as an integer in units of 2^-1074, all words of it.
#[derive(Clone, Default)]
struct Fixed {
    words: Words,
    not_finite: NotFinite,
}

#[derive(Clone, Copy)]
struct Words([u64; WORDS]);

impl Default for Words {
    fn default() -> Self {
        Self([0; WORDS])
    }
}

impl Fixed {
    fn is_zero(&self) -> bool {
        self.words.0.iter().all(|word| *word == 0)
    }

    fn add(&mut self, value: f64) {
        let not_finite = NotFinite::of(value);
        if not_finite != NotFinite::None {
            self.not_finite = self.not_finite.and(not_finite);
            return;
        }
        let (bits, exponent) = (value.to_bits() & ((1 << 52) - 1), (value.to_bits() >> 52 & 0x7ff) as usize);
        let (mantissa, shift) = if exponent == 0 { (bits, 0) } else { (bits | 1 << 52, exponent - 1) };
        let wide = u128::from(mantissa) << (shift % 64);
        let mut term = Words::default();
        (term.0[shift / 64], term.0[shift / 64 + 1]) = (wide as u64, (wide >> 64) as u64);
        self.words.add(&if value < 0.0 { term.negative() } else { term });
    }

    fn join(&mut self, other: &Self) {
        self.words.add(&other.words);
        self.not_finite = self.not_finite.and(other.not_finite);
    }

    /// The finite terms' sum, rounded to the nearest number, ties to even.
    fn rounded(&self) -> f64 {
        let is_negative = self.words.is_negative();
        let size = if is_negative { self.words.negative() } else { self.words }.0;
        let Some(top) = size.iter().rposition(|word| *word != 0) else { return 0.0 };
        let length = 64 * (top + 1) - size[top].leading_zeros() as usize;
        let bit = |at: usize| size[at / 64] >> (at % 64) & 1 == 1;
        let shift = length.saturating_sub(53);
        let wide = u128::from(size[shift / 64]) | u128::from(size.get(shift / 64 + 1).copied().unwrap_or(0)) << 64;
        let mut mantissa = (wide >> (shift % 64)) as u64 & ((1 << 53) - 1);
        if shift > 0 && bit(shift - 1) {
            let tie = (0..shift - 1).all(|at| !bit(at));
            mantissa += u64::from(!tie || mantissa & 1 == 1);
        }
        // The first bit of the mantissa counts as one more of the exponent, and so does a carry.
        let bits = (((shift as u64) << 52) + mantissa).min(f64::INFINITY.to_bits());
        f64::from_bits(bits | u64::from(is_negative) << 63)
    }
}

impl Words {
    fn is_negative(&self) -> bool {
        self.0[WORDS - 1] >> 63 == 1
    }

    fn add(&mut self, other: &Self) {
        let mut carry = false;
        for (word, other) in self.0.iter_mut().zip(other.0) {
            let (sum, first) = word.overflowing_add(other);
            let (sum, second) = sum.overflowing_add(u64::from(carry));
            (*word, carry) = (sum, first || second);
        }
    }

    fn negative(&self) -> Self {
        let mut one = Self::default();
        one.0[0] = 1;
        let mut negative = Self(self.0.map(|word| !word));
        negative.add(&one);
        negative
    }
}

impl From<&Long> for Fixed {
    fn from(long: &Long) -> Self {
        let mut words = Words::default();
        let end = long.first + long.words.len();
        words.0[long.first..end].copy_from_slice(&long.words);
        let sign = if long.words.last().is_some_and(|word| word >> 63 == 1) { u64::MAX } else { 0 };
        words.0[end..].fill(sign);
        Self { words, not_finite: long.not_finite }
    }
}

impl From<&Fixed> for Long {
    fn from(sum: &Fixed) -> Self {
        let words = &sum.words.0;
        let first = words.iter().position(|word| *word != 0).unwrap_or(WORDS - 1);
        let sign = if sum.words.is_negative() { u64::MAX } else { 0 };
        // The last word that is kept shows the sign.
        let mut end = WORDS;
        while end > first + 1 && words[end - 1] == sign && words[end - 2] >> 63 == sign >> 63 {
            end -= 1;
        }
        Self { first, words: words[first..end].to_vec(), not_finite: sum.not_finite }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sum(values: &[f64]) -> ExactSums {
        let mut sums = ExactSums::new(1);
        values.iter().for_each(|value| sums.add(0, *value));
        sums
    }

    /// Numbers of all sizes, many of them near each other, near the ends of the range, or opposite.
    fn number() -> impl Strategy<Value = f64> {
        prop_oneof![
            4 => -1.0..1.0f64,
            2 => (-1.0..1.0f64, -300i32..300).prop_map(|(x, e)| x * 2f64.powi(e)),
            1 => prop::sample::select(vec![0.0, -0.0, 1.0, -1.0, 1e308, -1e308, f64::MAX, f64::MIN_POSITIVE, 5e-324, -5e-324, 1e16, 1.0 + f64::EPSILON]),
            1 => any::<f64>().prop_filter("finite", |x| x.is_finite()),
        ]
    }

    proptest! {
        #[test]
        fn sums_do_not_depend_on_order_or_cut(values in proptest::collection::vec(number(), 0..40), seed in any::<u64>(), cuts in proptest::collection::vec(0usize..40, 0..5)) {
            let whole = sum(&values);
            let mut order = values.clone();
            crate::split::shuffle(&mut crate::split::stream(seed, 0), &mut order);
            prop_assert_eq!(&sum(&order), &whole);
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(values.len())).chain([0, values.len()]).collect();
            cuts.sort_unstable();
            let mut joined = ExactSums::new(1);
            cuts.windows(2).rev().for_each(|cut| joined.join(&sum(&order[cut[0]..cut[1]])));
            prop_assert_eq!(&joined, &whole);
            let (high, low, long) = whole.clone().into_parts();
            let again = ExactSums::from_parts(high, low, long).unwrap();
            prop_assert_eq!(&again, &whole);
            // What is taken away again leaves nothing.
            order.iter().for_each(|value| joined.add(0, -value));
            prop_assert_eq!(joined, ExactSums::new(1));
        }

        #[test]
        fn sums_are_rounded_once(values in proptest::collection::vec((-(1i64 << 53)..(1i64 << 53), 0u32..60), 0..30)) {
            // Integers below 2^120 are added exactly, and rounded to the nearest as a cast does.
            let exact: i128 = values.iter().map(|(x, e)| i128::from(*x) << e).sum();
            let terms: Vec<f64> = values.iter().map(|(x, e)| *x as f64 * 2f64.powi(*e as i32)).collect();
            prop_assert_eq!(sum(&terms).values(), [exact as f64]);
            let scaled: Vec<f64> = terms.iter().map(|term| term * 2f64.powi(-900)).collect();
            prop_assert_eq!(sum(&scaled).values(), [exact as f64 * 2f64.powi(-900)]);
        }
    }

    #[test]
    fn sums_hold_the_whole_range_of_numbers() {
        assert_eq!(sum(&[1e308, 1e308, -1e308]).values(), [1e308]);
        assert_eq!(sum(&[f64::MAX, f64::MAX]).values(), [f64::INFINITY]);
        assert_eq!(sum(&[1e300, 1.0, 1e-300, -1e300, -1.0]).values(), [1e-300]);
        assert_eq!(sum(&[5e-324, 5e-324]).values(), [1e-323]);
        assert_eq!(sum(&[f64::INFINITY, -1e300]).values(), [f64::INFINITY]);
        assert!(sum(&[f64::INFINITY, 1.0, f64::NEG_INFINITY]).values()[0].is_nan());
        // A tie goes to even, and the smallest rest breaks it.
        assert_eq!(sum(&[1.0, f64::EPSILON / 2.0]).values(), [1.0]);
        assert_eq!(sum(&[1.0, f64::EPSILON / 2.0, 5e-324]).values(), [1.0 + f64::EPSILON]);
        assert!(sum(&[-0.0]).values()[0].is_sign_positive());
    }

    #[test]
    fn what_are_no_parts_of_sums_is_refused() {
        let long = |first, words| BTreeMap::from([(0, Long { first, words, not_finite: NotFinite::None })]);
        assert!(ExactSums::from_parts(vec![1.0], vec![], BTreeMap::new()).is_none());
        assert!(ExactSums::from_parts(vec![f64::NAN], vec![0.0], BTreeMap::new()).is_none());
        assert!(ExactSums::from_parts(vec![f64::NAN], vec![0.0], long(33, vec![1, 2])).is_none());
        assert!(ExactSums::from_parts(vec![f64::NAN], vec![0.0], long(usize::MAX, vec![1])).is_none());
        assert!(ExactSums::from_parts(vec![], vec![], long(0, vec![1])).is_none());
        assert!(ExactSums::from_parts(vec![f64::NAN], vec![0.0], long(0, vec![1])).is_some());
    }
}
