//! Numbers of many splits, summed up for the document.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::metric::{Direction, NamedMetric};
use crate::report::document::{BestWorst, Fences, FigureSummary, MetricSummary, Named, OutlierEntry, WorstBound};
use crate::run::Splits;
use crate::run::columns::{Column, Counts, Records};
use crate::stats::{LEAST_SCORES, OUTLIER_Z, QUANTILES, Sample, Side, expected_outliers, share_below_worst, summarise};
use crate::verdict::ratio;

/// What models measured of themselves, over the splits that have it.
pub(super) fn figures(of: &Arc<Records>) -> Named<FigureSummary> {
    let summary = |name: &str| {
        let values: Vec<f64> = Column::new(of, name).iter().flatten().collect();
        let s = summarise(&Sample::new(&values), Direction::Higher)?;
        Some((name.to_owned(), FigureSummary { count: s.count, mean: s.mean, sd: s.sd, min: s.min, max: s.max }))
    };
    of.names().filter_map(summary).collect()
}

/// Metric `i` of model `m`, on the splits that it was fitted to; `same_as` has for each split the number of the first
/// with the same rows.
pub(super) fn metric_summary(
    metric: &NamedMetric,
    i: usize,
    splits: &Splits,
    m: usize,
    same_as: &Counts,
) -> MetricSummary {
    let model = &splits.models[m];
    let mut reasons: Named<usize> = Named::new();
    model.undefined(i).for_each(|(_, reason)| *reasons.entry(reason.to_owned()).or_default() += 1);
    let scored = Scored {
        numbers: &splits.numbers,
        distinct_train: &splits.distinct_train,
        n_test: &splits.n_test,
        test_share: None,
        same_as,
        test: model.test(&metric.name),
        train: model.train(&metric.name),
    };
    let bounds = metric.own_bounds().map(|bounds| bounds.map(|bound| bound.is_finite().then_some(bound)));
    MetricSummary { bounds, ..summary_of(&scored, metric.direction, metric.bounds, reasons) }
}

/// The scores of a model in one metric, with what is known of their splits.
pub(crate) struct Scored<'a> {
    /// Numbers of the splits.
    pub numbers: &'a Counts,
    /// Different train rows; 0 where they are not known.
    pub distinct_train: &'a Counts,
    /// Test rows; 0 where they are not known.
    pub n_test: &'a Counts,
    /// The test rows as a share of all rows, where that is known and the rows are not.
    pub test_share: Option<f64>,
    /// Numbers of the first split with the same rows.
    pub same_as: &'a Counts,
    /// The scores.
    pub test: Column,
    /// Those on the train rows.
    pub train: Column,
}

/// A metric over all splits; `undefined_reasons` are those of the splits that have no score.
pub(crate) fn summary_of(
    of: &Scored,
    direction: Direction,
    bounds: [f64; 2],
    undefined_reasons: Named<usize>,
) -> MetricSummary {
    let known = of.test.iter().flatten().count();
    let mut numbers = Counts::default();
    let mut scores = Vec::with_capacity(known);
    let mut firsts = Firsts::new(of.numbers, of.same_as);
    let mut ratios = Vec::with_capacity(known);
    for (k, score) in of.test.iter().enumerate().filter_map(|(k, score)| Some((k, score?))) {
        numbers.push(of.numbers.at(k));
        scores.push(score);
        if firsts.push(of.same_as.at(k)) {
            ratios.push(ratio(of.distinct_train.at(k), of.n_test.at(k), of.test_share));
        }
    }
    let ratios: Option<Vec<f64>> = ratios.into_iter().collect();
    let test_to_train = ratios.map(|ratios| mean(&ratios).unwrap_or(0.0));
    let sample = Sample { scores: &scores, different: firsts.places(), test_to_train, bounds };
    let summary = distribution(direction, &numbers, &sample, undefined_reasons);
    drop(scores);
    let train_mean = mean(&of.train.iter().flatten().collect::<Vec<f64>>());
    let sign = direction.sign();
    let pairs = of.test.iter().zip(of.train.iter());
    let gaps: Vec<f64> = pairs.filter_map(|(test, train)| Some(sign * (train? - test?))).collect();
    MetricSummary { train_mean, gap_mean: mean(&gaps), ..summary }
}

fn mean(v: &[f64]) -> Option<f64> {
    (!v.is_empty()).then(|| crate::stats::mean(v))
}

/// The places of scores on different splits in a list of scores.
#[derive(Default)]
pub(super) struct Firsts {
    /// Whether all splits are known to be different.
    all_differ: bool,
    seen: BTreeSet<u64>,
    places: Vec<usize>,
    count: usize,
}

impl Firsts {
    /// For splits of these numbers.
    pub fn new(numbers: &Counts, same_as: &Counts) -> Self {
        Self { all_differ: numbers == same_as, ..Self::default() }
    }

    /// Takes the next score, given the number of the first split with the same rows; whether it is of a new split.
    pub fn push(&mut self, same_as: u64) -> bool {
        self.count += 1;
        if self.all_differ {
            return true;
        }
        let new = self.seen.insert(same_as);
        self.places.extend(new.then_some(self.count - 1));
        new
    }

    /// The places, `None` where all splits are different.
    pub fn places(self) -> Option<Vec<usize>> {
        (!self.all_differ && self.places.len() < self.count).then_some(self.places)
    }
}

/// The distribution of scores, given the numbers of their splits.
pub(crate) fn distribution(
    direction: Direction,
    numbers: &Counts,
    sample: &Sample,
    undefined_reasons: Named<usize>,
) -> MetricSummary {
    let scores = sample.scores;
    let summary = summarise(sample, direction);
    let different = sample.different.as_ref().map(Vec::len);
    let independent = different.unwrap_or(scores.len());
    let s = summary.as_ref();
    let place = |e: crate::stats::Extreme| BestWorst { score: e.score, split: numbers.at(e.at) };
    MetricSummary {
        direction,
        bounds: None,
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
            let entry = |o: &crate::stats::Outlier| OutlierEntry {
                split: numbers.at(o.at),
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
