//! Verdicts as annotations of GitHub Actions (workflow commands).

use std::io::{self, Write};

use super::markdown::Markdown;
use super::verdicts::{Outcome, VerdictList};
use super::{Format, WriteOptions, WriteVerdicts};
use crate::escape::github::{data, property};
use crate::report::Report;

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

    fn verdicts(&self) -> Option<WriteVerdicts> {
        Some(write_annotations)
    }

    fn write(&self, report: &Report, _: &WriteOptions, out: &mut dyn Write) -> io::Result<()> {
        // Whoever counts it as a failure, an undecided claim is a warning here.
        write_annotations(&VerdictList::of_report(report, false), out)
    }

    fn shows_verdicts(&self) -> bool {
        true
    }

    fn appendix(&self) -> Option<(&'static str, &'static dyn Format)> {
        Some(("GITHUB_STEP_SUMMARY", &Markdown))
    }
}

/// Writes an annotation for each verdict but those on which there was nothing to judge.
fn write_annotations(list: &VerdictList, out: &mut dyn Write) -> io::Result<()> {
    for entry in &list.verdicts {
        let command = match entry.outcome {
            Outcome::Failure => "error",
            Outcome::Open => "warning",
            Outcome::Good => "notice",
            Outcome::Skipped => continue,
        };
        let title = entry.name.as_deref().unwrap_or(&entry.text);
        let why = entry.why.as_ref().map_or(String::new(), |w| format!(" ({w})"));
        let text = format!("{} for {} {}: {}{why}", entry.text, entry.subject, entry.word, entry.reason);
        writeln!(out, "::{command} title={}::{}", property(title), data(&text))?;
    }
    for w in &list.warnings {
        writeln!(out, "::notice title={}::{}", property(&w.code), data(&w.message))?;
    }
    Ok(())
}
