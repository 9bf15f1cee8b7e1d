//! The forms in which a document is shown. Nothing is computed here that is not in the document.

mod cascade;
mod comparison;
mod csv;
mod github;
mod grid;
mod histogram;
mod inspection;
mod junit;
mod markdown;
mod ndjson;
mod number;
mod page;
mod probes;
mod style;
mod table;
mod tuning;

pub use comparison::{comparison_line, p_value, standing_line};
pub use csv::write_csv;
pub use github::write_github;
pub use inspection::inspection_page;
pub use junit::write_junit;
pub use markdown::write_markdown;
pub use ndjson::split_line;
pub use number::{exact, signed};
pub use page::{Mark, Page};
pub use style::Style;
pub use table::{claim_line, claim_reason, write_table, write_table_of};
