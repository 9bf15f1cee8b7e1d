//! The report: a versioned document ([`document`](Report)), how a run fills it, and how it is read back. How it is shown is
//! another room's ([`render`](crate::render)).

pub(crate) mod build;
mod document;
mod read;

pub use build::{Cascade, Grid, NoiseLevel, Run, Setting, TunedSetting, Tuning, build, cascades, compare_settings};
pub use document::{
    BehaviourEntry, BestWorst, Config, Data, DroppedColumn, FeatureEntry, Fences, FigureSummary, MetricSummary, Model,
    Named, OutlierEntry, PlanEntry, Report, SCHEMA, Sequence, SplitEntry, SplitTable, Why, WorstBound, Worth,
};
