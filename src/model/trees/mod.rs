//! Trees on ranked columns: single trees, forests, boosting.

mod bins;
mod boost;
mod boost_split;
mod boost_tree;
mod boosted;
mod codes;
mod columns;
mod draw;
mod forest;
mod grow;
mod grown;
mod histogram;
mod impurity;
mod loss;
mod means;
mod median;
mod offer;
mod partition;
mod rows;
mod search;
mod step;
mod task;
mod thresholds;
mod tree;
mod wide;

#[cfg(test)]
mod boost_reference;
#[cfg(test)]
mod boost_tests;
#[cfg(test)]
mod tree_reference;
#[cfg(test)]
mod tree_tests;

pub use boost::{Boost, EarlyStopping, RegressionBoost};
pub use boosted::Boosted;
pub use columns::{Column, Columns, Ranks, Values};
pub use forest::{FittedForest, Forest, MaxFeatures, RegressionForest, Votes};
pub use grow::GrownTree;
pub use grown::{Grown, Node};
pub use impurity::{Impurity, Truth};
pub use loss::Loss;
pub use rows::{NodeTest, RowNode, RowTree, TreeKind, TreeRows};
pub use task::{Entry, FeatureSampler, Growth, Limits, TreeData};
pub use tree::{FittedTree, RegressionTree, Tree};

use super::FitError;
use super::adapter::{ClassScores, FitDiagnostics};
