//! Decision trees for classes and numbers.

use linfa::dataset::AsSingleTargets;
use linfa::traits::{Fit, PredictInplace};
use linfa::{DatasetBase, ParamGuard};
use ndarray::{Array1, Array2, ArrayBase, ArrayView2, Data, Ix2};

use super::FitError;
use super::adapter::{Account, ClassScores};
use super::cart::{Grown, Impurity, Limits, grow};
use super::shared::Share;

/// How a classification tree measures how mixed a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Criterion {
    /// Gini's index.
    Gini,
    /// Shannon's entropy in bits.
    Entropy,
}

/// An exact decision tree. Regression trees minimise squared error.
///
/// linfa-trees is not behind this model: it takes values closer than 1e-5 for equal, adds up class
/// weights in hash order, gives no probabilities and knows no regression. It is there as `linfa-tree`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tree {
    /// For classification.
    pub criterion: Criterion,
    /// Deepest leaf; `None` for no limit.
    pub max_depth: Option<usize>,
    /// A node with fewer rows is a leaf.
    pub min_samples_split: usize,
    /// No leaf gets fewer rows.
    pub min_samples_leaf: usize,
    /// Least weighted fall of impurity for a split.
    pub min_impurity_decrease: f64,
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
        self.grown.nodes.iter().filter(|n| n.left == 0).count()
    }
}

impl Tree {
    fn limits(&self) -> Limits {
        Limits {
            max_depth: self.max_depth.unwrap_or(usize::MAX),
            min_samples_split: self.min_samples_split,
            min_samples_leaf: self.min_samples_leaf,
            min_impurity_decrease: self.min_impurity_decrease,
        }
    }
}

impl<D: Data<Elem = f64>, T: AsSingleTargets<Elem = usize>> Fit<ArrayBase<D, Ix2>, T, FitError> for Tree {
    type Object = FittedTree<usize>;

    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<FittedTree<usize>, FitError> {
        let y = dataset.as_single_targets();
        let classes = y.iter().max().map_or(0, |m| m + 1);
        let codes: Vec<f64> = y.iter().map(|c| *c as f64).collect();
        let impurity = match self.criterion {
            Criterion::Gini => Impurity::Gini,
            Criterion::Entropy => Impurity::Entropy,
        };
        let grown = grow(dataset.records().view(), &codes, classes, impurity, self.limits());
        Ok(FittedTree { grown, kind: std::marker::PhantomData })
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
        let grown = grow(dataset.records().view(), &y, 0, Impurity::SquaredError, self.0.limits());
        Ok(FittedTree { grown, kind: std::marker::PhantomData })
    }
}

impl<L> Account for FittedTree<L> {}

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

/// linfa-trees' decision tree, for two classes and few rows. Labels only, no probabilities.
///
/// linfa-trees settles a tied leaf by the order of a hash map, which changes from run to run. Here
/// rows of the second class weigh 1 + 2⁻¹², so that no sum of at most 4,096 weights ties; with more
/// classes its impurities, too, depend on that order, and the model is refused.
#[derive(Debug, Clone, Copy)]
pub struct LinfaTree {
    pub max_depth: Option<usize>,
}

/// The most train rows for which [`LinfaTree`] cannot meet a tie.
pub const LINFA_TREE_ROWS: usize = 4_096;

/// A fitted linfa-trees tree.
pub struct FittedLinfaTree(linfa_trees::DecisionTree<f64, usize>);

impl Fit<Array2<f64>, Array1<usize>, FitError> for LinfaTree {
    type Object = FittedLinfaTree;

    fn fit(&self, dataset: &DatasetBase<Array2<f64>, Array1<usize>>) -> Result<FittedLinfaTree, FitError> {
        let (x, y) = (dataset.records(), dataset.targets());
        if y.iter().any(|c| *c > 1) || y.len() > LINFA_TREE_ROWS {
            return Err(FitError(format!(
                "linfa-tree is for two classes and at most {LINFA_TREE_ROWS} train rows; use tree"
            )));
        }
        let weights = y.mapv(|c| if c == 1 { 1.0 + 1.0 / 4096.0 } else { 1.0f32 });
        let params = linfa_trees::DecisionTree::params().max_depth(self.max_depth).check().map_err(FitError::new)?;
        let data = DatasetBase::new(x.view(), y.view()).with_weights(weights);
        Ok(FittedLinfaTree(params.fit(&data).map_err(FitError::new)?))
    }
}

impl Account for FittedLinfaTree {}

impl ClassScores for FittedLinfaTree {
    const PROBABILITIES: bool = false;

    fn scores(&self, x: ArrayView2<f64>) -> Array2<f64> {
        let mut labels = Array1::zeros(x.nrows());
        self.0.predict_inplace(&x, &mut labels);
        Array2::from_shape_fn((x.nrows(), 2), |(i, c)| f64::from(u8::from(labels[i] == c)))
    }
}

impl Share for Tree {}

impl Share for RegressionTree {}

impl Share for LinfaTree {}
