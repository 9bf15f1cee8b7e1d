//! The scores of all splits of a model, as HTML. Cells end where the next begins, for there are many.

use std::fmt::Write;

use maud::{Markup, PreEscaped, html};

use super::super::SplitRows;
use super::safe;

/// Writes the table.
pub(super) fn write(of: &SplitRows) -> Markup {
    let mut rows = String::new();
    for (split, cells) in &of.rows {
        let _ = write!(rows, "<tr><th>{split}");
        for cell in cells {
            let _ = write!(rows, "<td>{cell}");
        }
        rows.push('\n');
    }
    html! {
        div.scroll { table.data.splits data-name=(safe(&of.name)) data-model=(of.model) {
            caption { (safe(&of.caption)) }
            thead { tr { th scope="col" { "split" } @for metric in &of.metrics { th.n scope="col" { (safe(metric)) } } } }
            tbody { (PreEscaped(rows)) }
        } }
    }
}
