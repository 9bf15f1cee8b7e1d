//! Grown trees that can be asked about any rows, and that know how many train rows went which way.

use ndarray::{Array2, ArrayView1, ArrayView2};

use super::boost_tree::{BoostTree, Node as BoostNode, Test};
use super::boosted::Boosted;
use super::grown::Grown;
use super::loss::Loss;
use crate::model::Predictions;
use crate::model::interrupt::check;
use crate::model::rows::classes;

/// What a node asks of a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum NodeTest {
    /// Left if the number does not exceed the threshold; gaps as told.
    Number {
        /// The threshold.
        threshold: f64,
        /// Whether gaps go left.
        missing_left: bool,
    },
    /// Right if this is the level.
    Level(u32),
    /// Left if the bit of the level is set; unknown levels are the last.
    Levels {
        /// 64 levels a word.
        bits: Box<[u64]>,
        /// Number of levels.
        levels: u32,
    },
}

/// A node.
#[derive(Debug, Clone, PartialEq)]
pub struct RowNode {
    /// The part of the features it asks about.
    pub part: u32,
    /// The test.
    pub ask: NodeTest,
    /// The left child, with the right one next to it; 0 for a leaf.
    pub left: u32,
    /// Weight of the train rows that came here.
    pub cover: f64,
    /// Weighted fall of the impurity.
    pub decrease: f64,
    /// The leaf's number.
    leaf: u32,
}

/// A tree; children stand behind their parent.
#[derive(Debug, Clone, PartialEq)]
pub struct RowTree {
    /// The root first.
    pub nodes: Vec<RowNode>,
    /// Leaves × `width`.
    values: Vec<f64>,
    width: usize,
    /// The output that its first value adds to.
    pub output: usize,
}

impl RowNode {
    /// A leaf of that number.
    pub fn leaf(leaf: u32) -> Self {
        Self { part: 0, ask: NodeTest::Level(0), left: 0, cover: 0.0, decrease: 0.0, leaf }
    }

    /// A node that asks, and has children.
    pub fn inner(part: u32, ask: NodeTest, left: u32) -> Self {
        Self { part, ask, left, cover: 0.0, decrease: 0.0, leaf: 0 }
    }

    /// Whether a cell goes left.
    #[inline]
    pub fn sends_left(&self, cell: f64) -> bool {
        match &self.ask {
            NodeTest::Number { threshold, missing_left } => {
                if cell.is_nan() {
                    *missing_left
                } else {
                    cell <= *threshold
                }
            }
            NodeTest::Level(level) => cell != f64::from(*level),
            NodeTest::Levels { bits, levels } => {
                let known = cell >= 0.0 && cell < f64::from(*levels);
                let code = if known { cell as u32 } else { levels - 1 };
                bits[code as usize / 64] >> (code % 64) & 1 == 1
            }
        }
    }
}

impl RowTree {
    /// From nodes, and the values of leaves × `width`. How many train rows came to a node is not known.
    pub fn restored(nodes: Vec<RowNode>, values: Vec<f64>, width: usize, output: usize) -> Self {
        Self { nodes, values, width, output }
    }

    /// From a grown tree with its nodes; `weights` are those of the train rows in each leaf.
    pub fn of_grown(grown: &Grown, weights: &[f64]) -> Self {
        let node = |n: &super::grown::Node| RowNode {
            part: n.source,
            ask: if n.level {
                NodeTest::Level(n.cut)
            } else {
                NodeTest::Number { threshold: n.threshold, missing_left: n.missing_left }
            },
            left: n.left,
            cover: if n.left == 0 { weights[n.cut as usize] } else { 0.0 },
            decrease: n.decrease,
            leaf: if n.left == 0 { n.cut } else { 0 },
        };
        let mut tree = Self {
            nodes: grown.nodes.iter().map(node).collect(),
            values: grown.outputs.clone(),
            width: grown.width,
            output: 0,
        };
        tree.sum_covers();
        tree
    }

