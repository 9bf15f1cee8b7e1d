//! The report: a versioned document ([`Report`]), how a run fills it, and how it is read back. How it is shown is another
//! room's ([`render`](crate::render)).

pub(crate) mod build;
mod document;
mod read;

pub(crate) use build::{Run, Scored, build, cascades, compare_settings, notes_of_size, summary_of};
pub use document::{
    BehaviourEntry, BestWorst, Cascade, ClassEntry, ClassRate, Config, ConfusionCell, ConfusionMatrix, CountGrid,
    CurveSummary, Data, DroppedColumn, ELSEWHERE, EXTERNAL, FeatureEntry, Fences, FigureSummary, Grid, GridSetting,
    Histogram, MetricSummary, Model, Named, NoiseLevel, OWN, OutlierEntry, PlanEntry, PredictedCounts, ReliabilityBin,
    ReliabilityBins, Report, SCHEMA, ScoresEntry, Sequence, SplitCurve, SplitEntry, SplitTable, TestedRows,
    TunedSetting, Tuning, Why, WorstBound, Worth, schema,
};
