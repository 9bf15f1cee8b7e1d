//! One pass over all splits of a model: every split drawn, fitted and compared again, and what is kept of it.

use std::sync::atomic::AtomicBool;

use super::columns::Watched;
use super::drift::{Drift, Totals, drift};
use super::loss::Loss;
use super::membership::Memberships;
use super::pass::over_splits;
use super::rows::{RowSums, Tested};
use super::subject::Subject;
use crate::error::Result;
use crate::model::Predictions;
use crate::run::Fitter;
use crate::stats::squared_correlation;

/// What is known of all splits after the pass.
pub struct Look {
    /// The splits that have a score, by their place in the plan.
    pub scored: Vec<usize>,
    /// How good each of them is: its score, turned so that higher is better.
    pub goodness: Vec<f64>,
    /// Mean loss of the test rows of those that could be fitted again.
    pub losses: Vec<f64>,
    /// Which rows they test.
    pub memberships: Memberships,
    /// How their test rows differ from their train rows.
    pub drifts: Vec<Vec<Drift>>,
    /// Losses and answers by row.
    pub rows: RowSums,
    /// Count and sum of each row's losses over the splits of even and of odd place.
    halves: [Vec<[f64; 2]>; 2],
    /// What a row's loss is.
    pub loss: Loss,
    /// Coefficients on the base columns, one vector a split, outputs after one another; empty where the model
    /// is not linear or was fitted alone.
    pub coefficients: Vec<Vec<f64>>,
    /// Splits whose score came out otherwise than in the report.
    pub differing: usize,
}

impl Look {
    /// For each split the mean, over its test rows, of the row's mean loss on the other half of the splits: how
    /// hard its test rows are in general. Empty for fewer than 20 splits.
    pub fn hardness(&self) -> Vec<f64> {
        let of = |k: usize| {
            let other = &self.halves[(k + 1) % 2];
            let rows = self.memberships.tested(k).map(|r| other[r]).filter(|h| h[0] > 0.0);
            let (n, sum) = rows.fold((0.0, 0.0), |(n, sum), h| (n + 1.0, sum + h[1] / h[0]));
            sum / n
        };
        // Nothing was fitted where the model is not at hand.
        if self.scored.len() < 20 || self.losses.is_empty() {
            Vec::new()
        } else {
            (0..self.scored.len()).map(of).collect()
        }
    }

    /// How much of the scores' variance goes with how hard the test rows are: the squared correlation of the two.
    pub fn explained_by(&self, expected: &[f64]) -> Option<f64> {
        if expected.len() != self.goodness.len() {
            return None;
        }
        squared_correlation(expected, &self.goodness).filter(|share| share.is_finite())
    }
}

/// What is kept of one split.
struct FittedSplit {
    split: crate::split::Split,
    drift: Vec<Drift>,
    tested: Option<Tested>,
    coefficients: Vec<f64>,
    score: Option<f64>,
}

/// The loss by which rows of this model are measured: that of its predictions on the first split that can be
/// fitted.
pub fn loss_of(subject: &Subject, fitter: &Fitter, scored: &[usize]) -> Loss {
    let context = &subject.evaluation;
    let probabilities = scored.iter().take(20).find_map(|k| {
        let split = context.plan.draw(*k);
        let fit = fitter.at(*k, &split).fit(0).ok()?;
        Some(matches!(fit.predictions.test, Predictions::Classes { probabilities: Some(_), .. }))
    });
    Loss::of_metric(&context.metrics[subject.metric], probabilities.unwrap_or(false))
}

/// Looks at every split that has a score; `each` is told after each of them.
///
/// # Errors
/// A run error where `stop` is set.
pub fn look(
    subject: &Subject,
    fitter: &Fitter,
    columns: &[Watched],
    pool: &rayon::ThreadPool,
    stop: &AtomicBool,
    mut each: impl FnMut(),
) -> Result<Look> {
    let context = &subject.evaluation;
    let scored = subject.scored();
    let scores: Vec<f64> = scored.iter().filter_map(|k| subject.score(*k)).collect();
    let loss = pool.install(|| loss_of(subject, fitter, &scored));
    let totals = Totals::new(columns);
    let metric = std::slice::from_ref(&context.metrics[subject.metric]);
    let make = |k: usize| {
        let split = context.plan.draw(k);
        let drift = drift(columns, &totals, &split, context.features.rows);
        // A split with a score was fitted before; where it now fails, it shows as differing.
        let Ok(fit) = fitter.at(k, &split).fit(0) else {
            return Ok(FittedSplit { split, drift, tested: None, coefficients: Vec::new(), score: None });
        };
        let predictions = fit.predictions;
        let score = crate::metric::Scorer::new(metric, context.target, &split.test).score(&predictions.test)[0].ok();
        let losses = loss.of(context.target, &split.test, &predictions.test);
        let tested = Tested::new(context.target, split.test.clone(), losses, &predictions.test);
        Ok(FittedSplit { split, drift, tested: Some(tested), coefficients: predictions.coefficients.concat(), score })
    };
    let mut it = Look {
        goodness: subject.goodness(&scored),
        losses: Vec::with_capacity(scored.len()),
        memberships: Memberships::new(context.features.rows, &scores),
        drifts: Vec::with_capacity(scored.len()),
        rows: RowSums::new(context.target),
        halves: [0, 1].map(|_| vec![[0.0; 2]; context.features.rows]),
        loss,
        coefficients: Vec::with_capacity(scored.len()),
        differing: 0,
        scored: scored.clone(),
    };
    over_splits(pool, &scored, stop, make, |k, seen| {
        it.memberships.add(&seen.split);
        it.drifts.push(seen.drift);
        it.coefficients.push(seen.coefficients);
        if let Some(tested) = &seen.tested {
            it.rows.add(tested);
            let half = &mut it.halves[(it.drifts.len() - 1) % 2];
            for (row, loss) in tested.rows.iter().zip(&tested.losses) {
                half[*row as usize][0] += 1.0;
                half[*row as usize][1] += loss;
            }
            it.losses.push(tested.total() / tested.rows.len() as f64);
        }
        if subject.agrees(k, seen.score) != Some(true) {
            it.differing += 1;
        }
        each();
    })?;
    Ok(it)
}
