//! The report: a versioned document, and the forms in which it is shown. Nothing is computed here
//! that is not in the document.

mod build;
mod cascade;
mod compare;
mod csv;
mod distribution;
mod document;
mod github;
mod grid;
mod histogram;
mod inspection;
mod junit;
mod markdown;
mod number;
mod page;
mod plan;
mod probes;
mod read;
mod splits;
mod stream;
mod style;
mod table;
mod tuning;

pub use build::{Run, build};
pub use cascade::{Cascade, NoiseLevel, cascade_line, cascades};
pub use compare::{comparison_line, p_value, standing_line};
pub use csv::write_csv;
pub use document::{
    BehaviourEntry, BestWorst, Config, Data, DroppedColumn, FeatureEntry, Fences, MetricSummary, Model, OutlierEntry,
    PlanEntry, Report, SCHEMA, Sequence, SplitEntry, Why, WorstBound, Worth,
};
pub use github::write_github;
pub use grid::{Grid, Setting, compare_settings};
pub use inspection::inspection_page;
pub use junit::write_junit;
pub use markdown::write_markdown;
pub use number::{exact, signed};
pub use page::{Mark, Page};
pub use splits::SplitTable;
pub use stream::split_line;
pub use style::Style;
pub use table::{claim_line, claim_reason, write_table, write_table_of};
pub use tuning::{TunedSetting, Tuning};
