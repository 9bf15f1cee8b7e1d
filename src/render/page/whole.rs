//! The page of a report where there is room for all of it: every picture and every split, in the order in which one asks.

use std::path::Path;

use super::comparison::worth_and_null;
use super::leaderboard::ranked;
use super::table::{Column, Row};
use super::{Block, Page, SplitRows};
use crate::names::listed;
use crate::render::figure::{FIGURES, Of, Section, figures_of};
use crate::render::number::{percent, significant};
use crate::report::{Model, Report};

/// Splits up to which all are listed; of more the first ones are.
const MOST_SPLITS: usize = 1000;

/// Models that have pictures of their own; of more the best ones do.
const MOST_MODELS: usize = 6;

/// The whole page of a report, which may be kept in a file and made again by a command.
pub(crate) fn whole_page(report: &Report, kept: Option<&Path>, command: Option<&str>) -> Page {
    let mut page = Page::default();
    page.title(report);
    let models = ranked(report);

    page.section("answer", "The answer");
    page.answer(report, &models);
    page.figures(report, Section::Answer, None);
    if !report.claims.is_empty() {
        page.claims(&report.claims);
    }
    page.cascades(report);
    page.leaderboard(report, &models);
    for model in &models {
        worth_and_null(report, model).into_iter().for_each(|line| page.sentence(line));
    }
    page.warnings(report);

    if models.len() > MOST_MODELS {
        page.sentence(format!(
            "Pictures of single models are of the best {MOST_MODELS}; the command plot draws those of the others."
        ));
    }

    page.section("scores", "Scores");
    for metric in &report.metrics {
        page.metric(Some(metric));
        page.figures(report, Section::Scores, Some(metric));
    }
    page.metric(None);
    page.figures(report, Section::Scores, None);
    page.standings(report);
    report.models.iter().for_each(|model| page.distribution(report, model, false));

    page.optional_section("predictions", "Predictions", |page| {
        page.figures(report, Section::Predictions, None);
        report.models.iter().for_each(|model| page.confusion(model));
    });

    page.section("why", "Why splits differ");
    page.figures(report, Section::Why, None);
    report.models.iter().for_each(|model| {
        if report.models.len() > 1 {
            page.heading(&model.name);
        }
        page.standing_out(report, model, kept);
        page.extremes(model);
    });

    page.optional_section("models", "The models", |page| {
        page.figures(report, Section::Models, None);
        report.grids.iter().for_each(|grid| page.grid(report, grid));
        for model in models.iter().filter(|model| super::report::has_readings(model)) {
            page.heading(&model.name);
            page.readings(report, model);
        }
    });

    page.section("data", "Data and plan");
    page.data(report);
    if let Some(command) = command {
        page.heading("The same again");
        page.push(Block::Examples(vec![command.to_owned()]));
    }

    page.section("splits", "All splits");
    report.models.iter().enumerate().for_each(|(at, model)| page.splits(report, at, model));
    page
}

impl Page {
    fn metric(&mut self, metric: Option<&str>) {
        self.push(Block::Metric(metric.map(str::to_owned)));
    }

    /// A section that is there only where something is in it.
    fn optional_section(&mut self, id: &'static str, title: &'static str, fill: impl FnOnce(&mut Self)) {
        let before = self.0.len();
        self.section(id, title);
        fill(self);
        if self.0.len() == before + 1 {
            self.0.truncate(before);
        }
    }

    /// The pictures of a section: those of a metric, or with none those that are of no metric. Of many models the best have
    /// pictures of their own.
    fn figures(&mut self, report: &Report, section: Section, metric: Option<&str>) {
        let wanted = |of: Of| (of == Of::Metric) == metric.is_some();
        let best: Vec<&str> = ranked(report).iter().take(MOST_MODELS).map(|model| model.name.as_str()).collect();
        for kind in FIGURES.iter().filter(|kind| kind.info().section == section && wanted(kind.info().of)) {
            let figures = match kind.info().of {
                Of::Model => {
                    let models = report.models.iter().filter(|model| best.contains(&model.name.as_str()));
                    models.flat_map(|model| figures_of(*kind, report, metric, Some(&model.name))).collect()
                }
                Of::Report | Of::Metric => figures_of(*kind, report, metric, None),
            };
            figures.into_iter().for_each(|figure| self.push(Block::Figure(Box::new(figure))));
        }
    }

