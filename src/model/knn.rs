//! The mean or the class shares of the nearest neighbours.

use linfa::DatasetBase;
use linfa::dataset::AsSingleTargets;
use linfa::traits::{Fit, PredictInplace};
use ndarray::{Array1, Array2, ArrayBase, ArrayView2, Data, Ix2};

use super::FitError;
use super::adapter::{ClassScores, FitDiagnostics};
use super::interrupt::check;
use super::neighbours::{Nearest, Neighbours};
use super::saved::{ColumnModel, KnownRows, SavedWeights};

/// How neighbours are weighted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weights {
    /// All alike.
    Uniform,
    /// By 1 / distance; neighbours at distance 0, if any, decide alone.
    Distance,
}

/// The mean, or the class shares, of the k nearest train rows by Euclidean distance. Of equally
/// near rows those that come first in the data are taken, so the answer does not depend on how an
/// index happens to walk.
///
/// linfa-nn is not used: it has no order among equally near rows, so that each search needs a second
/// one around it, and beyond some columns it looks at every row; 40,000 rows took minutes a split.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Knn {
    /// k.
    pub n_neighbors: usize,
    /// Weighting.
    pub weights: Weights,
    /// Length of what was a row of zeros before scaling: the fit of a split knows it, and what rounding does to
    /// distances follows from it.
    pub origin: f64,
}

/// Turns squared distances into weights, in place.
pub fn weigh(weights: Weights, near: &mut [(f64, u32)]) {
    let exact = near.iter().any(|(d, _)| *d == 0.0);
    for (d, _) in near {
        *d = match weights {
            Weights::Uniform => 1.0,
            Weights::Distance if exact => f64::from(u8::from(*d == 0.0)),
            Weights::Distance => 1.0 / d.sqrt(),
        };
    }
}

/// Turns the weights of classes into shares. The total is added up from them, so that a class that has all of it
/// has exactly 1.
pub fn normalise(classes: &mut [f64]) {
    let total: f64 = classes.iter().sum();
    classes.iter_mut().for_each(|c| *c /= total);
}

/// The train rows, indexed, and their answers.
#[derive(Debug, Clone, PartialEq)]
pub struct FittedKnn<L> {
    index: Neighbours,
    y: Vec<L>,
    params: Knn,
}

impl<L: Copy, D: Data<Elem = f64>, T: AsSingleTargets<Elem = L>> Fit<ArrayBase<D, Ix2>, T, FitError> for Knn {
    type Object = FittedKnn<L>;

    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<FittedKnn<L>, FitError> {
        let x = dataset.records();
        if x.nrows() < self.n_neighbors {
            return Err(FitError(format!(
                "n_neighbors={} is more than the {} train rows",
                self.n_neighbors,
                x.nrows()
            )));
        }
        Ok(FittedKnn {
            index: Neighbours::new(x.view(), self.origin),
            y: dataset.as_single_targets().to_vec(),
            params: *self,
        })
    }
}

impl<L: Copy> FittedKnn<L> {
    /// Calls `each` with every row's number and its neighbours as (weight, answer).
    fn for_each_row(&self, x: ArrayView2<f64>, mut each: impl FnMut(usize, &[(f64, L)])) {
        let k = self.params.n_neighbors;
        let mut near = Nearest::default();
        let mut weighted = Vec::with_capacity(k);
        for (i, row) in x.outer_iter().enumerate() {
            check();
            self.index.search(row, k, &mut near);
            // Sums over neighbours do not depend on how these were found.
            near.list.sort_unstable_by_key(|(_, at)| *at);
            weigh(self.params.weights, &mut near.list);
            weighted.clear();
            weighted.extend(near.list.iter().map(|(weight, at)| (*weight, self.y[*at as usize])));
            each(i, &weighted);
        }
    }
}

impl<L> FittedKnn<L> {
    /// Of train rows with their answers.
    pub fn restored(x: ArrayView2<f64>, y: Vec<L>, params: Knn) -> Self {
        Self { index: Neighbours::new(x, params.origin), y, params }
    }

    fn known_rows(&self, targets: Vec<f64>) -> ColumnModel {
        ColumnModel::Neighbours(KnownRows {
            n_neighbors: self.params.n_neighbors,
            weights: match self.params.weights {
                Weights::Uniform => SavedWeights::Uniform,
                Weights::Distance => SavedWeights::Distance,
            },
            origin: self.params.origin,
            rows: self.index.rows(),
            targets,
        })
    }
}

impl FitDiagnostics for FittedKnn<f64> {
    fn learned(&self) -> Option<ColumnModel> {
        Some(self.known_rows(self.y.clone()))
    }
}

impl FitDiagnostics for FittedKnn<usize> {
    fn learned(&self) -> Option<ColumnModel> {
        Some(self.known_rows(self.y.iter().map(|class| *class as f64).collect()))
    }
}

impl ClassScores for FittedKnn<usize> {
    const PROBABILITIES: bool = true;

    fn scores(&self, x: ArrayView2<f64>) -> Array2<f64> {
        let classes = self.y.iter().max().map_or(0, |m| m + 1);
        let mut scores = Array2::zeros((x.nrows(), classes));
        self.for_each_row(x, |i, near| {
            near.iter().for_each(|(w, class)| scores[[i, *class]] += w);
            normalise(scores.row_mut(i).into_slice().unwrap_or_default());
        });
        scores
    }
}

impl<D: Data<Elem = f64>> PredictInplace<ArrayBase<D, Ix2>, Array1<f64>> for FittedKnn<f64> {
    fn predict_inplace(&self, x: &ArrayBase<D, Ix2>, y: &mut Array1<f64>) {
        self.for_each_row(x.view(), |i, near| {
            let total: f64 = near.iter().map(|(w, _)| w).sum();
            y[i] = near.iter().map(|(w, v)| w * v).sum::<f64>() / total;
        });
    }

    fn default_target(&self, x: &ArrayBase<D, Ix2>) -> Array1<f64> {
        Array1::zeros(x.nrows())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn of_equally_near_rows_the_first_are_taken() {
        // Rows 1 to 4 are all at distance 1 from the origin.
        let x = array![[5.0, 5.0], [0.0, 1.0], [1.0, 0.0], [0.0, -1.0], [-1.0, 0.0]];
        let data = DatasetBase::new(x, array![9.0, 1.0, 2.0, 3.0, 4.0]);
        let m = Knn { n_neighbors: 2, weights: Weights::Uniform, origin: 0.0 }.fit(&data).unwrap();
        let mut y = Array1::zeros(1);
        m.predict_inplace(&array![[0.0, 0.0]], &mut y);
        assert_eq!(y[0], 1.5);
    }

    #[test]
    fn a_neighbour_at_distance_zero_decides_alone() {
        let data = DatasetBase::new(array![[0.0], [1.0], [3.0]], array![7.0, 1.0, 2.0]);
        let m = Knn { n_neighbors: 2, weights: Weights::Distance, origin: 0.0 }.fit(&data).unwrap();
        let mut y = Array1::zeros(2);
        m.predict_inplace(&array![[0.0], [2.5]], &mut y);
        // At 2.5: distances 0.5 to 3 (value 2) and 1.5 to 1 (value 1).
        assert_eq!(y[0], 7.0);
        assert!((y[1] - (2.0 / 0.5 + 1.0 / 1.5) / (1.0 / 0.5 + 1.0 / 1.5)).abs() < 1e-14);
    }
}
