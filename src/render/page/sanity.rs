//! Checks of models in the making, in words.

use super::{Block, Page, Tone};
use crate::escape::markdown::{code, text};
use crate::render::Style;
use crate::render::format::{Outcome, VerdictEntry, VerdictList};
use crate::sanity::{CheckResult, CheckVerdict, SanityReport};

/// In the order in which they are shown: what needs attention first.
const ORDER: [CheckVerdict; 4] =
    [CheckVerdict::Fail, CheckVerdict::Note, CheckVerdict::Pass, CheckVerdict::NotApplicable];

/// The page of a report: a line a check.
pub fn sanity_page(report: &SanityReport) -> Page {
    let mut page = Page::default();
    let told = [
        (CheckVerdict::Fail, "fails", "fail"),
        (CheckVerdict::Note, "is a note", "are notes"),
        (CheckVerdict::Pass, "passes", "pass"),
        (CheckVerdict::NotApplicable, "does not apply", "do not apply"),
    ];
    let told = told.iter().map(|(verdict, one, more)| (report.count(*verdict), one, more));
    let told: Vec<String> = told
        .filter(|(count, ..)| *count > 0)
        .map(|(n, one, more)| format!("{n} {}", if n == 1 { one } else { more }))
        .collect();
    let all = report.checks().count();
    let data = &report.data;
    page.heading(format!("{}: of {all} check{} {}", data.path, if all == 1 { "" } else { "s" }, told.join(", ")));
    page.line(
        Tone::Dim,
        format!(
            "{} of '{}' · {} rows, {} feature{} · {} splits · seed {}",
            data.task.name(),
            data.target,
            data.rows_used,
            data.features,
            if data.features == 1 { "" } else { "s" },
            report.scheme,
            report.seed
        ),
    );
    if !report.splits.is_empty() {
        page.heading("splits");
        page.checks(&report.splits);
    }
    for model in report.models.iter().filter(|model| !model.checks.is_empty()) {
        page.heading(&model.model);
        page.checks(&model.checks);
    }
    if !report.warnings.is_empty() {
        page.quiet_heading("Notes");
    }
    for warning in &report.warnings {
        page.led(Tone::Warn, &warning.code, &warning.message);
    }
    page
}

/// Checks with one verdict for one reason, in a line.
#[derive(Debug, Clone)]
pub(super) struct CheckLine {
    names: Vec<String>,
    pub verdict: CheckVerdict,
    reason: String,
}

impl Page {
    /// A line a check; those that do not apply for one reason share it.
    fn checks(&mut self, checks: &[CheckResult]) {
        for verdict in ORDER {
            let mut lines: Vec<CheckLine> = Vec::new();
            for check in checks.iter().filter(|check| check.verdict == verdict) {
                let shared = lines.iter_mut().find(|line| line.reason == check.reason);
                match shared.filter(|_| verdict == CheckVerdict::NotApplicable) {
                    Some(line) => line.names.push(check.check.clone()),
                    None => lines.push(CheckLine {
                        names: vec![check.check.clone()],
                        verdict,
                        reason: check.reason.clone(),
                    }),
                }
            }
            lines.into_iter().for_each(|line| self.push(Block::Check(line)));
        }
    }
}

/// A verdict with its sign.
pub(super) fn mark(verdict: CheckVerdict, style: Style) -> String {
    match verdict {
        CheckVerdict::Pass => style.good("pass ✓"),
        CheckVerdict::Fail => style.bad("fail ✗"),
        CheckVerdict::Note => style.warn("note !"),
        CheckVerdict::NotApplicable => style.dim("n/a –"),
    }
}

/// What stands behind the verdict.
pub(super) fn sentence(line: &CheckLine) -> String {
    format!("{}: {}", line.names.join(", "), line.reason)
}

/// A line as an item of a list.
pub(super) fn item(line: &CheckLine) -> String {
    let word = line.verdict.name();
    let word = match line.verdict {
        CheckVerdict::Pass | CheckVerdict::NotApplicable => word.to_owned(),
        CheckVerdict::Fail => format!("**{word}**"),
        CheckVerdict::Note => format!("*{word}*"),
    };
    let names: Vec<String> = line.names.iter().map(|name| code(name)).collect();
    format!("{word}: {}: {}", names.join(", "), text(&line.reason))
}

/// The checks for forms that are verdicts alone. A note counts as a failure where `strict`.
pub fn sanity_verdicts(report: &SanityReport, strict: bool) -> VerdictList {
    let entry = |(model, check): (Option<&str>, &CheckResult)| VerdictEntry {
        subject: model.unwrap_or("splits").to_owned(),
        name: None,
        text: check.check.clone(),
        outcome: match check.verdict {
            CheckVerdict::Pass => Outcome::Good,
            CheckVerdict::Fail => Outcome::Failure,
            CheckVerdict::Note if strict => Outcome::Failure,
            CheckVerdict::Note => Outcome::Open,
            CheckVerdict::NotApplicable => Outcome::Skipped,
        },
        word: check.verdict.name(),
        reason: check.reason.clone(),
        why: None,
    };
    VerdictList {
        data: report.data.path.clone(),
        verdicts: report.checks().map(entry).collect(),
        seconds: None,
        warnings: report.warnings.clone(),
    }
}
