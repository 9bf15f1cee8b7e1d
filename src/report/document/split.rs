//! A split of a model in the document.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Named;

/// One split of one model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct SplitEntry {
    /// Its number.
    pub split: u64,
    /// What the split is called where its scores were made, if that is no number.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    /// Train rows; `null` where they are not known.
    pub n_train: Option<usize>,
    /// Test rows; `null` where they are not known.
    pub n_test: Option<usize>,
    /// Different train rows, where some are drawn more than once.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub n_train_different: Option<usize>,
    /// The number of the first split with the same rows, where there is one before this.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub same_as: Option<u64>,
    /// Each metric on the test rows; `null` where the score does not exist.
    pub scores: Named<Option<f64>>,
    /// Each metric on the train rows.
    pub train_scores: Named<Option<f64>>,
    /// What the model measured of itself, such as its out-of-bag score.
    #[serde(skip_serializing_if = "Named::is_empty", default)]
    pub figures: Named<f64>,
    /// What probes read off the model; `null` where the number does not exist.
    #[serde(skip_serializing_if = "Named::is_empty", default)]
    pub probes: Named<Option<f64>>,
    /// The setting that the split picked, of a tuned model.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub setting: Option<String>,
    /// Why the model failed, where it did.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub failed: Option<String>,
    /// What was difficult about the fit.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub difficulty: Option<String>,
}
