//! Whether a model learns a target that is linear in the features.

use super::{Finding, SanityCheck, learned};
use crate::model::FitError;
use crate::sanity::plant::Function;
use crate::sanity::subject::Subject;

/// See the module.
pub struct Linear;

impl SanityCheck for Linear {
    fn name(&self) -> &'static str {
        "linear"
    }

    fn summary(&self) -> &'static str {
        "it learns a target that is a sum of the features"
    }

    fn page(&self) -> &'static str {
        "300 rows are put together of cells of the table; the target is the sum of the columns of numbers, each on the same \
         scale, without noise and between the 5 % and the 95 % quantile of the true target; for labels it is which side of \
         a line a row is on, with the first two classes. Half the columns go up and down together, and the other half too. \
         On 150 other rows a model has to explain at least 40 % of the variance, or to leave at most 60 % of the errors of \
         one class for all. Every model that learns anything does. One that misses it and learns the same target with a standard \
         deviation of 1 or 100 gets a note: its penalty, width or step suits another scale than that of the true target, so \
         scale the target or them. One that does not learn it then either may have weights that do not move (a \
         step of 0, layers that are frozen, a loss that is cut from the graph), too few steps, a penalty that leaves nothing of \
         its weights, or rows and targets in different orders."
    }

    fn look(&self, subject: &Subject) -> Result<Finding, FitError> {
        learned::verdict(subject, Function::Line, 3, "a sum of the columns")
    }
}
