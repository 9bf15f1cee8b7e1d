//! Trees on ranked columns: single trees, forests, boosting.

mod absolute;
mod columns;
mod draw;
mod forest;
mod grow;
mod runs;
mod sample;
mod search;
mod tree;

pub use columns::{Column, Columns};
pub use forest::{Forest, MaxFeatures, RegressionForest, Votes, encoded_columns};
pub use grow::{Chooser, Grove, Grown, Limits, Node, grow};
pub use sample::{Entry, Impurity, Truth};
pub use search::Test;
pub use tree::{FittedTree, RegressionTree, Tree};
