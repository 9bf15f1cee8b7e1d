//! Balanced sampling: each unit is drawn with the same probability, and sums over those drawn stay near to what they
//! should be (the cube method: Deville and Tillé, Biometrika 91, 2004).

use rand_chacha::ChaCha8Rng;

use super::random::unit;

/// Sums that are balanced at most; each costs time with its square.
pub const MOST_SUMS: usize = 10;

/// Below this a probability is 0, and above 1 less this it is 1: what rounding leaves.
const TINY: f64 = 1e-9;

/// Draws each of the units in `order` with probability `chance`, and says for each of all `units` whether it was drawn.
/// `sums(unit)` has a unit's addends; where not all sums can be kept, the last ones are given up first.
pub fn draw(
    rng: &mut ChaCha8Rng,
    units: usize,
    order: &[u32],
    chance: f64,
    sums: impl Fn(u32) -> Vec<f64>,
) -> Vec<bool> {
    let mut drawn = vec![false; units];
    // Undecided units with their chance and addends.
    let mut open: Vec<(u32, f64, Vec<f64>)> = Vec::new();
    let mut next = order.iter();
    let mut kept = order.first().map_or(0, |u| sums(*u).len().min(MOST_SUMS));
    loop {
        // One unit more than there are sums can always be moved without a sum noticing.
        while open.len() <= kept {
            let Some(unit) = next.next() else { break };
            open.push((*unit, chance, sums(*unit)));
        }
        if open.is_empty() {
            return drawn;
        }
        let columns: Vec<&[f64]> = open.iter().map(|(_, _, addends)| &addends[..kept]).collect();
        let Some(direction) = unnoticed(&columns, kept) else {
            kept -= 1;
            continue;
        };
        let room = |sign: f64| {
            let of = |(d, (_, chance, _)): (&f64, &(u32, f64, Vec<f64>))| match sign * d {
                d if d > 0.0 => (1.0 - chance) / d,
                d if d < 0.0 => chance / -d,
                _ => f64::INFINITY,
            };
            direction.iter().zip(&open).map(of).fold(f64::INFINITY, f64::min)
        };
        let (ahead, back) = (room(1.0), room(-1.0));
        // Each chance stays as it is on average.
        let step = if unit(rng) * (ahead + back) < back { ahead } else { -back };
        for (d, (_, chance, _)) in direction.iter().zip(&mut open) {
            *chance += step * d;
        }
        open.retain(|(unit, chance, _)| {
            let decided = *chance < TINY || *chance > 1.0 - TINY;
            if decided {
                drawn[*unit as usize] = *chance > 0.5;
            }
            !decided
        });
    }
}

/// Weights, not all 0, with which the columns add up to 0 in each of their `sums` places; `None` where there are none.
fn unnoticed(columns: &[&[f64]], sums: usize) -> Option<Vec<f64>> {
    let count = columns.len();
    let mut rows: Vec<Vec<f64>> = (0..sums).map(|s| columns.iter().map(|c| c[s]).collect()).collect();
    let scale = rows.iter().flatten().fold(0.0f64, |m, x| m.max(x.abs())).max(1e-300);
    // Gauss and Jordan, the largest element of each column as pivot.
    let mut pivots: Vec<usize> = Vec::new();
    let mut free = None;
    for column in 0..count {
        let from = pivots.len();
        let best = (from..sums).max_by(|a, b| rows[*a][column].abs().total_cmp(&rows[*b][column].abs()));
        match best.filter(|r| rows[*r][column].abs() > 1e-9 * scale) {
            None => {
                free = Some(column);
                break;
            }
            Some(best) => {
                rows.swap(from, best);
                let pivot = rows[from].clone();
                for (_, row) in rows.iter_mut().enumerate().filter(|(at, _)| *at != from) {
                    let factor = row[column] / pivot[column];
                    if factor != 0.0 {
                        row.iter_mut().zip(&pivot).for_each(|(x, p)| *x -= factor * p);
                    }
                }
                pivots.push(column);
            }
        }
    }
    let free = free?;
    let mut weights = vec![0.0; count];
    weights[free] = 1.0;
    for (row, pivot) in rows.iter().zip(pivots) {
        weights[pivot] = -row[free] / row[pivot];
    }
    Some(weights)
}
