//! The forms in which a document is shown, each behind the trait [`Format`]. Nothing is computed here that is not in the
//! document.

mod format;
mod histogram;
mod number;
mod page;
mod style;

pub use format::{FORMATS, Format, SplitLine, WriteOptions, WritePage, format, format_of_ending};
#[cfg(feature = "cli")]
pub(crate) use number::{exact, signed};
pub use page::{Page, inspection_page};
#[cfg(feature = "cli")]
pub(crate) use page::{claim_line, comparison_line, p_value, standing_line};
pub use style::Style;
