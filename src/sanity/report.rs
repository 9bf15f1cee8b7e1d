//! What became of the checks, as a document.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::SCHEMA;
use crate::data::Task;
use crate::warning::WarningEntry;

/// The verdict of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckVerdict {
    /// It is as it should be.
    Pass,
    /// It is not.
    Fail,
    /// It is not, and a sound model may be so.
    Note,
    /// It cannot be asked of this model or this data.
    NotApplicable,
}

impl CheckVerdict {
    /// The word for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Note => "note",
            Self::NotApplicable => "n/a",
        }
    }
}

/// One check of one model, or of the splits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct CheckResult {
    /// The name of the check.
    pub check: String,
    /// Its verdict.
    pub verdict: CheckVerdict,
    /// Why, with the figures.
    pub reason: String,
    /// The figures by name; those that are no numbers are left out.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub figures: IndexMap<String, f64>,
}

/// The checks of one model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct ModelChecks {
    /// The model's name.
    pub model: String,
    /// The checks, in the order in which they were made.
    pub checks: Vec<CheckResult>,
}

/// The data that models were checked on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct CheckedData {
    /// The path, or the name of what is no file.
    pub path: String,
    /// Rows of the table.
    pub rows: usize,
    /// Rows that have a target.
    pub rows_used: usize,
    /// The column that is predicted.
    pub target: String,
    /// Regression or classification.
    pub task: Task,
    /// Columns that are features.
    pub features: usize,
}

/// What checks of models in the making have found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct SanityReport {
    /// The name of the schema, `randsplit.sanity/1`.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: String,
    /// The version of randsplit.
    pub version: String,
    /// The data.
    pub data: CheckedData,
    /// The seed of all randomness.
    pub seed: u64,
    /// The split scheme.
    pub scheme: String,
    /// Checks of the splits.
    pub splits: Vec<CheckResult>,
    /// Checks of the models.
    pub models: Vec<ModelChecks>,
    /// What is to be said of the data.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<WarningEntry>,
}

/// The JSON Schema (draft 2020-12) of a [`SanityReport`]. Its descriptions are those of the types.
#[cfg(feature = "cli")]
pub(crate) fn sanity_schema() -> serde_json::Value {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    let mut schema = settings.into_generator().into_root_schema_for::<SanityReport>();
    schema.insert("title".into(), SCHEMA.into());
    schema.to_value()
}

impl SanityReport {
    /// All checks, each with the model that it is about; `None` for those of the splits.
    pub fn checks(&self) -> impl Iterator<Item = (Option<&str>, &CheckResult)> {
        let of_splits = self.splits.iter().map(|check| (None, check));
        let of_models =
            self.models.iter().flat_map(|of| of.checks.iter().map(|check| (Some(of.model.as_str()), check)));
        of_splits.chain(of_models)
    }

    /// Number of checks with a verdict.
    pub fn count(&self, verdict: CheckVerdict) -> usize {
        self.checks().filter(|(_, check)| check.verdict == verdict).count()
    }

    /// Whether no check fails; nor is a note, where these count.
    pub fn passes(&self, strict: bool) -> bool {
        self.count(CheckVerdict::Fail) == 0 && !(strict && self.count(CheckVerdict::Note) > 0)
    }
}
