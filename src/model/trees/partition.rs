//! Thresholds, and parting what lies in a row by them.

/// A threshold t with `low` ≤ t < `high`, half-way where numbers allow it.
///
/// Half-way between neighbouring or infinite numbers may round up to `high`, which would then be on the wrong side.
pub(super) fn half_way(low: f64, high: f64) -> f64 {
    let middle = f64::midpoint(low, high);
    if low <= middle && middle < high { middle } else { low }
}

/// The number at `share` of the way from `least` to `largest`, below `largest`.
pub(super) fn between(least: f64, largest: f64, share: f64) -> f64 {
    let number = (1.0 - share) * least + share * largest;
    if least <= number && number < largest { number } else { least }
}

/// Brings what goes left, `lefts` in number, to the front, keeping the order on both sides. `spare` has
/// room for the smaller side and one more.
pub(super) fn part<T: Copy>(all: &mut [T], spare: &mut [T], lefts: usize, mut goes_left: impl FnMut(&T) -> bool) {
    // Each is written to both sides and kept on one: no branch for the processor to guess wrong.
    if 2 * lefts >= all.len() {
        let (mut left, mut right) = (0, 0);
        for i in 0..all.len() {
            let (one, to_left) = (all[i], goes_left(&all[i]));
            all[left] = one;
            spare[right] = one;
            left += usize::from(to_left);
            right += usize::from(!to_left);
        }
        all[left..].copy_from_slice(&spare[..right]);
    } else {
        let (mut left, mut right) = (lefts, all.len());
        for i in (0..all.len()).rev() {
            let (one, to_left) = (all[i], goes_left(&all[i]));
            all[right - 1] = one;
            spare[left] = one;
            left -= usize::from(to_left);
            right -= usize::from(!to_left);
        }
        all[..lefts].copy_from_slice(&spare[1..=lefts]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_and_infinite_numbers_stay_apart() {
        let one = 1.0f64;
        assert_eq!(half_way(one, one.next_up()), one);
        assert_eq!(half_way(one.next_up(), one.next_up().next_up()), one.next_up());
        assert_eq!(half_way(f64::NEG_INFINITY, f64::INFINITY), f64::NEG_INFINITY);
        assert_eq!(half_way(3.0, f64::INFINITY), 3.0);
        assert!(half_way(-f64::MAX, f64::MAX) == 0.0);
    }

    #[test]
    fn both_sides_keep_their_order() {
        for share in [1, 2, 5, 9] {
            let mut all: Vec<u32> = (0..40).map(|i| i * 7 % 40).collect();
            let before = all.clone();
            let goes_left = |v: &u32| v % 10 < share;
            let lefts = all.iter().filter(|v| goes_left(v)).count();
            part(&mut all, &mut [0; 21], lefts, goes_left);
            let (left, right): (Vec<u32>, Vec<u32>) = before.iter().partition(|v| goes_left(v));
            assert_eq!(all, [left, right].concat());
        }
    }
}
