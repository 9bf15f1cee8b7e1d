//! Which rows the score depends on: for each row, the scores of the splits that test it against those
//! of the splits that train on it. Needs the splits and their scores alone; nothing is fitted.
//!
//! Splits are independent draws given the table, so a row's two groups of splits are two independent
//! samples: the difference of means has Welch's standard error √(s₁²/n₁ + s₂²/n₂). Its z is that of
//! Wilcoxon's rank sum (1945), since scores can have heavy tails, and is held against all rows
//! (Bonferroni). The cost is linear in splits × rows.

use rayon::prelude::*;

use super::drift::is_partition;
use crate::split::Split;
use crate::stats::p_values::{ranks, two_sided_normal};
use crate::stats::{mean, mean_and_variance};

/// A row is named where, held against all rows, chance would show as much this rarely.
pub const LEVEL: f64 = 0.05;
/// A row whose own loss is not gross must move the mean score by so many standard deviations of the scores.
const LARGE: f64 = 2.0;

/// Count, sum, sum of squares and sum of ranks of the scores of some splits.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Sums {
    n: f64,
    score: f64,
    square: f64,
    rank: f64,
}

impl Sums {
    fn add(&mut self, score: f64, rank: f64) {
        self.n += 1.0;
        self.score += score;
        self.square += score * score;
        self.rank += rank;
    }

    fn less(self, other: Self) -> Self {
        Self {
            n: self.n - other.n,
            score: self.score - other.score,
            square: self.square - other.square,
            rank: self.rank - other.rank,
        }
    }

    fn mean(self) -> f64 {
        self.score / self.n
    }

    /// Variance of the mean.
    fn variance(self) -> f64 {
        ((self.square - self.score * self.score / self.n) / (self.n - 1.0)).max(0.0) / self.n
    }
}

/// A set of rows as bits.
pub fn bits(rows: usize, members: impl Iterator<Item = usize>) -> Vec<u64> {
    let mut bits = vec![0u64; rows.div_ceil(64)];
    members.for_each(|row| bits[row / 64] |= 1 << (row % 64));
    bits
}

/// What a row does to the score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Influence {
    /// The row, among the used rows.
    pub row: u32,
    /// Splits that test it, and that train on it.
    pub splits: [usize; 2],
    /// Mean score of those that test it, and of those that train on it.
    pub means: [f64; 2],
    /// Mean score where it is in train less where it is in test: positive where it is hard for the model
    /// and the metric is better when higher.
    pub difference: f64,
    /// Welch's standard error of the difference.
    pub error: f64,
    /// z of the rank sum; positive like the difference.
    pub z: f64,
    /// Two-sided p-value of z times the number of rows, at most 1.
    pub p: f64,
}

/// The splits with a score: for each row who tests it and with what score.
pub struct Memberships {
    rows: usize,
    /// Less the mean, so that sums of squares keep their digits.
    scores: Vec<f64>,
    centre: f64,
    ranks: Vec<f64>,
    rank_variance: f64,
    all: Sums,
    test: Vec<Sums>,
    /// For rows that are in neither part of some splits.
    neither: Vec<Sums>,
    /// Splits added.
    added: usize,
    /// A bit for each split and row; empty where only sums are kept.
    bits: Vec<Vec<u64>>,
    keep_bits: bool,
}

impl Memberships {
    /// For splits with these scores, in the order in which they will be added.
    pub fn new(rows: usize, scores: &[f64]) -> Self {
        let n = scores.len() as f64;
        let centre = if scores.is_empty() { 0.0 } else { mean(scores) };
        let scores: Vec<f64> = scores.iter().map(|s| s - centre).collect();
        let middle = (n + 1.0) / 2.0;
        let ranks: Vec<f64> = ranks(&scores).iter().map(|r| r - middle).collect();
        let mut all = Sums::default();
        scores.iter().zip(&ranks).for_each(|(s, r)| all.add(*s, *r));
        let rank_variance = if scores.len() > 1 { mean_and_variance(&ranks).1 } else { 0.0 };
        Self {
            rows,
            scores,
            centre,
            ranks,
            rank_variance,
            all,
            test: vec![Sums::default(); rows],
            neither: Vec::new(),
            added: 0,
            bits: Vec::new(),
            keep_bits: true,
        }
    }

