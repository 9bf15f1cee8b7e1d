//! Lasso and elastic net by linfa-elasticnet's coordinate descent, on a problem made small first.

use linfa::dataset::AsSingleTargets;
use linfa::traits::Fit;
use linfa::{DatasetBase, ParamGuard};
use ndarray::{ArrayBase, Data, Ix2};

use super::FitError;
use super::interrupt::apart;
use super::least_squares::{Centred, compressed};
use super::linear::{FittedLinear, Ridge};

/// Minimises |y - Xβ|² / 2n + α·l1_ratio·|β|₁ + α(1 - l1_ratio)|β|² / 2, scikit-learn's elastic
/// net; `l1_ratio` 1 is the lasso.
///
/// linfa-elasticnet centres y alone, so X is centred here; and it meets each column in turn over
/// all rows, so the n rows are first replaced by p rows of the same geometry. Its `l1_ratio` 0 never
/// converges: that case is ridge, in closed form.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ElasticNet {
    /// Strength of the penalty, α ≥ 0.
    pub alpha: f64,
    /// Share of the L1 penalty, 0 to 1.
    pub l1_ratio: f64,
    /// Whether there is an intercept.
    pub fit_intercept: bool,
    /// Most sweeps over the columns.
    pub max_iter: u32,
    /// The duality gap, as a share of |y|², at which to stop.
    pub tol: f64,
}

impl<D: Data<Elem = f64>, T: AsSingleTargets<Elem = f64>> Fit<ArrayBase<D, Ix2>, T, FitError> for ElasticNet {
    type Object = FittedLinear;

    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<FittedLinear, FitError> {
        let n = dataset.records().nrows() as f64;
        if self.l1_ratio == 0.0 || self.alpha == 0.0 {
            return Ridge { alpha: self.alpha * n, fit_intercept: self.fit_intercept }.fit(dataset);
        }
        let data = Centred::new(dataset.records().view(), dataset.as_single_targets(), self.fit_intercept);
        let (x, y) = compressed(&data)?;
        // linfa divides by the rows it sees.
        let penalty = self.alpha * n / x.nrows() as f64;
        let small = DatasetBase::new(x, y);
        let model = linfa_elasticnet::ElasticNet::params()
            .penalty(penalty)
            .l1_ratio(self.l1_ratio)
            .with_intercept(false)
            .max_iterations(self.max_iter)
            .tolerance(self.tol)
            .check()
            .map_err(FitError::new)?;
        let total = small.targets().dot(small.targets());
        let model = apart(move || model.fit(&small)).map_err(FitError::new)?;
        let difficulty = (model.duality_gap() > self.tol * total && model.n_steps() >= self.max_iter)
            .then(|| format!("{} sweeps did not reach the tolerance; raise max_iter", self.max_iter));
        Ok(FittedLinear::from_centred(&data, model.hyperplane().clone(), difficulty))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array1, Array2, array};

    #[test]
    fn the_lasso_of_one_column_is_soft_thresholding() {
        // Centred: Σxy/n = 4/3, Σx²/n = 2/3; slope (4/3 - α) / (2/3), far from zero means.
        let data = DatasetBase::new(array![[104.0], [105.0], [106.0]], array![1.0, 3.0, 5.0]);
        let lasso = |alpha| ElasticNet { alpha, l1_ratio: 1.0, fit_intercept: true, max_iter: 1000, tol: 1e-10 };
        let m = lasso(1.0 / 3.0).fit(&data).unwrap();
        assert!((m.coefficients[0] - 1.5).abs() < 1e-9, "{m:?}");
        assert!((m.intercept - (3.0 - 1.5 * 105.0)).abs() < 1e-7);
        assert_eq!(lasso(2.0).fit(&data).unwrap().coefficients[0], 0.0);
    }

    #[test]
    fn optimality_conditions_hold_with_collinear_columns_and_uncentred_x() {
        let n = 60;
        let x = Array2::from_shape_fn((n, 5), |(i, j)| match j {
            4 => 3.0 + ((i * 13) % 17) as f64 / 17.0,
            j => 10.0 + ((i * (j + 3) * 7) % 23) as f64 / 23.0,
        });
        let mut x = x;
        let copy = x.column(0).to_owned();
        x.column_mut(3).assign(&copy);
        let y: Array1<f64> = (0..n).map(|i| x[[i, 0]] * 3.0 - x[[i, 4]] + ((i * 31) % 11) as f64 / 11.0).collect();
        let (alpha, l1) = (0.02, 0.5);
        let m = ElasticNet { alpha, l1_ratio: l1, fit_intercept: true, max_iter: 100_000, tol: 1e-12 }
            .fit(&DatasetBase::new(x.clone(), y.clone()))
            .unwrap();
        let residual = &y - &(x.dot(&m.coefficients) + m.intercept);
        assert!(residual.sum().abs() < 1e-9);
        for (j, b) in m.coefficients.iter().enumerate() {
            let pull = x.column(j).dot(&residual) / n as f64 - alpha * (1.0 - l1) * b;
            if *b == 0.0 {
                assert!(pull.abs() <= alpha * l1 + 1e-7);
            } else {
                assert!((pull - alpha * l1 * b.signum()).abs() < 1e-6, "column {j}: {pull}");
            }
        }
    }
}
