//! Text from data, made safe for each output format.
//!
//! Names of columns, classes, groups, files, models and claims come from files that anybody may have written. Each
//! function here takes any text and returns one that is only read, never acted on, in its format. JSON needs none:
//! its writer escapes every string.

pub mod csv;
pub mod github;
pub mod markdown;
mod shorten;
pub mod terminal;
pub mod xml;

pub use shorten::{MOST_OF_MESSAGE, MOST_OF_NAME, shorten, shorten_name};
