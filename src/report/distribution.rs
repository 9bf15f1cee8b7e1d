//! Numbers of many splits, summed up for the document.

use super::document::{BestWorst, Fences, FigureSummary, MetricSummary, Named, OutlierEntry, SplitEntry, WorstBound};
use std::collections::BTreeSet;

use crate::metric::{Direction, Metric, Undefined, bounds};
use crate::run::{ModelScores, SplitScores};
use crate::summary::{
    LEAST_SCORES, OUTLIER_Z, QUANTILES, Sample, Side, expected_outliers, share_below_worst, summarise,
};

/// What models measured of themselves, over the splits that have it.
pub(super) fn figures(entries: &[SplitEntry]) -> Named<FigureSummary> {
    let mut values: Named<Vec<f64>> = Named::new();
    for (name, value) in entries.iter().flat_map(|e| &e.figures) {
        values.entry(name.clone()).or_default().push(*value);
    }
    let summary = |(name, values): (String, Vec<f64>)| {
        let s = summarise(&Sample::new(&values), Direction::Higher)?;
        Some((name, FigureSummary { count: s.count, mean: s.mean, sd: s.sd, min: s.min, max: s.max }))
    };
    values.into_iter().filter_map(summary).collect()
}

/// One metric of one model, given its scores on the splits that it was fitted to, each with the number of the first
/// split of the same rows.
pub(super) fn metric_summary(metric: &Metric, i: usize, fitted: &[(u64, &SplitScores, &ModelScores)]) -> MetricSummary {
    let mut numbers = Vec::new();
    let (mut scores, mut train, mut gaps, mut ratios) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut firsts = Firsts::default();
    let mut undefined_reasons: Named<usize> = Named::new();
    for (same_as, split, model) in fitted {
        if let Ok(train_score) = model.train[i] {
            train.push(train_score);
        }
        match model.test[i] {
            Err(Undefined(reason)) => *undefined_reasons.entry(reason.to_owned()).or_default() += 1,
            Ok(score) => {
                numbers.push(split.number);
                scores.push(score);
                if firsts.push(*same_as) {
                    ratios.push(split.n_test as f64 / split.distinct_train as f64);
                }
                if let Ok(train_score) = model.train[i] {
                    let sign = metric.direction.sign();
                    gaps.push(sign * (train_score - score));
                }
            }
        }
    }
    let ratio = mean(&ratios).unwrap_or(0.0);
    let sample =
        Sample { scores: &scores, different: firsts.places(), test_to_train: ratio, bounds: bounds(&metric.name) };
    let summary = distribution(metric.direction, &numbers, &sample, undefined_reasons);
    MetricSummary { train_mean: mean(&train), gap_mean: mean(&gaps), ..summary }
}

fn mean(v: &[f64]) -> Option<f64> {
    (!v.is_empty()).then(|| crate::summary::mean(v))
}

/// The places of scores on different splits in a list of scores.
#[derive(Default)]
pub(super) struct Firsts {
    seen: BTreeSet<u64>,
    places: Vec<usize>,
    count: usize,
}

impl Firsts {
    /// Takes the next score, given the number of the first split with the same rows; whether it is of a new split.
    pub fn push(&mut self, same_as: u64) -> bool {
        let new = self.seen.insert(same_as);
        self.places.extend(new.then_some(self.count));
        self.count += 1;
        new
    }

    /// The places, `None` where all splits are different.
    pub fn places(self) -> Option<Vec<usize>> {
        (self.places.len() < self.count).then_some(self.places)
    }
}

/// The distribution of scores, given the numbers of their splits.
pub(super) fn distribution(
    direction: Direction,
    numbers: &[u64],
    sample: &Sample,
    undefined_reasons: Named<usize>,
) -> MetricSummary {
    let scores = sample.scores;
    let summary = summarise(sample, direction);
    let different = sample.different.as_ref().map(Vec::len);
    let independent = different.unwrap_or(scores.len());
    let s = summary.as_ref();
    let place = |e: crate::summary::Extreme| BestWorst { score: e.score, split: numbers[e.at] };
    MetricSummary {
        direction,
        count: scores.len(),
        mean: s.map(|s| s.mean),
        sd: s.and_then(|s| s.sd),
        different,
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
        worst_bound: s.map(|_| WorstBound { confidence: 0.95, share: share_below_worst(independent, 0.95) }),
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
        outliers_expected: expected_outliers(independent),
        outlier_threshold: (independent >= LEAST_SCORES).then_some(OUTLIER_Z),
        fences: s.map(|s| {
            let f = s.outliers.fences;
            Fences { low: f.low, high: f.high, outside: f.outside }
        }),
    }
}
