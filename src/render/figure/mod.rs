//! Figures of a report: a file each. What a figure shows stands in the report as numbers; nothing is fitted for one.

mod answer;
mod behaviours;
mod claims;
mod cloud;
mod columns;
mod confusion;
mod coverage;
mod curves;
mod drift;
mod driver;
mod grid;
mod intervals;
mod learning;
mod noise;
mod pairs;
mod predicted;
mod ranks;
mod reliability;
mod running;
mod scores;
mod shap_values;
mod shown;
mod tested;
mod train_test;
mod tuning;
mod two_metrics;

use std::fmt::Debug;

use crate::plot::Figure;
use crate::report::{Model, Report};

/// All figures, in the order of a page. A new one is a file and a line here.
pub static FIGURES: &[&dyn FigureKind] = &[
    &answer::Answer,
    &claims::Claims,
    &scores::Scores,
    &running::Running,
    &train_test::TrainTest,
    &pairs::Pairs,
    &two_metrics::TwoMetrics,
    &curves::ROC,
    &curves::PRECISION_RECALL,
    &curves::GAIN,
    &curves::THRESHOLD,
    &confusion::Confusion,
    &reliability::Reliability,
    &predicted::TRUTH,
    &predicted::RESIDUAL,
    &intervals::RESIDUALS,
    &coverage::Coverage,
    &drift::Drift,
    &driver::Driver,
    &grid::Grids,
    &tuning::Tuned,
    &intervals::COEFFICIENTS,
    &intervals::IMPURITY,
    &intervals::IMPORTANCE,
    &ranks::Ranks,
    &intervals::SHAP,
    &shap_values::ShapValues,
    &curves::PARTIAL_DEPENDENCE,
    &learning::Learning,
    &noise::Noise,
    &behaviours::Behaviours,
    &columns::Columns,
    &tested::Tested,
];

/// What there is one figure of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// The whole report.
    Report,
    /// Each metric.
    Metric,
    /// Each model.
    Model,
}

/// Where on a page a figure stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// With the answer.
    Answer,
    /// With the scores.
    Scores,
    /// With curves, confusion and residuals.
    Predictions,
    /// With what sets splits apart.
    Why,
    /// With what is known of the models.
    Models,
    /// With the data and the plan.
    Data,
}

/// What a figure is drawn of.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'r> {
    /// The report.
    pub report: &'r Report,
    /// The metric, of [`Of::Metric`]; else the primary one.
    pub metric: &'r str,
    /// The model with its number, of [`Of::Model`]; else the first.
    pub model: (usize, &'r Model),
}

/// What is known of a kind of figure before it is drawn.
#[derive(Debug, Clone, Copy)]
pub struct FigureInfo {
    /// Its name, as it is asked for.
    pub name: &'static str,
    /// What it shows, in one line without a full stop.
    pub summary: &'static str,
    /// What there is one of.
    pub of: Of,
    /// Where it stands.
    pub section: Section,
    /// What has to be asked of `eval` for it, with settings in braces; empty where every report has it.
    pub needs: &'static str,
}

/// A kind of figure.
pub trait FigureKind: Debug + Sync {
    /// What is known of it before it is drawn.
    fn info(&self) -> FigureInfo;

    /// Draws it; `None` where the report has nothing for it.
    fn draw(&self, subject: &Subject) -> Option<Figure>;
}

/// The kind of that name.
pub fn figure_kind(name: &str) -> Option<&'static dyn FigureKind> {
    FIGURES.iter().copied().find(|kind| kind.info().name == name)
}

/// The figures of a kind that a report has: of all its metrics or models, or of those that are chosen.
pub fn figures_of(kind: &dyn FigureKind, report: &Report, metric: Option<&str>, model: Option<&str>) -> Vec<Figure> {
    let Some(primary) = report.metrics.first() else { return Vec::new() };
    let Some(first) = report.models.first() else { return Vec::new() };
    let metrics: Vec<(usize, &str)> = match kind.info().of {
        Of::Metric => {
            let all = report.metrics.iter().map(String::as_str).enumerate();
            all.filter(|(_, m)| metric.is_none_or(|only| only == *m)).collect()
        }
        Of::Report | Of::Model => vec![(0, metric.unwrap_or(primary))],
    };
    let models: Vec<(usize, &Model)> = match kind.info().of {
        Of::Model => {
            report.models.iter().enumerate().filter(|(_, m)| model.is_none_or(|only| only == m.name)).collect()
        }
        Of::Report | Of::Metric => vec![(0, first)],
    };
    let mut figures = Vec::new();
    for (at, metric) in metrics {
        for &model in &models {
            let Some(mut figure) = kind.draw(&Subject { report, metric, model }) else { continue };
            figure.id = match kind.info().of {
                Of::Report => kind.info().name.to_owned(),
                Of::Metric => format!("{}-{}", kind.info().name, at + 1),
                Of::Model => format!("{}-{}", kind.info().name, model.0 + 1),
            };
            figures.push(figure);
        }
    }
    figures
}

/// The figures that the shorter forms of a report have.
pub fn main_figures(report: &Report) -> Vec<Figure> {
    crate::render::page::report_page(report, None, true).into_figures()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_names_of_their_own_that_are_found() {
        let mut names: Vec<&str> = FIGURES.iter().map(|kind| kind.info().name).collect();
        assert!(names.iter().all(|name| figure_kind(name).unwrap().info().name == *name));
        assert!(names.iter().all(|name| name.chars().all(|c| c.is_ascii_lowercase() || c == '-')));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), FIGURES.len());
        assert!(figure_kind("pie").is_none());
    }
}
