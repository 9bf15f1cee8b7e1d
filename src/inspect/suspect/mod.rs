//! Suspicions about the data that random splits bring out. Each check has a level at which it stays silent
//! on data without its cause, and says what it saw.

mod classes;
mod duplicates;
mod groups;
mod heavy_tails;
mod identity;
mod in_run;
mod leak;
mod order;
mod screen;
mod trial;
mod two_modes;

use std::sync::atomic::AtomicBool;

pub use duplicates::twins;
pub use in_run::suspicions_of_run;
pub use screen::Screen;

use serde_json::Value;
use trial::{Trial, draws_freely};

use super::columns::Watched;
use super::document::{Named, Suspicion};
use super::driver::Signal;
use super::look::Look;
use super::subject::Subject;
use crate::error::Result;
use crate::run::Fitter;
use crate::stats::mean_and_variance;
use crate::stats::p_values::two_sided_normal;
use crate::warning::Code;

/// What a check has to go by.
pub struct SuspicionContext<'a> {
    /// The model and its scores.
    pub subject: &'a Subject<'a>,
    /// The columns, the target first.
    pub columns: &'a [Watched<'a>],
    /// The pass over all splits.
    pub look: &'a Look,
    /// What goes with the score.
    pub signals: &'a [Signal],
    /// The model, ready for any split of the rows.
    pub fitter: &'a Fitter<'a>,
    /// The threads.
    pub pool: &'a rayon::ThreadPool,
    /// Set to true to end.
    pub stop: &'a AtomicBool,
}

/// A check for one suspicion.
pub struct Check {
    /// The code of what it finds.
    pub code: Code,
    /// What it looks at, in one line.
    pub looks_at: &'static str,
    /// Looks, and says what it found; what could not be checked goes to the notes.
    look: fn(&SuspicionContext, &mut Vec<String>) -> Result<Vec<Finding>>,
}

/// What a check has found.
struct Finding {
    message: String,
    evidence: Named<Value>,
}

impl Finding {
    fn new(message: String, evidence: &[(&str, Value)]) -> Self {
        Self { message, evidence: evidence.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect() }
    }
}

/// All checks, in the order of their codes. A new one is a file and a line here.
pub static CHECKS: &[Check] = &[
    duplicates::CHECK,
    leak::CHECK,
    identity::CHECK,
    groups::CHECK,
    order::CHECK,
    classes::CHECK,
    heavy_tails::CHECK,
    two_modes::CHECK,
];

/// What is found without a fit of the model.
const WITHOUT_FITS: [Code; 3] = [Code::ColumnLeaks, Code::ColumnCounts, Code::ClassAbsent];

/// What all checks suspect; what could not be checked goes to `notes`.
///
/// # Errors
/// A run error where `stop` is set.
pub fn suspicions(scene: &SuspicionContext, notes: &mut Vec<String>) -> Result<Vec<Suspicion>> {
    let mut suspected = Vec::new();
    let at_hand = |check: &&Check| !scene.subject.is_absent() || WITHOUT_FITS.contains(&check.code);
    for check in CHECKS.iter().filter(at_hand) {
        let (id, title) = (check.code.id(), check.code.title());
        suspected.extend((check.look)(scene, notes)?.into_iter().map(|Finding { message, evidence }| Suspicion {
            code: id.into(),
            title: title.clone(),
            message,
            evidence,
        }));
    }
    Ok(suspected)
}

impl SuspicionContext<'_> {
    /// Whether splits are drawn from all rows alike.
    fn draws_freely(&self) -> bool {
        draws_freely(self.subject.evaluation.plan)
    }

    /// The model on other splits.
    fn trial(&self) -> Trial<'_> {
        Trial {
            subject: self.subject,
            fitter: self.fitter,
            pool: self.pool,
            stop: self.stop,
            loss: self.look.loss,
            losses: &self.look.losses,
            goodness: &self.look.goodness,
            fits: usize::MAX,
        }
    }
}

/// One-sided p-value of a standard normal that is expected below `z`.
fn upper_p(z: f64) -> f64 {
    if z > 0.0 { 0.5 * two_sided_normal(z) } else { 1.0 - 0.5 * two_sided_normal(z) }
}

/// Logarithms of the splits' mean losses. A score such as R² is skewed where test sets are small, though nothing
/// is odd; these are not.
fn log_losses(scene: &SuspicionContext) -> Option<Vec<f64>> {
    let losses = &scene.look.losses;
    losses.iter().all(|l| *l > 0.0).then(|| losses.iter().map(|l| -l.ln()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_stand_in_the_order_of_their_codes_each_with_its_own() {
        let codes: Vec<&str> = CHECKS.iter().map(|check| check.code.id()).collect();
        assert!(codes.windows(2).all(|two| two[0] < two[1]), "{codes:?}");
        assert!(codes.iter().all(|code| code.starts_with("RS1")));
        assert!(CHECKS.iter().all(|check| !check.looks_at.is_empty()));
    }
}
