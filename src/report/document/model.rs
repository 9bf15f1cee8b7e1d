//! A model in the document.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    ClassEntry, ConfusionMatrix, CurveSummary, MetricSummary, Named, PredictedCounts, ReliabilityBins, SplitTable,
    Tuning,
};
use crate::inspect::{Extremes, Reason, RowValues};
use crate::model::ParamValue;
use crate::probe::Line;

/// The engine of a model that is not of the registry.
pub const OWN: &str = "own";

/// The engine of a model that is a program or object of the user's.
pub const EXTERNAL: &str = "external";

/// The engine of a model of which there are scores alone.
pub const ELSEWHERE: &str = "elsewhere";

/// One model over all splits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Model {
    /// Its name, unique in the report.
    pub name: String,
    /// The built-in model that it is, where it was given another name.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub kind: Option<String>,
    /// Every parameter with its value; of a tuned model those that are the same in all settings.
    pub params: Named<ParamValue>,
    /// What fitted it: `linfa` fits the model to the train rows of each split by itself, `shared` shares work over splits,
    /// `own` is a learner of the program that made the report, `external` a program or a Python object, and `elsewhere` what made
    /// scores that came as they are.
    pub engine: String,
    /// Where an external model comes from, as it was written, such as `python:train.py:make_model`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub source: Option<String>,
    /// Splits on which it failed.
    pub failed: usize,
    /// Seconds that fitting and scoring a split took on average, on one thread, with its share of what splits have in common;
    /// only when asked for (`--timings`).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub seconds_a_split: Option<f64>,
    /// The distribution of each metric.
    pub metrics: Named<MetricSummary>,
    /// True and predicted labels of the test rows; not for numbers, and not for more than 50 labels.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub confusion: Option<ConfusionMatrix>,
    /// How well each label is found, where there is a confusion matrix.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub classes: Vec<ClassEntry>,
    /// What the model measured of itself, over the splits that have it.
    #[serde(skip_serializing_if = "Named::is_empty", default)]
    pub figures: Named<FigureSummary>,
    /// The distribution of each number that probes read off the model, summed up like a metric.
    #[serde(skip_serializing_if = "Named::is_empty", default)]
    pub probes: Named<MetricSummary>,
    /// What probes conclude from all splits together, such as the agreement of rankings.
    #[serde(skip_serializing_if = "Named::is_empty", default)]
    pub probe_figures: Named<f64>,
    /// Tables of probes, such as the reliability of probabilities.
    #[serde(skip_serializing_if = "Named::is_empty", default)]
    pub probe_tables: Named<Vec<Line>>,
    /// What probes conclude, in words.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub probe_notes: Vec<String>,
    /// Curves over splits by name, such as `roc`, `precision_recall`, `gain`, `threshold.f1`, `roc[CLASS]` and
    /// `partial_dependence[COLUMN]`; where figures were asked for, or a probe of curves.
    #[serde(skip_serializing_if = "Named::is_empty", default)]
    pub curves: Named<CurveSummary>,
    /// Predicted probabilities against what came true, where curves of a classification were asked for.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reliability_bins: Option<ReliabilityBins>,
    /// Predicted against true numbers, where curves of a regression were asked for.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub predicted: Option<PredictedCounts>,
    /// How it was tuned, if it was.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub tuning: Option<Tuning>,
    /// Why the split that stands out most in the primary metric does so, if one does.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<Why>,
    /// What sets the worst and the best split apart, where pictures were asked for and it could be found out at little cost.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub extremes: Option<Extremes>,
    /// Every split's scores.
    pub splits: SplitTable,
}

impl Model {
    /// The scores of one metric on the splits that have one, in their order.
    pub fn scores<'a>(&'a self, metric: &str) -> impl Iterator<Item = (u64, f64)> + 'a {
        let scores = self.splits.scores(metric);
        (0..self.splits.len()).filter_map(move |k| Some((self.splits.numbers.at(k), scores.at(k)?)))
    }
}

/// A split that stands out, and the likeliest reasons.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Why {
    /// The split's number.
    pub split: u64,
    /// Strongest first.
    pub reasons: Vec<Reason>,
    /// What stands in the rows that they name, in the order of the file; predictions where all splits were fitted again for
    /// it.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub row_values: Vec<RowValues>,
}

/// A figure of the models' own over the splits.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct FigureSummary {
    /// Splits that have it.
    pub count: usize,
    /// Mean over splits.
    pub mean: f64,
    /// Standard deviation; `null` for one split.
    pub sd: Option<f64>,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
}
