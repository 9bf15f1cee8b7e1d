//! Inner folds: the train rows of a split, parted again for a choice that must not see its test rows.
//!
//! They follow the plan. Whole groups stay in one fold, times lie before each other (or both), classes (or the strata of a
//! column) are dealt out evenly, a row that the bootstrap drew twice is never on both sides, and any other rows are
//! shuffled. Nothing but train rows is looked at.

use std::collections::BTreeMap;

use rand_chacha::ChaCha8Rng;

use super::plan::Plan;
use super::random::{shuffle, stream};
use super::scheme::deal;
use super::split::Split;
use super::strata::Strata;
use crate::data::Target;

/// The streams of inner folds: neither those of splits, nor those of permutations (from 2⁶²) or models (from 2⁶³).
const STREAMS: u64 = 3 << 62;

impl Plan {
    /// Parts the train rows of split `k`, given as drawn, into at most `folds` folds: each is a split whose test part
    /// is one fold (every row once) and whose train part are the other rows with their repeats, or in time the earlier
    /// ones.
    ///
    /// # Errors
    /// A sentence that says why there are not two folds.
    pub fn inner(&self, k: usize, split: &Split, target: &Target, folds: usize) -> Result<Vec<Split>, String> {
        let mut rows = split.train.clone();
        rows.sort_unstable();
        rows.dedup();
        let mut rng = stream(self.options.seed, self.number(k) | STREAMS);
        if let Some(folds) = self.splitter.inner(&mut rng, &rows, folds) {
            return folds;
        }
        // A fold of a single row has no r2, and few rows make few folds anyway.
        let folds = folds.min((rows.len() / 2).max(2));
        let mut of_row = vec![0u32; self.rows];
        let folds = match self.splitter.groups() {
            Some(groups) => deal_groups(&mut rng, &rows, groups, target, folds, &mut of_row),
            None => {
                let folds = folds.min(rows.len());
                let mut members = self.members(&rows, target);
                deal(&mut rng, &mut members, folds.max(1), |row, fold| of_row[row as usize] = fold);
                folds
            }
        };
        if folds < 2 {
            let what = if self.splitter.groups().is_some() { "groups" } else { "rows" };
            return Err(format!("inner folds need two {what} to train on, and there are fewer"));
        }
        let fold = |fold: u32| Split {
            train: split.train.iter().copied().filter(|row| of_row[*row as usize] != fold).collect(),
            test: rows.iter().copied().filter(|row| of_row[*row as usize] == fold).collect(),
        };
        Ok((0..folds as u32).map(fold).collect())
    }

    /// The rows by what is dealt out evenly: the strata of a column, else classes, else under a stratified scheme the
    /// quantiles of these rows' targets.
    fn members(&self, rows: &[u32], target: &Target) -> Vec<Vec<u32>> {
        let of_rows: Vec<u32> = match (self.splitter.strata(), target) {
            (Some(strata), _) if self.options.stratify.is_some() => {
                rows.iter().map(|row| strata.of_row[*row as usize]).collect()
            }
            (_, Target::Classification { codes, .. }) => rows.iter().map(|row| codes[*row as usize]).collect(),
            (Some(_), Target::Regression { values }) => {
                let values: Vec<f64> = rows.iter().map(|row| values[*row as usize]).collect();
                Strata::from_quantiles(&values).of_row
            }
            (None, Target::Regression { .. }) => vec![0; rows.len()],
        };
        let mut members: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        rows.iter().zip(of_rows).for_each(|(row, stratum)| members.entry(stratum).or_default().push(*row));
        members.into_values().collect()
    }
}

/// Deals out whole groups, the largest first and equal ones in random order, each to the fold that has fewest rows of
/// its classes (of numbers: fewest rows). Returns the number of folds.
fn deal_groups(
    rng: &mut ChaCha8Rng,
    rows: &[u32],
    groups: &Strata,
    target: &Target,
    folds: usize,
    of_row: &mut [u32],
) -> usize {
    let (classes, class) = match target {
        Target::Classification { codes, labels, .. } => (labels.len(), Some(codes)),
        Target::Regression { .. } => (1, None),
    };
    let mut total = vec![0usize; classes];
    let mut of_group: BTreeMap<u32, (Vec<u32>, Vec<usize>)> = BTreeMap::new();
    for row in rows {
        let class = class.map_or(0, |codes| codes[*row as usize] as usize);
        total[class] += 1;
        let (members, counts) =
            of_group.entry(groups.of_row[*row as usize]).or_insert_with(|| (Vec::new(), vec![0; classes]));
        members.push(*row);
        counts[class] += 1;
    }
    let mut order: Vec<(Vec<u32>, Vec<usize>)> = of_group.into_values().collect();
    let folds = folds.min(order.len());
    shuffle(rng, &mut order);
    order.sort_by_key(|(members, _)| std::cmp::Reverse(members.len()));
    // A fold of a single row has no r2: fewer folds are dealt until each has two, or two are left.
    let mut folds = folds;
    loop {
        let have = deal_in_order(&order, &total, folds, of_row);
        if folds <= 2 || have.iter().all(|counts| counts.iter().sum::<usize>() >= 2) {
            return folds;
        }
        folds -= 1;
    }
}

/// Puts each group, given by its rows and their counts by class, into the fold that has fewest of its classes. Returns
/// what each fold has of each class.
fn deal_in_order(
    order: &[(Vec<u32>, Vec<usize>)],
    total: &[usize],
    folds: usize,
    of_row: &mut [u32],
) -> Vec<Vec<usize>> {
    let mut have = vec![vec![0usize; total.len()]; folds];
    for (members, counts) in order {
        // What the fold has of the group's classes, as shares of all rows of the class.
        let load = |fold: &usize| -> (f64, usize) {
            let of_class = |c: usize| (counts[c] * have[*fold][c]) as f64 / total[c].max(1) as f64;
            ((0..total.len()).map(of_class).sum(), have[*fold].iter().sum())
        };
        let least = (0..folds).min_by(|a, b| {
            let ((a, a_rows), (b, b_rows)) = (load(a), load(b));
            a.total_cmp(&b).then(a_rows.cmp(&b_rows))
        });
        let fold = least.unwrap_or(0);
        have[fold].iter_mut().zip(counts).for_each(|(have, own)| *have += own);
        members.iter().for_each(|row| of_row[*row as usize] = fold as u32);
    }
    have
}
