//! The same models on the same splits with the target permuted: what scores chance alone gives.
//!
//! p = (1 + b) / (1 + N), with b of N permutations whose mean score is at least as good (Phipson and
//! Smyth, Statistical Applications in Genetics and Molecular Biology 9, 2010; scikit-learn's
//! `permutation_test_score` computes the same). Where no more than N different arrangements of the target
//! exist, each is made once, and the same p is exact. Products of features are worked out once for all.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use super::context::RunContext;
use super::fit::guarded;
use super::fitter::Fitter;
use super::halt::{heed, until_stopped};
use crate::error::Result;
use crate::metric::Scorer;
use crate::stats::mean;
use crate::threads;

/// How the test is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NullOptions {
    /// Number of permutations.
    pub permutations: usize,
    /// Number of splits, the first of the plan, over which scores are averaged.
    pub splits: usize,
}

/// Mean scores by model and metric, `None` where no split has one.
pub type MeanScores = Vec<Vec<Option<f64>>>;

/// What chance alone gives.
#[derive(Debug, Clone, PartialEq)]
pub struct NullScores {
    /// What exchanges targets, see [`Blocks`](crate::split::Blocks).
    pub within: &'static str,
    /// Different arrangements of the target, the true one among them; `None` where they are beyond counting.
    pub arrangements: Option<u64>,
    /// Whether every arrangement was made, once.
    pub exact: bool,
    /// By permutation.
    pub scores: Vec<MeanScores>,
}

/// The mean scores of each permutation, on the first splits of the plan. `None` if `stop` was set.
///
/// # Errors
/// A run error if threads cannot be started.
pub fn null_scores(context: &RunContext, options: NullOptions, stop: &AtomicBool) -> Result<Option<NullScores>> {
    until_stopped(stop, |halt| permuted(context, options, halt))
}

fn permuted(context: &RunContext, options: NullOptions, halt: &Arc<AtomicBool>) -> Result<Option<NullScores>> {
    let pool = threads::pool(context.threads)?;
    heed(&pool, halt);
    let common = context.common();
    let blocks = context.plan.exchangeable(context.target);
    let carried = context.plan.stratified_on().is_some_and(|on| on == "target");
    let splits: Vec<_> = (0..options.splits.min(context.plan.splits())).map(|k| context.plan.draw(k)).collect();
    let listed = blocks.others(options.permutations);
    let one = |b: usize| -> Result<Option<MeanScores>> {
        if halt.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let drawn = || blocks.permutation(context.plan.options.seed, b);
        let permutation = listed.as_ref().map_or_else(drawn, |listed| listed[b].clone());
        let target = context.target.take(&permutation.from);
        let here = RunContext { target: &target, ..*context };
        let common = common.with_target(&target);
        let fitter = Fitter::new(&here, &common)?;
        let mut all = vec![vec![Vec::with_capacity(splits.len()); context.metrics.len()]; context.models.len()];
        for (k, drawn) in splits.iter().enumerate() {
            let carried = if carried { permutation.carry(drawn) } else { None };
            let split = carried.as_ref().unwrap_or(drawn);
            let mut fits = fitter.at(k, split);
            let scorer = Scorer::new(context.metrics, &target, &split.test);
            for (model, all) in all.iter_mut().enumerate() {
                let scores = guarded(|| {
                    let fit = fits.fit(model)?;
                    let threshold = fits.threshold(model, &fit);
                    Ok(scorer.score_at(&fit.predictions.test, threshold))
                });
                for (known, score) in all.iter_mut().zip(scores.unwrap_or_default()) {
                    if let Ok(score) = score {
                        known.push(score);
                    }
                }
            }
        }
        // Fits that were given up are no failures.
        if halt.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let mean = |known: Vec<f64>| (!known.is_empty()).then(|| mean(&known));
        Ok(Some(all.into_iter().map(|of_model| of_model.into_iter().map(mean).collect()).collect()))
    };
    // Worked out before the permutations share it.
    let permutations = listed.as_ref().map_or(options.permutations, Vec::len);
    let scores = pool.install(|| {
        let ready = Fitter::new(context, &common);
        if halt.load(Ordering::Relaxed) {
            return Ok(None);
        }
        ready?;
        (0..permutations).into_par_iter().map(one).collect::<Result<Option<Vec<_>>>>()
    })?;
    let (within, arrangements, exact) = (blocks.kind, blocks.arrangements(), listed.is_some());
    Ok(scores.map(|scores| NullScores { within, arrangements, exact, scores }))
}
