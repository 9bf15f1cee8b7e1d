//! What a tree is grown from and when to stop: train rows, their targets, and the encoded columns.

use std::sync::OnceLock;

use super::columns::{Column, Columns, Values};
use super::draw::Generator;
use super::grow::{Grower, GrownTree};
use super::impurity::{Entropy, Gini, Impurity, Quantised, Squares, Truth};
use super::median::Medians;
use super::search::{Item, Splitter, Sums};
use super::wide::Wide;

/// A train row and how often it counts. A row may occur in several entries: each of them is one
/// sample where samples are counted, while impurities and outputs go by the weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Row of the table.
    pub row: u32,
    /// At least 1; those of all entries of a tree sum to less than 2³².
    pub weight: u32,
}

/// When to stop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Deepest leaf, the root being at 0.
    pub max_depth: usize,
    /// A node with fewer entries is a leaf.
    pub min_samples_split: usize,
    /// No child gets fewer entries.
    pub min_samples_leaf: usize,
    /// Least fall of the impurity, weighted by the node's share of the weight.
    pub min_impurity_decrease: f64,
    /// With a number, at most so many leaves, and of all nodes the one whose split lowers the
    /// impurity most is split next (of equal ones, the one created first).
    pub max_leaf_nodes: Option<usize>,
}

/// Which columns a node may use. Columns are encoded ones: each level that occurs among the train
/// rows is one, and each column of numbers.
///
/// Random columns are drawn without replacement: the i-th draw exchanges column i of a list, which is
/// all columns in order, with column i + `Generator::below`(rest of the list) and takes it.
/// As in scikit-learn a column that is constant in the node counts, but drawing goes on until one
/// that is not was drawn or the list is at its end.
pub enum FeatureSampler<'a> {
    /// All of them.
    All,
    /// So many random ones, with all their thresholds.
    Subset(usize, &'a mut Generator),
    /// So many random ones, each with one threshold, uniform between the column's least and largest
    /// number in the node, and one side for what is missing; a column whose numbers are all equal
    /// takes no draw for a threshold and parts present from missing if that goes right.
    Thresholds(usize, &'a mut Generator),
}

/// How a tree is grown.
pub struct Growth<'a> {
    /// When to stop.
    pub limits: Limits,
    /// Which columns nodes may use.
    pub sampler: FeatureSampler<'a>,
    /// Rows that teach the tree nothing and are only led to their leaves, which is cheaper than to send
    /// each down the finished tree.
    pub passive: Vec<u32>,
    /// Whether the tree is wanted, and not just the leaves of its rows.
    pub keep_nodes: bool,
    /// For each encoded column its place in the order in which they win where splits are equally good;
    /// `None` for the order as it is.
    pub places: Option<Vec<u32>>,
}

/// A column as the search sees it.
pub(super) struct Source<'a> {
    pub codes: &'a [u32],
    /// `None` for levels.
    pub values: Option<&'a Values<'a>>,
    /// The code of what is missing.
    pub missing: u32,
    /// Whether some train row is missing it.
    pub gaps: bool,
    /// ColumnSlot among the levels columns.
    pub slot: Option<usize>,
    /// The encoded column: of the number, or of each level (if that occurs).
    pub encoded: Vec<u32>,
}

/// What the trees of a fit share: columns, targets, and which encoded columns there are.
pub struct TreeData<'a> {
    pub(super) sources: Vec<Source<'a>>,
    /// For each encoded column its source and, if any, level.
    pub(super) encoded: Vec<(u32, u32)>,
    pub(super) truth: Truth<'a>,
    pub(super) impurity: Impurity,
    quantised: Option<Quantised>,
    /// Widths of the levels columns.
    pub(super) levels: Vec<usize>,
    /// Rows of the table.
    pub(super) rows: usize,
    weight: u64,
    wide: OnceLock<Option<Wide>>,
}

