//! Predicted probabilities against what came true, over all splits together: bins of equal width, as in scikit-learn's
//! `calibration_curve`.

use super::calibration::bins_of;
use crate::run::RowTotals;

/// What the sums are called in a part.
pub const KEY: &str = "curves.reliability";

/// Number of bins.
const BINS: usize = 10;
/// The bins, and a row for the number of splits.
pub(super) const ROWS: usize = BINS + 1;
/// Rows, the sum of their probabilities, and those that came true.
pub(super) const WIDTH: usize = 3;

/// What a split adds to the sums.
pub(super) fn sums(probabilities: &[f64], came: &[bool]) -> (Vec<u32>, Vec<f64>) {
    let bins = bins_of(probabilities, came, BINS);
    let values = bins.iter().flat_map(|bin| bin[..WIDTH].to_vec()).chain([1.0, 0.0, 0.0]).collect();
    ((0..ROWS as u32).collect(), values)
}

/// The sums of a bin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin {
    /// Its edges.
    pub edges: [f64; 2],
    /// Rows.
    pub rows: u64,
    /// Sum of their probabilities.
    pub probability: f64,
    /// Rows that came true.
    pub came: u64,
}

/// Number of splits and the bins; `None` where the sums are others.
pub fn read(totals: &RowTotals) -> Option<(usize, Vec<Bin>)> {
    let sums = totals.values();
    if totals.width != WIDTH || sums.len() != ROWS * WIDTH {
        return None;
    }
    let bin = |(i, sums): (usize, &[f64])| Bin {
        edges: [i, i + 1].map(|edge| edge as f64 / BINS as f64),
        rows: sums[0] as u64,
        probability: sums[1],
        came: sums[2] as u64,
    };
    let bins = sums.chunks_exact(WIDTH).take(BINS).enumerate().map(bin).collect();
    Some((sums[BINS * WIDTH] as usize, bins))
}