    /// The rows that cost the worst and the best split most, and where a model is weak.
    fn extremes(&mut self, model: &Model) {
        let Some(extremes) = &model.extremes else { return };
        for split in &extremes.splits {
            let columns = vec![
                Column::words(format!("row of the {} split, #{}", split.role, split.split)),
                Column::numbers(extremes.loss.as_str()),
                Column::numbers("share of the split's loss"),
                Column::numbers("tested on splits"),
                Column::numbers("among the worst 5 % on"),
            ];
            let row = |row: &crate::inspect::CostlyRow| {
                let name = row.id.as_ref().map_or_else(|| row.row.to_string(), |id| format!("{} ({id})", row.row));
                let cells = [significant(row.loss), percent(row.share), row.tested.to_string(), row.high.to_string()];
                Row::new(std::iter::once(name).chain(cells).collect())
            };
            self.rows(columns, split.rows.iter().map(row).collect());
        }
        let columns = vec![
            Column::words("slice in which it is weak"),
            Column::numbers("rows"),
            Column::numbers(format!("mean {}", extremes.loss)),
            Column::numbers("of the rest"),
            Column::numbers("95 % interval of the difference"),
        ];
        let row = |slice: &crate::inspect::SliceFinding| {
            let [low, high] = slice.ci95.map(significant);
            let numbers = [significant(slice.loss), significant(slice.loss_rest), format!("{low} to {high}")];
            Row::new([slice.slice.clone(), slice.rows.to_string()].into_iter().chain(numbers).collect())
        };
        self.rows(columns, extremes.slices.iter().map(row).collect());
    }

    /// Columns, plan, and what it takes to make the report again.
    fn data(&mut self, report: &Report) {
        if let Some(data) = &report.data {
            let columns = vec![
                Column::words("column"),
                Column::words("type"),
                Column::words("encoding"),
                Column::numbers("missing"),
            ];
            let row = |f: &crate::report::FeatureEntry| {
                Row::new(vec![f.name.clone(), f.kind.clone(), f.encoding.clone(), f.missing.to_string()])
            };
            self.heading("Columns");
            self.rows(columns, data.features.iter().map(row).collect());
            self.figures(report, Section::Data, None);
            let dropped: Vec<Vec<String>> =
                data.dropped.iter().map(|column| vec![column.name.clone(), column.reason.clone()]).collect();
            if !dropped.is_empty() {
                self.heading("Columns left out");
                self.rows(
                    vec![Column::words("column"), Column::prose("why")],
                    dropped.into_iter().map(Row::new).collect(),
                );
            }
        }
        self.heading("Plan");
        let mut facts: Vec<(&str, String)> = Vec::new();
        let plan = &report.plan;
        facts.push(("scheme", plan.scheme.clone()));
        facts.push((
            "splits",
            if plan.partial { format!("{} of {}", plan.done, plan.splits) } else { plan.done.to_string() },
        ));
        facts.extend(plan.seed.map(|seed| ("seed", seed.to_string())));
        facts.extend(plan.test_size.map(|size| ("test size", significant(size))));
        facts.extend(plan.stratify.clone().map(|column| ("stratified on", column)));
        facts.extend(plan.group.clone().map(|column| ("groups", column)));
        facts.extend(plan.time.clone().map(|column| ("time", column)));
        facts.push(("metrics", listed(&report.metrics, "and")));
        facts.extend(report.data.as_ref().map(|data| ("fingerprint of the data", data.fingerprint.clone())));
        facts.push(("version", format!("randsplit {}", report.version)));
        let rows = facts.into_iter().map(|(name, value)| Row::new(vec![name.to_owned(), value])).collect();
        self.rows(vec![Column::words("what"), Column::prose("value")], rows);
    }

    /// The scores of a model on its splits.
    fn splits(&mut self, report: &Report, at: usize, model: &Model) {
        let all = model.splits.len();
        let columns: Vec<_> = report.metrics.iter().map(|metric| model.splits.scores(metric)).collect();
        let cell = |value: Option<f64>| value.map_or_else(String::new, significant);
        let row = |k: usize| (model.splits.numbers.at(k), columns.iter().map(|column| cell(column.at(k))).collect());
        let of = if all > MOST_SPLITS {
            format!("the first {MOST_SPLITS} of {all} splits; the form csv has all of them")
        } else {
            format!("{all} splits")
        };
        self.push(Block::Splits(SplitRows {
            caption: format!("Scores of {} on the test rows of {of}", model.name),
            name: model.name.clone(),
            model: at,
            metrics: report.metrics.clone(),
            rows: (0..all.min(MOST_SPLITS)).map(row).collect(),
        }));
    }
}
