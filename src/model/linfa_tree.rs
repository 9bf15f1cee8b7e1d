//! linfa-trees' decision tree, within the bounds in which its answer is unique.

use linfa::traits::{Fit, PredictInplace};
use linfa::{DatasetBase, ParamGuard};
use ndarray::{Array1, Array2, ArrayView2};

use super::FitError;
use super::adapter::{ClassScores, FitDiagnostics};
use super::interrupt::apart;
use super::saved::{ClassTree, ColumnModel};
use super::shared::Share;

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
        let data = DatasetBase::new(x.clone(), y.clone()).with_weights(weights);
        Ok(FittedLinfaTree(apart(move || params.fit(&data)).map_err(FitError::new)?))
    }
}

impl FitDiagnostics for FittedLinfaTree {
    fn learned(&self) -> Option<ColumnModel> {
        Some(ColumnModel::ClassTree(ClassTree::of(self.0.root_node())))
    }
}

impl ClassScores for FittedLinfaTree {
    const PROBABILITIES: bool = false;

    fn scores(&self, x: ArrayView2<f64>) -> Array2<f64> {
        let mut labels = Array1::zeros(x.nrows());
        self.0.predict_inplace(&x, &mut labels);
        Array2::from_shape_fn((x.nrows(), 2), |(i, c)| f64::from(u8::from(labels[i] == c)))
    }
}

impl Share for LinfaTree {}
