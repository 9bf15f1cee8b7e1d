//! Whether train and test parts are disjoint.

use super::{Finding, SanityCheck, counted};
use crate::model::FitError;
use crate::sanity::subject::Subject;

/// The most splits that are drawn.
const MOST: usize = 1000;

/// See the module.
pub struct Parts;

impl SanityCheck for Parts {
    fn name(&self) -> &'static str {
        "parts"
    }

    fn summary(&self) -> &'static str {
        "no row is in the train and in the test part of a split"
    }

    fn page(&self) -> &'static str {
        "Every split of the plan (the first 1,000) is drawn, and its parts are compared row by row. A row in both parts is \
         tested with its own answer in memory, so that the score says nothing. It happens where a plan file or a scheme of \
         your own mixes parts: a loader that shuffles twice, indices that count from 1, a bootstrap whose test rows are \
         drawn from all rows. Draw the parts from one permutation, and take as test rows what is left of it. The other \
         checks leave rows out of the train part that are in the test part too, except for chance, which uses the parts as \
         they are."
    }

    fn is_of_splits(&self) -> bool {
        true
    }

    fn look(&self, subject: &Subject) -> Result<Finding, FitError> {
        let ground = subject.ground;
        let (plan, rows) = (ground.plan, ground.used.len());
        let splits = plan.splits().min(MOST);
        let (mut odd, mut mixed, mut first) = (0usize, 0usize, None);
        for k in 0..splits {
            let split = plan.draw(k);
            let both: Vec<u32> =
                split.test.iter().filter(|row| split.train.binary_search(row).is_ok()).copied().collect();
            if let Some(row) = both.first() {
                odd += 1;
                mixed += both.len();
                let row = ground.used[*row as usize];
                let tested = split.test.len();
                first.get_or_insert_with(|| {
                    format!(
                        "split {} has {} of its {tested} test rows in the train part too, row {row} among them",
                        plan.number(k),
                        both.len()
                    )
                });
            } else if let Err(why) = split.check(rows) {
                odd += 1;
                first.get_or_insert_with(|| format!("split {} {why}", plan.number(k)));
            }
        }
        let Some(first) = first else {
            return Ok(Finding::pass(format!(
                "no row is in both parts, in {}; the scheme is {}",
                counted(splits, "split"),
                plan.scheme
            ))
            .with("splits", splits as f64)
            .with("odd_splits", 0.0));
        };
        let others = match odd {
            1 => String::new(),
            _ => format!("; so it is with {odd} of {splits} splits"),
        };
        let found = Finding::fail(format!("{first}{others}"));
        Ok(found.with("splits", splits as f64).with("odd_splits", odd as f64).with("rows_in_both", mixed as f64))
    }
}