    fn of_boosted(boosted: &BoostTree, output: usize) -> Self {
        let mut values = Vec::new();
        let mut node = |n: &BoostNode| match n {
            BoostNode::Leaf(value) => {
                values.push(*value);
                let leaf = values.len() as u32 - 1;
                RowNode::leaf(leaf)
            }
            BoostNode::Inner { column, left, gaps_left, test } => {
                let ask = match test {
                    Test::Number { threshold, .. } => {
                        NodeTest::Number { threshold: *threshold, missing_left: *gaps_left }
                    }
                    Test::Levels { bits, levels } => NodeTest::Levels { bits: bits.clone(), levels: *levels },
                };
                RowNode::inner(*column, ask, *left)
            }
        };
        let nodes = boosted.nodes.iter().map(&mut node).collect();
        Self { nodes, values, width: 1, output }
    }

    /// Every inner node's cover from its children's, which stand behind it.
    fn sum_covers(&mut self) {
        for at in (0..self.nodes.len()).rev() {
            let left = self.nodes[at].left as usize;
            if left != 0 {
                self.nodes[at].cover = self.nodes[left].cover + self.nodes[left + 1].cover;
            }
        }
    }

    fn leaf_node(&self, cells: ArrayView1<f64>) -> usize {
        let mut at = 0;
        while self.nodes[at].left != 0 {
            let node = &self.nodes[at];
            at = node.left as usize + usize::from(!node.sends_left(cells[node.part as usize]));
        }
        at
    }

    /// The values of a leaf.
    pub fn values(&self, node: &RowNode) -> &[f64] {
        &self.values[node.leaf as usize * self.width..][..self.width]
    }
}

/// What becomes of the sum of all trees.
#[derive(Debug, Clone, PartialEq)]
enum Outcome {
    /// Its mean over trees is the prediction.
    Value,
    /// Its mean over trees are the class shares.
    Shares,
    /// The boosted model (without its trees) says.
    Boosted(Boosted),
}

/// What becomes of the sum of all trees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TreeKind {
    /// Its mean over trees is the prediction.
    Value,
    /// Its mean over trees are the class shares.
    Shares,
    /// It is the prediction.
    Sum,
    /// Its exponential is the prediction.
    Exponential,
    /// Its logistic function or softmax are the probabilities.
    Probabilities,
}

/// A tree, a forest or a boosted model over cells.
#[derive(Debug, Clone, PartialEq)]
pub struct TreeRows {
    /// The trees.
    pub trees: Vec<RowTree>,
    /// The value of each output before the first tree.
    pub start: Vec<f64>,
    /// What the sum of trees is divided by.
    pub divisor: f64,
    /// For each part the numbers that stand for its levels, where they do.
    numbers: Vec<Option<Vec<f64>>>,
    outcome: Outcome,
}

impl TreeRows {
    /// The mean of trees.
    pub fn mean(trees: Vec<RowTree>, numbers: Vec<Option<Vec<f64>>>, is_classes: bool) -> Self {
        let outputs = trees.first().map_or(1, |t| t.width);
        let outcome = if is_classes { Outcome::Shares } else { Outcome::Value };
        Self { divisor: trees.len() as f64, trees, start: vec![0.0; outputs], numbers, outcome }
    }

    /// A boosted model; `train` are the cells of its train rows, which are counted in every node.
    pub fn boosted(mut model: Boosted, numbers: Vec<Option<Vec<f64>>>, train: ArrayView2<f64>) -> Self {
        let outputs = model.baseline.len();
        let of = |(t, tree): (usize, &BoostTree)| RowTree::of_boosted(tree, t % outputs);
        let trees = model.trees.iter().enumerate().map(of).collect();
        model.trees.clear();
        let mut rows =
            Self { trees, start: model.baseline.clone(), divisor: 1.0, numbers, outcome: Outcome::Boosted(model) };
        let train = rows.read(train).into_owned();
        for tree in &mut rows.trees {
            for cells in train.outer_iter() {
                let leaf = tree.leaf_node(cells);
                tree.nodes[leaf].cover += 1.0;
            }
            tree.sum_covers();
        }
        rows
    }

