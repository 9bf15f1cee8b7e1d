//! Ensembles of trees, as the operator TreeEnsemble of ai.onnx.ml 5 in double precision.

use indexmap::IndexMap;

use super::graph::{Graph, Value, doubles, int, ints, small_integers};
use super::inputs::{Cell, Cells};
use super::outputs::Answer;
use super::proto::element;
use crate::model::saved::{ClassNode, ClassTree, SavedNode, SavedTree, SavedTrees, TreeOutcome};

/// What a node asks: at most, below, or another than its number. A row for which that is so goes to the first child.
const AT_MOST: u8 = 0;
const BELOW: u8 = 1;
const OTHER: u8 = 5;

/// The sum over trees, not their mean.
const SUM: i64 = 1;

/// The tables of an ensemble, an entry a node or a leaf.
#[derive(Default)]
struct Tables {
    roots: Vec<i64>,
    modes: Vec<u8>,
    columns: Vec<i64>,
    splits: Vec<f64>,
    missing_first: Vec<i64>,
    /// The children, each with whether it is a leaf.
    first: [Vec<i64>; 2],
    second: [Vec<i64>; 2],
    /// The target that a leaf adds to.
    targets: Vec<i64>,
    weights: Vec<f64>,
}

/// A node that asks.
struct Inner {
    mode: u8,
    column: usize,
    split: f64,
    missing_first: bool,
    children: [usize; 2],
}

impl Tables {
    /// Adds a tree of so many nodes, the root first. `node` says what a node asks, or for a leaf what it adds to a target.
    fn add(&mut self, nodes: usize, node: impl Fn(usize) -> Result<Inner, (usize, f64)>) {
        let (first_node, first_leaf) = (self.modes.len(), self.weights.len());
        let (mut inner, mut leaves) = (0, 0);
        let mut place = Vec::with_capacity(nodes);
        let read: Vec<_> = (0..nodes).map(node).collect();
        for node in &read {
            let (count, first) = if node.is_ok() { (&mut inner, first_node) } else { (&mut leaves, first_leaf) };
            place.push(((first + *count) as i64, i64::from(node.is_err())));
            *count += 1;
        }
        self.roots.push(first_node as i64);
        // A tree that is a leaf has a node whose children are both that leaf.
        let lone = Inner { mode: AT_MOST, column: 0, split: 0.0, missing_first: true, children: [0, 0] };
        let lone = if inner == 0 { Some(lone) } else { None };
        for asked in lone.iter().chain(read.iter().filter_map(|node| node.as_ref().ok())) {
            self.modes.push(asked.mode);
            self.columns.push(asked.column as i64);
            self.splits.push(asked.split);
            self.missing_first.push(i64::from(asked.missing_first));
            for (child, [ids, leaves]) in asked.children.iter().zip([&mut self.first, &mut self.second]) {
                ids.push(place[*child].0);
                leaves.push(place[*child].1);
            }
        }
        for (target, weight) in read.iter().filter_map(|node| node.as_ref().err()) {
            self.targets.push(*target as i64);
            self.weights.push(*weight);
        }
    }

    /// The sums over trees, rows × targets.
    fn sums(self, graph: &mut Graph, columns: &Value, targets: usize) -> Value {
        graph.has_trees = true;
        let ([first, first_leaves], [second, second_leaves]) = (self.first, self.second);
        let attributes = vec![
            int("aggregate_function", SUM),
            ints("leaf_targetids", self.targets),
            doubles("leaf_weights", &self.weights),
            int("n_targets", targets as i64),
            ints("nodes_falseleafs", second_leaves),
            ints("nodes_falsenodeids", second),
            ints("nodes_featureids", self.columns),
            ints("nodes_missing_value_tracks_true", self.missing_first),
            small_integers("nodes_modes", self.modes),
            doubles("nodes_splits", &self.splits),
            ints("nodes_trueleafs", first_leaves),
            ints("nodes_truenodeids", first),
            int("post_transform", 0),
            ints("tree_roots", self.roots),
        ];
        graph.ml("TreeEnsemble", &[columns], attributes)
    }
}

