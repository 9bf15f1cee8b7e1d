//! Comparisons in words.

use std::io::{self, Write};

use super::document::Report;
use super::number::{decimals, show};
use super::style::Style;
use super::table::percent;
use crate::verdict::{Comparison, Standing};

/// A p-value for people.
pub fn p_value(p: f64) -> String {
    if p < 0.001 { "p < 0.001".into() } else { format!("p = {p:.3}") }
}

/// One comparison in a line.
pub fn comparison_line(c: &Comparison) -> String {
    let d = decimals(None, c.ci95[1] - c.ci95[0]).saturating_sub(1).min(decimals(None, c.mean_difference.abs()));
    let n = |v: f64| show(Some(v), d.clamp(2, 6));
    let won = c.won.map_or(" (different splits)".into(), |won| format!(" on {} of splits", percent(won)));
    let holm = c.p_holm.map_or(String::new(), |p| format!(" ({} by Holm)", p_value(p)));
    format!(
        "{} better than {} in {}{won}, by {} on average (95 % from {} to {}), {}{holm}; \
         better, equal (±{}), worse: {:.2}, {:.2}, {:.2}",
        c.a,
        c.b,
        c.metric,
        n(c.mean_difference),
        n(c.ci95[0]),
        n(c.ci95[1]),
        p_value(c.p),
        c.rope,
        c.better,
        c.equal,
        c.worse
    )
}

/// One standing in a line.
pub fn standing_line(s: &Standing) -> String {
    let sd = s.rank_sd.map_or(String::new(), |sd| format!(", sd {sd:.2}"));
    format!("{} in {}: mean rank {:.2}{sd}; best on {} of splits", s.model, s.metric, s.rank_mean, percent(s.best))
}

/// Writes how several models of a report stand to each other in the primary metric.
///
/// # Errors
/// Those of the writer.
pub fn write_pairs(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let primary = report.metrics.first();
    let standings: Vec<&Standing> = report.standings.iter().filter(|s| Some(&s.metric) == primary).collect();
    if standings.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", style.bold("models against each other"))?;
    for s in standings {
        writeln!(out, "{}", standing_line(s))?;
    }
    for c in report.pairs.iter().filter(|c| Some(&c.metric) == primary) {
        writeln!(out, "{}", comparison_line(c))?;
    }
    Ok(())
}