impl<'a> TreeData<'a> {
    /// A task over the rows of `train`, whose weights count for the centre of the targets.
    ///
    /// # Panics
    /// If the impurity is not one for this kind of truth.
    pub fn new(
        columns: &'a Columns,
        train: impl Iterator<Item = Entry> + Clone,
        truth: Truth<'a>,
        impurity: Impurity,
    ) -> Self {
        let weight = train.clone().map(|e| u64::from(e.weight)).sum();
        let (mut encoded, mut levels) = (Vec::new(), Vec::new());
        let source = |(i, column): (usize, &'a Column)| {
            let codes = column.codes();
            let missing = column.missing();
            let first = encoded.len() as u32;
            match column {
                Column::Number { values, .. } => {
                    encoded.push((i as u32, 0));
                    let gaps = train.clone().any(|e| codes[e.row as usize] == missing);
                    Source { codes, values: Some(values), missing, gaps, slot: None, encoded: vec![first] }
                }
                Column::Levels { levels: width, .. } => {
                    let mut places = vec![u32::MAX; *width];
                    train.clone().for_each(|e| places[codes[e.row as usize] as usize] = 0);
                    for (place, level) in places.iter_mut().zip(0..).filter(|(place, _)| **place == 0) {
                        *place = encoded.len() as u32;
                        encoded.push((i as u32, level));
                    }
                    levels.push(*width);
                    Source { codes, values: None, missing, gaps: false, slot: Some(levels.len() - 1), encoded: places }
                }
            }
        };
        let sources = columns.columns.iter().enumerate().map(source).collect();
        let quantised = match (truth, impurity) {
            (Truth::Values(values), Impurity::SquaredError | Impurity::AbsoluteError) => {
                Some(Quantised::new(values, train.map(|e| (e.row, e.weight)), weight))
            }
            (Truth::Classes { .. }, Impurity::Gini | Impurity::Entropy) => None,
            _ => panic!("{impurity:?} is not for this kind of target"),
        };
        Self { sources, encoded, truth, impurity, quantised, levels, rows: columns.rows, weight, wide: OnceLock::new() }
    }

    /// The rows side by side, where the columns are numbers without gaps.
    pub(super) fn wide(&self) -> Option<&Wide> {
        self.wide.get_or_init(|| Wide::new(&self.sources, self.rows)).as_ref()
    }

    /// Number of encoded columns.
    pub fn encoded_columns(&self) -> usize {
        self.encoded.len()
    }

    /// Grows a tree on entries (at least one) whose rows and total weight are within those of the task.
    pub fn grow(&self, entries: impl Iterator<Item = Entry>, growth: Growth) -> GrownTree {
        let targets = |row: u32| match (self.quantised, self.truth) {
            (Some(q), Truth::Values(values)) => q.of(values[row as usize]),
            _ => 0,
        };
        match (self.impurity, self.truth) {
            (Impurity::SquaredError, _) => {
                self.grow_with(Sums::new(Squares::default(), &self.levels), targets, entries, growth)
            }
            (Impurity::AbsoluteError, _) => self.grow_with(Medians::new(self.levels.len()), targets, entries, growth),
            (Impurity::Gini, Truth::Classes { codes, classes }) => {
                let sums = Sums::new(Gini::new(classes), &self.levels);
                self.grow_with(sums, |row| codes[row as usize], entries, growth)
            }
            (Impurity::Entropy, Truth::Classes { codes, classes }) => {
                let sums = Sums::new(Entropy::new(classes, self.weight), &self.levels);
                self.grow_with(sums, |row| codes[row as usize], entries, growth)
            }
            _ => unreachable!("the kind of target was checked"),
        }
    }

    fn grow_with<S: Splitter>(
        &self,
        splitter: S,
        value: impl Fn(u32) -> S::Value,
        entries: impl Iterator<Item = Entry>,
        growth: Growth,
    ) -> GrownTree {
        let items: Vec<_> = entries.map(|e| Item { row: e.row, weight: e.weight, value: value(e.row) }).collect();
        let unit = self.quantised.map_or(1.0, |q| q.unit());
        let unit = if self.impurity == Impurity::SquaredError { unit * unit } else { unit };
        Grower::new(self, growth, splitter, items).grow(unit)
    }
}
