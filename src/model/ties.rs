//! Neighbours that are equally near: those that come first in the data are taken.
//!
//! Numbers are scaled before distances are measured, and 6 and 0 may then lie at distances from 3 that differ in the
//! last digits. So a distance counts as equal to that of the k-th neighbour where it differs from it by no more than
//! rounding can explain, and a row number decides among all that do.

/// Distances that differ by less than this share are equal: squares, sums and roots leave less.
pub const SHARE: f64 = 1e-12;

/// What the distance of two rows may be off by: numbers such as 0.1 are stored to half a unit of their last digit, which
/// scaling blows up, and the scaled numbers are rounded again. `point` is the length of one row, scaled, and
/// `origin` that of the row of zeros, which is how much was taken off.
pub fn rounding(point: f64, origin: f64) -> f64 {
    4.0 * f64::EPSILON * (point + origin)
}

/// The rows about as near as the k-th neighbour, of which as many as there are places are taken.
pub struct Ties {
    /// Squared distances below this one are nearer.
    low: f64,
    /// Squared distances up to this one are as near.
    pub high: f64,
    /// Places for them.
    places: usize,
    /// Those found, ascending by row.
    rows: Vec<(f64, u32)>,
}

impl Ties {
    /// The largest squared distance that counts as equal to that of the k-th neighbour; `rounding` is what a distance
    /// may be off by.
    pub fn reach(kth: f64, rounding: f64) -> f64 {
        let (distance, off) = Self::around(kth, rounding);
        (distance + off) * (distance + off)
    }

    fn around(kth: f64, rounding: f64) -> (f64, f64) {
        let distance = kth.sqrt();
        // Rows that are alike are at distance 0 exactly, and no other row is.
        (distance, if kth == 0.0 { 0.0 } else { SHARE * distance + 2.0 * rounding })
    }

    /// From the nearest k + 1 as (squared distance, row) in ascending order. `None` where the last of them is farther
    /// than the one before, so that there is nothing to settle.
    pub fn among(nearest: &[(f64, u32)], k: usize, rounding: f64) -> Option<Self> {
        let (kth, next) = (nearest.get(k.checked_sub(1)?)?.0, nearest.get(k)?.0);
        let (distance, off) = Self::around(kth, rounding);
        let low = (distance - off).max(0.0);
        let mut ties = Self { low: low * low, high: Self::reach(kth, rounding), places: 0, rows: Vec::new() };
        ties.places = k - nearest[..k].iter().filter(|(d, _)| ties.is_nearer(*d)).count();
        (next <= ties.high).then_some(ties)
    }

    fn is_nearer(&self, distance: f64) -> bool {
        distance < self.low || (distance == 0.0 && self.high > 0.0)
    }

    /// The row number that another row must be below to be taken, whatever its distance.
    pub fn last_row(&self) -> u32 {
        if self.rows.len() < self.places { u32::MAX } else { self.rows.last().map_or(0, |last| last.1) }
    }

    /// Takes a row `count` times if it is as near as the k-th and comes early enough. A row is offered once.
    pub fn offer(&mut self, distance: f64, row: u32, count: u16) {
        if distance > self.high || self.is_nearer(distance) {
            return;
        }
        let at = self.rows.partition_point(|(_, other)| *other < row);
        let copies = usize::from(count).min(self.places - at);
        self.rows.truncate(self.places - copies);
        self.rows.splice(at..at, std::iter::repeat_n((distance, row), copies));
    }

    /// Puts the rows taken behind those that are nearer.
    pub fn settle(self, nearest: &mut Vec<(f64, u32)>) {
        nearest.retain(|(distance, _)| self.is_nearer(*distance));
        nearest.extend(self.rows);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_rows_as_near_but_for_rounding_the_first_are_taken() {
        let all = [(0.25, 9), (1.0, 7), (1.0 + 3e-16, 5), (1.0 + 5e-16, 2), (1.1, 1)];
        let mut nearest = all[..3].to_vec();
        let mut ties = Ties::among(&nearest, 2, 0.0).unwrap();
        all.iter().for_each(|(d, row)| ties.offer(*d, *row, 1));
        ties.settle(&mut nearest);
        assert_eq!(nearest, [(0.25, 9), (1.0 + 5e-16, 2)]);
        // A row that counts twice takes two places.
        let mut nearest = all[..4].to_vec();
        let mut ties = Ties::among(&nearest, 3, 0.0).unwrap();
        all.iter().for_each(|(d, row)| ties.offer(*d, *row, 2));
        ties.settle(&mut nearest);
        assert_eq!(nearest.iter().map(|n| n.1).collect::<Vec<_>>(), [9, 2, 2]);
        assert!(Ties::among(&[(0.25, 9), (1.0, 7)], 1, 0.0).is_none());
        assert!(Ties::among(&[(0.0, 9), (1e-300, 7)], 1, 1e-3).is_none());
    }
}
