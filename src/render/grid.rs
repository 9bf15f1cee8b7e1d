//! Grids as a table for people.

use std::io::{self, Write};

use super::number::{decimals, show};
use super::style::Style;
use crate::escape::terminal;
use crate::report::{Grid, Report};

/// Writes a line a setting.
///
/// # Errors
/// Those of the writer.
pub(super) fn write_grid(report: &Report, grid: &Grid, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let width = grid.settings.iter().map(|s| terminal::name(&s.model).chars().count()).max().unwrap_or(0).max(8) + 2;
    writeln!(
        out,
        "{}",
        style.bold(&terminal::sentence(&format!("{} of {} against {}", grid.metric, grid.grid, grid.base)))
    )?;
    let heading = ["mean", "worst", "variance ×", "IQR ×", "range ×", "shorth ×", "KS", "CvM", "rank r"];
    let cells: String = heading.iter().map(|h| format!("{h:>12}")).collect();
    writeln!(out, "{:width$}{cells}", "")?;
    for s in &grid.settings {
        let sd = report.models.iter().find(|m| m.name == s.model).and_then(|m| m.metrics.get(&grid.metric)?.sd);
        let d = decimals(sd, s.mean.unwrap_or(0.0));
        let scores = [s.mean, s.worst].map(|v| format!("{:>12}", show(v, d)));
        let ratios = [s.variance_ratio, s.iqr_ratio, s.range_ratio, s.shorth_ratio, s.ks, s.cvm, s.rank_correlation];
        let others: String = ratios.map(|v| format!("{:>12}", show(v, 3))).concat();
        writeln!(out, "{:width$}{}{others}", terminal::name(&s.model), scores.concat())?;
    }
    let name = |n: &Option<String>| n.as_deref().map_or_else(|| "none".into(), terminal::name);
    writeln!(out, "best by mean: {}; best by worst split: {}", name(&grid.best_by_mean), name(&grid.best_by_worst))
}
