//! A table in memory that is gone through in passes: when that is done, and splits that passes do not suit.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::AtomicBool;

use rayon::prelude::*;

use super::{Passes, pass_models};
use crate::data::Target;
use crate::metric::is_sum;
use crate::model::FitError;
use crate::model::shared::PassModel;
use crate::run::context::{Engine, RunContext};
use crate::run::evaluate::{ModelScores, SplitScores, Work};
use crate::run::one_split::one_split;
use crate::split::{BLOCK, SplitBlock};

/// By model whether its scores come from passes over rows in memory: it is linear, or predicts the mean, and some metrics are
/// means over rows. `shared` says which models share work. None do where no linear model is among them.
pub fn are_sums(context: &RunContext, shared: &[bool]) -> Vec<bool> {
    let suits = context.engine != Engine::PerSplit
        && matches!(context.target, Target::Regression { .. })
        && context.metrics.iter().any(|metric| is_sum(metric, context.target));
    let models = pass_models(context);
    let is_linear = |at: usize| shared[at] && matches!(models[at], Some(PassModel::Linear(_)));
    let untuned = |at: usize| context.models[at].tuned.is_none();
    let suits = suits && (0..models.len()).any(|at| untuned(at) && is_linear(at));
    let is_sum = |at: usize| suits && untuned(at) && (is_linear(at) || matches!(models[at], Some(PassModel::Mean)));
    (0..models.len()).map(is_sum).collect()
}

impl<'a> Passes<'a> {
    /// The same for rows in memory, and those models of which `are_sums` is said, with what does splits that passes do not suit.
    pub fn with_rows(self, work: &'a Work<'a>, are_sums: Vec<bool>) -> Self {
        // Every thread has a split.
        let threads = work.pool.current_num_threads();
        let at_once = |splits: usize| splits.max(threads).min(BLOCK);
        let at_once = (at_once(self.at_once.0), at_once(self.at_once.1));
        Self { alone: Some(work), are_sums, at_once, ..self }
    }

    /// Whether all that the run wants of its splits are sums: nobody looks at their predictions or models.
    pub fn has_all(&self) -> bool {
        let context = self.context;
        !self.are_sums.contains(&false)
            && context.observer.is_none()
            && !context.keep_predictions
            && context.metrics.iter().all(|metric| is_sum(metric, context.target))
    }

    /// The scores of one split by model: the same numbers as those of a block that it is in. A model that has no sums, or does
    /// not suit passes, has none.
    pub fn one(&self, k: usize) -> Vec<Option<ModelScores>> {
        // A run that is stopped unwinds.
        let split = catch_unwind(AssertUnwindSafe(|| self.block(&[k], &AtomicBool::new(false))));
        let split = split.ok().and_then(Result::ok).and_then(|mut splits| splits.pop());
        let models = split.map_or(Vec::new(), |split| split.models);
        let mut models = models.into_iter().map(Result::ok);
        self.are_sums.iter().map(|_| models.next().flatten()).collect()
    }

    /// Does those splits of a block with their rows of which a model failed.
    pub(super) fn again(&self, block: &mut [SplitScores]) {
        let Some(work) = self.alone.filter(|_| self.has_all()) else { return };
        let failed = |scores: &SplitScores| scores.models.iter().any(Result::is_err);
        if let Some(clock) = self.context.clock {
            block.iter().filter(|scores| !failed(scores)).for_each(|_| clock.split());
        }
        block.par_iter_mut().filter(|scores| failed(scores)).for_each(|scores| {
            let block = SplitBlock::new(self.context.plan, scores.k..scores.k + 1);
            let mut alone = one_split(work, &work.fitter.block(&block), scores.k, &block.split(scores.k));
            let settled = std::mem::take(&mut scores.models);
            alone.models.iter_mut().zip(settled).filter(|(_, settled)| settled.is_ok()).for_each(|(a, s)| *a = s);
            *scores = alone;
        });
    }
}

/// What stands for the fit of a model that is not done in passes.
pub(super) fn elsewhere() -> FitError {
    FitError::new("it is not fitted in passes")
}
