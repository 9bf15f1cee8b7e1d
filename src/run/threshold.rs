//! The probability from which a row is called positive, chosen on each split by rows that the model has not seen.
//!
//! On its own train rows a model that overfits is sure and right, so any threshold looks as good as another there. The
//! train rows are therefore parted into inner folds, each is predicted by the model fitted to the others, and the
//! threshold that is worth most on all of these predictions is taken, as by scikit-learn's `TunedThresholdClassifierCV`
//! (which averages over folds instead, at 100 evenly spaced thresholds). It costs a fit more for each fold. Test rows are
//! not looked at.

use super::fit::{Fit, SplitFitter, guarded};
use super::tune::FOLDS;
use crate::data::Target;
use crate::metric::NamedMetric;

impl SplitFitter<'_> {
    /// The threshold of a model fitted to this split; `None` where no metric asks for one, or no inner fold gives
    /// probabilities.
    pub fn threshold(&self, model: usize, fit: &Fit) -> Option<f64> {
        let context = self.fitter.context;
        let value = context.metrics.iter().filter_map(NamedMetric::value).find(|value| value.chooses())?;
        let Target::Classification { codes, .. } = context.target else { return None };
        let truth = |rows: &[u32]| rows.iter().map(|row| codes[*row as usize]).collect::<Vec<u32>>();
        let split = self.work.split();
        let unit = self.unit(model, fit.choice.as_ref());
        // The baseline says the same of every row, seen or not.
        if unit.learner.scaling().is_none() {
            return value.best_threshold(&truth(&split.train), &value.positive(&fit.predictions.train)?);
        }
        let folds = context.plan.inner(self.work.k, split, context.target, FOLDS).ok()?;
        let (mut outcomes, mut chances) = (Vec::new(), Vec::new());
        for fold in &folds {
            let mut here = self.fitter.at(self.work.k, fold);
            // A fold that cannot be fitted has no say.
            if let Ok(test) = guarded(|| Ok(here.fit_unit(unit, false)?.0.predictions.test)) {
                chances.extend(value.positive(&test)?);
                outcomes.extend(truth(&fold.test));
            }
        }
        if outcomes.is_empty() { None } else { value.best_threshold(&outcomes, &chances) }
    }
}
