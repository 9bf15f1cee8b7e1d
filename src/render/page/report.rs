//! The page of a report: its sections, in order.

use std::path::Path;

use super::{Heading, Page};
use crate::report::Report;

/// The page of a report, which may be kept in a file.
pub(crate) fn report_page(report: &Report, kept: Option<&Path>) -> Page {
    let mut page = Page::default();
    page.title(report);
    // The settings of a grid get a line each, in its section.
    let settings = || report.grids.iter().flat_map(|g| &g.settings).map(|s| &s.model);
    let is_base = |name: &String| report.grids.iter().any(|g| g.base == *name);
    for model in &report.models {
        let detail = settings().any(|name| *name == model.name) && !is_base(&model.name);
        page.model(report, model, Heading { detail, ..Heading::default() }, kept);
    }
    page.standings(report);
    report.grids.iter().for_each(|grid| page.grid(report, grid));
    page.claims(report);
    page.warnings(report);
    page
}
