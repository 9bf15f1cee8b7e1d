//! The page of a report: its sections, in order.

use std::path::Path;

use super::comparison::worth_and_null;
use super::leaderboard::ranked;
use super::{Block, Page};
use crate::render::figure::{figure_kind, figures_of};
use crate::report::{Model, Report};

/// The page of a report, which may be kept in a file: verdicts, the answer, the models beside each other; then what is to be
/// known of each. Pictures are those of the primary metric, where they are wanted.
pub(crate) fn report_page(report: &Report, kept: Option<&Path>, pictures: bool) -> Page {
    let mut page = Page::default();
    page.title(report);
    if !report.claims.is_empty() {
        page.quiet_heading("claims");
        page.claims(&report.claims);
    }
    page.cascades(report);
    page.quiet_heading("answer");
    let models = ranked(report);
    page.answer(report, &models);
    let several = models.len() > 1;
    if several {
        page.leaderboard(report, &models);
    }
    if let Some(best) = models.first() {
        if several {
            page.quiet_heading("splits that stand out");
        } else {
            page.distribution(report, best, false);
        }
        page.standing_out(report, best, kept);
    }
    if pictures {
        page.pictures(report);
    }
    for model in &models {
        worth_and_null(report, model).into_iter().for_each(|line| page.sentence(line));
    }
    report.grids.iter().for_each(|grid| page.grid(report, grid));
    for model in models {
        if has_readings(model) {
            // Of a single model they follow its distribution.
            if several {
                page.heading(model.name.as_str());
            }
            page.readings(report, model);
        }
    }
    page.warnings(report);
    let labels = report.models.iter().any(|model| model.confusion.is_some());
    match (several, labels) {
        (true, true) => page.push(Block::Hint("whole distributions, and true and predicted labels")),
        (true, false) => page.push(Block::Hint("the whole distribution of each model's scores")),
        (false, true) => page.push(Block::Hint("true and predicted labels")),
        (false, false) => {}
    }
    if several {
        page.standings(report);
        for model in &report.models {
            page.distribution(report, model, true);
            page.standing_out(report, model, kept);
        }
    }
    report.models.iter().for_each(|model| page.confusion(model));
    page
}

impl Page {
    /// The pictures that tell most.
    fn pictures(&mut self, report: &Report) {
        let primary = report.metrics.first().map(String::as_str);
        for kind in ["scores", "roc", "predicted", "learning"].into_iter().filter_map(figure_kind) {
            let figures = figures_of(kind, report, primary, None);
            figures.into_iter().for_each(|figure| self.push(Block::Figure(Box::new(figure))));
        }
    }
}

pub(super) fn has_readings(model: &Model) -> bool {
    !model.figures.is_empty() || model.tuning.is_some() || !model.probes.is_empty() || !model.probe_notes.is_empty()
}
