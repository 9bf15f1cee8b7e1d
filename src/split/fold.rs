//! Repeated k-fold: repeat r deals the rows anew into K parts, and split k is part k mod K of repeat
//! k div K.

use rand_chacha::ChaCha8Rng;

use super::Split;
use super::random::{below, shuffle, stream};
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
        // The largest group always came to the first fold: folds of unlike groups are numbered anew.
        if groups.sizes.iter().any(|s| *s != groups.sizes[0]) {
            let mut number: Vec<u32> = (0..folds as u32).collect();
            shuffle(&mut rng, &mut number);
            of_group.iter_mut().for_each(|f| *f = number[*f as usize]);
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
/// most, overall and within each stratum. Where strata do not go evenly into the folds, the first fold is a random one:
/// the odd rows of a stratum are not always those of the same folds.
pub(super) fn deal(rng: &mut ChaCha8Rng, strata: &mut [Vec<u32>], folds: usize, mut give: impl FnMut(u32, u32)) {
    let even = strata.len() == 1 || strata.iter().all(|rows| rows.len() % folds == 0);
    let mut next = if even { 0 } else { below(rng, folds as u32) };
    for rows in strata {
        shuffle(rng, rows);
        for row in rows {
            give(*row, next);
            next = (next + 1) % folds as u32;
        }
    }
}
