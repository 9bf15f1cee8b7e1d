//! Settings of one model, compared by their scores on the same splits.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use super::document::{Model, Report};
use super::number::{decimals, show};
use super::style::Style;
use crate::escape::terminal;
use crate::metric::Direction;
use crate::stats::{cramer_von_mises, interquartile_range, kolmogorov_smirnov, mean_and_variance, shorth, spearman};

/// One grid. All figures are of the primary metric, on the splits that both settings have scores on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Grid {
    /// What was asked for.
    pub grid: String,
    /// The metric.
    pub metric: String,
    /// Name of the model that the others are held against.
    pub base: String,
    /// Each setting, in the order of the grid.
    pub settings: Vec<Setting>,
    /// The setting with the best mean.
    pub best_by_mean: Option<String>,
    /// The setting whose worst split is best.
    pub best_by_worst: Option<String>,
}

/// One setting against the base. Ratios are those of this setting's figure to the base's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Setting {
    /// Name of the model in the report.
    pub model: String,
    /// Mean score.
    pub mean: Option<f64>,
    /// The worst split's score.
    pub worst: Option<f64>,
    /// Splits on which both have a score.
    pub splits: usize,
    /// Ratio of the variances.
    pub variance_ratio: Option<f64>,
    /// Ratio of the interquartile ranges.
    pub iqr_ratio: Option<f64>,
    /// Ratio of the ranges.
    pub range_ratio: Option<f64>,
    /// Ratio of the widths of the narrowest interval with half of the scores: below 1 is more concentrated.
    pub shorth_ratio: Option<f64>,
    /// Two-sample Kolmogorov-Smirnov distance.
    pub ks: Option<f64>,
    /// Two-sample Cramér-von-Mises statistic.
    pub cvm: Option<f64>,
    /// Spearman's correlation of the two settings' scores over splits: near 1 the same splits are hard for both.
    pub rank_correlation: Option<f64>,
}

fn variance(values: &[f64]) -> f64 {
    mean_and_variance(values).1
}

fn range(values: &[f64]) -> f64 {
    let of = |pick: fn(f64, f64) -> f64, from| values.iter().copied().fold(from, pick);
    of(f64::max, f64::NEG_INFINITY) - of(f64::min, f64::INFINITY)
}

fn setting(model: &Model, base: &Model, metric: &str) -> Setting {
    let (own, other) = (model.splits.scores(metric), base.splits.scores(metric));
    let pairs = own.iter().zip(other.iter()).filter_map(|(own, other)| own.zip(other));
    let (own, other): (Vec<f64>, Vec<f64>) = pairs.unzip();
    let enough = own.len() > 1;
    let ratio = |figure: fn(&[f64]) -> f64| {
        let of_base = if enough { figure(&other) } else { 0.0 };
        (of_base > 0.0).then(|| figure(&own) / of_base)
    };
    let summary = model.metrics.get(metric);
    Setting {
        model: model.name.clone(),
        mean: summary.and_then(|m| m.mean),
        worst: summary.and_then(|m| m.worst).map(|w| w.score),
        splits: own.len(),
        variance_ratio: ratio(variance),
        iqr_ratio: ratio(interquartile_range),
        range_ratio: ratio(range),
        shorth_ratio: ratio(shorth),
        ks: enough.then(|| kolmogorov_smirnov(&own, &other)),
        cvm: enough.then(|| cramer_von_mises(&own, &other)),
        rank_correlation: if enough { spearman(&own, &other) } else { None },
    }
}

/// Compares the settings (by the names of their models) with the base.
pub fn compare_settings(report: &Report, grid: &str, base: &str, settings: &[String]) -> Option<Grid> {
    let metric = report.metrics.first()?;
    let find = |name: &str| report.models.iter().find(|m| m.name == name);
    let base = find(base)?;
    let settings: Vec<Setting> = settings.iter().filter_map(|name| Some(setting(find(name)?, base, metric))).collect();
    let lower = base.metrics.get(metric).is_some_and(|m| m.direction == Direction::Lower);
    let best = |of: fn(&Setting) -> Option<f64>| {
        let better = |a: f64, b: f64| if lower { a < b } else { a > b };
        let scores = settings.iter().filter_map(|s| Some((of(s)?, &s.model)));
        // Of equal ones the first.
        let best = scores.reduce(|best, next| if better(next.0, best.0) { next } else { best });
        best.map(|(_, name)| name.clone())
    };
    Some(Grid {
        grid: grid.to_owned(),
        metric: metric.clone(),
        base: base.name.clone(),
        best_by_mean: best(|s| s.mean),
        best_by_worst: best(|s| s.worst),
        settings,
    })
}

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
