//! Whether the same fit gives the same model.

use super::{Finding, SanityCheck};
use crate::model::FitError;
use crate::sanity::score::change;
use crate::sanity::subject::Subject;

/// See the module.
pub struct Repeat;

impl SanityCheck for Repeat {
    fn name(&self) -> &'static str {
        "repeat"
    }

    fn summary(&self) -> &'static str {
        "the same rows with the same seed give the same predictions"
    }

    fn page(&self) -> &'static str {
        "The model is fitted twice to the same rows with the same targets and the same seed, and asked for the same test \
         rows. The predictions have to be equal but for rounding (a share of 1e-9 of their spread). Where they are not, \
         scores cannot be repeated, and part of their spread over splits is the model's own: use the seed that is handed to \
         the fit for everything that draws numbers (weights, batches, dropout, samples of rows), and begin every fit anew. \
         A third fit with another seed says how much of the prediction is a matter of the seed."
    }

    fn look(&self, subject: &Subject) -> Result<Finding, FitError> {
        let ground = subject.ground;
        let split = ground.split(0);
        let (train, test) = (subject.rows(&split.train, &split.train), subject.rows(&split.test, &split.train));
        let target = ground.target.take(&split.train);
        let fit =
            |variant: u64| subject.fit_by(subject.learner, &train, &target, subject.terms(0, variant))?.predict(&test);
        let (first, again, other) = (fit(0)?, fit(0)?, fit(1)?);
        let (same, seed) = (change(&first, &again, ground.classes()), change(&first, &other, ground.classes()));
        let unit = if ground.classes() == 0 { "of their spread" } else { "of a probability" };
        let percent = |share: f64| format!("{:.2} % {unit}", 100.0 * share.min(1e6));
        let found = if same.rows > 0 {
            Finding::fail(format!(
                "of {} predictions {} differ in a second fit with the same seed, by up to {}",
                test.len(),
                same.rows,
                percent(same.largest)
            ))
        } else if seed.rows > 0 {
            Finding::pass(format!(
                "a second fit predicts the same; one with another seed differs by up to {}",
                percent(seed.largest)
            ))
        } else {
            Finding::pass("a second fit predicts the same, and so does one with another seed")
        };
        let found = found.with("changed_rows", same.rows as f64).with("largest_change", same.largest);
        Ok(found.with("largest_change_by_seed", seed.largest))
    }
}
