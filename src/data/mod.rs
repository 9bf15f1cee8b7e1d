//! From a file to columns in memory: reading, typing, choosing columns, the target, and encodings
//! that are fitted on train rows alone.

mod arrow;
mod cells;
mod column;
mod csv_scan;
mod csv_table;
mod dataset;
mod date_spelling;
mod dates;
mod encode;
mod features;
mod fingerprint;
mod missing;
mod number;
mod number_cell;
mod number_format;
mod parquet;
mod parquet_footer;
mod parquet_schema;
mod quotes;
mod row_index;
mod row_names;
mod saved_encoding;
mod select;
mod series;
mod source;
mod table;
mod target;
mod term;
mod to_series;
mod typed_column;
mod typing;

pub(crate) use column::place_of_label;
pub use column::{Column, MISSING, Spelling, Values};
pub use dataset::Dataset;
pub(crate) use dates::parse_time;
pub use dates::{DatePart, Time};
pub use encode::{Encoder, Scaling};
pub(crate) use encode::{PartEncoding, mean_and_scale, value_of_levels};
pub use features::{Dropped, Encoding, Feature, FeatureColumn, FeatureOptions, Features};
pub use fingerprint::fingerprint;
pub(crate) use fingerprint::fingerprint_of_bytes;
pub use missing::{ALL_WORDS, MISSING_WORDS};
pub(crate) use number::parse_number;
pub use number::{Mark, NumberFormat, Thousands};
pub use polars::prelude::{ArrayRef, ArrowField};
pub use row_names::RowNames;
pub use saved_encoding::SavedEncoding;
pub use select::Selection;
#[cfg(feature = "cli")]
pub(crate) use source::is_reading;
pub use source::{KnownColumn, LoadOptions, start_polars};
pub use table::Table;
pub use target::{Target, TargetOptions, Task, read_target};
pub use term::Term;
pub(crate) use to_series::{SeriesTypes, to_series};
