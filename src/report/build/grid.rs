//! Settings of one model, compared by their scores on the same splits.

use crate::metric::Direction;
use crate::report::document::{Grid, GridSetting, Model, Report};
use crate::stats::{cramer_von_mises, interquartile_range, kolmogorov_smirnov, mean_and_variance, shorth, spearman};

fn variance(values: &[f64]) -> f64 {
    mean_and_variance(values).1
}

fn range(values: &[f64]) -> f64 {
    let of = |pick: fn(f64, f64) -> f64, from| values.iter().copied().fold(from, pick);
    of(f64::max, f64::NEG_INFINITY) - of(f64::min, f64::INFINITY)
}

fn setting(model: &Model, base: &Model, metric: &str) -> GridSetting {
    let (own, other) = (model.splits.scores(metric), base.splits.scores(metric));
    let pairs = own.iter().zip(other.iter()).filter_map(|(own, other)| own.zip(other));
    let (own, other): (Vec<f64>, Vec<f64>) = pairs.unzip();
    let enough = own.len() > 1;
    let ratio = |figure: fn(&[f64]) -> f64| {
        let of_base = if enough { figure(&other) } else { 0.0 };
        (of_base > 0.0).then(|| figure(&own) / of_base)
    };
    let summary = model.metrics.get(metric);
    GridSetting {
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
    let settings: Vec<GridSetting> =
        settings.iter().filter_map(|name| Some(setting(find(name)?, base, metric))).collect();
    let lower = base.metrics.get(metric).is_some_and(|m| m.direction == Direction::Lower);
    let best = |of: fn(&GridSetting) -> Option<f64>| {
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
