//! Settings of a model, chosen anew on every split by its train rows alone.
//!
//! The train rows are parted into inner folds, every setting is fitted to the others of each fold and scored on it by
//! the primary metric, and the setting with the best mean is fitted to all train rows. Since the choice never sees the
//! test rows, their score is that of a tuned model: nested cross-validation (Varma and Simon, BMC Bioinformatics 7,
//! 2006; Cawley and Talbot, JMLR 11, 2010).

use super::fit::{SplitFitter, guarded};
use crate::metric::{NamedMetric, Scorer};
use crate::model::{FitError, Learner, ModelSpec};
use crate::stats::mean;

/// Inner folds, where there are rows (groups, times) enough.
pub const FOLDS: usize = 5;

/// Means that differ by no more than this share of the best one are equal, so that rounding chooses nothing.
pub(crate) const EQUAL: f64 = 1e-9;

/// A model whose setting every split chooses.
pub struct Tuned {
    /// The grid as written.
    pub grid: String,
    /// The settings, in its order.
    pub settings: Vec<Candidate>,
}

/// One setting of a tuned model.
pub struct Candidate {
    /// What it sets, such as `alpha=0.1`.
    pub name: String,
    /// With all parameters.
    pub spec: ModelSpec,
    /// Ready to be fitted.
    pub learner: Box<dyn Learner>,
}

/// What a split has chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// The place of the setting.
    pub setting: usize,
    /// For each setting the mean of the primary metric over the inner folds; `None` where it has none on some fold.
    pub inner: Vec<Option<f64>>,
    /// Number of inner folds.
    pub folds: usize,
}

impl SplitFitter<'_> {
    /// The setting that this split's train rows choose; `None` for a model that is not tuned.
    ///
    /// # Errors
    /// Where the train rows give no two folds, or no setting has a score on all of them.
    pub(super) fn choose(&self, model: usize) -> Result<Option<Choice>, FitError> {
        let context = self.fitter.context;
        let Some(tuned) = &context.models[model].tuned else { return Ok(None) };
        let metric = &context.metrics[..1];
        let folds = context.plan.inner(self.work.k, self.work.split(), context.target, FOLDS).map_err(FitError)?;
        let mut scores = vec![Some(Vec::with_capacity(folds.len())); tuned.settings.len()];
        let mut first = None;
        for fold in &folds {
            // All settings share what is worked out for a fold, and each fold is given up before the next.
            let mut here = self.fitter.at(self.work.k, fold);
            let scorer = Scorer::new(metric, context.target, &fold.test);
            for (setting, known) in scores.iter_mut().enumerate().filter(|(_, known)| known.is_some()) {
                let score = guarded(|| {
                    let predictions = here.fit_setting(model, setting)?;
                    // What predictions are worth is never the primary metric, so no threshold is needed.
                    let score = scorer.score(&predictions.test)[0];
                    score.map_err(|e| FitError(format!("{} is undefined: {}", metric[0].name, e.0)))
                });
                match score {
                    Ok(score) => known.iter_mut().for_each(|scores| scores.push(score)),
                    Err(why) => {
                        first.get_or_insert(format!("{}: {why}", tuned.settings[setting].name));
                        *known = None;
                    }
                }
            }
        }
        let inner: Vec<Option<f64>> = scores.into_iter().map(|scores| Some(mean(&scores?))).collect();
        let setting = best(&inner, &metric[0]).ok_or_else(|| {
            let why = first.unwrap_or_default();
            FitError(format!("no setting of {} has a score on every inner fold, as for {why}", tuned.grid))
        })?;
        Ok(Some(Choice { setting, inner, folds: folds.len() }))
    }
}

/// The first of the best means.
fn best(means: &[Option<f64>], metric: &NamedMetric) -> Option<usize> {
    let sign = metric.direction.sign();
    let most = means.iter().flatten().map(|mean| sign * mean).reduce(f64::max)?;
    means.iter().position(|mean| mean.is_some_and(|mean| sign * mean >= most - EQUAL * most.abs()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Target;

    #[test]
    fn the_first_of_equal_settings_wins_in_the_direction_of_the_metric() {
        let target = Target::Regression { values: vec![0.0, 1.0] };
        let metric = |name| NamedMetric::parse(name, &target).unwrap();
        let means = [None, Some(0.3), Some(0.3 * (1.0 + 1e-12)), Some(0.2)];
        assert_eq!(best(&means, &metric("r2")), Some(1));
        assert_eq!(best(&means, &metric("rmse")), Some(3));
        assert_eq!(best(&[Some(-2.0), Some(-1.0), Some(-1.5)], &metric("r2")), Some(1));
        assert_eq!(best(&[None, None], &metric("r2")), None);
    }
}
