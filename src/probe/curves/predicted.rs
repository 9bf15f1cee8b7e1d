//! Predicted against true numbers and against residuals, over all splits together: counts on grids whose edges the table
//! decides, so that counts of different splits can be added up.

use crate::data::Target;
use crate::run::RowTotals;

/// What the counts are called in a part.
pub const KEY: &str = "curves.predicted";

/// Bins of an axis.
const BINS: usize = 40;
/// Counts of a grid: its cells, those beyond an end of an axis, and those beyond an end of the vertical axis.
const GRID: usize = BINS * BINS + 2;
const OUTSIDE: usize = BINS * BINS;
const BEYOND: usize = OUTSIDE + 1;
/// Ranges of residuals that are counted side by side, each half as wide as the one before: which of them is wide enough is
/// known when all splits are done.
const RANGES: usize = 5;
/// The grid of true values, those of residuals, and the number of splits.
pub(super) const ROWS: usize = GRID * (1 + RANGES) + 1;

/// The share of residuals that a range must hold.
const ENOUGH: f64 = 0.99;
/// By how much the range of the target is widened at each end.
const WIDER: f64 = 0.05;

/// The range of the axes of predictions and of true values; `None` where the target is not of numbers, or of numbers too
/// large for one. The range of a single value has a width of 2.
pub(super) fn range(target: &Target) -> Option<[f64; 2]> {
    let Target::Regression { values } = target else { return None };
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let more = if high > low { WIDER * (high - low) } else { 1.0 };
    let range = [low - more, high + more];
    (range[1] - range[0]).is_finite().then_some(range).filter(|range| range[1] > range[0])
}

/// Half the width of each range of residuals.
fn halves([low, high]: [f64; 2]) -> [f64; RANGES] {
    std::array::from_fn(|i| (high - low) / 2f64.powi(i as i32 + 1))
}

/// The bin of a value, and whether it lies beyond the ends.
fn bin(value: f64, [low, high]: [f64; 2]) -> (usize, bool) {
    let at = (value - low) / (high - low) * BINS as f64;
    (at.clamp(0.0, (BINS - 1) as f64) as usize, value < low || value > high)
}

/// Counts a point on a grid.
fn count(grid: &mut [f64], (x, x_out): (usize, bool), (y, y_out): (usize, bool)) {
    grid[y * BINS + x] += 1.0;
    grid[OUTSIDE] += f64::from(u8::from(x_out || y_out));
    grid[BEYOND] += f64::from(u8::from(y_out));
}

/// What a split adds to the counts.
pub(super) fn sums(range: [f64; 2], predicted: &[f64], truth: &[f64]) -> (Vec<u32>, Vec<f64>) {
    let mut counts = vec![0.0; ROWS];
    let halves = halves(range);
    for (predicted, truth) in predicted.iter().zip(truth) {
        let x = bin(*predicted, range);
        let (of_truth, of_residuals) = counts.split_at_mut(GRID);
        count(of_truth, x, bin(*truth, range));
        for (grid, half) in of_residuals.chunks_exact_mut(GRID).zip(halves) {
            count(grid, x, bin(truth - predicted, [-half, half]));
        }
    }
    counts[ROWS - 1] = 1.0;
    // Most cells are empty.
    counts.iter().enumerate().filter(|(_, count)| **count > 0.0).map(|(at, count)| (at as u32, *count)).unzip()
}

/// Counts on a grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// The ends of the axis of predictions.
    pub x: [f64; 2],
    /// The ends of the other axis.
    pub y: [f64; 2],
    /// By bin of the other axis, from below, the counts by bin of predictions.
    pub counts: Vec<Vec<u64>>,
    /// How many lie beyond an end of an axis, and are counted in the bin there.
    pub outside: u64,
}

/// Number of splits, and the grids of true values and of residuals; `None` where the counts are others.
pub fn read(target: &Target, totals: &RowTotals) -> Option<(usize, Grid, Grid)> {
    let (sums, x) = (totals.values(), range(target)?);
    if totals.width != 1 || sums.len() != ROWS {
        return None;
    }
    let grids: Vec<&[f64]> = sums.chunks_exact(GRID).collect();
    let grid = |counts: &[f64], y: [f64; 2]| Grid {
        x,
        y,
        counts: counts[..OUTSIDE].chunks_exact(BINS).map(|row| row.iter().map(|n| *n as u64).collect()).collect(),
        outside: counts[OUTSIDE] as u64,
    };
    let all: f64 = grids[0][..OUTSIDE].iter().sum();
    let holds_enough = |i: &usize| grids[1 + i][BEYOND] <= (1.0 - ENOUGH) * all;
    let place = (0..RANGES).rev().find(holds_enough).unwrap_or(0);
    let half = halves(x)[place];
    Some((sums[ROWS - 1] as usize, grid(grids[0], x), grid(grids[1 + place], [-half, half])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_beyond_the_ends_are_counted_at_the_ends() {
        let target = Target::Regression { values: vec![0.0, 20.0, 10.0] };
        let range = range(&target).unwrap();
        assert_eq!(range, [-1.0, 21.0]);
        assert_eq!(bin(-1.0, range), (0, false));
        assert_eq!(bin(21.0, range), (39, false));
        assert_eq!(bin(10.0, range), (20, false));
        assert_eq!((bin(-7.0, range), bin(1e300, range)), ((0, true), (39, true)));
        let (at, values) = sums(range, &[10.0, 30.0], &[10.0, 20.0]);
        let of = |place: usize| at.iter().position(|at| *at as usize == place).map_or(0.0, |i| values[i]);
        // Row 10 in the middle; the other one at the right edge, true value in bin 38.
        assert_eq!((of(20 * BINS + 20), of(38 * BINS + 39), of(OUTSIDE), of(BEYOND)), (1.0, 1.0, 1.0, 0.0));
        // Residuals 0 and -10: within ±11, and beyond ±5.5.
        assert_eq!((of(GRID + 20 * BINS + 20), of(GRID + BINS + 39), of(GRID + BEYOND)), (1.0, 1.0, 0.0));
        assert_eq!((of(2 * GRID + 39), of(2 * GRID + BEYOND)), (1.0, 1.0));
        assert_eq!(of(ROWS - 1), 1.0);
    }

    #[test]
    fn one_value_has_a_range_and_labels_have_none() {
        assert_eq!(range(&Target::Regression { values: vec![3.0, 3.0] }), Some([2.0, 4.0]));
        assert_eq!(range(&Target::Regression { values: vec![-1e308, 1e308] }), None);
        assert_eq!(range(&Target::Regression { values: vec![1e300, 1e300] }), None);
        let labels = vec!["a".into(), "b".into()];
        assert_eq!(range(&Target::Classification { codes: vec![0, 1], labels, positive: Some(1) }), None);
    }
}
