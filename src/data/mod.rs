//! From a file to columns in memory: reading, typing, choosing columns, the target, and encodings
//! that are fitted on train rows alone.

mod cells;
mod column;
mod csv_scan;
mod csv_table;
mod date_spelling;
mod dates;
mod encode;
mod features;
mod fingerprint;
mod parquet;
mod parquet_schema;
mod row_index;
mod select;
mod source;
mod table;
mod target;
mod term;

pub(crate) use column::place_of_label;
pub use column::{Column, MISSING, Spelling, Values};
pub(crate) use csv_scan::parse_number;
pub(crate) use dates::parse_time;
pub use dates::{DatePart, Time};
pub use encode::{Encoder, Scaling};
pub(crate) use encode::{PartEncoding, mean_and_scale, value_of_levels};
pub use features::{Dropped, Encoding, Feature, FeatureOptions, Features, Part};
pub use fingerprint::fingerprint;
pub use select::Selection;
pub use source::{LoadOptions, load, start_polars};
pub use table::Table;
pub use target::{Target, TargetOptions, Task, read_target};
pub use term::Term;
