//! Whether a model learns a step.

use super::{Finding, SanityCheck, learned};
use crate::model::FitError;
use crate::sanity::plant::Function;
use crate::sanity::subject::Subject;

/// See the module.
pub struct Step;

impl SanityCheck for Step {
    fn name(&self) -> &'static str {
        "step"
    }

    fn summary(&self) -> &'static str {
        "it learns a target that jumps at a threshold of the features"
    }

    fn page(&self) -> &'static str {
        "As the check linear, but the columns go up and down together, all of them, and the target has two values: one below \
         the middle of the columns, one above. A straight line explains three quarters of such a target and passes. What \
         fails here and learns a line may be a model whose output is hardly moved by its features, or one that takes a \
         target of few values for classes."
    }

    fn look(&self, subject: &Subject) -> Result<Finding, FitError> {
        learned::verdict(subject, Function::Step, 4, "a step")
    }
}
