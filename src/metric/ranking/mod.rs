//! Metrics of an order of rows.

pub(super) mod average_precision;
pub(super) mod roc_auc;

use ndarray::ArrayView1;

use crate::stats::sort_by_digit;

/// Rows by descending score of one class.
#[derive(Debug)]
pub struct Ranking {
    /// Rows of the class.
    pub positives: f64,
    /// Other rows.
    pub negatives: f64,
    /// Runs of equal scores, the highest first: (rows, of these positive) for each.
    pub runs: Vec<(f64, f64)>,
}

impl Ranking {
    /// Of the true classes and the score of one of them.
    pub fn new(truth: &[u32], class: u32, scores: ArrayView1<f64>) -> Self {
        // Written to both lists and counted in one, since a branch could not be foreseen.
        let (mut own, mut other) = (vec![0; truth.len() + 1], vec![0; truth.len() + 1]);
        let mut count = 0;
        for (row, (score, of)) in scores.iter().zip(truth).enumerate() {
            let key = descending(*score);
            own[count] = key;
            other[row - count] = key;
            count += usize::from(*of == class);
        }
        own.truncate(count);
        other.truncate(truth.len() - count);
        // Two sorts of bare numbers take less time than one of rows.
        let mut spare = Vec::new();
        sort(&mut own, &mut spare);
        sort(&mut other, &mut spare);
        let (positives, negatives) = (own.len() as f64, other.len() as f64);
        // No score has this key: the ends of both lists come after all.
        own.push(u64::MAX);
        other.push(u64::MAX);
        let mut runs = vec![(0.0, 0.0); truth.len()];
        let (mut i, mut j, mut run, mut last) = (0, 0, 0, None);
        while i + j < truth.len() {
            let next = own[i].min(other[j]);
            // Without a branch: which list goes on cannot be foreseen.
            let (of_class, others) = (usize::from(own[i] == next), usize::from(other[j] == next));
            run += usize::from(last.is_some_and(|last| last != next));
            runs[run].0 += (of_class + others) as f64;
            runs[run].1 += of_class as f64;
            i += of_class;
            j += others;
            last = Some(next);
        }
        runs.truncate(if truth.is_empty() { 0 } else { run + 1 });
        Self { positives, negatives, runs }
    }
}

/// From so many keys on digits are sorted.
const MANY: usize = 2_000;
/// Bits of a digit; the three first ones are sorted.
const DIGIT: u32 = 11;

/// Sorts keys: many by their first 33 bits, digit by digit from the last of these on, and then those that are alike so far.
fn sort(keys: &mut Vec<u64>, spare: &mut Vec<u64>) {
    if keys.len() < MANY {
        keys.sort_unstable();
        return;
    }
    for place in (1..=3).rev() {
        sort_by_digit::<{ 1 << DIGIT }>(keys, spare, |key| (key >> (64 - place * DIGIT)) as usize);
    }
    let start = |key: &u64| key >> (64 - 3 * DIGIT);
    for alike in keys.chunk_by_mut(|a, b| start(a) == start(b)).filter(|keys| keys.len() > 1) {
        alike.sort_unstable();
    }
}

/// A number whose ascending order is the descending order of scores; -0.0 and 0.0 are one score.
fn descending(score: f64) -> u64 {
    let bits = (score + 0.0).to_bits();
    if bits >> 63 == 1 { bits } else { !bits ^ 1 << 63 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_keys_are_sorted_whatever_they_have_in_common() {
        let wave = |i: usize| ((i * i % 7919) as f64 * 0.37).sin();
        let keys: [&dyn Fn(usize) -> f64; 4] =
            [&wave, &|i| 0.5 + 1e-14 * wave(i), &|i| (3.0 * wave(i)).round(), &|i| {
                wave(i) * 10f64.powi(i as i32 % 600 - 300)
            }];
        for key in keys {
            for count in [0, 1, MANY - 1, MANY, 5_000] {
                let mut sorted: Vec<u64> = (0..count).map(|i| descending(key(i))).collect();
                let mut plain = sorted.clone();
                sort(&mut sorted, &mut Vec::new());
                plain.sort_unstable();
                assert_eq!(sorted, plain);
            }
        }
    }

    #[test]
    fn runs_of_many_rows_count_each_row_once() {
        let scores: Vec<f64> = (0..6_000).map(|i| f64::from(i * 7 % 1_000)).collect();
        let truth: Vec<u32> = (0..6_000).map(|i| u32::from(i % 3 == 0)).collect();
        let ranking = Ranking::new(&truth, 1, ArrayView1::from(&scores));
        assert_eq!(ranking.runs, vec![(6.0, 2.0); 1_000]);
        assert!(Ranking::new(&[], 1, ArrayView1::from(&[])).runs.is_empty());
    }

    #[test]
    fn runs_are_those_of_equal_scores_from_the_highest_on() {
        let scores = [0.0, f64::INFINITY, -2.5, -0.0, 1e-300, -1e300, f64::NEG_INFINITY, 7.0, -2.5];
        let truth = [1, 0, 1, 0, 0, 2, 1, 1, 1];
        let ranking = Ranking::new(&truth, 1, ArrayView1::from(&scores));
        assert_eq!((ranking.positives, ranking.negatives), (5.0, 4.0));
        let descending = [(1.0, 0.0), (1.0, 1.0), (1.0, 0.0), (2.0, 1.0), (2.0, 2.0), (1.0, 0.0), (1.0, 1.0)];
        assert_eq!(ranking.runs, descending);
    }
}
