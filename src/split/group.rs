//! Splits that keep groups whole.

use rand_chacha::ChaCha8Rng;

use super::Split;
use super::random::shuffle;
use super::strata::Strata;

/// Whole groups drawn until the test part is as near to `n_test` rows as they allow.
///
/// Groups come in random order; each is taken if that brings the test part's rows in each stratum
/// nearer to the goal in squared distance (with one stratum: its size nearer to `n_test`). At least
/// one group ends on either side.
pub fn draw(rng: &mut ChaCha8Rng, groups: &Strata, strata: Option<&Strata>, n_test: usize) -> Split {
    let count = groups.sizes.len();
    let classes = strata.map_or(1, |s| s.sizes.len());
    let n = groups.of_row.len();
    let mut rows = vec![0i64; count * classes];
    for (row, group) in groups.of_row.iter().enumerate() {
        rows[*group as usize * classes + strata.map_or(0, |s| s.of_row[row] as usize)] += 1;
    }
    let goal: Vec<f64> = match strata {
        None => vec![n_test as f64],
        Some(s) => s.sizes.iter().map(|size| *size as f64 * n_test as f64 / n as f64).collect(),
    };
    let mut order: Vec<u32> = (0..count as u32).collect();
    shuffle(rng, &mut order);
    let mut have = vec![0.0; classes];
    let mut in_test = vec![false; count];
    let mut taken = 0;
    for group in &order {
        let size = &rows[*group as usize * classes..][..classes];
        let gain: f64 = (0..classes)
            .map(|c| {
                let miss = have[c] - goal[c];
                miss * miss - (miss + size[c] as f64).powi(2)
            })
            .sum();
        if gain > 0.0 && taken + 1 < count {
            (0..classes).for_each(|c| have[c] += size[c] as f64);
            in_test[*group as usize] = true;
            taken += 1;
        }
    }
    if taken == 0 {
        in_test[order[0] as usize] = true;
    }
    Split::by(n, |row| in_test[groups.of_row[row] as usize])
}
