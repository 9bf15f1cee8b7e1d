//! Which rows the score depends on: for each row, the scores of the splits that test it against those
//! of the splits that train on it. Needs the splits and their scores alone; nothing is fitted.
//!
//! Splits are independent draws given the table, so a row's two groups of splits are two independent
//! samples: the difference of means has Welch's standard error √(s₁²/n₁ + s₂²/n₂). Its z is that of
//! Wilcoxon's rank sum (1945), since scores can have heavy tails, and is held against all rows
//! (Bonferroni). The cost is linear in splits × rows.

use rayon::prelude::*;

use super::drift::is_partition;
use super::two_sample::{ranks, two_sided_normal};
use crate::model::Cholesky;
use crate::split::Split;

/// Rows that may enter the regression of scores on rows.
const MAX_STEPS: usize = 10;
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
        let centre = scores.iter().sum::<f64>() / n.max(1.0);
        let scores: Vec<f64> = scores.iter().map(|s| s - centre).collect();
        let middle = (n + 1.0) / 2.0;
        let ranks: Vec<f64> = ranks(&scores).iter().map(|r| r - middle).collect();
        let mut all = Sums::default();
        scores.iter().zip(&ranks).for_each(|(s, r)| all.add(*s, *r));
        let rank_variance = ranks.iter().map(|r| r * r).sum::<f64>() / (n - 1.0).max(1.0);
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

/// Scores regressed on which rows are tested.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Explained {
    /// Each row with the change of the score where it is tested, the others held fixed, and its z when it entered.
    pub rows: Vec<(u32, f64, f64)>,
    /// Share of the scores' variance that they explain.
    pub r2: f64,
    /// The same on splits left out one at a time (from the hat matrix; Allen 1974).
    pub r2_left_out: f64,
}

impl Memberships {
    /// Forward selection among the `eligible` rows: the one whose rank-sum z with what is not yet explained is
    /// largest enters, while it passes [`LEVEL`] against all rows; then least squares on the rows that entered.
    pub fn explain(&self, eligible: &[bool]) -> Explained {
        let n = self.splits();
        let total: f64 = self.scores.iter().map(|s| s * s).sum();
        let mut explained = Explained::default();
        let mut residuals = self.scores.clone();
        while explained.rows.len() < MAX_STEPS.min(n / 10) && total > 0.0 {
            let Some((row, z)) = self.strongest_with(&residuals, eligible) else { break };
            let known = explained.rows.iter().any(|(r, ..)| *r == row);
            if known || two_sided_normal(z) * self.rows as f64 > LEVEL {
                break;
            }
            explained.rows.push((row, 0.0, z));
            let chosen: Vec<u32> = explained.rows.iter().map(|(r, ..)| *r).collect();
            let Some(fit) = self.least_squares(&chosen) else {
                explained.rows.pop();
                break;
            };
            explained.rows.iter_mut().zip(&fit.effects).for_each(|(row, effect)| row.1 = *effect);
            explained.r2 = 1.0 - fit.residuals.iter().map(|e| e * e).sum::<f64>() / total;
            explained.r2_left_out = 1.0 - fit.left_out.iter().map(|e| e * e).sum::<f64>() / total;
            residuals = fit.residuals;
        }
        explained
    }

    /// The eligible row whose tests go most with `values`, and z of their rank sum.
    fn strongest_with(&self, values: &[f64], eligible: &[bool]) -> Option<(u32, f64)> {
        let n = values.len() as f64;
        let ranks: Vec<f64> = ranks(values).iter().map(|r| r - (n + 1.0) / 2.0).collect();
        let variance = ranks.iter().map(|r| r * r).sum::<f64>() / (n - 1.0);
        const BLOCK: usize = 256;
        let blocks: Vec<Option<(u32, f64)>> = (0..self.rows.div_ceil(64 * BLOCK))
            .into_par_iter()
            .map(|block| {
                let words = block * BLOCK..((block + 1) * BLOCK).min(self.rows.div_ceil(64));
                let mut sums = vec![(0.0, 0.0); words.len() * 64];
                for (bits, rank) in self.bits.iter().zip(&ranks) {
                    for (w, word) in bits[words.clone()].iter().enumerate() {
                        let mut rest = *word;
                        while rest != 0 {
                            let (n, sum) = &mut sums[w * 64 + rest.trailing_zeros() as usize];
                            *n += 1.0;
                            *sum += rank;
                            rest &= rest - 1;
                        }
                    }
                }
                let z = |(tested, sum): (f64, f64)| {
                    let others = n - tested;
                    let usable = tested >= 3.0 && others >= 3.0 && variance > 0.0;
                    usable.then(|| {
                        sum / tested * (1.0 + tested / others) / (variance * (1.0 / tested + 1.0 / others)).sqrt()
                    })
                };
                let first = words.start as u32 * 64;
                let allowed = |row: u32| eligible.get(row as usize) == Some(&true);
                let of_row = sums
                    .iter()
                    .zip(first..)
                    .filter(|(_, row)| allowed(*row))
                    .filter_map(|(s, row)| Some((row, z(*s)?)));
                of_row.reduce(|a, b| if b.1.abs() > a.1.abs() { b } else { a })
            })
            .collect();
        blocks.into_iter().flatten().reduce(|a, b| if b.1.abs() > a.1.abs() { b } else { a })
    }

