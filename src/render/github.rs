//! Verdicts as annotations of GitHub Actions (workflow commands).

use std::io::{self, Write};

use super::table::claim_reason;
use crate::escape::github::{data, property};
use crate::report::Report;
use crate::verdict::Verdict;

/// Writes an annotation a claim: an error where it fails, a warning where it is undecided, a notice where it
/// holds. Warnings of the run follow as notices.
///
/// # Errors
/// Those of the writer.
pub fn write_github(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for claim in &report.claims {
        let command = match claim.verdict {
            Verdict::Fails => "error",
            Verdict::Undecided => "warning",
            Verdict::Holds => "notice",
        };
        let title = claim.name.as_deref().unwrap_or(&claim.text);
        let why = claim.why.as_ref().map_or(String::new(), |w| format!(" ({w})"));
        let text = format!("{} for {} {}: {}{why}", claim.text, claim.model, claim.verdict.name(), claim_reason(claim));
        writeln!(out, "::{command} title={}::{}", property(title), data(&text))?;
    }
    for w in &report.warnings {
        writeln!(out, "::notice title={}::{}", property(&w.code), data(&w.message))?;
    }
    Ok(())
}
