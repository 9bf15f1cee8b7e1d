//! A metric over all splits in the document.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Named;
use crate::metric::Direction;

/// One metric over all splits. Numbers are `null` where there is no score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct MetricSummary {
    /// Which way it gets better.
    pub direction: Direction,
    /// The least and the largest value of a user's own metric, `null` where there is none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub bounds: Option<[Option<f64>; 2]>,
    /// Splits with a score.
    pub count: usize,
    /// Mean over splits.
    pub mean: Option<f64>,
    /// Standard deviation over splits.
    pub sd: Option<f64>,
    /// Different splits among them, where some were drawn more than once; intervals and bounds count these.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub different: Option<usize>,
    /// Corrected 95 % interval of the mean, for new data; of a score that ends at both sides on the logit scale.
    pub ci95: Option<[f64; 2]>,
    /// The smallest score.
    pub min: Option<f64>,
    /// The largest score.
    pub max: Option<f64>,
    /// Quantiles (type 7) by name, `p01` to `p99`.
    pub quantiles: Named<f64>,
    /// Median absolute deviation.
    pub mad: Option<f64>,
    /// Skewness: the third standardised moment.
    pub skewness: Option<f64>,
    /// The best split.
    pub best: Option<BestWorst>,
    /// The worst split.
    pub worst: Option<BestWorst>,
    /// What the worst split promises for these rows; `null` where splits are not independent draws.
    pub worst_bound: Option<WorstBound>,
    /// Mean on the train rows.
    pub train_mean: Option<f64>,
    /// How much better the train rows score, on average.
    pub gap_mean: Option<f64>,
    /// Splits on which the score does not exist.
    pub undefined: usize,
    /// Why the score does not exist, with the number of splits for each reason.
    #[serde(skip_serializing_if = "Named::is_empty", default)]
    pub undefined_reasons: Named<usize>,
    /// Splits whose score stands out.
    pub outliers: Vec<OutlierEntry>,
    /// How many splits stand out on average where none is due, among so many.
    pub outliers_expected: f64,
    /// The z beyond which a split stands out; `null` where scores are too few for it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub outlier_threshold: Option<f64>,
    /// Tukey's fences, beside the outliers.
    pub fences: Option<Fences>,
}

impl MetricSummary {
    /// Why there is no number on the splits that have none.
    pub fn why_undefined(&self) -> String {
        self.undefined_reasons.keys().map(String::as_str).collect::<Vec<_>>().join("; ")
    }
}

/// A score and its split.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct BestWorst {
    /// The score.
    pub score: f64,
    /// The split's number.
    pub split: u64,
}

/// With `confidence`, at most `share` of the splits of these rows score worse than the worst.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct WorstBound {
    /// The confidence, 0.95.
    pub confidence: f64,
    /// The share of splits, 1 - 0.05^(1/N) for N different splits.
    pub share: f64,
}

/// A split that stands out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct OutlierEntry {
    /// The split's number.
    pub split: u64,
    /// Its score.
    pub score: f64,
    /// Distance from the median in units of the spread on its side.
    pub z: f64,
    /// Which side it stands out on: `good` or `bad`.
    pub side: String,
}

/// Tukey's fences and the scores outside.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Fences {
    /// First quartile minus 1.5 interquartile ranges.
    pub low: f64,
    /// Third quartile plus 1.5 interquartile ranges.
    pub high: f64,
    /// Scores outside.
    pub outside: usize,
}
