//! What a run is of: the plan, the data, its models and metrics, and how splits are fitted.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::clock::Clock;
use super::observe::SplitObserver;
use super::tune::{Candidate, Choice, FOLDS, Tuned};
use crate::data::{Features, StoredColumns, Target};
use crate::error::Result;
use crate::metric::NamedMetric;
use crate::model::shared::SharedCache;
use crate::model::{Learner, ModelSpec};
use crate::split::Plan;
use crate::threads;

/// How splits are fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Engine {
    /// With shared work where the model can, else each split on its own.
    #[default]
    Auto,
    /// With shared work; models that cannot are refused.
    Shared,
    /// Each split on its own, by linfa's `Fit` and `Predict`.
    #[serde(rename = "linfa", alias = "per-split")]
    PerSplit,
}

/// A model of the run.
pub struct NamedModel {
    /// Its name in the report: the registry's, the whole specification where that is not unique, or one of the caller's.
    pub name: String,
    /// What was asked for, with all parameters; of a tuned model its first setting. `None` for a learner of the caller's own.
    pub spec: Option<ModelSpec>,
    /// The model, ready to be fitted; of a tuned model its first setting.
    pub learner: Arc<dyn Learner>,
    /// What every split chooses among, where the model is tuned.
    pub tuned: Option<Tuned>,
}

impl NamedModel {
    /// What of it can be fitted: itself, or each of its settings.
    pub fn learners(&self) -> impl Iterator<Item = &dyn Learner> {
        let settings = self.tuned.iter().flat_map(|tuned| &tuned.settings).map(|setting| setting.learner.as_ref());
        let own = self.tuned.is_none().then_some(self.learner.as_ref());
        own.into_iter().chain(settings)
    }

    /// The setting that a split has chosen, of a tuned model.
    fn chosen(&self, choice: Option<&Choice>) -> Option<&Candidate> {
        self.tuned.as_ref()?.settings.get(choice?.setting)
    }

    /// Its name, such as `alpha=0.1`.
    pub fn setting_of(&self, choice: Option<&Choice>) -> Option<&str> {
        self.chosen(choice).map(|setting| setting.name.as_str())
    }

    /// The parameters that a split was fitted with, of a model of the registry.
    pub fn spec_of(&self, choice: Option<&Choice>) -> Option<&ModelSpec> {
        self.chosen(choice).map(|setting| &setting.spec).or(self.spec.as_ref())
    }

    /// The registry's name of it; `None` for a learner of the caller's own.
    pub fn kind(&self) -> Option<&'static str> {
        self.spec.as_ref().map(|spec| spec.info.name)
    }
}

/// Everything that a run needs.
#[derive(Clone, Copy)]
pub struct RunContext<'a> {
    /// How splits are drawn.
    pub plan: &'a Plan,
    /// The features of the used rows.
    pub features: &'a Features,
    /// The target of the used rows.
    pub target: &'a Target,
    /// The models; the baseline is one of them.
    pub models: &'a [NamedModel],
    /// The metrics.
    pub metrics: &'a [NamedMetric],
    /// Number of threads; 0 for one a core.
    pub threads: usize,
    /// How splits are fitted.
    pub engine: Engine,
    /// What looks at the fitted models, if anything does.
    pub observer: Option<&'a dyn SplitObserver>,
    /// Takes the time of each model, where it is asked for.
    pub clock: Option<&'a Clock>,
    /// Where the features' values are, if not in memory, and how many bytes passes over them may take.
    pub stored: Option<(&'a StoredColumns, u64)>,
    /// Whether splits come with the predictions for their test rows.
    pub keep_predictions: bool,
}

impl<'a> RunContext<'a> {
    /// What all splits have in common, not yet worked out.
    pub fn common(&self) -> SharedCache<'a> {
        let mut common = SharedCache::new(self.features, self.target);
        common.train_share = self.plan.draw(0).train.len() as f64 / self.features.rows.max(1) as f64;
        // Most fits are then those of inner folds.
        let inner = self.metrics.iter().any(crate::metric::NamedMetric::needs_threshold);
        if inner || self.models.iter().any(|model| model.tuned.is_some()) {
            common.train_share *= 1.0 - 1.0 / FOLDS as f64;
        }
        common
    }

    /// The threads to work on.
    ///
    /// # Errors
    /// A run error if threads cannot be started.
    pub fn pool(&self) -> Result<rayon::ThreadPool> {
        threads::pool(self.threads.min(self.plan.splits()))
    }
}
