//! How far predictions miss rows that their model has not seen, and the interval that follows for a new row.
//!
//! Each split model predicts its test rows. The absolute errors of all splits are pooled, every row weighing the same
//! however often it was tested, and the half width is the least that holds (n + 1)·coverage of n rows: cross-conformal
//! prediction (Vovk, Annals of Mathematics and Artificial Intelligence 74, 2015) with the finite-sample place of
//! split-conformal prediction (Lei, G'Sell, Rinaldo, Tibshirani and Wasserman, JASA 113, 2018). Of one split the coverage is
//! promised for rows that are exchangeable with the tested ones; of the pooled errors it is near what was asked for in
//! practice, and 1 - 2·(1 - coverage) at least in theory (Barber, Candès, Ramdas and Tibshirani, Annals of Statistics 49,
//! 2021, for its relative jackknife+).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Absolute errors of a model on rows that it has not seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Residuals {
    /// Number of rows that were tested at least once: n.
    pub rows: usize,
    /// Number of splits whose test rows they are.
    pub splits: usize,
    /// Ascending half widths: the one at place j (from 1) of m holds the share j / m of the rows. There are n of them, at
    /// most 10,000.
    pub half_widths: Vec<f64>,
}

/// The most half widths that are kept.
const MOST: usize = 10_000;

/// Sums of shares of 1/3 and the like are not exact.
const ROUNDING: f64 = 1e-9;

impl Residuals {
    /// From each tested row with its absolute error, split after split; `None` where there are none, or one is not finite.
    pub fn pooled(mut errors: Vec<(u32, f64)>, splits: usize) -> Option<Self> {
        if errors.is_empty() || errors.iter().any(|(_, error)| !error.is_finite()) {
            return None;
        }
        let mut times = vec![0u32; errors.iter().map(|(row, _)| *row as usize + 1).max()?];
        errors.iter().for_each(|(row, _)| times[*row as usize] += 1);
        let rows = times.iter().filter(|t| **t > 0).count();
        errors.sort_unstable_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
        let places = rows.min(MOST);
        let mut half_widths = Vec::with_capacity(places);
        let mut held = 0.0;
        for (row, error) in errors {
            held += 1.0 / f64::from(times[row as usize]);
            while half_widths.len() < places
                && held + ROUNDING * rows as f64 >= (half_widths.len() + 1) as f64 * rows as f64 / places as f64
            {
                half_widths.push(error);
            }
        }
        Some(Self { rows, splits, half_widths })
    }

    /// The half width of an interval that holds so large a share of new rows; `None` where so few rows can promise none.
    pub fn half_width(&self, coverage: f64) -> Option<f64> {
        let (rows, places) = (self.rows as f64, self.half_widths.len() as f64);
        let place = ((rows + 1.0) * coverage / rows * places - ROUNDING * places).ceil() as usize;
        place.checked_sub(1).and_then(|at| self.half_widths.get(at)).copied()
    }

    /// Checks what was read.
    pub(super) fn check(&self) -> Result<(), String> {
        let right = self.rows > 0
            && self.half_widths.len() == self.rows.min(MOST)
            && self.half_widths.windows(2).all(|pair| pair[0] <= pair[1])
            && self.half_widths.iter().all(|half| *half >= 0.0);
        if right { Ok(()) } else { Err("half widths that are not in order, or not those of the rows".into()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_one_test_a_row_it_is_the_place_of_split_conformal_prediction() {
        let errors = |n: u32| (0..n).map(|row| (row, f64::from(row + 1))).collect::<Vec<_>>();
        let residuals = Residuals::pooled(errors(19), 1).unwrap();
        // ⌈20 · 0.9⌉ = 18, and of 19 rows none promise 0.96.
        assert_eq!(residuals.half_width(0.9), Some(18.0));
        assert_eq!(residuals.half_width(0.96), None);
        // More rows than places: not a narrower interval, and wider by one place of them at most.
        let many = Residuals::pooled(errors(45_000), 1).unwrap();
        let exact = (45_001.0f64 * 0.9).ceil();
        let half = many.half_width(0.9).unwrap();
        assert!(half >= exact && half <= exact + 4.5, "{half} {exact}");
    }

    #[test]
    fn a_row_that_is_tested_often_weighs_no_more() {
        // Row 0 was tested three times with large errors: a quarter of four rows, whatever the count.
        let often = vec![(0, 9.0), (0, 8.0), (0, 7.0), (1, 1.0), (2, 2.0), (3, 3.0)];
        let residuals = Residuals::pooled(often, 3).unwrap();
        assert_eq!((residuals.rows, &residuals.half_widths), (4, &vec![1.0, 2.0, 3.0, 9.0]));
    }
}
