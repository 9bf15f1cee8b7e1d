//! Verdicts of any kind, for forms that show these alone.

use crate::render::page::claim_reason;
use crate::report::Report;
use crate::verdict::{ClaimResult, Verdict};
use crate::warning::WarningEntry;

/// Verdicts, and what else is to be told with them.
#[derive(Debug, Clone)]
pub struct VerdictList {
    /// The path of the data.
    pub data: String,
    /// The verdicts; those of one subject need not be neighbours.
    pub verdicts: Vec<VerdictEntry>,
    /// How long it took, where that is told.
    pub seconds: Option<f64>,
    /// Warnings of the run.
    pub warnings: Vec<WarningEntry>,
}

/// One verdict.
#[derive(Debug, Clone)]
pub struct VerdictEntry {
    /// What it is about, such as a model.
    pub subject: String,
    /// What it is called, where that is not what is judged itself.
    pub name: Option<String>,
    /// What is judged.
    pub text: String,
    /// The verdict.
    pub outcome: Outcome,
    /// Its word.
    pub word: &'static str,
    /// Why it is so.
    pub reason: String,
    /// Why it was asked.
    pub why: Option<String>,
}

/// What a verdict comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All is well.
    Good,
    /// It counts as a failure.
    Failure,
    /// It is to be looked at, and is no failure.
    Open,
    /// There was nothing to judge.
    Skipped,
}

impl VerdictList {
    /// The claims of a report. An undecided one counts as one that fails where `undecided_fails`.
    pub fn of_report(report: &Report, undecided_fails: bool) -> Self {
        let entry = |claim: &ClaimResult| VerdictEntry {
            subject: claim.model.clone(),
            name: claim.name.clone(),
            text: claim.text.clone(),
            outcome: match claim.verdict {
                Verdict::Holds => Outcome::Good,
                Verdict::Fails => Outcome::Failure,
                Verdict::Undecided if undecided_fails => Outcome::Failure,
                Verdict::Undecided => Outcome::Open,
            },
            word: claim.verdict.name(),
            reason: claim_reason(claim),
            why: claim.why.clone(),
        };
        Self {
            data: report.path().to_owned(),
            verdicts: report.claims.iter().map(entry).collect(),
            seconds: report.timings.as_ref().and_then(|t| t.get("total")).copied(),
            warnings: report.warnings.clone(),
        }
    }
}
