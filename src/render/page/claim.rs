//! Claims and cascades in words.

use super::{Block, Page};
use crate::escape::terminal::{name as shown_name, sentence};
use crate::render::Style;
use crate::render::number::{percent, significant};
use crate::report::{Cascade, Report};
use crate::verdict::{ClaimResult, Verdict};

impl Page {
    /// Claims with their verdicts, those that need attention first, and how much noise they bear.
    pub(super) fn claims(&mut self, claims: &[ClaimResult]) {
        for verdict in [Verdict::Fails, Verdict::Undecided, Verdict::Holds] {
            let of = claims.iter().filter(|claim| claim.verdict == verdict);
            of.for_each(|claim| self.push(Block::Claim(Box::new(claim.clone()))));
        }
    }

    pub(super) fn cascades(&mut self, report: &Report) {
        report.cascades.iter().for_each(|cascade| self.sentence(cascade_line(cascade)));
    }
}

/// The name that a claim is called by; a behaviour is called by its name in the claim itself.
pub(super) fn called(claim: &ClaimResult) -> Option<&String> {
    claim.name.as_ref().filter(|n| !claim.text.contains(&format!("[{n}]")))
}

fn mark(verdict: Verdict, style: Style) -> String {
    match verdict {
        Verdict::Holds => style.good("holds ✓"),
        Verdict::Fails => style.bad("fails ✗"),
        Verdict::Undecided => style.warn("undecided ?"),
    }
}

/// What a claim says and what became of it, behind its verdict; then why it was made, where that is said.
pub(super) fn lines(claim: &ClaimResult, style: Style) -> Vec<(String, String)> {
    let name = called(claim).map_or(String::new(), |n| format!("{}: ", shown_name(n)));
    let text = format!("{name}{} for {}: {}", claim.text, shown_name(&claim.model), claim_reason(claim));
    let mut lines = vec![(mark(claim.verdict, style), text)];
    lines.extend(claim.why.as_ref().map(|why| (String::new(), format!("    why: {why}"))));
    lines
}

/// A claim in one line.
pub fn claim_line(claim: &ClaimResult, style: Style) -> String {
    let (mark, text) = lines(claim, style).swap_remove(0);
    format!("{mark} {}", sentence(&text))
}

/// Why a claim has its verdict, in a few words.
pub fn claim_reason(claim: &ClaimResult) -> String {
    if let Some(reason) = &claim.reason {
        return reason.clone();
    }
    let Some(observed) = claim.observed else { return "it has no value: too few splits have a score".into() };
    let Some(margin) = claim.margin else {
        return format!("it is {}, and what it is held against has no value", significant(observed));
    };
    let extreme = ["worst(", "best(", "min(", "max("].iter().any(|s| claim.text.starts_with(s));
    let what = match claim.split.filter(|_| extreme) {
        Some(split) => format!("split #{split} has {}", significant(observed)),
        None => format!("it is {}", significant(observed)),
    };
    // What a number on the other side is, the claim says itself.
    let limit = claim.threshold.filter(|t| !claim.text.ends_with(&format!(" {t}")));
    let limit = limit.map_or(String::new(), |t| format!(", the limit {}", significant(t)));
    if margin == 0.0 && claim.verdict == Verdict::Fails {
        return format!("misses ({what}{limit}): it is at its limit, and has to be beyond");
    }
    let verb = match (claim.verdict, margin < 0.0) {
        (Verdict::Undecided, false) => "is on the right side by",
        (Verdict::Undecided, true) => "is on the wrong side by",
        (_, false) => "passes by",
        (_, true) => "misses by",
    };
    let mut text = format!("{verb} {} ({what}{limit})", significant(margin.abs()));
    if let (Some(confidence), Some([low, high])) = (claim.confidence, claim.margin_bounds)
        && low != high
    {
        let bounds = match [low, high].map(|bound| bound.map(significant)) {
            [Some(low), Some(high)] => format!("{low} to {high}"),
            [Some(low), None] => format!("at least {low}"),
            [None, Some(high)] => format!("at most {high}"),
            [None, None] => "of any size".into(),
        };
        text += &format!("; at {} confidence the margin is {bounds}", percent(confidence));
    }
    if claim.unscored > 0 {
        let (have, are) = if claim.unscored == 1 { ("split has", "is") } else { ("splits have", "are") };
        text += &format!("; {} {have} no score and {are} left out", claim.unscored);
    }
    text
}

/// How much noise in a column a claim bears, in words.
fn cascade_line(cascade: &Cascade) -> String {
    let Cascade { column, claim, model, levels, .. } = cascade;
    let doubt = levels.iter().find(|l| l.verdict == Verdict::Undecided).map(|l| l.noise);
    let end = match (cascade.breaks_at, doubt) {
        (Some(at), Some(doubt)) if doubt < at => format!("is undecided from {doubt} and fails at {at}"),
        (Some(at), _) => format!("fails at {at}"),
        (None, Some(doubt)) => format!("is undecided from {doubt}"),
        (None, None) => "fails at no level that was tried".into(),
    };
    match cascade.bears {
        Some(bears) => format!("{claim} for {model} holds with noise up to {bears} in {column}, {end}"),
        None if cascade.breaks_at == Some(0.0) => format!("{claim} for {model} fails without noise in {column}"),
        None => format!("{claim} for {model} holds at no level of noise in {column}: it {end}"),
    }
}
