//! The model tried on other splits of the same rows: whole groups, later rows from earlier ones.

use std::sync::atomic::AtomicBool;

use crate::error::Result;
use crate::inspect::loss::Loss;
use crate::inspect::pass::over_splits;
use crate::inspect::subject::Subject;
use crate::metric::Scorer;
use crate::run::Fitter;
use crate::split::{Plan, Split, group_splits};
use crate::stats::{mean, mean_and_variance};

/// Splits of whole groups that a check draws and fits by itself, at most.
const TRIED: usize = 30;
/// Fewer tell nothing.
const LEAST: usize = 5;

/// What a check that fits the model to other splits has to go by.
pub struct Trial<'a> {
    /// The model and its scores.
    pub subject: &'a Subject<'a>,
    /// The model, ready for any split of the rows.
    pub fitter: &'a Fitter<'a>,
    /// The threads.
    pub pool: &'a rayon::ThreadPool,
    /// Set to true to end.
    pub stop: &'a AtomicBool,
    /// What a row costs.
    pub loss: Loss,
    /// Mean loss of the test rows of the run's splits.
    pub losses: &'a [f64],
    /// Their scores, turned so that higher is better.
    pub goodness: &'a [f64],
    /// How many fits there may be.
    pub fits: usize,
}

/// Whether splits are drawn from all rows alike, so that keeping some together or in order means something.
pub fn draws_freely(plan: &Plan) -> bool {
    plan.scheme.is_free() && plan.options.group.is_none()
}

impl Trial<'_> {
    /// The model on other splits of the same rows.
    pub fn on(&self, splits: Vec<Split>) -> Result<Vec<Option<Tried>>> {
        let context = &self.subject.evaluation;
        let metric = std::slice::from_ref(&context.metrics[self.subject.metric]);
        let places: Vec<usize> = (0..splits.len()).collect();
        let mut tried = Vec::new();
        let make = |k: usize| {
            let split = &splits[k];
            let Ok(fit) = self.fitter.at(k, split).fit(0) else { return Ok(None) };
            let predictions = &fit.predictions.test;
            let losses = self.loss.of(context.target, &split.test, predictions);
            let score = Scorer::new(metric, context.target, &split.test).score(predictions)[0].ok();
            Ok(Some(Tried { loss: mean(&losses), score }))
        };
        over_splits(self.pool, &places, self.stop, make, |_, one| tried.push(one))?;
        Ok(tried)
    }

    /// Fits without which [`Trial::with_groups`] makes none.
    pub const LEAST_GROUPS: usize = LEAST;

    /// Fits that [`Trial::with_groups`] makes at most.
    pub fn most_groups() -> usize {
        TRIED
    }

    /// How much worse the model is where rows of one code are kept together; `None` where it is not, or too few fits are
    /// left to tell.
    pub fn with_groups(&self, codes: &[u32]) -> Result<Option<Fall>> {
        let fits = TRIED.min(self.fits);
        if fits < LEAST {
            return Ok(None);
        }
        let plan = self.subject.evaluation.plan;
        let n_test = plan.draw(0).test.len();
        let tried = self.on(group_splits(codes, n_test, plan.options.seed, fits))?;
        Ok(Fall::new(self, &tried))
    }
}

/// A split that a check drew and fitted.
#[derive(Debug, Clone, Copy)]
pub struct Tried {
    /// Mean loss of its test rows.
    pub loss: f64,
    /// Its score.
    pub score: Option<f64>,
}

/// How much worse other splits are than the run's. It is judged by the rows' mean loss: a score such as R² also
/// falls where test rows are merely more alike.
pub struct Fall {
    /// Mean loss of the others less that of the run, in standard deviations of the run's.
    pub sds: f64,
    /// The same in standard errors, given the table: splits are independent draws then.
    pub z: f64,
    /// Mean score of the others.
    pub mean: f64,
    /// Mean score of the run.
    pub mean_run: f64,
}

impl Fall {
    /// `None` for fewer than five splits on either side, or where the score does not fall with the loss.
    fn new(trial: &Trial, others: &[Option<Tried>]) -> Option<Self> {
        let (sign, run) = (trial.subject.sign(), trial.losses);
        let losses: Vec<f64> = others.iter().flatten().map(|t| t.loss).collect();
        let scores: Vec<f64> = others.iter().flatten().filter_map(|t| t.score).collect();
        if scores.len() < LEAST || run.len() < LEAST {
            return None;
        }
        let ((mean_run, variance_run), (mean, variance)) = (mean_and_variance(run), mean_and_variance(&losses));
        let error = (variance_run / run.len() as f64 + variance / losses.len() as f64).sqrt();
        if error.is_nan() || error <= 0.0 || variance_run <= 0.0 {
            return None;
        }
        let score = mean_and_variance(&scores).0;
        let score_run = sign * mean_and_variance(trial.goodness).0;
        let fall = Self {
            sds: (mean - mean_run) / variance_run.sqrt(),
            z: (mean - mean_run) / error,
            mean: score,
            mean_run: score_run,
        };
        (sign * score < sign * score_run).then_some(fall)
    }
}
