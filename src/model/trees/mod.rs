//! Trees on ranked columns: single trees, forests, boosting.

mod absolute;
mod bins;
mod boost;
mod boost_split;
mod boost_tree;
mod boosted;
mod columns;
mod draw;
mod forest;
mod grow;
mod loss;
mod runs;
mod sample;
mod search;
mod tree;

#[cfg(test)]
mod boost_reference;
#[cfg(test)]
mod boost_tests;
#[cfg(test)]
mod tree_tests;

pub use boost::{Boost, EarlyStopping, RegressionBoost};
pub use boosted::Boosted;
pub use columns::{Column, Columns};
pub use forest::{Forest, MaxFeatures, RegressionForest, Votes, encoded_columns};
pub use grow::{Chooser, Grove, Grown, Limits, Node, grow};
pub use loss::Loss;
pub use sample::{Entry, Impurity, Truth};
pub use search::Test;
pub use tree::{FittedTree, RegressionTree, Tree};

use super::FitError;
use super::adapter::{Account, ClassScores};
