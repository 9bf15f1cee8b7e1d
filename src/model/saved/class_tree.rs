//! linfa-trees' decision tree.

use ndarray::{Array2, ArrayView1, ArrayView2};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Checked, ColumnModel, Size};
use crate::model::Fitted;
use crate::model::adapter::{ClassScores, FitDiagnostics, fitted_classifier};

/// A tree on encoded columns for two classes, without probabilities.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ClassTree {
    /// The nodes, the root first; children stand behind their parent.
    pub nodes: Vec<ClassNode>,
}

/// A node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ClassNode {
    /// A leaf: a place in `classes`.
    Leaf(u32),
    /// Rows whose encoded column is below a number go left.
    Inner {
        /// The encoded column.
        column: u32,
        /// The number.
        below: f64,
        /// The left child.
        left: u32,
        /// The right child.
        right: u32,
    },
}

impl ClassTree {
    /// A tree of linfa-trees.
    pub fn of(root: &linfa_trees::TreeNode<f64, usize>) -> Self {
        let mut nodes = vec![ClassNode::Leaf(0)];
        // Which node goes to which place; without recursion, since a tree may be as deep as it has rows.
        let mut open = vec![(0, root)];
        while let Some((at, node)) = open.pop() {
            let children: Vec<_> = node.children().into_iter().flatten().collect();
            if let (None, &[left, right]) = (node.prediction(), children.as_slice()) {
                let (column, below, _) = node.split();
                let place = nodes.len() as u32;
                nodes.extend([ClassNode::Leaf(0), ClassNode::Leaf(0)]);
                nodes[at] = ClassNode::Inner { column: column as u32, below, left: place, right: place + 1 };
                open.extend([(place as usize, left.as_ref()), (place as usize + 1, right.as_ref())]);
            } else {
                nodes[at] = ClassNode::Leaf(node.prediction().unwrap_or(0) as u32);
            }
        }
        Self { nodes }
    }

    fn class(&self, row: ArrayView1<f64>) -> usize {
        let mut at = 0;
        loop {
            match &self.nodes[at] {
                ClassNode::Leaf(class) => return *class as usize,
                ClassNode::Inner { column, below, left, right } => {
                    at = if row[*column as usize] < *below { *left as usize } else { *right as usize };
                }
            }
        }
    }

    pub(super) fn restored(&self, size: Size) -> Checked<Box<dyn Fitted>> {
        size.check_task(true)?;
        let count = self.nodes.len();
        let behind = |at: usize, child: u32| (child as usize) > at && (child as usize) < count;
        let right = |(at, node): (usize, &ClassNode)| match node {
            ClassNode::Leaf(class) => *class < 2,
            ClassNode::Inner { column, left, right, .. } => {
                (*column as usize) < size.columns && behind(at, *left) && behind(at, *right)
            }
        };
        if count == 0 || size.present.len() > 2 || !self.nodes.iter().enumerate().all(right) {
            return Err("a tree whose nodes point to what is not there".into());
        }
        if self.nodes.iter().any(|node| matches!(node, ClassNode::Leaf(class) if *class as usize >= size.present.len()))
        {
            return Err("a leaf of a class that is not there".into());
        }
        Ok(fitted_classifier(Restored(self.clone(), size.present.len()), size.present, size.classes))
    }
}

struct Restored(ClassTree, usize);

impl FitDiagnostics for Restored {
    fn learned(&self) -> Option<ColumnModel> {
        Some(ColumnModel::ClassTree(self.0.clone()))
    }
}

impl ClassScores for Restored {
    const PROBABILITIES: bool = false;

    fn scores(&self, x: ArrayView2<f64>) -> Array2<f64> {
        let mut scores = Array2::zeros((x.nrows(), self.1));
        x.outer_iter().enumerate().for_each(|(i, row)| scores[[i, self.0.class(row)]] = 1.0);
        scores
    }
}
