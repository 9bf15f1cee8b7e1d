//! Whether predictions depend on the features.

use super::{Finding, NO_FEATURES, SanityCheck};
use crate::model::FitError;
use crate::model::registry::Reach;
use crate::sanity::plant::Function;
use crate::sanity::score::change;
use crate::sanity::subject::Subject;

/// See the module.
pub struct Features;

impl SanityCheck for Features {
    fn name(&self) -> &'static str {
        "features"
    }

    fn summary(&self) -> &'static str {
        "predictions change when the features change"
    }

    fn page(&self) -> &'static str {
        "The model learns the target of the check linear and is asked twice for the same number of rows: with the features \
         that these have, and with those of other rows, whose targets differ. If no prediction changes, the model looks at \
         none: an output layer that is 0, a prediction that is cached by the number of rows, a loader that hands out the \
         first batch again and again, or features that were cut off on their way."
    }

    fn look(&self, subject: &Subject) -> Result<Finding, FitError> {
        if subject.reach() == Some(Reach::Nothing) {
            return Ok(Finding::not_applicable(NO_FEATURES));
        }
        let Some(planted) = subject.plant(Function::Line, 6) else {
            return Ok(Finding::not_applicable("there is no column whose values could be changed"));
        };
        let fitted = subject.fit(&planted.train, &planted.train_target, 0)?;
        let n = planted.test.len();
        let moved: Vec<usize> = (0..n).map(|at| (at + n / 2) % n).collect();
        let other = planted.test.with_cells_at(&moved);
        // One after the other: what is kept from the first answer would be the second.
        let (before, after) = (fitted.predict(&planted.test)?, fitted.predict(&other)?);
        let changed = change(&before, &after, subject.ground.classes());
        let found = if changed.rows == 0 {
            Finding::fail(format!("no prediction for {n} rows changes when they get the features of other rows"))
        } else {
            Finding::pass(format!(
                "predictions for {} of {n} rows change when they get the features of other rows",
                changed.rows
            ))
        };
        Ok(found.with("changed_rows", changed.rows as f64).with("rows", n as f64))
    }
}