/// Columns that trees ask about.
struct TreeColumns {
    matrix: Vec<Value>,
    /// For each column of the features its place in the matrix.
    places: Vec<usize>,
    /// For a column and a set of its levels the place of a column that is 1 in rows of these, and 0 elsewhere. (The operator
    /// has tests of sets, which onnxruntime before 1.23 sums up wrongly.)
    sets: IndexMap<(u32, Vec<u32>), usize>,
}

impl TreeColumns {
    fn of(graph: &mut Graph, cells: &Cells, model: &SavedTrees) -> Self {
        let numbers = cells.columns.iter().filter(|cell| matches!(cell, Cell::Number(_))).count();
        let mut matrix: Vec<Value> = cells.numbers.iter().cloned().collect();
        let (mut places, mut width) = (Vec::new(), numbers);
        for (cell, values) in cells.columns.iter().zip(&model.values_of_levels) {
            match cell {
                Cell::Number(at) => places.push(*at),
                Cell::Levels(place, levels) => {
                    let itself = || (0..=*levels).map(|level| level as f64).collect();
                    let values = values.clone().unwrap_or_else(itself);
                    let table = graph.doubles("values_of_levels", &[values.len(), 1], &values);
                    matrix.push(graph.op("Gather", &[&table, place]));
                    places.push(width);
                    width += 1;
                }
            }
        }
        let mut columns = Self { matrix, places, sets: IndexMap::new() };
        columns.add_sets(graph, cells, model, width);
        columns
    }

    fn add_sets(&mut self, graph: &mut Graph, cells: &Cells, model: &SavedTrees, mut width: usize) {
        let mut of_columns: IndexMap<u32, Vec<&Vec<u32>>> = IndexMap::new();
        for node in model.trees.iter().flat_map(|tree| &tree.nodes) {
            if let SavedNode::Levels { column, go_left, .. } = node {
                self.sets.entry((*column, go_left.clone())).or_insert_with(|| {
                    of_columns.entry(*column).or_default().push(go_left);
                    0
                });
            }
        }
        for (column, sets) in of_columns {
            let Some(Cell::Levels(place, levels)) = cells.columns.get(column as usize) else { continue };
            let mut table = vec![0; (levels + 1) * sets.len()];
            for (at, set) in sets.iter().enumerate() {
                set.iter().for_each(|level| table[*level as usize * sets.len() + at] = 1);
                self.sets.insert((column, (*set).clone()), width + at);
            }
            let table = graph.small_integers("sets_of_levels", &[levels + 1, sets.len()], table);
            let within = graph.op("Gather", &[&table, place]);
            self.matrix.push(graph.cast(&within, element::DOUBLE));
            width += sets.len();
        }
    }

    fn inner(&self, node: &SavedNode) -> Option<Inner> {
        let (mode, column, split, missing_first, left) = match node {
            SavedNode::Leaf(_) => return None,
            SavedNode::Number { column, at_most, missing_left, left } => {
                (AT_MOST, self.places[*column as usize], at_most.unwrap_or(f64::INFINITY), *missing_left, left)
            }
            SavedNode::Level { column, is, left } => (OTHER, self.places[*column as usize], f64::from(*is), true, left),
            SavedNode::Levels { column, go_left, left } => {
                (OTHER, self.sets[&(*column, go_left.clone())], 0.0, false, left)
            }
        };
        let left = *left as usize;
        Some(Inner { mode, column, split, missing_first, children: [left, left + 1] })
    }
}

