//! Curves over splits, and counts of predictions, in the document: what pictures of a model are drawn from.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A curve of a model over splits, such as its ROC curve: at each place of the horizontal axis, how the curves of single
/// splits lie there. Every list has a number for each place. Numbers have six significant digits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct CurveSummary {
    /// What the horizontal axis shows, such as `false positive rate`; a column's name where a column is set to values.
    pub x_name: String,
    /// What the vertical axis shows, such as `true positive rate`.
    pub y_name: String,
    /// The places, ascending; 0, 1, 2 … where they are levels.
    pub x: Vec<f64>,
    /// The levels of a column that is not of numbers, in place of numbers.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub levels: Vec<String>,
    /// Splits that have the curve. It is kept of the first 1,000 splits of a plan.
    pub splits: usize,
    /// Mean over splits.
    pub mean: Vec<f64>,
    /// 5 % quantile over splits (type 7), place by place.
    pub p05: Vec<f64>,
    /// 25 % quantile.
    pub p25: Vec<f64>,
    /// Median.
    pub median: Vec<f64>,
    /// 75 % quantile.
    pub p75: Vec<f64>,
    /// 95 % quantile.
    pub p95: Vec<f64>,
    /// The curve of the split whose primary score is the best of those that have the curve; `null` where none has a score.
    pub best: Option<SplitCurve>,
    /// The curve of the split whose primary score is the worst.
    pub worst: Option<SplitCurve>,
}

/// The curve of one split.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct SplitCurve {
    /// The split's number.
    pub split: u64,
    /// Its score in the primary metric.
    pub score: f64,
    /// The curve at each place.
    pub y: Vec<f64>,
}

/// Predicted probabilities of test rows against what came true, over all splits together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct ReliabilityBins {
    /// The label whose probability is looked at; `null` of more than two classes, of which it is that of the predicted
    /// label of each row.
    pub label: Option<String>,
    /// Splits that are counted.
    pub splits: usize,
    /// Bins of equal width from 0 to 1; an edge belongs to the bin below it.
    pub bins: Vec<ReliabilityBin>,
}

/// A bin of predicted probabilities. A row counts once for each split that tests it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct ReliabilityBin {
    /// The lower edge.
    pub from: f64,
    /// The upper edge.
    pub to: f64,
    /// Rows whose probability lies in the bin.
    pub rows: u64,
    /// How many of them have the label.
    pub positives: u64,
    /// Sum of their probabilities.
    pub probability_sum: f64,
    /// Mean of their probabilities; `null` for no rows.
    pub predicted: Option<f64>,
    /// The share of them that has the label; `null` for no rows.
    pub observed: Option<f64>,
}

/// Predicted numbers of test rows against true ones, over all splits together. A row counts once for each split that
/// tests it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct PredictedCounts {
    /// Splits that are counted.
    pub splits: usize,
    /// By prediction (horizontal) and true value (vertical). Both axes have the range of the target among the used rows,
    /// widened by 5 % of its width at each end.
    pub truth: CountGrid,
    /// By prediction (horizontal) and residual, the true value less the prediction (vertical). The vertical axis goes from
    /// -h to h, where h is the smallest of 1/2, 1/4 … 1/32 of the horizontal axis' width with at least 99 % of all
    /// residuals, or 1/2 of it where none has so many.
    pub residual: CountGrid,
}

/// Counts on a grid of bins of equal width.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct CountGrid {
    /// What the horizontal axis shows.
    pub x_name: String,
    /// What the vertical axis shows.
    pub y_name: String,
    /// The ends of the horizontal axis.
    pub x_range: [f64; 2],
    /// The ends of the vertical axis.
    pub y_range: [f64; 2],
    /// For each bin of the vertical axis, from below, the counts of the bins of the horizontal axis, from the left.
    pub counts: Vec<Vec<u64>>,
    /// How many lie beyond an end of an axis; they are counted in the bin at that end.
    pub outside: u64,
}
