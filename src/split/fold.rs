//! Repeated k-fold: repeat r deals the rows anew into K parts, and split k is part k mod K of repeat
//! k div K.

use rand_chacha::ChaCha8Rng;

use super::Split;
use super::random::{shuffle, stream};
use super::strata::Strata;

/// Split `k` of `folds`-fold, stratified where strata are given, with whole groups where groups are.
pub fn draw(seed: u64, k: u64, folds: usize, n: usize, strata: Option<&Strata>, groups: Option<&Strata>) -> Split {
    let mut rng = stream(seed, k / folds as u64);
    let fold = (k % folds as u64) as u32;
    let mut of_row = vec![0u32; n];
    if let Some(groups) = groups {
        // Largest groups first, each to the fold with the fewest rows; random among equals.
        let mut order: Vec<u32> = (0..groups.sizes.len() as u32).collect();
        shuffle(&mut rng, &mut order);
        order.sort_by_key(|g| std::cmp::Reverse(groups.sizes[*g as usize]));
        let mut filled = vec![0usize; folds];
        let mut of_group = vec![0u32; groups.sizes.len()];
        for g in order {
            let least = (0..folds).min_by_key(|f| filled[*f]).unwrap_or(0);
            filled[least] += groups.sizes[g as usize];
            of_group[g as usize] = least as u32;
        }
        (0..n).for_each(|row| of_row[row] = of_group[groups.of_row[row] as usize]);
    } else {
        let mut members: Vec<Vec<u32>> = vec![Vec::new(); strata.map_or(1, |s| s.sizes.len())];
        for row in 0..n {
            members[strata.map_or(0, |s| s.of_row[row] as usize)].push(row as u32);
        }
        deal(&mut rng, &mut members, folds, |row, fold| of_row[row as usize] = fold);
    }
    Split::by(n, |row| of_row[row] == fold)
}

/// Deals rows to folds stratum by stratum, in random order, going on where the last one ended: sizes differ by one at
/// most, overall and within each stratum.
pub(super) fn deal(rng: &mut ChaCha8Rng, strata: &mut [Vec<u32>], folds: usize, mut give: impl FnMut(u32, u32)) {
    let mut next = 0;
    for rows in strata {
        shuffle(rng, rows);
        for row in rows {
            give(*row, next);
            next = (next + 1) % folds as u32;
        }
    }
}