/// What trees say.
pub fn answer(graph: &mut Graph, cells: &Cells, model: &SavedTrees, labels: usize) -> Answer {
    let columns = TreeColumns::of(graph, cells, model);
    let matrix = graph.side_by_side(&columns.matrix);
    if model.outcome == TreeOutcome::Shares {
        let sums = sums_of_shares(graph, &columns, &matrix, model, labels);
        let shares = divided(graph, sums, model.divisor);
        return Answer::Probabilities(shares, (0..labels as u32).collect());
    }
    let mut tables = Tables::default();
    for tree in &model.trees {
        tables.add(tree.nodes.len(), |at| {
            let own = || if let SavedNode::Leaf(values) = &tree.nodes[at] { values[0] } else { 0.0 };
            columns.inner(&tree.nodes[at]).ok_or_else(|| (tree.output, own()))
        });
    }
    let outputs = model.start.len();
    let start = |graph: &mut Graph| graph.doubles("start", &[1, outputs], &model.start);
    let sums = if model.trees.is_empty() {
        let (start, rows) = (start(graph), rows_like(graph, &matrix));
        graph.op("Expand", &[&start, &rows])
    } else {
        let sums = tables.sums(graph, &matrix, outputs);
        // The mean of trees begins at 0.
        if model.outcome == TreeOutcome::Value {
            sums
        } else {
            let start = start(graph);
            graph.op("Add", &[&sums, &start])
        }
    };
    let sums = divided(graph, sums, model.divisor);
    match model.outcome {
        TreeOutcome::Exponential => Answer::Number(graph.op("Exp", &[&sums])),
        TreeOutcome::Probabilities if outputs == 1 && model.classes.len() == 2 => {
            Answer::logistic(graph, &sums, &model.classes)
        }
        TreeOutcome::Probabilities => Answer::softmax(graph, &sums, &model.classes),
        TreeOutcome::Value | TreeOutcome::Sum | TreeOutcome::Shares => Answer::Number(sums),
    }
}

/// The number of rows of a matrix with 1, as a shape.
pub fn rows_like(graph: &mut Graph, matrix: &Value) -> Value {
    let shape = graph.op_with("Shape", &[matrix], vec![int("start", 0), int("end", 1)]);
    let one = graph.integers("one", &[1]);
    graph.op_with("Concat", &[&shape, &one], vec![int("axis", 0)])
}

fn divided(graph: &mut Graph, sums: Value, divisor: f64) -> Value {
    if divisor == 1.0 {
        return sums;
    }
    let divisor = graph.doubles("divisor", &[], &[divisor]);
    graph.op("Div", &[&sums, &divisor])
}

/// A leaf of the operator has one number, and here one a class. So trees, each a target of its own, say which leaf a row
/// comes to, and the numbers of that leaf are looked up.
fn sums_of_shares(
    graph: &mut Graph,
    columns: &TreeColumns,
    matrix: &Value,
    model: &SavedTrees,
    labels: usize,
) -> Value {
    let mut tables = Tables::default();
    let mut shares: Vec<f64> = Vec::new();
    for (target, tree) in model.trees.iter().enumerate() {
        let before = shares.len() / labels.max(1);
        let leaves = numbered_leaves(tree, before, &mut shares);
        tables.add(tree.nodes.len(), |at| columns.inner(&tree.nodes[at]).ok_or((target, leaves[at] as f64)));
    }
    let leaves = tables.sums(graph, matrix, model.trees.len());
    let leaves = graph.cast(&leaves, element::INT64);
    let shares = graph.doubles("shares_of_leaves", &[shares.len() / labels.max(1), labels], &shares);
    let of_trees = graph.op("Gather", &[&shares, &leaves]);
    graph.sum_over(&of_trees, 1, false)
}

/// For each node of a tree, if a leaf, its number, from `first` on; its values are put behind the others.
fn numbered_leaves(tree: &SavedTree, first: usize, shares: &mut Vec<f64>) -> Vec<usize> {
    let mut next = first;
    let number = |node: &SavedNode| match node {
        SavedNode::Leaf(values) => {
            shares.extend(values);
            next += 1;
            next - 1
        }
        _ => 0,
    };
    tree.nodes.iter().map(number).collect()
}

/// The class that a tree on encoded columns says.
pub fn class_of(graph: &mut Graph, columns: &Value, tree: &ClassTree) -> Value {
    let mut tables = Tables::default();
    tables.add(tree.nodes.len(), |at| match &tree.nodes[at] {
        ClassNode::Leaf(class) => Err((0, f64::from(*class))),
        ClassNode::Inner { column, below, left, right } => Ok(Inner {
            mode: BELOW,
            column: *column as usize,
            split: *below,
            missing_first: false,
            children: [*left as usize, *right as usize],
        }),
    });
    let class = tables.sums(graph, columns, 1);
    let flat = graph.integers("flat", &[-1]);
    let class = graph.op("Reshape", &[&class, &flat]);
    graph.cast(&class, element::INT64)
}
