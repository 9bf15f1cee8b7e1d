//! Whether a model does the same twice: some splits are fitted a second time with the seed of the first, and, where that
//! differs, with others, to tell how much of what scores vary over splits is the model's own chance.

use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use super::PreparedEvaluation;
use crate::error::Result;
use crate::metric::{NamedMetric, Scorer};
use crate::model::{FitError, Predictions};
use crate::run::{Fitter, NamedModel, RunContext, Splits, heed, until_stopped};
use crate::stats::{mean, mean_and_variance};
use crate::warning::{Code, Warning};

/// Splits that are fitted twice where nothing else is asked, of models that are not randsplit's own.
const USUAL: usize = 2;
/// Splits, and seeds for each, that tell the model's chance from that of the split.
const SPLITS: usize = 5;
const SEEDS: u64 = 3;
/// Differences of rounding, as a share of a score or of the standard deviation of predictions.
const ROUNDING: f64 = 1e-9;

impl PreparedEvaluation {
    /// Notes on models that differ from themselves.
    pub(super) fn repeat_check(&self, splits: &Splits, stop: &AtomicBool) -> Result<Vec<Warning>> {
        let asked = |model: &NamedModel| {
            let is_own = model.spec.is_none() && model.tuned.is_none();
            let wanted = self.repeat_check.unwrap_or(if is_own { USUAL } else { 0 });
            if model.learner.is_absent() { 0 } else { wanted }
        };
        let mut warnings = Vec::new();
        for (at, model) in self.models.iter().enumerate().skip(1).filter(|(_, model)| asked(model) > 0) {
            let found = until_stopped(stop, |halt| {
                let context = self.evaluation(&self.models[at..=at]);
                let pool = context.pool()?;
                heed(&pool, halt);
                let common = context.common();
                pool.install(|| {
                    let fitter = Fitter::new(&context, &common)?;
                    Ok(Repeated { context: &context, fitter: &fitter, splits, at, halt }.note(asked(model)))
                })
            });
            match found {
                // Who asks for an end has the scores, without what is said of them.
                _ if stop.load(Ordering::Relaxed) => return Ok(Vec::new()),
                found => warnings.extend(found?),
            }
        }
        Ok(warnings)
    }
}

/// A model of a run, to be fitted again.
struct Repeated<'a> {
    context: &'a RunContext<'a>,
    fitter: &'a Fitter<'a>,
    splits: &'a Splits,
    /// The model's place in the run.
    at: usize,
    halt: &'a AtomicBool,
}

/// What a split gives when it is fitted again.
struct Again {
    test: Predictions,
    /// The metrics on test and train rows, in their order.
    scores: [Vec<Option<f64>>; 2],
}

/// The size of a difference that is not rounding.
fn difference(a: Option<f64>, b: Option<f64>) -> f64 {
    match (a, b) {
        (Some(a), Some(b)) if (a - b).abs() <= ROUNDING * a.abs() => 0.0,
        (Some(a), Some(b)) => (a - b).abs(),
        _ => 0.0,
    }
}

