//! Ordinary least squares and ridge regression.

use linfa::DatasetBase;
use linfa::dataset::AsSingleTargets;
use linfa::traits::{Fit, PredictInplace};
use linfa_linear::LinearRegression;
use ndarray::{Array1, ArrayBase, Data, Ix2};

use super::adapter::FitDiagnostics;
use super::least_squares::{Centred, Rank, rank, ridge};
use super::linalg::decompose;
use super::{FitError, InverseLink, Linear};

/// Least squares. linfa-linear's QR solves it where the columns determine the solution; where they
/// are collinear, or more than the rows, the coefficients are those of least norm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ols {
    /// Whether there is an intercept.
    pub fit_intercept: bool,
}

/// Least squares with the penalty α|β|² on the coefficients, not on the intercept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ridge {
    /// α ≥ 0; the sum of squares is not divided by the number of rows, as in scikit-learn.
    pub alpha: f64,
    /// Whether there is an intercept.
    pub fit_intercept: bool,
}

/// A fitted linear model.
#[derive(Debug, Clone, PartialEq)]
pub struct FittedLinear {
    /// One per column.
    pub coefficients: Array1<f64>,
    /// The prediction at zero.
    pub intercept: f64,
    /// What was difficult about the fit.
    pub difficulty: Option<String>,
}

impl FitDiagnostics for FittedLinear {
    fn difficulty(&self) -> Option<String> {
        self.difficulty.clone()
    }

    fn linear(&self) -> Option<Linear> {
        Some(Linear::values(&self.coefficients, self.intercept, InverseLink::Identity))
    }
}

impl FittedLinear {
    pub(super) fn from_centred(data: &Centred, coefficients: Array1<f64>, difficulty: Option<String>) -> Self {
        Self { intercept: data.intercept(&coefficients), coefficients, difficulty }
    }
}

impl<D: Data<Elem = f64>> PredictInplace<ArrayBase<D, Ix2>, Array1<f64>> for FittedLinear {
    fn predict_inplace(&self, x: &ArrayBase<D, Ix2>, y: &mut Array1<f64>) {
        *y = x.dot(&self.coefficients) + self.intercept;
    }

    fn default_target(&self, x: &ArrayBase<D, Ix2>) -> Array1<f64> {
        Array1::zeros(x.nrows())
    }
}

impl<D: Data<Elem = f64>, T: AsSingleTargets<Elem = f64>> Fit<ArrayBase<D, Ix2>, T, FitError> for Ols {
    type Object = FittedLinear;

    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<FittedLinear, FitError> {
        let (x, y) = (dataset.records(), dataset.as_single_targets());
        let data = Centred::new(x.view(), y, self.fit_intercept);
        match rank(&data)? {
            Rank::Deficient(coefficients, kept) => {
                let p = x.ncols();
                let difficulty = (p <= x.nrows()).then(|| {
                    let what = if kept < p {
                        "columns are collinear; the solution of least norm is used"
                    } else {
                        "columns are nearly collinear; there is one solution, whose coefficients hang on small differences"
                    };
                    what.to_owned()
                });
                Ok(FittedLinear::from_centred(&data, coefficients, difficulty))
            }
            Rank::Full => {
                let centred = DatasetBase::new(data.x.clone(), data.y.clone());
                let solve = move || LinearRegression::new().with_intercept(false).fit(&centred);
                let model = decompose(x.nrows(), x.ncols(), solve);
                Ok(FittedLinear::from_centred(&data, model.map_err(FitError::new)?.params().clone(), None))
            }
        }
    }
}

impl<D: Data<Elem = f64>, T: AsSingleTargets<Elem = f64>> Fit<ArrayBase<D, Ix2>, T, FitError> for Ridge {
    type Object = FittedLinear;

    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<FittedLinear, FitError> {
        if self.alpha == 0.0 {
            return Ols { fit_intercept: self.fit_intercept }.fit(dataset);
        }
        let data = Centred::new(dataset.records().view(), dataset.as_single_targets(), self.fit_intercept);
        let coefficients = ridge(&data, self.alpha)?;
        Ok(FittedLinear::from_centred(&data, coefficients, None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, array};

    #[test]
    fn ridge_of_one_column_is_the_textbook_formula() {
        // Centred x = -1, 0, 1 and y = -2, 0, 2: slope Σxy / (Σx² + α) = 4 / (2 + α).
        let data = DatasetBase::new(array![[4.0], [5.0], [6.0]], array![1.0, 3.0, 5.0]);
        let m = Ridge { alpha: 2.0, fit_intercept: true }.fit(&data).unwrap();
        assert!((m.coefficients[0] - 1.0).abs() < 1e-14 && (m.intercept - -2.0).abs() < 1e-13);
    }

    #[test]
    fn the_wide_and_the_tall_form_of_ridge_agree() {
        // The same 3 × 3 problem, once with a zero column that makes it wide.
        let x = array![[1.0, 2.0, 0.5], [0.0, 1.0, -1.0], [3.0, -1.0, 2.0]];
        let y = array![1.0, -1.0, 2.0];
        let wide = ndarray::concatenate![ndarray::Axis(1), x, Array2::zeros((3, 2))];
        let params = Ridge { alpha: 0.7, fit_intercept: true };
        let (a, b) =
            (params.fit(&DatasetBase::new(x, y.clone())).unwrap(), params.fit(&DatasetBase::new(wide, y)).unwrap());
        for j in 0..3 {
            assert!((a.coefficients[j] - b.coefficients[j]).abs() < 1e-12);
        }
        assert!((a.intercept - b.intercept).abs() < 1e-12);
    }

    #[test]
    fn collinear_columns_share_their_slope_and_say_so() {
        let x = array![[1.0, 2.0], [2.0, 4.0], [3.0, 6.0], [5.0, 10.0]];
        let m = Ols { fit_intercept: true }.fit(&DatasetBase::new(x, array![5.0, 10.0, 15.0, 25.0])).unwrap();
        // Least norm of b1 + 2 b2 = 5: (1, 2).
        assert!((&m.coefficients - &array![1.0, 2.0]).iter().all(|d| d.abs() < 1e-12), "{m:?}");
        assert!(m.difficulty.unwrap().contains("columns are collinear; the solution of least norm"));
    }

    #[test]
    fn nearly_collinear_columns_are_solved_by_their_singular_values() {
        let n = 40;
        let x =
            Array2::from_shape_fn((n, 2), |(i, j)| i as f64 + if j == 1 { 1e-7 * ((i * 7) % 5) as f64 } else { 0.0 });
        let y: Array1<f64> = x.column(0).to_owned() * 2.0 + x.column(1).to_owned();
        let m = Ols { fit_intercept: true }.fit(&DatasetBase::new(x.clone(), y.clone())).unwrap();
        let mut fitted = Array1::zeros(n);
        m.predict_inplace(&x, &mut fitted);
        assert!((fitted - y).iter().all(|e| e.abs() < 1e-9));
        // The slopes are the true ones, not those of least norm, (1.5, 1.5).
        assert!((&m.coefficients - &array![2.0, 1.0]).iter().all(|d| d.abs() < 1e-4), "{m:?}");
        assert!(m.difficulty.unwrap().contains("nearly collinear; there is one solution"));
    }
}
