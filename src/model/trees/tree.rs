//! Decision trees for classes and numbers.

use linfa::DatasetBase;
use linfa::dataset::AsSingleTargets;
use linfa::traits::{Fit, PredictInplace};
use ndarray::{Array1, Array2, ArrayBase, ArrayView2, Data, Ix2};

use super::columns::Columns;
use super::grow::GrownTree;
use super::grown::Grown;
use super::impurity::{Impurity, Truth};
use super::rows::{RowTree, leaf_weights};
use super::task::{Entry, FeatureSampler, Growth, Limits, TreeData};
use crate::model::FitError;
use crate::model::adapter::{ClassScores, FitDiagnostics, winners};

/// An exact decision tree (Breiman, Friedman, Olshen and Stone 1984).
///
/// linfa-trees is not behind this model: it takes values closer than 1e-5 for equal, adds up class
/// weights in hash order, gives no probabilities and knows no regression. It is there as `linfa-tree`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tree {
    /// What a split makes smaller; it must suit the target.
    pub criterion: Impurity,
    /// Deepest leaf; `None` for no limit.
    pub max_depth: Option<usize>,
    /// A node with fewer rows is a leaf.
    pub min_samples_split: usize,
    /// No leaf gets fewer rows.
    pub min_samples_leaf: usize,
    /// Least weighted fall of impurity for a split.
    pub min_impurity_decrease: f64,
    /// Most leaves, best splits first; `None` for no limit.
    pub max_leaf_nodes: Option<usize>,
}

impl Tree {
    /// The limits of growth.
    pub fn limits(&self) -> Limits {
        Limits {
            max_depth: self.max_depth.unwrap_or(usize::MAX),
            min_samples_split: self.min_samples_split,
            min_samples_leaf: self.min_samples_leaf,
            min_impurity_decrease: self.min_impurity_decrease,
            max_leaf_nodes: self.max_leaf_nodes,
        }
    }

    /// Grows the tree on rows of a table (at least one); `train` may repeat rows, each of which counts.
    ///
    /// # Panics
    /// If the criterion is not one for this kind of truth.
    pub fn fit_columns(&self, columns: &Columns, train: &[u32], truth: Truth) -> Grown {
        self.grow(columns, train, truth, &[], true).tree
    }

    /// The leaves of the train rows and of `others`, without the tree's nodes.
    pub fn fit_along(&self, columns: &Columns, train: &[u32], truth: Truth, others: &[u32]) -> GrownTree {
        self.grow(columns, train, truth, others, false)
    }

    /// [`Tree::fit_along`] with the tree as well.
    pub fn fit_and_keep(&self, columns: &Columns, train: &[u32], truth: Truth, others: &[u32]) -> (GrownTree, RowTree) {
        let grown_tree = self.grow(columns, train, truth, others, true);
        let weights = leaf_weights(grown_tree.tree.leaves(), &grown_tree.leaves, train.iter().map(|row| (*row, 1)));
        let tree = RowTree::of_grown(&grown_tree.tree, &weights);
        (grown_tree, tree)
    }

    fn grow(&self, columns: &Columns, train: &[u32], truth: Truth, others: &[u32], keep_nodes: bool) -> GrownTree {
        let entries = train.iter().map(|row| Entry { row: *row, weight: 1 });
        let growth = Growth {
            limits: self.limits(),
            sampler: FeatureSampler::All,
            passive: others.to_vec(),
            keep_nodes,
            places: None,
        };
        TreeData::new(columns, entries.clone(), truth, self.criterion).grow(entries, growth)
    }

    /// Says so where the criterion does not suit the target, or there are no rows.
    pub(super) fn check(&self, classes: bool, rows: usize) -> Result<(), FitError> {
        let criterion = self.criterion;
        if classes != matches!(criterion, Impurity::Gini | Impurity::Entropy) {
            let kind = if classes { "classes" } else { "numbers" };
            return Err(FitError::new(format!("the criterion {criterion:?} is not for {kind}")));
        }
        if rows == 0 { Err(FitError::new("there are no train rows")) } else { Ok(()) }
    }
}

