//! Scores over many train/test splits.
pub mod data;
pub mod error;
pub mod metric;
pub mod model;
pub mod split;
pub mod warning;
