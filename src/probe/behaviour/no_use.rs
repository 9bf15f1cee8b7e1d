//! Columns that a model should not need: the same splits and settings without them.

use super::score;
use crate::metric::{Direction, Metric, Undefined};
use crate::probe::{Names, Notebook, Probe, Scene};
use crate::run::{Fit, Seen};

/// By how much the score on the test rows falls when columns are left out; below 0 it rises.
pub struct NoUse {
    pub name: String,
    pub metric: Metric,
    /// The place of the question without the columns.
    pub aside: usize,
}

impl NoUse {
    fn fall(&self, seen: &Seen) -> Result<f64, Undefined> {
        let mut here = seen.asides[self.aside].at(seen.k, seen.split);
        let without =
            here.fit(seen.model).map_err(|_| Undefined("the model could not be fitted without the columns"))?;
        let threshold = if self.metric.needs_threshold() { here.threshold(seen.model, &without) } else { None };
        let of = |fit: &Fit, threshold| score(seen, &self.metric, &seen.split.test, &fit.predictions.test, threshold);
        Ok(self.metric.direction.sign() * (of(seen.fit, seen.threshold)? - of(&without, threshold)?))
    }
}

impl Probe for NoUse {
    fn names(&self, _: &Scene, names: &mut Names) {
        names.reading(format!("behaviour[{}]", self.name), Direction::None);
    }

    fn look(&self, seen: &Seen, notes: &mut Notebook) {
        notes.read(format!("behaviour[{}]", self.name), Direction::None, self.fall(seen));
    }
}
