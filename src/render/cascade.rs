//! Cascades in words.

use crate::report::Cascade;
use crate::verdict::Verdict;

/// How much noise in a column a claim bears, in words.
pub fn cascade_line(cascade: &Cascade) -> String {
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
