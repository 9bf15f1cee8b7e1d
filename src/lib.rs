//! Scores over many train/test splits.
pub mod data;
pub mod error;
pub mod split;
pub mod warning;
