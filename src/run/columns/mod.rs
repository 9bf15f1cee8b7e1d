//! What is known of many splits, kept in flat columns: a map of names a split costs some kilobytes, and a column of
//! numbers 8 bytes. Their serialised form gives back every bit.

pub(super) mod arc;
mod column;
mod counts;
mod curves;
pub(super) mod exact;
mod records;
mod tables;
mod words;

pub use column::Column;
pub use counts::Counts;
pub use curves::CurveTable;
pub use records::{Record, Records};
pub use tables::CountTables;
pub use words::Words;