impl Repeated<'_> {
    /// The first splits that were done without a failure: each one's place among those done, and in the plan.
    fn places(&self, most: usize) -> Vec<(usize, usize)> {
        let failed = &self.splits.models[self.at].failed;
        let fitted = self.splits.places.iter().enumerate().filter(|(done, _)| failed.at(*done).is_none());
        fitted.map(|(done, place)| (done, place as usize)).take(most).collect()
    }

    /// The metrics that are scored again: what predictions are worth hangs on a threshold, which is not chosen again.
    fn metrics(&self) -> &[NamedMetric] {
        let metrics = self.context.metrics;
        &metrics[..metrics.iter().position(|metric| metric.value().is_some()).unwrap_or(metrics.len())]
    }

    /// Fits a split of the plan; `other` asks for another seed.
    fn fit(&self, k: usize, other: Option<u64>) -> std::result::Result<Again, FitError> {
        if self.halt.load(Ordering::Relaxed) {
            return Err(FitError::new("the run was stopped"));
        }
        let split = self.context.plan.draw(k);
        let mut here = self.fitter.at(k, &split);
        if let Some(other) = other {
            here.reseed(other);
        }
        let predictions = here.fit(0)?.predictions;
        let score = |rows: &[u32], predictions: &Predictions| {
            let scores = Scorer::new(self.metrics(), self.context.target, rows).score(predictions);
            scores.into_iter().map(|score| score.ok()).collect()
        };
        let scores = [score(&split.test, &predictions.test), score(&split.train, &predictions.train)];
        Ok(Again { test: predictions.test, scores })
    }

    /// The largest difference of a score to those of the run, and that of the primary one on the test rows.
    fn beside_run(&self, done: usize, again: &Again) -> [f64; 2] {
        let model = &self.splits.models[self.at];
        let mut largest = [0.0f64; 2];
        for (m, metric) in self.metrics().iter().enumerate() {
            let test = difference(model.test(&metric.name).at(done), again.scores[0][m]);
            let train = difference(model.train(&metric.name).at(done), again.scores[1][m]);
            largest[0] = largest[0].max(test).max(train);
            if m == 0 {
                largest[1] = test;
            }
        }
        largest
    }

    /// What is to be said where the model differs from itself on some of the first splits.
    fn note(&self, most: usize) -> Option<Warning> {
        let again = |(done, k): (usize, usize)| Some((done, k, self.fit(k, None).ok()?));
        let again: Vec<(usize, usize, Again)> = self.places(most).into_par_iter().filter_map(again).collect();
        if again.iter().all(|(done, _, again)| self.beside_run(*done, again)[0] == 0.0) {
            return None;
        }
        let (mut score, mut prediction) = (0.0f64, 0.0f64);
        for (done, k, one) in &again {
            score = score.max(self.beside_run(*done, one)[1]);
            if let Ok(other) = self.fit(*k, None) {
                score = score.max(difference(one.scores[0][0], other.scores[0][0]));
                prediction = prediction.max(one.test.distance(&other.test));
            }
        }
        let (model, metric) = (&self.context.models[0].name, &self.context.metrics[0].name);
        let of = if self.context.target.labels().is_empty() { " standard deviations" } else { "" };
        let s = if again.len() == 1 { "" } else { "s" };
        let shares = self.share_of_chance().map_or_else(String::new, |share| {
            format!(
                "; of the variance of {metric} over splits {:.0} % is the model's own chance and {:.0} % the split",
                100.0 * share,
                100.0 * (1.0 - share)
            )
        });
        let text = format!(
            "{model} differs from itself on the same rows with the same seed: {metric} by up to {score:.4}, predictions by up to {prediction:.4}{of} ({} split{s} fitted again){shares}",
            again.len()
        );
        Some(Warning::new(Code::DiffersFromItself, text))
    }

    /// The share of the variance of the primary score over splits that other seeds make on one split: the mean variance within
    /// splits to that of all splits.
    fn share_of_chance(&self) -> Option<f64> {
        let within = |(_, k): (usize, usize)| {
            let scores: Vec<f64> =
                (1..=SEEDS).filter_map(|other| self.fit(k, Some(other)).ok()?.scores[0][0]).collect();
            (scores.len() >= 2).then(|| mean_and_variance(&scores).1)
        };
        let within: Vec<f64> = self.places(SPLITS).into_par_iter().filter_map(within).collect();
        let column = self.splits.models[self.at].test(&self.context.metrics[0].name);
        let scores: Vec<f64> = column.iter().flatten().collect();
        if within.is_empty() || scores.len() < 2 {
            return None;
        }
        let all = mean_and_variance(&scores).1;
        (all > 0.0).then(|| (mean(&within) / all).min(1.0))
    }
}
