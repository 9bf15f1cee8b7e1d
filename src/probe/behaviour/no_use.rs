//! Columns that a model should not need: the same splits and settings without them.

use super::score;
use crate::metric::{Direction, Metric, Undefined};
use crate::probe::{Names, Notebook, Probe, Scene};
use crate::run::Seen;

/// By how much the score on the test rows falls when columns are left out; below 0 it rises.
pub struct NoUse {
    pub name: String,
    pub metric: Metric,
    /// The place of the question without the columns.
    pub aside: usize,
}

impl NoUse {
    fn fall(&self, seen: &Seen) -> Result<f64, Undefined> {
        let fit = seen.asides[self.aside].at(seen.k, seen.split).fit(seen.model);
        let without = fit.map_err(|_| Undefined("the model could not be fitted without the columns"))?.predictions;
        let with = &seen.fit.predictions;
        let of = |test, train| score(seen, &self.metric, &seen.split.test, test, train);
        Ok(self.metric.direction.sign() * (of(&with.test, &with.train)? - of(&without.test, &without.train)?))
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
