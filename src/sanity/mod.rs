//! Checks of a model in the making: does it learn what is easy, overfit a few rows, depend on its features, repeat itself,
//! and leave alone what it must not see?
//!
//! After the talk "Debugging custom PyTorch models in a structured manner" (PyCon DE 2023). The checks suit every model that
//! an evaluation takes, those of other programs among them: [`Evaluation::sanity`](crate::Evaluation::sanity) makes them.
//! `src/sanity/check/` has a file each.

mod check;
mod plant;
mod report;
mod rows;
mod score;
mod subject;
mod trained;

use std::sync::atomic::{AtomicBool, Ordering};

pub use check::{CHECKS, Finding, SanityCheck};
#[cfg(feature = "cli")]
pub(crate) use report::sanity_schema;
pub use report::{CheckResult, CheckVerdict, CheckedData, ModelChecks, SanityReport};

use crate::data::{Features, Table, Target};
use crate::error::{Error, Result, suggestion_or_all};
use crate::model::FitError;
use crate::run::NamedModel;
use crate::setting::{CHECK, SKIP, Setting};
use crate::split::Plan;
use plant::Carriers;
use subject::{Ground, Subject};

/// The form of a report, as it says itself.
pub(crate) const SCHEMA: &str = "randsplit.sanity/1";
/// Random numbers for the choice of rows that carry planted targets.
const CARRIERS: u64 = 0;

/// Which checks are made.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct SanityOptions {
    /// These alone; all where it is empty.
    pub checks: Vec<String>,
    /// All but these.
    pub skip: Vec<String>,
}

impl SanityOptions {
    /// These checks alone.
    #[must_use]
    pub fn checks<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.checks = names.into_iter().map(Into::into).collect();
        self
    }

    /// All checks but these.
    #[must_use]
    pub fn skip<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.skip = names.into_iter().map(Into::into).collect();
        self
    }

    /// The checks that are made.
    ///
    /// # Errors
    /// An input error for an unknown name, and where none is left.
    pub(crate) fn chosen(&self) -> Result<Vec<&'static dyn SanityCheck>> {
        for (setting, names) in [(CHECK, &self.checks), (SKIP, &self.skip)] {
            names.iter().try_for_each(|name| known(setting, name))?;
        }
        let wanted = |name: &str| self.checks.is_empty() || self.checks.iter().any(|asked| asked == name);
        let stays = |name: &str| !self.skip.iter().any(|left| left == name);
        let chosen: Vec<_> = CHECKS.iter().copied().filter(|c| wanted(c.name()) && stays(c.name())).collect();
        if chosen.is_empty() {
            return Err(Error::setting(format!("{CHECK} and {SKIP} leave no check")).about(SKIP).advise("skip fewer"));
        }
        Ok(chosen)
    }
}

fn known(setting: Setting, name: &str) -> Result<()> {
    if CHECKS.iter().any(|check| check.name() == name) {
        return Ok(());
    }
    let list = suggestion_or_all(name, || CHECKS.iter().map(|check| check.name()));
    Err(Error::setting(format!("{}: there is no check '{name}'{list}", setting.to(name))).about(setting))
}

/// The name, the title and the page of a check, by its name.
#[cfg(feature = "cli")]
pub(crate) fn explain(name: &str) -> Option<(&'static str, &'static str, &'static str)> {
    let check = CHECKS.iter().find(|check| check.name() == name.to_lowercase())?;
    Some((check.name(), check.summary(), check.page()))
}

/// What checks go by, as an evaluation has it.
pub(crate) struct Checked<'a> {
    pub table: &'a Table,
    pub used: &'a [u32],
    pub features: &'a Features,
    pub target: &'a Target,
    pub plan: &'a Plan,
    pub models: &'a [NamedModel],
}

/// The checks of the splits, and those of each model.
pub(crate) type Checks = (Vec<CheckResult>, Vec<ModelChecks>);

/// Makes the checks, one after the other: models that keep something from fit to fit are found out by the order. `each` is
/// told of every check as it is done, with the model that it is about.
///
/// # Errors
/// A run error where `stop` is set, and whatever `each` returns.
pub(crate) fn check_models(
    checked: &Checked,
    checks: &[&'static dyn SanityCheck],
    stop: &AtomicBool,
    mut each: impl FnMut(Option<&str>, &CheckResult) -> Result<()>,
) -> Result<Checks> {
    let Checked { table, used, features, target, plan, models } = *checked;
    let carriers = Carriers::new(features, crate::split::stream(plan.options.seed, CARRIERS));
    let ground = Ground { table, used, features, target, plan, carriers };
    let (mut of_splits, mut of_models) = (Vec::new(), Vec::new());
    for (at, model) in models.iter().enumerate() {
        let subject = Subject::new(&ground, &model.name, model.spec.as_ref(), model.learner.as_ref());
        let mut done: Vec<CheckResult> = Vec::new();
        // Without predictions there is nothing to judge.
        let mut breaks = false;
        for check in checks.iter().filter(|check| at == 0 || !check.is_of_splits()) {
            if stop.load(Ordering::Relaxed) {
                return Err(Error::run("stopped before all checks were done"));
            }
            let found = match breaks && !check.is_of_splits() {
                true => Finding::not_applicable(format!("there is nothing to judge: see the check {PREDICTS}")),
                false => check.look(&subject).unwrap_or_else(|why| refused(&subject, &why)),
            };
            breaks |= check.name() == PREDICTS && found.verdict != CheckVerdict::Pass;
            let Finding { verdict, reason, figures } = found;
            let result = CheckResult { check: check.name().to_owned(), verdict, reason, figures };
            let about = (!check.is_of_splits()).then_some(subject.name);
            each(about, &result)?;
            if about.is_none() { of_splits.push(result) } else { done.push(result) }
        }
        of_models.push(ModelChecks { model: model.name.clone(), checks: done });
    }
    Ok((of_splits, of_models))
}

/// What there is to say where a model cannot be fitted or asked. One that is built in refuses what does not suit it.
fn refused(subject: &Subject, why: &FitError) -> Finding {
    match subject.spec {
        Some(_) => Finding::not_applicable(format!("it does not take this data: {why}")),
        None => Finding::fail(format!("it cannot be fitted or asked: {why}")),
    }
}

/// The check without which no other can be made.
const PREDICTS: &str = "predicts";