/// The class codes of a data set and how many there are.
pub(super) fn class_codes(targets: &impl AsSingleTargets<Elem = usize>) -> (Vec<u32>, usize) {
    let y = targets.as_single_targets();
    (y.iter().map(|c| *c as u32).collect(), y.iter().max().map_or(0, |m| m + 1))
}

/// A fitted tree for classes (`usize`) or numbers (`f64`).
#[derive(Debug, Clone, PartialEq)]
pub struct FittedTree<L> {
    grown: Grown,
    kind: std::marker::PhantomData<L>,
}

impl<L> FittedTree<L> {
    /// Number of leaves.
    pub fn leaves(&self) -> usize {
        self.grown.leaves()
    }
}

fn fit<L>(tree: &Tree, x: ArrayView2<f64>, truth: Truth) -> Result<FittedTree<L>, FitError> {
    tree.check(matches!(truth, Truth::Classes { .. }), x.nrows())?;
    let train: Vec<u32> = (0..x.nrows() as u32).collect();
    let grown = tree.fit_columns(&Columns::from_matrix(x), &train, truth);
    Ok(FittedTree { grown, kind: std::marker::PhantomData })
}

impl<D: Data<Elem = f64>, T: AsSingleTargets<Elem = usize>> Fit<ArrayBase<D, Ix2>, T, FitError> for Tree {
    type Object = FittedTree<usize>;

    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<FittedTree<usize>, FitError> {
        let (codes, classes) = class_codes(dataset.targets());
        fit(self, dataset.records().view(), Truth::Classes { codes: &codes, classes })
    }
}

/// The same tree for numbers: linfa's `Fit` allows one meaning of the targets for a type, so
/// regression has its own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RegressionTree(pub Tree);

impl<D: Data<Elem = f64>, T: AsSingleTargets<Elem = f64>> Fit<ArrayBase<D, Ix2>, T, FitError> for RegressionTree {
    type Object = FittedTree<f64>;

    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<FittedTree<f64>, FitError> {
        let y = dataset.as_single_targets().to_vec();
        fit(&self.0, dataset.records().view(), Truth::Values(&y))
    }
}

impl<L> FitDiagnostics for FittedTree<L> {}

impl ClassScores for FittedTree<usize> {
    const PROBABILITIES: bool = true;

    fn scores(&self, x: ArrayView2<f64>) -> Array2<f64> {
        let mut scores = Array2::zeros((x.nrows(), self.grown.width));
        for (row, mut out) in x.outer_iter().zip(scores.outer_iter_mut()) {
            out.iter_mut().zip(self.grown.leaf(row)).for_each(|(o, v)| *o = *v);
        }
        scores
    }
}

impl<D: Data<Elem = f64>> PredictInplace<ArrayBase<D, Ix2>, Array1<usize>> for FittedTree<usize> {
    fn predict_inplace(&self, x: &ArrayBase<D, Ix2>, y: &mut Array1<usize>) {
        *y = winners(self.scores(x.view()).view());
    }

    fn default_target(&self, x: &ArrayBase<D, Ix2>) -> Array1<usize> {
        Array1::zeros(x.nrows())
    }
}

impl<D: Data<Elem = f64>> PredictInplace<ArrayBase<D, Ix2>, Array1<f64>> for FittedTree<f64> {
    fn predict_inplace(&self, x: &ArrayBase<D, Ix2>, y: &mut Array1<f64>) {
        for (row, y) in x.outer_iter().zip(y.iter_mut()) {
            *y = self.grown.leaf(row)[0];
        }
    }

    fn default_target(&self, x: &ArrayBase<D, Ix2>) -> Array1<f64> {
        Array1::zeros(x.nrows())
    }
}
