//! What the splits of a tuned model have chosen, in the document.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Named;
use crate::model::ParamValue;

/// How a model was tuned. Inner scores are of the primary metric, on train rows alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Tuning {
    /// The grid as it was asked for.
    pub grid: String,
    /// Inner folds; the most that a split had.
    pub folds: usize,
    /// The metric that chose.
    pub metric: String,
    /// The settings, in the order of the grid.
    pub settings: Vec<TunedSetting>,
    /// Mean over splits of the inner score of the setting that the split picked.
    pub inner_mean: Option<f64>,
    /// Mean over splits of how much better that inner score is than the test score, whichever way the metric gets
    /// better: above 0 the inner scores promised too much.
    pub optimism: Option<f64>,
}

/// One setting of a tuned model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct TunedSetting {
    /// What it sets, such as `alpha=0.1`.
    pub name: String,
    /// Every parameter with its value.
    pub params: Named<ParamValue>,
    /// Share of the splits that picked it.
    pub picked: f64,
    /// Mean over splits of its inner score, on the splits that have one.
    pub inner_mean: Option<f64>,
    /// Share of the splits on which it failed or had no score on some inner fold, so that it could not be picked.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub failed: f64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_zero(share: &f64) -> bool {
    *share == 0.0
}
