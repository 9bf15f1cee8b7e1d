//! When a table in memory is gone through in passes too, and splits that passes do not suit.

use rayon::prelude::*;

use super::{Passes, pass_models};
use crate::data::Target;
use crate::metric::is_sum;
use crate::model::shared::PassModel;
use crate::run::context::{Engine, RunContext};
use crate::run::evaluate::{SplitScores, Work};
use crate::run::one_split::one_split;
use crate::split::SplitBlock;

/// Whether all that a run wants of its splits are sums over rows: its models are linear, or predict the mean, its metrics are
/// means, and nobody looks at a split's predictions or model.
pub fn is_all_sums(context: &RunContext, shared: &[bool]) -> bool {
    let models = pass_models(context);
    let suits = |(model, shared): (&Option<PassModel>, &bool)| match model {
        Some(PassModel::Mean) => true,
        Some(PassModel::Linear(_)) => *shared,
        _ => false,
    };
    context.engine != Engine::PerSplit
        && matches!(context.target, Target::Regression { .. })
        && context.observer.is_none()
        && context.clock.is_none()
        && !context.keep_predictions
        && context.models.iter().all(|model| model.tuned.is_none())
        && models.iter().any(|model| matches!(model, Some(PassModel::Linear(_))))
        && models.iter().zip(shared).all(suits)
        && context.metrics.iter().all(|metric| is_sum(metric, context.target))
}

impl<'a> Passes<'a> {
    /// The same, with what does splits that cannot be fitted in passes: their rows are in memory.
    pub fn or_alone(self, work: &'a Work<'a>) -> Self {
        Self { alone: Some(work), ..self }
    }

    /// Does those splits of a block anew of which a model failed.
    pub(super) fn again(&self, block: &mut [SplitScores]) {
        let Some(work) = self.alone else { return };
        let failed = block.par_iter_mut().filter(|scores| scores.models.iter().any(std::result::Result::is_err));
        failed.for_each(|scores| {
            let block = SplitBlock::new(self.context.plan, scores.k..scores.k + 1);
            *scores = one_split(work, &work.fitter.block(&block), scores.k, &block.split(scores.k));
        });
    }
}
