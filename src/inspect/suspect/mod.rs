//! Suspicions about the data that random splits bring out. Each check has a level at which it stays silent
//! on data without its cause, and says what it saw.

mod classes;
mod duplicates;
mod groups;
mod heavy_tails;
mod identity;
mod leak;
mod order;
mod two_modes;

use std::sync::atomic::AtomicBool;

pub use duplicates::twins;

use serde_json::Value;

use super::columns::Watched;
use super::document::{Named, Suspicion};
use super::driver::Signal;
use super::look::Look;
use super::pass::over_splits;
use super::subject::Subject;
use crate::error::Result;
use crate::metric::Scorer;
use crate::run::Fitter;
use crate::split::Split;
use crate::stats::mean_and_variance;
use crate::stats::p_values::two_sided_normal;
use crate::warning::Code;

/// Splits that a check draws and fits by itself.
const TRIED: usize = 30;

/// What a check has to go by.
pub struct SuspicionContext<'a> {
    /// The model and its scores.
    pub subject: &'a Subject<'a>,
    /// The columns, the target first.
    pub columns: &'a [Watched<'a>],
    /// The pass over all splits.
    pub look: &'a Look,
    /// What goes with the score.
    pub signals: &'a [Signal],
    /// The model, ready for any split of the rows.
    pub fitter: &'a Fitter<'a>,
    /// The threads.
    pub pool: &'a rayon::ThreadPool,
    /// Set to true to end.
    pub stop: &'a AtomicBool,
}

/// A check for one suspicion.
pub struct Check {
    /// The code of what it finds.
    pub code: Code,
    /// What it looks at, in one line.
    pub looks_at: &'static str,
    /// Looks, and says what it found; what could not be checked goes to the notes.
    look: fn(&SuspicionContext, &mut Vec<String>) -> Result<Vec<Finding>>,
}

/// What a check has found.
struct Finding {
    message: String,
    evidence: Named<Value>,
}

impl Finding {
    fn new(message: String, evidence: &[(&str, Value)]) -> Self {
        Self { message, evidence: evidence.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect() }
    }
}

/// All checks, in the order of their codes. A new one is a file and a line here.
pub static CHECKS: &[Check] = &[
    duplicates::CHECK,
    leak::CHECK,
    identity::CHECK,
    groups::CHECK,
    order::CHECK,
    classes::CHECK,
    heavy_tails::CHECK,
    two_modes::CHECK,
];

/// What all checks suspect; what could not be checked goes to `notes`.
///
/// # Errors
/// A run error where `stop` is set.
pub fn suspicions(scene: &SuspicionContext, notes: &mut Vec<String>) -> Result<Vec<Suspicion>> {
    let mut suspected = Vec::new();
    for check in CHECKS {
        let (id, title) = (check.code.id(), check.code.title());
        suspected.extend((check.look)(scene, notes)?.into_iter().map(|Finding { message, evidence }| Suspicion {
            code: id.into(),
            title: title.clone(),
            message,
            evidence,
        }));
    }
    Ok(suspected)
}

impl SuspicionContext<'_> {
    /// Whether splits are drawn from all rows alike, so that keeping some together or in order means something.
    fn draws_freely(&self) -> bool {
        let plan = self.subject.evaluation.plan;
        plan.scheme.is_free() && plan.options.group.is_none()
    }

    /// The model on other splits of the same rows.
    fn on(&self, splits: Vec<Split>) -> Result<Vec<Option<Tried>>> {
        let context = &self.subject.evaluation;
        let metric = std::slice::from_ref(&context.metrics[self.subject.metric]);
        let places: Vec<usize> = (0..splits.len()).collect();
        let mut tried = Vec::new();
        let make = |k: usize| {
            let split = &splits[k];
            let Ok(fit) = self.fitter.at(k, split).fit(0) else { return Ok(None) };
            let predictions = &fit.predictions.test;
            let losses = self.look.loss.of(context.target, &split.test, predictions);
            let score = Scorer::new(metric, context.target, &split.test).score(predictions)[0].ok();
            Ok(Some(Tried { loss: losses.iter().sum::<f64>() / losses.len() as f64, score }))
        };
        over_splits(self.pool, &places, self.stop, make, |_, one| tried.push(one))?;
        Ok(tried)
    }

    /// Test and train rows of the run's first split.
    fn sizes(&self) -> (usize, usize) {
        let split = self.subject.evaluation.plan.draw(0);
        (split.test.len(), split.train.len())
    }
}

/// A split that a check drew and fitted.
#[derive(Debug, Clone, Copy)]
struct Tried {
    /// Mean loss of its test rows.
    loss: f64,
    /// Its score.
    score: Option<f64>,
}

/// How much worse other splits are than the run's. It is judged by the rows' mean loss: a score such as R² also
/// falls where test rows are merely more alike.
struct Fall {
    /// Mean loss of the others less that of the run, in standard deviations of the run's.
    sds: f64,
    /// The same in standard errors, given the table: splits are independent draws then.
    z: f64,
    /// Mean score of the others.
    mean: f64,
    /// Mean score of the run.
    mean_run: f64,
}

impl Fall {
    /// `None` for fewer than five splits on either side, or where the score does not fall with the loss.
    fn new(scene: &SuspicionContext, others: &[Option<Tried>]) -> Option<Self> {
        let (sign, run) = (scene.subject.sign(), &scene.look.losses);
        let losses: Vec<f64> = others.iter().flatten().map(|t| t.loss).collect();
        let scores: Vec<f64> = others.iter().flatten().filter_map(|t| t.score).collect();
        if scores.len() < 5 || run.len() < 5 {
            return None;
        }
        let ((mean_run, variance_run), (mean, variance)) = (mean_and_variance(run), mean_and_variance(&losses));
        let error = (variance_run / run.len() as f64 + variance / losses.len() as f64).sqrt();
        if error.is_nan() || error <= 0.0 || variance_run <= 0.0 {
            return None;
        }
        let score = mean_and_variance(&scores).0;
        let score_run = sign * mean_and_variance(&scene.look.goodness).0;
        let fall = Self {
            sds: (mean - mean_run) / variance_run.sqrt(),
            z: (mean - mean_run) / error,
            mean: score,
            mean_run: score_run,
        };
        (sign * score < sign * score_run).then_some(fall)
    }
}

/// One-sided p-value of a standard normal that is expected below `z`.
fn upper_p(z: f64) -> f64 {
    if z > 0.0 { 0.5 * two_sided_normal(z) } else { 1.0 - 0.5 * two_sided_normal(z) }
}

/// Logarithms of the splits' mean losses. A score such as R² is skewed where test sets are small, though nothing
/// is odd; these are not.
fn log_losses(scene: &SuspicionContext) -> Option<Vec<f64>> {
    let losses = &scene.look.losses;
    losses.iter().all(|l| *l > 0.0).then(|| losses.iter().map(|l| -l.ln()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_stand_in_the_order_of_their_codes_each_with_its_own() {
        let codes: Vec<&str> = CHECKS.iter().map(|check| check.code.id()).collect();
        assert!(codes.windows(2).all(|two| two[0] < two[1]), "{codes:?}");
        assert!(codes.iter().all(|code| code.starts_with("RS1")));
        assert!(CHECKS.iter().all(|check| !check.looks_at.is_empty()));
    }
}
