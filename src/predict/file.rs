//! The model file, schema `randsplit.model/1`: types alone, whose doc comments are the descriptions in the JSON Schema.
//! Fields are only ever added.

use indexmap::IndexMap;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::{Deserialize, Serialize};

use super::interval::Residuals;
use super::known::KnownFeature;
use crate::data::Task;
use crate::metric::Direction;
use crate::model::ParamValue;
use crate::model::saved::Learned;

/// The name of the schema.
pub const MODEL_SCHEMA: &str = "randsplit.model/1";

/// A model that was fitted to all used rows of a table, with all that is needed to predict new ones.
///
/// Fields are added and never renamed or removed, so a reader must accept fields that it does not know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ModelFile {
    /// The name of the schema, `randsplit.model/1`.
    #[schemars(extend("const" = MODEL_SCHEMA))]
    pub schema: String,
    /// Version of randsplit that wrote the file.
    pub version: String,
    /// What is predicted.
    pub target: SavedTarget,
    /// The data that the model was fitted to.
    pub data: SavedData,
    /// The features, in the order in which the model takes them.
    pub features: Vec<KnownFeature>,
    /// Which model it is.
    pub model: SavedModel,
    /// What it has learned. Where a column is named by its place, all columns of all features are counted, from 0.
    pub learned: Learned,
    /// The probability of the positive label from which on a row is called so, where it is not the label of the largest
    /// probability.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub threshold: Option<f64>,
    /// How good the same model was on the splits of the evaluation, whose test rows it had not seen.
    pub scores: SavedScores,
    /// How far the models of the splits missed their test rows; of a number alone.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub residuals: Option<Residuals>,
    /// The models of splits, whose predictions make the range of a prediction; empty where they were not kept.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub ensemble: Vec<SplitModel>,
}

/// What is predicted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SavedTarget {
    /// The target column.
    pub name: String,
    /// The task.
    pub task: Task,
    /// Labels of a classification target, sorted; classes are places in this list.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub labels: Vec<String>,
    /// The positive label, for two classes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub positive: Option<String>,
}

/// The data that a model was fitted to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SavedData {
    /// Fingerprint of the columns read.
    pub fingerprint: String,
    /// Rows that the model was fitted to: those with a target.
    pub train_rows: usize,
    /// How the data was read, and new rows are.
    pub read: ReadOptions,
}

/// What was said about reading the data.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReadOptions {
    /// Extra strings that are read as missing.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub na: Vec<String>,
    /// Strings that are values though they look missing.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub keep_na: Vec<String>,
    /// The character between cells; found from each file without it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub delimiter: Option<String>,
    /// The decimal sign.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub decimal: Option<String>,
    /// The sign between thousands.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub thousands: Option<String>,
}

/// A model with its parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SavedModel {
    /// Its name in the report.
    pub name: String,
    /// Its name in the list of models, such as `ridge`.
    pub kind: String,
    /// Every parameter with its value; of a tuned model those that all rows have chosen.
    pub params: IndexMap<String, ParamValue>,
    /// How it was tuned, if it was.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub tuning: Option<SavedTuning>,
    /// What was difficult about the fit.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub difficulty: Option<String>,
}

/// How the setting of a tuned model was chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SavedTuning {
    /// The grid.
    pub grid: String,
    /// The setting that was chosen, such as `alpha=0.1`.
    pub setting: String,
    /// Inner folds of all rows.
    pub folds: usize,
    /// The mean score of the setting over them, which promises too much.
    pub inner_score: Option<f64>,
}

/// How good the model was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SavedScores {
    /// How the splits were drawn.
    pub plan: SavedPlan,
    /// Each metric of the report; the first is the primary one.
    pub metrics: IndexMap<String, SavedScore>,
}

/// How splits were drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SavedPlan {
    /// The scheme.
    pub scheme: String,
    /// The seed.
    pub seed: u64,
    /// Splits that were done.
    pub splits: usize,
}

/// A metric over the splits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SavedScore {
    /// Which way it gets better.
    pub direction: Direction,
    /// Splits with a score.
    pub count: usize,
    /// Mean over splits.
    pub mean: Option<f64>,
    /// Corrected 95 % interval of the mean, for new data.
    pub ci95: Option<[f64; 2]>,
}

/// The model of one split.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SplitModel {
    /// The split's number.
    pub split: u64,
    /// What it has learned.
    pub learned: Learned,
    /// As that of the model.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub threshold: Option<f64>,
}

/// The JSON Schema (draft 2020-12) of a [`ModelFile`]. Its descriptions are those of the types.
pub fn model_schema() -> serde_json::Value {
    let mut schema =
        SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<ModelFile>();
    schema.insert("title".into(), MODEL_SCHEMA.into());
    schema.to_value()
}
