//! Exact nearest neighbours under many train/test splits of one table, from one graph of all rows.

mod bound;
mod candidates;
mod points;
mod search;
mod tree;

#[cfg(test)]
mod tests;

pub use bound::Bound;
pub use candidates::{Graph, degree_for};
pub use points::{PartScale, PointPart, Points, SplitScale};
