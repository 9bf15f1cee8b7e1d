//! Verdicts as annotations of GitHub Actions (workflow commands).

use std::io::{self, Write};

use super::markdown::Markdown;
use super::{Format, WriteOptions};
use crate::escape::github::{data, property};
use crate::render::page::claim_reason;
use crate::report::Report;
use crate::verdict::Verdict;

/// An annotation a claim: an error where it fails, a warning where it is undecided, a notice where it holds. Warnings of the
/// run follow as notices.
#[derive(Debug)]
pub struct Github;

impl Format for Github {
    fn name(&self) -> &'static str {
        "github"
    }

    fn summary(&self) -> &'static str {
        "The verdicts as annotations of GitHub Actions, and a step summary"
    }

    fn good_for(&self) -> &'static str {
        "jobs of GitHub Actions"
    }

    fn endings(&self) -> &'static [&'static str] {
        &[]
    }

    fn is_verdicts(&self) -> bool {
        true
    }

    fn write(&self, report: &Report, _: &WriteOptions, out: &mut dyn Write) -> io::Result<()> {
        for claim in &report.claims {
            let command = match claim.verdict {
                Verdict::Fails => "error",
                Verdict::Undecided => "warning",
                Verdict::Holds => "notice",
            };
            let title = claim.name.as_deref().unwrap_or(&claim.text);
            let why = claim.why.as_ref().map_or(String::new(), |w| format!(" ({w})"));
            let text =
                format!("{} for {} {}: {}{why}", claim.text, claim.model, claim.verdict.name(), claim_reason(claim));
            writeln!(out, "::{command} title={}::{}", property(title), data(&text))?;
        }
        for w in &report.warnings {
            writeln!(out, "::notice title={}::{}", property(&w.code), data(&w.message))?;
        }
        Ok(())
    }

    fn shows_verdicts(&self) -> bool {
        true
    }

    fn appendix(&self) -> Option<(&'static str, &'static dyn Format)> {
        Some(("GITHUB_STEP_SUMMARY", &Markdown))
    }
}