    /// Least squares of scores on an intercept and which of `rows` are tested; `None` where these depend on
    /// each other.
    fn least_squares(&self, rows: &[u32]) -> Option<LeastSquares> {
        let (n, p) = (self.splits(), rows.len() + 1);
        let design = ndarray::Array2::from_shape_fn((n, p), |(k, j)| match j {
            0 => 1.0,
            j => f64::from(u8::from(self.tests(k, rows[j - 1]))),
        });
        let factor = Cholesky::new(design.t().dot(&design).view())?;
        let scores = ndarray::Array1::from(self.scores.clone());
        let b = factor.solve(design.t().dot(&scores).view());
        let residuals = &scores - &design.dot(&b);
        let left_out = design.outer_iter().zip(&residuals).map(|(x, e)| {
            let leverage = x.dot(&factor.solve(x));
            e / (1.0 - leverage).max(1e-9)
        });
        let left_out = left_out.collect();
        Some(LeastSquares { effects: b.iter().skip(1).copied().collect(), residuals: residuals.to_vec(), left_out })
    }
}

struct LeastSquares {
    effects: Vec<f64>,
    residuals: Vec<f64>,
    left_out: Vec<f64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Split k tests every fifth row, from k on, of a shuffled order.
    fn splits(rows: u32, n: u32) -> Vec<Split> {
        let is_test = |k: u32, r: u32| (r.wrapping_mul(2_654_435_761) ^ k.wrapping_mul(40_503)) % 97 < 20;
        let part = |k: u32, wanted: bool| (0..rows).filter(|r| is_test(k, *r) == wanted).collect();
        (0..n).map(|k| Split { train: part(k, false), test: part(k, true) }).collect()
    }

    fn memberships(rows: u32, splits: &[Split], scores: &[f64]) -> Memberships {
        let mut all = Memberships::new(rows as usize, scores);
        splits.iter().for_each(|s| all.add(s));
        all
    }

    fn noise(k: usize) -> f64 {
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
    fn the_rows_that_make_the_score_are_found_and_explain_it() {
        let splits = splits(300, 200);
        let score = |(k, s): (usize, &Split)| {
            let hit = |row: u32| f64::from(u8::from(s.test.contains(&row)));
            0.8 - 0.5 * hit(123) - 0.2 * hit(45) + 0.02 * noise(k)
        };
        let scores: Vec<f64> = splits.iter().enumerate().map(score).collect();
        let all = memberships(300, &splits, &scores);
        assert_eq!(all.strongest(1)[0].row, 123);
        assert!(all.strongest(1)[0].difference > 0.4 && all.strongest(1)[0].p < 1e-6);
        let explained = all.explain(&[true; 300]);
        let mut rows: Vec<u32> = explained.rows.iter().map(|r| r.0).collect();
        rows.truncate(2);
        assert_eq!(rows, [123, 45]);
        assert!((explained.rows[0].1 + 0.5).abs() < 0.01 && (explained.rows[1].1 + 0.2).abs() < 0.01);
        assert!(explained.r2_left_out > 0.98 && explained.r2_left_out <= explained.r2);
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

    #[test]
    fn noise_is_blamed_on_no_row() {
        let splits = splits(300, 200);
        let scores: Vec<f64> = (0..200).map(|k| noise(k).powi(8)).collect();
        let all = memberships(300, &splits, &scores);
        assert_eq!(all.explain(&[true; 300]), Explained::default());
        assert!(all.strongest(1)[0].p > LEVEL);
        // Rows that may not enter do not, whatever they explain.
        let hit: Vec<f64> = splits.iter().map(|s| f64::from(u8::from(s.test.contains(&9)))).collect();
        assert_eq!(memberships(300, &splits, &hit).explain(&[false; 300]), Explained::default());
        let constant = memberships(300, &splits, &[0.5; 200]);
        assert!(constant.strongest(3).is_empty());
    }
}
