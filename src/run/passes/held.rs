//! When a table in memory is gone through in passes too, and splits that passes do not suit.

use rayon::prelude::*;

use super::{Passes, pass_models};
use crate::data::Target;
use crate::metric::is_sum;
use crate::model::shared::PassModel;
use crate::run::context::{Engine, RunContext};
use crate::run::evaluate::{SplitScores, Work, kept_at_once};
use crate::run::one_split::one_split;
use crate::split::{BLOCK, SplitBlock};

/// Whether all that a run wants of its splits are sums over rows: its models are linear, or predict the mean, and its metrics
/// are means.
pub fn is_all_sums(context: &RunContext, shared: &[bool]) -> bool {
    let models = pass_models(context);
    let suits = |(model, shared): (&Option<PassModel>, &bool)| match model {
        Some(PassModel::Mean) => true,
        Some(PassModel::Linear(_)) => *shared,
        _ => false,
    };
    context.engine != Engine::PerSplit
        && matches!(context.target, Target::Regression { .. })
        && context.models.iter().all(|model| model.tuned.is_none())
        && models.iter().any(|model| matches!(model, Some(PassModel::Linear(_))))
        && models.iter().zip(shared).all(suits)
        && context.metrics.iter().all(|metric| is_sum(metric, context.target))
}

impl<'a> Passes<'a> {
    /// The same for rows in memory, with what does the splits that passes do not suit, and those whose models or predictions
    /// are looked at.
    pub fn with_rows(self, work: &'a Work<'a>) -> Self {
        // Every thread has a split.
        let (splits, drawn) = self.at_once;
        let (splits, drawn) = (splits.max(work.pool.current_num_threads()), drawn.max(work.pool.current_num_threads()));
        let splits = if self.context.keep_predictions { splits.min(kept_at_once(self.context)) } else { splits };
        Self { alone: Some(work), at_once: (splits.min(BLOCK), drawn.min(BLOCK)), ..self }
    }

    /// Does those splits of a block with their rows of which a model failed, or which somebody looks at. Scores are those of the
    /// passes where these have some, so that a look changes none.
    pub(super) fn look(&self, block: &mut [SplitScores]) {
        let (Some(work), context) = (self.alone, self.context) else { return };
        let is_seen = |k: usize| context.keep_predictions || context.observer.is_some_and(|looks| looks.observes(k));
        let is_wanted = |scores: &SplitScores| scores.models.iter().any(Result::is_err) || is_seen(scores.k);
        if let Some(clock) = context.clock {
            block.iter().filter(|scores| !is_wanted(scores)).for_each(|_| clock.split());
        }
        block.par_iter_mut().filter(|scores| is_wanted(scores)).for_each(|scores| {
            let block = SplitBlock::new(context.plan, scores.k..scores.k + 1);
            let seen = one_split(work, &work.fitter.block(&block), scores.k, &block.split(scores.k));
            let of_passes = std::mem::replace(scores, seen).models;
            for (seen, scores) in scores.models.iter_mut().zip(of_passes) {
                if let (Ok(seen), Ok(scores)) = (seen, scores) {
                    (seen.test, seen.train) = (scores.test, scores.train);
                }
            }
        });
    }
}
