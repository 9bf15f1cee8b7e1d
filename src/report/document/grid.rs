//! Settings of one model, compared, in the document.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One grid. All figures are of the primary metric, on the splits that both settings have scores on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Grid {
    /// What was asked for.
    pub grid: String,
    /// The metric.
    pub metric: String,
    /// Name of the model that the others are held against.
    pub base: String,
    /// Each setting, in the order of the grid.
    pub settings: Vec<GridSetting>,
    /// The setting with the best mean.
    pub best_by_mean: Option<String>,
    /// The setting whose worst split is best.
    pub best_by_worst: Option<String>,
}

/// One setting against the base. Ratios are those of this setting's figure to the base's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct GridSetting {
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
