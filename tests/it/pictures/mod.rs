//! Pictures: what is drawn is what the report says, read back out of the SVG; pages hold all that their report holds.

mod all;
mod data;
mod docs;
mod figures;
mod models;
mod page;
mod predictions;
mod svg;
