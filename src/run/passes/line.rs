//! A split between passes.

use super::Passes;
use crate::metric::{Totals, Undefined, deviation_of};
use crate::model::shared::{Moments, PassFit, PassModel, PassSums, SplitState};
use crate::run::evaluate::SplitScores;
use crate::split::Split;

/// A squared deviation that is less than this share of the squares it is left of has lost digits.
const LOST: f64 = 1e-3;

/// A split under way.
pub struct Line<'a> {
    /// Its bit in the block's words, and its place among the lines.
    pub bit: usize,
    /// The split, its models' scores apart.
    pub scores: SplitScores,
    /// Over rows, as the models need them.
    pub sums: PassSums,
    /// Whether its sums are of its train rows, and not of what they have more or less than all rows.
    pub own: bool,
    /// What its models have in common, once all rows are added up.
    pub state: Option<SplitState<'a>>,
    /// Of its test and train rows.
    pub targets: [PartTarget; 2],
    /// By model: the fit, and the scores of its last pass over test and train rows.
    pub fits: Vec<(PassFit, [Totals; 2])>,
    /// By model, whether the last pass was the last one.
    pub settled: Vec<bool>,
}

/// The true numbers of one part of a split.
pub struct PartTarget {
    /// Their mean, where it is known.
    mean: Option<f64>,
    /// Squared deviation from it.
    pub deviation: Result<f64, Undefined>,
}

impl Default for PartTarget {
    fn default() -> Self {
        Self { mean: None, deviation: Err(Undefined("")) }
    }
}

impl PartTarget {
    /// The squared errors of one number for so many rows; `None` where they are not known without the rows.
    pub fn squared_errors(&self, rows: usize, number: f64) -> Option<f64> {
        let (mean, deviation) = (self.mean?, self.deviation.as_ref().ok()?);
        Some(deviation + rows as f64 * (number - mean) * (number - mean))
    }
}

impl Line<'_> {
    /// Whether it has fits under way that are not linear, or searched for.
    pub fn is_to_predict(&self) -> bool {
        self.fits.iter().zip(&self.settled).any(|((fit, _), settled)| !settled && fit.coefficients().is_none())
    }
}

impl<'a> Passes<'a> {
    /// A split as drawn, of which no row is added up yet.
    pub(super) fn line(&self, bit: usize, k: usize, split: &Split) -> Line<'a> {
        let scores = SplitScores {
            k,
            number: self.context.plan.number(k),
            n_train: split.train.len(),
            distinct_train: split.distinct_train(),
            n_test: split.test.len(),
            parts: split.fingerprint(),
            test_rows: None,
            models: Vec::new(),
        };
        let models = self.models.iter().zip(&self.are_sums).filter(|(_, is_sum)| **is_sum);
        let models: Vec<PassModel> = models.filter_map(|(model, _)| *model).collect();
        let sums = PassSums::new(&models, &self.common.linear().base, self.context.target.labels().len());
        // The fewer rows are added up.
        let own = 2 * scores.distinct_train < self.context.features.rows;
        Line { bit, scores, sums, own, state: None, targets: Default::default(), fits: Vec::new(), settled: Vec::new() }
    }

    /// The true numbers of a split's test and train rows, from sums where these have the digits.
    pub(super) fn targets(&self, line: &Line, work: &SplitState, values: &[f64]) -> [PartTarget; 2] {
        let SplitScores { n_train, n_test, distinct_train, .. } = line.scores;
        let of_rows = |rows: &[u32]| PartTarget { mean: None, deviation: deviation_of(values, rows) };
        let Some((at, shift)) = self.common.linear().base.target else {
            return [of_rows(&work.split().test), of_rows(&work.split().train)];
        };
        let sums = |moments: &Moments| (moments.at(at, moments.constant()), moments.at(at, at));
        let from_sums = |n: usize, (sum, square): (f64, f64)| {
            let deviation = square - sum * sum / n as f64;
            let is_exact = n > 1 && deviation > LOST * square;
            is_exact.then(|| PartTarget { mean: Some(shift + sum / n as f64), deviation: Ok(deviation) })
        };
        let (all, train) = (sums(self.all.moments()), sums(line.sums.moments()));
        let is_rest = n_train + n_test == self.context.features.rows && distinct_train == n_train;
        let test = is_rest.then(|| from_sums(n_test, (all.0 - train.0, all.1 - train.1))).flatten();
        [
            test.unwrap_or_else(|| of_rows(&work.split().test)),
            from_sums(n_train, train).unwrap_or_else(|| of_rows(&work.split().train)),
        ]
    }
}
