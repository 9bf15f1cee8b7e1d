//! Trees: single ones, forests and boosted models.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Checked, Layout, check_present};
use crate::data::FeatureColumn;
use crate::model::trees::{NodeTest, RowNode, RowTree, TreeKind, TreeRows};

/// A tree, a forest or a boosted model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SavedTrees {
    /// What becomes of the outputs.
    pub outcome: TreeOutcome,
    /// The classes of a boosted model that occurred among the train rows, as places in the target's labels; else empty.
    pub classes: Vec<u32>,
    /// The value of each output before the first tree.
    pub start: Vec<f64>,
    /// What the sum over trees is divided by.
    pub divisor: f64,
    /// For each column the numbers that stand for its levels, and last for a missing one; `null` where the levels are
    /// asked about themselves, and for a column of numbers.
    pub values_of_levels: Vec<Option<Vec<f64>>>,
    /// The trees.
    pub trees: Vec<SavedTree>,
}

/// What becomes of the outputs of trees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TreeOutcome {
    /// The mean over trees is the prediction.
    Value,
    /// The means over trees are the probabilities of all classes.
    Shares,
    /// The sum over trees is the prediction.
    Sum,
    /// The exponential of the sum is.
    Exponential,
    /// Of two classes, `1 / (1 + exp(-sum))` is the probability of the second; of more, probabilities are the softmax of
    /// the sums.
    Probabilities,
}

/// One tree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SavedTree {
    /// The output that the first value of a leaf adds to.
    pub output: usize,
    /// The nodes, the root first; children stand behind their parent, the right one next to the left one.
    pub nodes: Vec<SavedNode>,
}

/// A node of a tree. `column` is a place among the columns of the features, `left` the place of the left child.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SavedNode {
    /// A leaf, with what it adds.
    Leaf(Vec<f64>),
    /// Numbers of at most `at_most` go left (any number where it is `null`), and missing ones where `missing_left` says so.
    Number {
        /// The column.
        column: u32,
        /// The threshold.
        at_most: Option<f64>,
        /// Whether missing numbers go left.
        missing_left: bool,
        /// The left child.
        left: u32,
    },
    /// Rows of the level `is` go right; the place behind the last level is that of a missing one.
    Level {
        /// The column.
        column: u32,
        /// The level.
        is: u32,
        /// The left child.
        left: u32,
    },
    /// Rows of these levels go left; the place behind the last level is that of a missing or unknown one.
    Levels {
        /// The column.
        column: u32,
        /// The levels.
        go_left: Vec<u32>,
        /// The left child.
        left: u32,
    },
}

impl SavedTrees {
    pub(super) fn of(model: &TreeRows) -> Self {
        let (kind, classes) = model.kind();
        let tree = |tree: &RowTree| SavedTree {
            output: tree.output,
            nodes: tree.nodes.iter().map(|node| SavedNode::of(tree, node)).collect(),
        };
        Self {
            outcome: match kind {
                TreeKind::Value => TreeOutcome::Value,
                TreeKind::Shares => TreeOutcome::Shares,
                TreeKind::Sum => TreeOutcome::Sum,
                TreeKind::Exponential => TreeOutcome::Exponential,
                TreeKind::Probabilities => TreeOutcome::Probabilities,
            },
            classes: classes.to_vec(),
            start: model.start.clone(),
            divisor: model.divisor,
            values_of_levels: model.numbers().to_vec(),
            trees: model.trees.iter().map(tree).collect(),
        }
    }

