//! Whether a model learns what two columns do together.

use super::{Finding, SanityCheck, learned};
use crate::model::FitError;
use crate::sanity::plant::Function;
use crate::sanity::subject::Subject;

/// See the module.
pub struct Interaction;

impl SanityCheck for Interaction {
    fn name(&self) -> &'static str {
        "interaction"
    }

    fn summary(&self) -> &'static str {
        "it learns a target that two features decide together"
    }

    fn page(&self) -> &'static str {
        "As the check linear, but the target is high where either the first or the second half of the columns is above its \
         middle, and low where both or neither is: no column alone says anything. Models that add up one term a column \
         (linear and logistic regression, generalised linear models, naive Bayes, linear discriminants) cannot learn it, \
         and the check does not apply to those that are built in. Of a model of your own it cannot be known whether it \
         should, so that a miss is a note and no failure. A net that misses it has no hidden layer that works: no \
         activation between its layers, units that are all dead, or too few steps."
    }

    fn look(&self, subject: &Subject) -> Result<Finding, FitError> {
        learned::verdict(subject, Function::Interaction, 5, "what two groups of columns do together")
    }
}