    /// From what was written: trees that were checked, and for [`TreeKind::Probabilities`] the classes that are `present`.
    pub fn restored(
        trees: Vec<RowTree>,
        start: Vec<f64>,
        divisor: f64,
        numbers: Vec<Option<Vec<f64>>>,
        kind: TreeKind,
        present: Vec<u32>,
        classes: usize,
    ) -> Self {
        let boosted = |loss, classes| {
            let baseline = start.clone();
            Outcome::Boosted(Boosted { loss, baseline, trees: Vec::new(), present, classes, validation: Vec::new() })
        };
        let outcome = match kind {
            TreeKind::Value => Outcome::Value,
            TreeKind::Shares => Outcome::Shares,
            TreeKind::Sum => boosted(Loss::Squared, 0),
            TreeKind::Exponential => boosted(Loss::Poisson, 0),
            TreeKind::Probabilities => boosted(Loss::Log, classes),
        };
        Self { trees, start, divisor, numbers, outcome }
    }

    /// What becomes of the sum of all trees, and the classes of a boosted model that occurred among the train rows.
    pub fn kind(&self) -> (TreeKind, &[u32]) {
        match &self.outcome {
            Outcome::Value => (TreeKind::Value, &[]),
            Outcome::Shares => (TreeKind::Shares, &[]),
            Outcome::Boosted(model) if model.classes > 0 => (TreeKind::Probabilities, &model.present),
            Outcome::Boosted(model) if model.loss == Loss::Poisson => (TreeKind::Exponential, &[]),
            Outcome::Boosted(_) => (TreeKind::Sum, &[]),
        }
    }

    /// For each part the numbers that stand for its levels, where they do.
    pub fn numbers(&self) -> &[Option<Vec<f64>>] {
        &self.numbers
    }

    /// Whether the trees lower an impurity, and not the loss of other trees.
    pub fn has_impurity(&self) -> bool {
        !matches!(self.outcome, Outcome::Boosted(_))
    }

    /// Cells with numbers in the place of levels that stand for them.
    pub fn read<'c>(&self, cells: ArrayView2<'c, f64>) -> ndarray::CowArray<'c, f64, ndarray::Ix2> {
        if self.numbers.iter().all(Option::is_none) {
            return cells.into();
        }
        let mut own = cells.to_owned();
        for (numbers, mut column) in self.numbers.iter().zip(own.columns_mut()) {
            let Some(numbers) = numbers else { continue };
            let of = |cell: f64| numbers.get(cell as usize).or(numbers.last()).copied().unwrap_or(f64::NAN);
            column.mapv_inplace(of);
        }
        own.into()
    }

    /// The outputs (rows × outputs) before anything becomes of them, of cells that were [read](Self::read).
    pub fn raw(&self, cells: ArrayView2<f64>) -> Array2<f64> {
        let mut raw = Array2::zeros((cells.nrows(), self.start.len()));
        for (cells, mut out) in cells.outer_iter().zip(raw.outer_iter_mut()) {
            check();
            if !self.has_impurity() {
                out.iter_mut().zip(&self.start).for_each(|(o, s)| *o = *s);
            }
            for tree in &self.trees {
                let values = tree.values(&tree.nodes[tree.leaf_node(cells)]);
                out.iter_mut().skip(tree.output).zip(values).for_each(|(o, v)| *o += v);
            }
        }
        if self.divisor == 1.0 { raw } else { raw / self.divisor }
    }

    /// Predictions for rows of cells.
    pub fn predict(&self, cells: ArrayView2<f64>) -> Predictions {
        let raw = self.raw(self.read(cells).view());
        match &self.outcome {
            Outcome::Value => Predictions::Values(raw.into_raw_vec_and_offset().0),
            Outcome::Shares => classes(raw),
            Outcome::Boosted(model) if model.classes == 0 => Predictions::Values(model.values(raw.view())),
            Outcome::Boosted(model) => classes(model.probabilities(raw.view())),
        }
    }
}

/// Weight of the train rows in each leaf of a grove.
pub(super) fn leaf_weights(leaves: usize, of_row: &[u32], entries: impl Iterator<Item = (u32, u32)>) -> Vec<f64> {
    let mut weights = vec![0.0; leaves];
    entries.filter(|(_, weight)| *weight > 0).for_each(|(row, weight)| {
        weights[of_row[row as usize] as usize] += f64::from(weight);
    });
    weights
}
