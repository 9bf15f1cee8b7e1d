//! The checks, a file each, behind one trait.

mod baseline;
mod chance;
mod constant;
mod features;
mod interaction;
mod learned;
mod linear;
mod missing;
mod overfit;
mod parts;
mod predicts;
mod range;
mod repeat;
mod step;
mod test_rows;

use indexmap::IndexMap;

use super::report::CheckVerdict;
use super::subject::Subject;
use crate::model::FitError;

/// All checks, in the order in which they are made. A new one is a file and a line here.
pub static CHECKS: &[&dyn SanityCheck] = &[
    &parts::Parts,
    &predicts::Predicts,
    &range::Range,
    &linear::Linear,
    &step::Step,
    &interaction::Interaction,
    &overfit::Overfit,
    &features::Features,
    &repeat::Repeat,
    &test_rows::TestRows,
    &chance::Chance,
    &baseline::Baseline,
    &constant::Constant,
    &missing::Missing,
];

/// A check of a model in the making.
pub trait SanityCheck: Sync {
    /// Its name.
    fn name(&self) -> &'static str;

    /// What it asks, in one line without a full stop.
    fn summary(&self) -> &'static str;

    /// What it does, what a failure means, and what helps: the page that is shown when it is to be explained.
    fn page(&self) -> &'static str;

    /// Whether it is about the splits and no model.
    fn is_of_splits(&self) -> bool {
        false
    }

    /// Looks.
    ///
    /// # Errors
    /// Where the model cannot be fitted or asked: the check fails for that reason.
    fn look(&self, subject: &Subject) -> Result<Finding, FitError>;
}

/// What a check has found.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The verdict.
    pub verdict: CheckVerdict,
    /// Why, with the figures.
    pub reason: String,
    /// The figures, for programs.
    pub figures: IndexMap<String, f64>,
}

impl Finding {
    fn new(verdict: CheckVerdict, reason: impl Into<String>) -> Self {
        Self { verdict, reason: reason.into(), figures: IndexMap::new() }
    }

    /// It is as it should be.
    pub fn pass(reason: impl Into<String>) -> Self {
        Self::new(CheckVerdict::Pass, reason)
    }

    /// It is not.
    pub fn fail(reason: impl Into<String>) -> Self {
        Self::new(CheckVerdict::Fail, reason)
    }

    /// It is not, and a sound model may be so.
    pub fn note(reason: impl Into<String>) -> Self {
        Self::new(CheckVerdict::Note, reason)
    }

    /// It cannot be asked.
    pub fn not_applicable(reason: impl Into<String>) -> Self {
        Self::new(CheckVerdict::NotApplicable, reason)
    }

    /// The same with a figure; one that is no number is left out.
    #[must_use]
    fn with(mut self, name: &str, value: f64) -> Self {
        if value.is_finite() {
            self.figures.insert(name.to_owned(), value);
        }
        self
    }
}

/// Why nothing can be asked of a model that uses no features.
const NO_FEATURES: &str = "it uses no features";

/// A number for people: two decimals, or three significant digits where it is small or large.
fn shown(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 || (0.095..10_000.0).contains(&size) {
        let text = format!("{value:.2}");
        return if size >= 1000.0 { format!("{value:.0}") } else { text };
    }
    if (0.0001..0.095).contains(&size) { format!("{value:.4}") } else { format!("{value:.2e}") }
}

/// A score for people: two decimals.
fn score(value: f64) -> String {
    let text = format!("{value:.2}");
    if text == "-0.00" { "0.00".into() } else { text }
}

/// A count with its noun.
fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_check_has_a_name_of_its_own_a_line_and_a_page() {
        for (at, check) in CHECKS.iter().enumerate() {
            assert!(CHECKS[..at].iter().all(|other| other.name() != check.name()));
            assert!(check.name().chars().all(|c| c.is_ascii_lowercase() || c == '-'));
            assert!(!check.summary().ends_with('.') && check.summary().len() < 70, "{}", check.summary());
            assert!(check.page().ends_with('.') && check.page().len() > 150, "{}", check.name());
        }
    }

    #[test]
    fn numbers_are_short() {
        for (value, text) in [(0.0, "0.00"), (0.5, "0.50"), (12.345, "12.35"), (1234.5, "1234"), (0.0123, "0.0123")] {
            assert_eq!(shown(value), text);
        }
        assert_eq!((score(-1e-9), score(0.976)), ("0.00".into(), "0.98".into()));
        assert_eq!((shown(-3e-7), shown(2.5e6)), ("-3.00e-7".into(), "2.50e6".into()));
    }
}
