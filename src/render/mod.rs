//! The forms in which a document is shown, each behind the trait [`Format`]. Nothing is computed here that is not in the
//! document.

mod ascii;
mod figure;
mod format;
mod histogram;
mod number;
mod page;
mod style;
mod width;

pub use figure::{FIGURES, FigureInfo, FigureKind, Of, figure_kind, figures_of, main_figures};
pub use format::{
    FORMATS, Format, Outcome, SplitLine, VerdictEntry, VerdictList, WriteOptions, WritePage, WriteVerdicts, format,
    format_of_ending,
};
pub use number::significant;
pub use page::{
    ListEntry, ListParam, Listing, Page, claim_line, compare_page, inspection_page, judged_page, listing_page,
    sanity_page, sanity_verdicts,
};
pub use style::Style;
pub use width::wrapped;
