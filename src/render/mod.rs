//! The forms in which a document is shown, each behind the trait [`Format`]. Nothing is computed here that is not in the
//! document.

mod cascade;
mod claim;
mod comparison;
mod format;
mod grid;
mod histogram;
mod inspection;
mod number;
mod page;
mod probes;
mod style;
mod tuning;

pub use format::{FORMATS, Format, SplitLine, WriteOptions, WritePage, format, format_of_ending};
pub use inspection::inspection_page;
pub use page::{Mark, Page};
pub use style::Style;

#[cfg(feature = "cli")]
pub(crate) use claim::claim_line;
#[cfg(feature = "cli")]
pub(crate) use comparison::{comparison_line, p_value, standing_line};
#[cfg(feature = "cli")]
pub(crate) use number::{exact, signed};
