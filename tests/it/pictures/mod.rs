//! Pictures: what is drawn is what the report says, read back out of the SVG; pages hold all that their report holds.

mod docs;
mod figures;
mod page;
mod svg;