    pub(super) fn restored(&self, layout: Layout) -> Checked<TreeRows> {
        let parts = &layout.features.parts;
        if self.values_of_levels.len() != parts.len() {
            return Err(format!("values of levels of {} columns, of {}", self.values_of_levels.len(), parts.len()));
        }
        for (values, part) in self.values_of_levels.iter().zip(parts) {
            match (values, part) {
                (None, _) => {}
                (Some(values), FeatureColumn::Levels { levels, .. }) if values.len() == levels.len() + 1 => {}
                _ => return Err("values of levels that the column does not have".into()),
            }
        }
        let boosted = !matches!(self.outcome, TreeOutcome::Value | TreeOutcome::Shares);
        let (kind, outputs) = match self.outcome {
            TreeOutcome::Value => (TreeKind::Value, 1),
            TreeOutcome::Shares => (TreeKind::Shares, layout.classes),
            TreeOutcome::Sum => (TreeKind::Sum, 1),
            TreeOutcome::Exponential => (TreeKind::Exponential, 1),
            TreeOutcome::Probabilities if self.classes.len() == 2 => (TreeKind::Probabilities, 1),
            TreeOutcome::Probabilities => (TreeKind::Probabilities, self.classes.len()),
        };
        let of_classes = matches!(self.outcome, TreeOutcome::Shares | TreeOutcome::Probabilities);
        if of_classes != (layout.classes > 0) || outputs == 0 || self.start.len() != outputs {
            return Err("outputs that do not suit the target".into());
        }
        if self.outcome == TreeOutcome::Probabilities {
            check_present(&self.classes, layout.classes)?;
        }
        if self.divisor <= 0.0 || (!boosted && self.trees.is_empty()) {
            return Err("a mean of no trees".into());
        }
        let width = if boosted { 1 } else { outputs };
        let trees = self.trees.iter().map(|tree| tree.restored(layout, width, outputs)).collect::<Checked<_>>()?;
        let (start, numbers) = (self.start.clone(), self.values_of_levels.clone());
        let present = if self.outcome == TreeOutcome::Probabilities { self.classes.clone() } else { Vec::new() };
        Ok(TreeRows::restored(trees, start, self.divisor, numbers, kind, present, layout.classes))
    }
}

impl SavedNode {
    fn of(tree: &RowTree, node: &RowNode) -> Self {
        let (column, left) = (node.part, node.left);
        if left == 0 {
            return Self::Leaf(tree.values(node).to_vec());
        }
        match &node.ask {
            NodeTest::Number { threshold, missing_left } => {
                // JSON has no infinite numbers.
                let at_most = Some(*threshold).filter(|t| t.is_finite());
                Self::Number { column, at_most, missing_left: *missing_left, left }
            }
            NodeTest::Level(level) => Self::Level { column, is: *level, left },
            NodeTest::Levels { bits, levels } => {
                let set = |level: &u32| bits[*level as usize / 64] >> (level % 64) & 1 == 1;
                Self::Levels { column, go_left: (0..*levels).filter(set).collect(), left }
            }
        }
    }
}

impl SavedTree {
    fn restored(&self, layout: Layout, width: usize, outputs: usize) -> Checked<RowTree> {
        let parts = &layout.features.parts;
        if self.nodes.is_empty() || self.output >= outputs {
            return Err("a tree without nodes, or of an output that is not there".into());
        }
        let mut values = Vec::new();
        let node = |(at, node): (usize, &SavedNode)| {
            let (column, left, ask) = match node {
                SavedNode::Leaf(own) if own.len() == width => {
                    values.extend(own);
                    let leaf = (values.len() / width - 1) as u32;
                    return Ok(RowNode::leaf(leaf));
                }
                SavedNode::Leaf(own) => return Err(format!("a leaf of {} values, of {width}", own.len())),
                SavedNode::Number { column, at_most, missing_left, left } => {
                    let threshold = at_most.unwrap_or(f64::INFINITY);
                    (*column, *left, NodeTest::Number { threshold, missing_left: *missing_left })
                }
                SavedNode::Level { column, is, left } => (*column, *left, NodeTest::Level(*is)),
                SavedNode::Levels { column, go_left, left } => {
                    let Some(FeatureColumn::Levels { levels, .. }) = parts.get(*column as usize) else {
                        return Err("a node that asks for levels of a column of numbers".into());
                    };
                    let levels = levels.len() + 1;
                    let mut bits = vec![0; levels.div_ceil(64)].into_boxed_slice();
                    for level in go_left {
                        let level = *level as usize;
                        if level >= levels {
                            return Err(format!("a node that asks for the level {level} of {levels}"));
                        }
                        bits[level / 64] |= 1u64 << (level % 64);
                    }
                    (*column, *left, NodeTest::Levels { bits, levels: levels as u32 })
                }
            };
            let within = (left as usize) > at && (left as usize) < self.nodes.len() - 1;
            if column as usize >= parts.len() || !within {
                return Err(format!("node {at} of a tree points to a column or child that is not there"));
            }
            Ok(RowNode::inner(column, ask, left))
        };
        let nodes = self.nodes.iter().enumerate().map(node).collect::<Checked<Vec<_>>>()?;
        Ok(RowTree::restored(nodes, values, width, self.output))
    }
}
