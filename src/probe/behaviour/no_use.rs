//! Columns that a model should not need: the same splits and settings without them.

use super::score;
use crate::metric::{Direction, NamedMetric, Undefined};
use crate::probe::{Names, Probe, ProbeContext, Recorder};
use crate::run::{Fit, FittedSplit};

/// By how much the score on the test rows falls when columns are left out; below 0 it rises.
pub struct NoUse {
    pub name: String,
    pub metric: NamedMetric,
    /// The place of the auxiliary fit without the columns.
    pub auxiliary_fit: usize,
}

impl NoUse {
    fn fall(&self, fitted: &FittedSplit) -> Result<f64, Undefined> {
        let mut here = fitted.auxiliary[self.auxiliary_fit].at(fitted.k, fitted.split);
        let without =
            here.fit(fitted.model).map_err(|_| Undefined("the model could not be fitted without the columns"))?;
        let threshold = if self.metric.needs_threshold() { here.threshold(fitted.model, &without) } else { None };
        let of =
            |fit: &Fit, threshold| score(fitted, &self.metric, &fitted.split.test, &fit.predictions.test, threshold);
        Ok(self.metric.direction.sign() * (of(fitted.fit, fitted.threshold)? - of(&without, threshold)?))
    }
}

impl Probe for NoUse {
    fn names(&self, _: &ProbeContext, names: &mut Names) {
        names.reading(format!("behaviour[{}]", self.name), Direction::None);
    }

    fn look(&self, fitted: &FittedSplit, notes: &mut Recorder) {
        notes.read(format!("behaviour[{}]", self.name), Direction::None, self.fall(fitted));
    }
}
