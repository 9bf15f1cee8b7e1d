//! The JSON document, schema `randsplit.report/1`: types alone, whose doc comments are the descriptions in the JSON
//! Schema. Fields are only ever added.

mod cascade;
mod config;
mod confusion;
mod curves;
mod data;
mod grid;
mod metric;
mod model;
mod plan;
mod scores;
mod split;
mod split_table;
mod tuning;
mod worth;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::{Deserialize, Serialize};

pub use cascade::{Cascade, NoiseLevel};
pub use config::{BehaviourEntry, Config};
pub use confusion::{ClassEntry, ClassRate, ConfusionCell, ConfusionMatrix};
pub use curves::{CountGrid, CurveSummary, PredictedCounts, ReliabilityBin, ReliabilityBins, SplitCurve};
pub use data::{Data, DroppedColumn, FeatureEntry, Histogram};
pub use grid::{Grid, GridSetting};
pub use metric::{BestWorst, Fences, MetricSummary, OutlierEntry, WorstBound};
pub use model::{ELSEWHERE, EXTERNAL, FigureSummary, Model, OWN, Why};
pub use plan::{PlanEntry, Sequence, TestedRows};
pub use scores::ScoresEntry;
pub use split::SplitEntry;
pub use split_table::SplitTable;
pub use tuning::{TunedSetting, Tuning};
pub use worth::Worth;

use crate::error::{Error, Result};
use crate::verdict::{ClaimResult, Comparison, NullTest, Standing};
use crate::warning::WarningEntry;

/// The name of the schema.
pub const SCHEMA: &str = "randsplit.report/1";

/// Values by name, in the order in which they were put in.
pub type Named<T> = indexmap::IndexMap<String, T>;

/// What `randsplit eval` found: models evaluated on many train/test splits of one table. `randsplit scores` makes the same of
/// scores that were made elsewhere.
///
/// Fields are added and never renamed or removed, so a reader must accept fields that it does not know. A number that
/// does not exist is null.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Report {
    /// The name of the schema, `randsplit.report/1`.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: String,
    /// Version of randsplit that wrote the report.
    pub version: String,
    /// The data that was used; `null` where scores were made elsewhere.
    pub data: Option<Data>,
    /// Where scores that were made elsewhere come from.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub scores: Option<ScoresEntry>,
    /// What was asked of reading, columns and probes.
    pub config: Config,
    /// How splits were drawn.
    pub plan: PlanEntry,
    /// Names of the metrics; the first is the primary one.
    pub metrics: Vec<String>,
    /// The models asked for.
    pub models: Vec<Model>,
    /// The baseline (mean, or class prior) on the same splits; of scores that were made elsewhere the model that was named as
    /// one, else `null`.
    pub baseline: Option<Model>,
    /// Settings of a model, compared with each other.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub grids: Vec<Grid>,
    /// Claims judged again with noise in a column, where that was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub cascades: Vec<Cascade>,
    /// Claims with their verdicts.
    pub claims: Vec<ClaimResult>,
    /// Every model against the baseline on the same splits.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub against_baseline: Vec<Comparison>,
    /// What a year of predictions is worth and costs, where that was stated.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub value: Option<Worth>,
    /// Permutation tests: whether there is a pattern at all.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub null: Vec<NullTest>,
    /// Every pair of models on the same splits.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub pairs: Vec<Comparison>,
    /// The ranks of several models over the splits.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub standings: Vec<Standing>,
    /// Notes and warnings.
    pub warnings: Vec<WarningEntry>,
    /// Seconds of wall time by stage, only when asked for.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub timings: Option<BTreeMap<String, f64>>,
}

impl Report {
    /// The data that was split.
    ///
    /// # Errors
    /// An input error where there is none, because the scores were made elsewhere.
    pub fn table(&self) -> Result<&Data> {
        self.data.as_ref().ok_or_else(|| {
            Error::report("this report was made of scores alone, so there are no rows and no model to work with")
                .advise("run randsplit eval on the data; check and compare work on scores")
        })
    }

    /// The path of the data, or of the scores that were made elsewhere.
    pub fn path(&self) -> &str {
        let scores = || self.scores.as_ref().map_or("", |scores| scores.path.as_str());
        self.data.as_ref().map_or_else(scores, |data| data.path.as_str())
    }

    /// The models asked for, then the baseline, where there is one.
    pub fn all_models(&self) -> impl Iterator<Item = &Model> {
        self.models.iter().chain(&self.baseline)
    }

    /// Numbers and sizes of the splits, which are those of every model.
    pub(crate) fn splits(&self) -> Option<&SplitTable> {
        Some(&self.any_model()?.splits)
    }

    /// A model, where what is asked of it is the same for all.
    pub(crate) fn any_model(&self) -> Option<&Model> {
        self.baseline.as_ref().or(self.models.first())
    }

    /// The primary metric and its summary for a model.
    pub fn primary<'a>(&'a self, model: &'a Model) -> Option<(&'a str, &'a MetricSummary)> {
        let name = self.metrics.first()?;
        Some((name, model.metrics.get(name)?))
    }
}

/// The JSON Schema (draft 2020-12) of a [`Report`] as it is written. Its descriptions are those of the types.
pub fn schema() -> serde_json::Value {
    let mut schema = SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<Report>();
    schema.insert("title".into(), SCHEMA.into());
    let object = schema.ensure_object();
    // What it is stands first.
    for (at, name) in ["$schema", "title", "description"].into_iter().enumerate() {
        if let Some(value) = object.remove(name) {
            object.shift_insert(at, name.to_owned(), value);
        }
    }
    schema.to_value()
}
