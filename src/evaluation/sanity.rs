//! Checks of models in the making, from what is asked to a report.

use std::sync::atomic::AtomicBool;

use super::Evaluation;
use crate::error::{Error, Result};
use crate::sanity::{CheckResult, Checked, CheckedData, SCHEMA, SanityOptions, SanityReport, check_models};
use crate::setting::{MODEL, TUNE};
use crate::warning::WarningEntry;

impl Evaluation {
    /// Checks the models: whether they learn what is easy, fit a few rows exactly, depend on their features, repeat
    /// themselves, leave test rows alone, and more ([`CHECKS`](crate::sanity::CHECKS) has them all). No model is scored.
    ///
    /// ```
    /// use randsplit::Evaluation;
    /// use randsplit::sanity::{CheckVerdict, SanityOptions};
    ///
    /// let evaluation = Evaluation::new("data/mtcars.csv", "mpg").models(["tree"]);
    /// let report = evaluation.sanity(&SanityOptions::default().checks(["overfit"]))?;
    /// assert_eq!(report.models[0].checks[0].verdict, CheckVerdict::Pass);
    /// # Ok::<(), randsplit::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`Evaluation::prepare`], and an input error for an unknown check, and for models that are tuned.
    pub fn sanity(&self, options: &SanityOptions) -> Result<SanityReport> {
        self.sanity_watched(options, &AtomicBool::new(false), |_, _| Ok(()))
    }

    /// The same; `each` is told of every check as it is done, with the model that it is about (none for the splits), and
    /// `stop` set to true ends it before the next.
    ///
    /// # Errors
    /// As [`Evaluation::sanity`], a run error where it was stopped, and whatever `each` returns.
    pub fn sanity_watched(
        &self,
        options: &SanityOptions,
        stop: &AtomicBool,
        each: impl FnMut(Option<&str>, &CheckResult) -> Result<()>,
    ) -> Result<SanityReport> {
        let checks = options.chosen()?;
        let mut evaluation = self.clone().keep_table(true).checks(false);
        evaluation.plan.overlaps = true;
        let prepared = evaluation.prepare()?;
        if prepared.models.iter().any(|model| model.tuned.is_some()) {
            return Err(Error::setting("a tuned model chooses among several, and the checks are for one")
                .about(TUNE)
                .advise(format!("name one setting with {MODEL}")));
        }
        // The first is the baseline, which stands beside the others of an evaluation.
        let models = &prepared.models[1..];
        let (table, plan) = (&prepared.table, &prepared.plan);
        let checked = Checked {
            table,
            used: &prepared.rows,
            features: &prepared.features,
            target: &prepared.target,
            plan,
            models,
        };
        let (splits, models) = check_models(&checked, &checks, stop, each)?;
        Ok(SanityReport {
            schema: SCHEMA.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            data: CheckedData {
                path: table.path.clone(),
                rows: table.rows,
                rows_used: prepared.rows.len(),
                target: prepared.target_name.clone(),
                task: prepared.target.task(),
                features: prepared.features.used.len(),
            },
            seed: plan.options.seed,
            scheme: plan.scheme.to_string(),
            splits,
            models,
            warnings: prepared.warnings.iter().map(WarningEntry::from).collect(),
        })
    }
}