    /// The same without remembering which split tests which row: for [`Memberships::influence`] alone.
    pub fn sums_only(rows: usize, scores: &[f64]) -> Self {
        Self { keep_bits: false, ..Self::new(rows, scores) }
    }

    /// Adds the next split.
    pub fn add(&mut self, split: &Split) {
        let k = self.added;
        self.added += 1;
        let (score, rank) = (self.scores[k], self.ranks[k]);
        split.test.iter().for_each(|row| self.test[*row as usize].add(score, rank));
        if !is_partition(split, self.rows) {
            let here = bits(self.rows, split.test.iter().chain(&split.train).map(|row| *row as usize));
            if self.neither.is_empty() {
                self.neither = vec![Sums::default(); self.rows];
            }
            let absent = (0..self.rows).filter(|r| here[r / 64] >> (r % 64) & 1 == 0);
            for row in absent {
                self.neither[row].add(score, rank);
            }
        }
        if self.keep_bits {
            self.bits.push(bits(self.rows, split.test.iter().map(|row| *row as usize)));
        }
    }

    /// The number of splits.
    pub fn splits(&self) -> usize {
        self.scores.len()
    }

    /// The rows that split `k`, in the order added, tests.
    pub fn tested(&self, k: usize) -> impl Iterator<Item = usize> + '_ {
        self.bits[k].iter().enumerate().flat_map(|(w, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let bit = (rest != 0).then(|| rest.trailing_zeros() as usize)?;
                rest &= rest - 1;
                Some(w * 64 + bit)
            })
        })
    }

    /// The share of each split's test rows that are in a set of rows, given as bits.
    pub fn shares(&self, set: &[u64]) -> Vec<f64> {
        let count = |bits: &[u64], set: &[u64]| {
            bits.iter().zip(set).map(|(a, b)| u64::from((a & b).count_ones())).sum::<u64>() as f64
        };
        self.bits.iter().map(|bits| count(bits, set) / count(bits, bits)).collect()
    }

    /// The scores less their mean, in the order of the splits.
    pub fn centred(&self) -> &[f64] {
        &self.scores
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Whether split `k`, in the order added, tests a row.
    pub fn tests(&self, k: usize, row: u32) -> bool {
        self.bits[k][row as usize / 64] >> (row % 64) & 1 == 1
    }

    /// The influence of one row; `None` where fewer than three splits test it or train on it, or scores
    /// do not vary.
    pub fn influence(&self, row: u32) -> Option<Influence> {
        let test = self.test[row as usize];
        let train = self.all.less(test).less(self.neither.get(row as usize).copied().unwrap_or_default());
        if test.n < 3.0 || train.n < 3.0 || self.rank_variance <= 0.0 {
            return None;
        }
        let unit = (self.rank_variance * (1.0 / test.n + 1.0 / train.n)).sqrt();
        let z = (train.rank / train.n - test.rank / test.n) / unit;
        Some(Influence {
            row,
            splits: [test.n as usize, train.n as usize],
            means: [test.mean() + self.centre, train.mean() + self.centre],
            difference: train.mean() - test.mean(),
            error: (test.variance() + train.variance()).sqrt(),
            z,
            p: (two_sided_normal(z) * self.rows as f64).min(1.0),
        })
    }

    /// Whether a row may be named as one on which the score depends. Given enough splits every row matters a
    /// little; named are those whose own loss is `gross` and hurts where it is tested (`sign` is 1 where higher
    /// scores are better), and those that move the mean score by two standard deviations of the scores.
    pub fn stands_out(&self, row: u32, gross: &[bool], sign: f64) -> bool {
        let sd = (self.all.square / (self.all.n - 1.0)).sqrt();
        self.influence(row)
            .is_some_and(|i| (gross[row as usize] && sign * i.difference > 0.0) || i.difference.abs() >= LARGE * sd)
    }

    /// The rows with the largest |z|, at most `most`, largest first and then by number.
    pub fn strongest(&self, most: usize) -> Vec<Influence> {
        let mut found: Vec<Influence> =
            (0..self.rows as u32).into_par_iter().filter_map(|row| self.influence(row)).collect();
        found.sort_by(|a, b| b.z.abs().total_cmp(&a.z.abs()).then(a.row.cmp(&b.row)));
        found.truncate(most);
        found
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Split k tests every fifth row, from k on, of a shuffled order.
    pub(in crate::inspect) fn splits(rows: u32, n: u32) -> Vec<Split> {
        let is_test = |k: u32, r: u32| (r.wrapping_mul(2_654_435_761) ^ k.wrapping_mul(40_503)) % 97 < 20;
        let part = |k: u32, wanted: bool| (0..rows).filter(|r| is_test(k, *r) == wanted).collect();
        (0..n).map(|k| Split { train: part(k, false), test: part(k, true) }).collect()
    }

    pub(in crate::inspect) fn memberships(rows: u32, splits: &[Split], scores: &[f64]) -> Memberships {
        let mut all = Memberships::new(rows as usize, scores);
        splits.iter().for_each(|s| all.add(s));
        all
    }

    pub(in crate::inspect) fn noise(k: usize) -> f64 {
        ((k * 7919) % 1009) as f64 / 1009.0
    }

    #[test]
    fn sums_are_those_of_the_splits_that_test_and_train() {
        let splits = splits(30, 40);
        let scores: Vec<f64> = (0..40).map(noise).collect();
        let found = memberships(30, &splits, &scores).influence(7).unwrap();
        let of = |wanted: bool| -> Vec<f64> {
            splits.iter().zip(&scores).filter(|(s, _)| s.test.contains(&7) == wanted).map(|(_, s)| *s).collect()
        };
        let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
        let variance = |v: &[f64]| v.iter().map(|x| (x - mean(v)).powi(2)).sum::<f64>() / (v.len() - 1) as f64;
        let (test, train) = (of(true), of(false));
        assert_eq!(found.splits, [test.len(), train.len()]);
        assert!((found.difference - (mean(&train) - mean(&test))).abs() < 1e-12);
        let error = (variance(&test) / test.len() as f64 + variance(&train) / train.len() as f64).sqrt();
        assert!((found.error - error).abs() < 1e-12);
    }

    #[test]
    fn rows_in_neither_part_count_for_neither() {
        let mut splits = splits(30, 40);
        splits.iter_mut().step_by(2).for_each(|s| s.train.retain(|r| *r != 7));
        let scores: Vec<f64> = (0..40).map(noise).collect();
        let found = memberships(30, &splits, &scores).influence(7).unwrap();
        let trained: Vec<f64> =
            splits.iter().zip(&scores).filter(|(s, _)| s.train.contains(&7)).map(|(_, s)| *s).collect();
        assert_eq!(found.splits[1], trained.len());
        assert!((found.means[1] - trained.iter().sum::<f64>() / trained.len() as f64).abs() < 1e-12);
    }

    #[test]
    fn scores_that_hang_on_no_row_seldom_pass() {
        let splits = splits(300, 60);
        let mut alarms = 0;
        for seed in 0..400 {
            let scores: Vec<f64> = (0..60).map(|k| noise(k * 401 + seed * 13 + k * k * seed)).collect();
            alarms += usize::from(memberships(300, &splits, &scores).strongest(1)[0].p <= LEVEL);
        }
        // 20 of 400 at the level of 0.05; more than 34 have a chance below 0.001.
        assert!(alarms <= 34, "{alarms}");
    }

    #[test]
    fn a_row_stands_out_by_its_own_loss_or_by_what_it_does_to_the_score() {
        let splits = splits(300, 200);
        let score = |(k, s): (usize, &Split)| noise(k) - 0.5 * f64::from(u8::from(s.test.contains(&5)));
        let scores: Vec<f64> = splits.iter().enumerate().map(score).collect();
        let all = memberships(300, &splits, &scores);
        let mut gross = vec![false; 300];
        assert!(!all.stands_out(5, &gross, 1.0));
        gross[5] = true;
        assert!(all.stands_out(5, &gross, 1.0) && !all.stands_out(5, &gross, -1.0));
    }
}
