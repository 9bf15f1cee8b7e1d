//! A grown tree and how rows fall through it.

use ndarray::ArrayView1;

use super::columns::Columns;

/// A node: a leaf where `left` is 0 (the root is nobody's child).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Node {
    /// The encoded column: a number is one column, and so is each level that occurs in training.
    pub column: u32,
    /// The column among [`Columns`].
    pub source: u32,
    /// Numbers up to this go left; for a level, the number is 1 in rows with the level and 0 elsewhere.
    pub threshold: f64,
    /// The same for codes: codes below this go left. For a level, this is the level, which goes right.
    /// For a leaf, its number.
    pub cut: u32,
    /// Whether `cut` is a level.
    pub level: bool,
    /// Whether rows without a number go left.
    pub missing_left: bool,
    /// The child on the left, or 0; the one on the right is next to it.
    pub left: u32,
    /// By how much the split lowers the impurity, weighted by the node's share of the rows.
    pub decrease: f64,
}

impl Node {
    /// A leaf.
    pub(super) const LEAF: Self = Self {
        column: 0,
        source: 0,
        threshold: 0.0,
        cut: 0,
        level: false,
        missing_left: false,
        left: 0,
        decrease: 0.0,
    };

    /// Whether a code of the node's column goes left; `missing` is the code of missing numbers.
    #[inline(always)]
    pub(super) fn sends_left(&self, code: u32, missing: u32) -> bool {
        if self.level { code != self.cut } else { code < self.cut || (code == missing && self.missing_left) }
    }
}

/// A grown tree. Children stand behind their parent.
#[derive(Debug, Clone, PartialEq)]
pub struct Grown {
    /// The root first.
    pub nodes: Vec<Node>,
    /// Leaves × `width`: the class shares, mean or median of each leaf's entries.
    pub outputs: Vec<f64>,
    /// Number of classes, or 1.
    pub width: usize,
}

impl Grown {
    /// The outputs of a leaf, by its number.
    pub fn output(&self, leaf: usize) -> &[f64] {
        &self.outputs[leaf * self.width..(leaf + 1) * self.width]
    }

    fn descend(&self, goes_left: impl Fn(&Node) -> bool) -> &[f64] {
        let mut at = 0;
        while self.nodes[at].left != 0 {
            let node = &self.nodes[at];
            at = node.left as usize + usize::from(!goes_left(node));
        }
        self.output(self.nodes[at].cut as usize)
    }

    /// The outputs of the leaf that a row of numbers falls into, NaN being missing. Only for a tree
    /// grown on columns of numbers alone, like those of [`Columns::from_matrix`].
    pub fn leaf(&self, row: ArrayView1<f64>) -> &[f64] {
        self.descend(|node| {
            let value = row[node.source as usize];
            if value.is_nan() { node.missing_left } else { value <= node.threshold }
        })
    }

    /// The outputs of the leaf that a row of the table falls into.
    pub fn leaf_of_row(&self, columns: &Columns, row: usize) -> &[f64] {
        self.descend(|node| {
            let column = &columns.columns[node.source as usize];
            node.sends_left(column.codes()[row], column.missing())
        })
    }

    /// Number of leaves.
    pub fn leaves(&self) -> usize {
        self.outputs.len() / self.width
    }
}
