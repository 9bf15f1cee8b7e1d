//! What a year is worth, in the document.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Named;
use crate::metric::Terms;

/// What a year of predictions is worth and costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Worth {
    /// Rows a year.
    pub rows_per_year: f64,
    /// Cost of running the model for a year.
    pub cost_per_year: f64,
    /// By model the share of splits on which a year is worth less than it costs.
    pub loss_share: Named<f64>,
    /// What single predictions are worth; not in reports of early versions.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub terms: Option<Terms>,
}
