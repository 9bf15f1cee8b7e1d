//! How much of the scores' variance over splits a few rows explain: scores regressed on which rows are tested.

use rayon::prelude::*;

use super::membership::{LEVEL, Memberships};
use crate::model::Cholesky;
use crate::stats::mean_and_variance;
use crate::stats::p_values::{ranks, two_sided_normal};

/// Rows that may enter the regression.
const MAX_STEPS: usize = 10;

/// Scores regressed on which rows are tested.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Explained {
    /// Each row with the change of the score where it is tested, the others held fixed, and its z when it entered.
    pub rows: Vec<(u32, f64, f64)>,
    /// Share of the scores' variance that they explain.
    pub r2: f64,
    /// The same on splits left out one at a time (from the hat matrix; Allen 1974).
    pub r2_left_out: f64,
}

impl Memberships {
    /// Forward selection among the `eligible` rows: the one whose rank-sum z with what is not yet explained is
    /// largest enters, while it passes [`LEVEL`] against all rows; then least squares on the rows that entered.
    pub fn explain(&self, eligible: &[bool]) -> Explained {
        let n = self.splits();
        let total: f64 = self.centred().iter().map(|s| s * s).sum();
        let mut explained = Explained::default();
        let mut residuals = self.centred().to_vec();
        while explained.rows.len() < MAX_STEPS.min(n / 10) && total > 0.0 {
            let Some((row, z)) = self.strongest_with(&residuals, eligible) else { break };
            let known = explained.rows.iter().any(|(r, ..)| *r == row);
            if known || two_sided_normal(z) * self.rows() as f64 > LEVEL {
                break;
            }
            explained.rows.push((row, 0.0, z));
            let chosen: Vec<u32> = explained.rows.iter().map(|(r, ..)| *r).collect();
            let Some(fit) = self.least_squares(&chosen) else {
                explained.rows.pop();
                break;
            };
            explained.rows.iter_mut().zip(&fit.effects).for_each(|(row, effect)| row.1 = *effect);
            explained.r2 = 1.0 - fit.residuals.iter().map(|e| e * e).sum::<f64>() / total;
            explained.r2_left_out = 1.0 - fit.left_out.iter().map(|e| e * e).sum::<f64>() / total;
            residuals = fit.residuals;
        }
        explained
    }

    /// The eligible row whose tests go most with `values`, and z of their rank sum.
    fn strongest_with(&self, values: &[f64], eligible: &[bool]) -> Option<(u32, f64)> {
        let n = values.len() as f64;
        let ranks: Vec<f64> = ranks(values).iter().map(|r| r - (n + 1.0) / 2.0).collect();
        let (_, variance) = mean_and_variance(&ranks);
        let z = |row: u32| {
            let own = ranks.iter().enumerate().filter(|(k, _)| self.tests(*k, row)).map(|(_, rank)| *rank);
            let (tested, sum) = own.fold((0.0, 0.0), |(count, sum), rank| (count + 1.0, sum + rank));
            let others = n - tested;
            let usable = tested >= 3.0 && others >= 3.0 && variance > 0.0;
            usable.then(|| sum / tested * (1.0 + tested / others) / (variance * (1.0 / tested + 1.0 / others)).sqrt())
        };
        let rows: Vec<u32> = (0..self.rows() as u32).filter(|r| eligible[*r as usize]).collect();
        let all: Vec<(u32, f64)> = rows.into_par_iter().filter_map(|row| Some((row, z(row)?))).collect();
        all.into_iter().reduce(|a, b| if b.1.abs() > a.1.abs() { b } else { a })
    }

    /// Least squares of scores on an intercept and which of `rows` are tested; `None` where these depend on
    /// each other.
    fn least_squares(&self, rows: &[u32]) -> Option<LeastSquares> {
        let (n, p) = (self.splits(), rows.len() + 1);
        let design = ndarray::Array2::from_shape_fn((n, p), |(k, j)| match j {
            0 => 1.0,
            j => f64::from(u8::from(self.tests(k, rows[j - 1]))),
        });
        let factor = Cholesky::new(design.t().dot(&design).view())?;
        let scores = ndarray::Array1::from(self.centred().to_vec());
        let b = factor.solve(design.t().dot(&scores).view());
        let residuals = &scores - &design.dot(&b);
        let left_out = design.outer_iter().zip(&residuals).map(|(x, e)| {
            let leverage = x.dot(&factor.solve(x));
            e / (1.0 - leverage).max(1e-9)
        });
        let left_out = left_out.collect();
        Some(LeastSquares { effects: b.iter().skip(1).copied().collect(), residuals: residuals.to_vec(), left_out })
    }
}

struct LeastSquares {
    effects: Vec<f64>,
    residuals: Vec<f64>,
    left_out: Vec<f64>,
}

#[cfg(test)]
mod tests {
    use super::super::membership::tests::{memberships, noise, splits};
    use super::*;
    use crate::split::Split;

    #[test]
    fn the_rows_that_make_the_score_are_found_and_explain_it() {
        let splits = splits(300, 200);
        let score = |(k, s): (usize, &Split)| {
            let hit = |row: u32| f64::from(u8::from(s.test.contains(&row)));
            0.8 - 0.5 * hit(123) - 0.2 * hit(45) + 0.02 * noise(k)
        };
        let scores: Vec<f64> = splits.iter().enumerate().map(score).collect();
        let all = memberships(300, &splits, &scores);
        assert_eq!(all.strongest(1)[0].row, 123);
        assert!(all.strongest(1)[0].difference > 0.4 && all.strongest(1)[0].p < 1e-6);
        let explained = all.explain(&[true; 300]);
        let mut rows: Vec<u32> = explained.rows.iter().map(|r| r.0).collect();
        rows.truncate(2);
        assert_eq!(rows, [123, 45]);
        assert!((explained.rows[0].1 + 0.5).abs() < 0.01 && (explained.rows[1].1 + 0.2).abs() < 0.01);
        assert!(explained.r2_left_out > 0.98 && explained.r2_left_out <= explained.r2);
    }

    #[test]
    fn noise_is_blamed_on_no_row() {
        let splits = splits(300, 200);
        let scores: Vec<f64> = (0..200).map(|k| noise(k).powi(8)).collect();
        let all = memberships(300, &splits, &scores);
        assert_eq!(all.explain(&[true; 300]), Explained::default());
        assert!(all.strongest(1)[0].p > LEVEL);
        // Rows that may not enter do not, whatever they explain.
        let hit: Vec<f64> = splits.iter().map(|s| f64::from(u8::from(s.test.contains(&9)))).collect();
        assert_eq!(memberships(300, &splits, &hit).explain(&[false; 300]), Explained::default());
        let constant = memberships(300, &splits, &[0.5; 200]);
        assert!(constant.strongest(3).is_empty());
    }
}
