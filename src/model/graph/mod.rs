//! Exact nearest neighbours under many train/test splits of one table, from one graph of all rows.

mod bound;
mod candidates;
mod leaf;
mod many;
mod many_search;
mod points;
mod scaled;
mod search;
mod tree;

#[cfg(test)]
mod tests;

pub use bound::Bound;
pub use candidates::{Graph, crowding, degree_for};
pub use many::{ManyNearest, ManySplits, RawRows};
pub use points::{PartScale, PointPart, Points, SplitScale};
pub use scaled::ScaledRows;
