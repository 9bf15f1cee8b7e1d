//! Claims alone, as `check` judges them.

use super::{Page, Tone};
use crate::verdict::{ClaimResult, Verdict};

/// The page of claims that a report was judged by, and of what else is to be known of them.
pub fn judged_page(report: &str, claims: &[ClaimResult], note: Option<&str>) -> Page {
    let mut page = Page::default();
    let count = |verdict| claims.iter().filter(|c| c.verdict == verdict).count();
    let told = [
        (count(Verdict::Fails), "fails", "fail"),
        (count(Verdict::Undecided), "is undecided", "are undecided"),
        (count(Verdict::Holds), "holds", "hold"),
    ];
    let told = told.iter().filter(|(count, ..)| *count > 0);
    let told: Vec<String> = told.map(|(n, one, more)| format!("{n} {}", if *n == 1 { one } else { more })).collect();
    page.heading(format!(
        "{report}: of {} claim{} {}",
        claims.len(),
        if claims.len() == 1 { "" } else { "s" },
        told.join(", ")
    ));
    page.claims(claims);
    if let Some(note) = note {
        page.line(Tone::Warn, note);
    }
    page
}
