//! What was asked of reading, columns and probes, in the document.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::probe::behaviour::Test;
use crate::run::Engine;

/// What was asked of reading and columns, so that the run can be repeated.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Config {
    /// Columns that were chosen as features (`--features`); all but those left out where empty.
    pub features: Vec<String>,
    /// Columns that were left out (`--drop`).
    pub drop: Vec<String>,
    /// The column that names rows (`--id`), which is no feature.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub id: Option<String>,
    /// How columns were to be encoded (`--encode`), as `column=encoding`.
    pub encode: Vec<String>,
    /// Extra strings that were read as missing (`--na`).
    pub na: Vec<String>,
    /// Strings that were kept as values though they look missing (`--keep-na`).
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub keep_na: Vec<String>,
    /// The character between cells (`--delimiter`); null where it was found from the file.
    pub delimiter: Option<String>,
    /// The decimal sign (`--decimal`).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub decimal: Option<String>,
    /// The sign between thousands (`--thousands`).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub thousands: Option<String>,
    /// Columns that were read as text (`--text`).
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub text: Vec<String>,
    /// Columns that were read as numbers (`--number`).
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub number: Vec<String>,
    /// How splits were fitted (`--engine`); not in reports of early versions, whose models say what fitted them.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub engine: Option<Engine>,
    /// Whether the run was not to check its data (`--no-checks`).
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub no_checks: bool,
    /// How many rows were drawn to be used (`--sample-rows`).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sample_rows: Option<usize>,
    /// On how many splits each model was fitted twice (`--repeat-check`), where that was said.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub repeat_check: Option<usize>,
    /// The probes (`--probe`).
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub probes: Vec<String>,
    /// Only the first so many splits were probed (`--probe-splits`).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub probe_splits: Option<usize>,
    /// Whether what figures need was collected (curves, counts of predictions, histograms of columns).
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub figures: bool,
    /// Behaviours that were stated in claims files; their claims are among the claims.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub behaviours: Vec<BehaviourEntry>,
    /// Columns that were replaced by an upstream model's predictions (`--chain`).
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub chains: Vec<String>,
}

/// A behaviour that was tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct BehaviourEntry {
    /// Its name; what is measured of it is called `behaviour[NAME]`.
    pub name: String,
    /// What was tried.
    #[serde(flatten)]
    pub test: Test,
}
