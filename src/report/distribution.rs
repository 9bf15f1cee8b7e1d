//! Numbers of many splits, summed up for the document.

use super::document::{BestWorst, Fences, FigureSummary, MetricSummary, Named, OutlierEntry, SplitEntry, WorstBound};
use crate::metric::{Direction, Metric, Undefined};
use crate::run::{ModelScores, SplitScores};
use crate::summary::{QUANTILES, Side, expected_outliers, share_below_worst, summarise};

/// What models measured of themselves, over the splits that have it.
pub(super) fn figures(entries: &[SplitEntry]) -> Named<FigureSummary> {
    let mut values: Named<Vec<f64>> = Named::new();
    for (name, value) in entries.iter().flat_map(|e| &e.figures) {
        values.entry(name.clone()).or_default().push(*value);
    }
    let summary = |(name, values): (String, Vec<f64>)| {
        let s = summarise(&values, Direction::Higher, 0.0)?;
        Some((name, FigureSummary { count: s.count, mean: s.mean, sd: s.sd, min: s.min, max: s.max }))
    };
    values.into_iter().filter_map(summary).collect()
}

/// One metric of one model, given its scores on the splits that it was fitted to.
pub(super) fn metric_summary(metric: &Metric, i: usize, fitted: &[(u64, &SplitScores, &ModelScores)]) -> MetricSummary {
    let mut numbers = Vec::new();
    let (mut scores, mut train, mut gaps, mut ratios) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut undefined_reasons: Named<usize> = Named::new();
    for (number, split, model) in fitted {
        if let Ok(train_score) = model.train[i] {
            train.push(train_score);
        }
        match model.test[i] {
            Err(Undefined(reason)) => *undefined_reasons.entry(reason.to_owned()).or_default() += 1,
            Ok(score) => {
                numbers.push(*number);
                scores.push(score);
                ratios.push(split.n_test as f64 / split.n_train as f64);
                if let Ok(train_score) = model.train[i] {
                    let sign = metric.direction.sign();
                    gaps.push(sign * (train_score - score));
                }
            }
        }
    }
    let ratio = mean(&ratios).unwrap_or(0.0);
    let summary = distribution(metric.direction, &numbers, &scores, ratio, undefined_reasons);
    MetricSummary { train_mean: mean(&train), gap_mean: mean(&gaps), ..summary }
}

fn mean(v: &[f64]) -> Option<f64> {
    (!v.is_empty()).then(|| v.iter().sum::<f64>() / v.len() as f64)
}

/// The distribution of scores, given the numbers of their splits.
pub(super) fn distribution(
    direction: Direction,
    numbers: &[u64],
    scores: &[f64],
    test_to_train: f64,
    undefined_reasons: Named<usize>,
) -> MetricSummary {
    let summary = summarise(scores, direction, test_to_train);
    let s = summary.as_ref();
    let place = |e: crate::summary::Extreme| BestWorst { score: e.score, split: numbers[e.at] };
    MetricSummary {
        direction,
        count: scores.len(),
        mean: s.map(|s| s.mean),
        sd: s.and_then(|s| s.sd),
        ci95: s.and_then(|s| s.ci95),
        min: s.map(|s| s.min),
        max: s.map(|s| s.max),
        quantiles: s.map_or_else(Named::new, |s| {
            QUANTILES.iter().zip(s.quantiles).map(|(q, v)| (format!("p{:02.0}", q * 100.0), v)).collect()
        }),
        mad: s.map(|s| s.outliers.mad),
        skewness: s.and_then(|s| s.skewness),
        best: s.map(|s| place(s.best)),
        worst: s.map(|s| place(s.worst)),
        worst_bound: s.map(|s| WorstBound { confidence: 0.95, share: share_below_worst(s.count, 0.95) }),
        train_mean: None,
        gap_mean: None,
        undefined: undefined_reasons.values().sum(),
        undefined_reasons,
        outliers: s.map_or_else(Vec::new, |s| {
            let entry = |o: &crate::summary::Outlier| OutlierEntry {
                split: numbers[o.at],
                score: scores[o.at],
                z: o.z,
                side: if o.side == Side::Good { "good" } else { "bad" }.into(),
            };
            s.outliers.list.iter().map(entry).collect()
        }),
        outliers_expected: expected_outliers(scores.len()),
        fences: s.map(|s| {
            let f = s.outliers.fences;
            Fences { low: f.low, high: f.high, outside: f.outside }
        }),
    }
}
