//! Claims and cascades in words.

use super::{Block, Page};
use crate::escape::terminal::{name as shown_name, sentence};
use crate::render::Style;
use crate::render::number::{exact, percent, signed};
use crate::report::{Cascade, Report};
use crate::verdict::{ClaimResult, Verdict};

impl Page {
    /// Claims with their verdicts, and how much noise they bear.
    pub(super) fn claims(&mut self, report: &Report) {
        if !report.claims.is_empty() {
            self.quiet_heading("claims");
        }
        report.claims.iter().for_each(|claim| self.push(Block::Claim(Box::new(claim.clone()))));
        report.cascades.iter().for_each(|cascade| self.sentence(cascade_line(cascade)));
    }
}

/// The name that a claim is called by; a behaviour is called by its name in the claim itself.
pub(super) fn called(claim: &ClaimResult) -> Option<&String> {
    claim.name.as_ref().filter(|n| !claim.text.contains(&format!("[{n}]")))
}

/// One line about a claim: verdict, what was observed, the split that decided it, and by how much.
pub fn claim_line(claim: &ClaimResult, style: Style) -> String {
    let verdict = match claim.verdict {
        Verdict::Holds => style.good("holds"),
        Verdict::Fails => style.bad("fails"),
        Verdict::Undecided => style.warn("undecided"),
    };
    let name = called(claim).map_or(String::new(), |n| format!("{}: ", shown_name(n)));
    let model = shown_name(&claim.model);
    format!("{verdict}  {name}{} for {model}: {}", sentence(&claim.text), sentence(&claim_reason(claim)))
}

/// Why a claim has its verdict, in a few words.
pub fn claim_reason(claim: &ClaimResult) -> String {
    if let Some(reason) = &claim.reason {
        return reason.clone();
    }
    let (Some(observed), Some(margin)) = (claim.observed, claim.margin) else { return "no split has a score".into() };
    let side = if margin < 0.0 { "beyond it" } else { "to spare" };
    let extreme = ["worst(", "best(", "min(", "max("].iter().any(|s| claim.text.starts_with(s));
    let mut text = match claim.split.filter(|_| extreme) {
        Some(split) => format!("split #{split} has {}, {} {side}", exact(observed), exact(margin.abs())),
        None => format!("observed {}, {} {side}", exact(observed), exact(margin.abs())),
    };
    // What a number on the other side is, the claim says itself.
    if let Some(threshold) = claim.threshold.filter(|t| !claim.text.ends_with(&format!(" {t}"))) {
        text += &format!(" ({})", exact(threshold));
    }
    if let (Some(confidence), Some([low, high])) = (claim.confidence, claim.margin_bounds) {
        let bound = |v: Option<f64>| v.map_or("unbounded".into(), signed);
        text += &format!("; at {} the margin is {} to {}", percent(confidence), bound(low), bound(high));
    }
    if let Some(split) = claim.split.filter(|_| !extreme) {
        text += &format!("; split #{split}");
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
