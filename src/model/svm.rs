//! Support vector machines by linfa-svm.

use linfa::traits::{Fit, PredictInplace};
use linfa::{DatasetBase, ParamGuard};
use ndarray::{Array1, Array2, ArrayBase, ArrayView2, Data, Ix2};

use super::FitError;
use super::adapter::{Account, ClassScores};
use super::shared::Share;

/// The kernel of a support vector machine.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kernel {
    /// Inner product.
    Linear,
    /// exp(-γ|a - b|²); `None` takes γ = 1 / (columns × variance of all cells), scikit-learn's `scale`.
    Rbf(Option<f64>),
}

/// Support vector classification and ε-regression. Several classes are told apart one against the
/// rest, by the largest decision value; there are no probabilities. linfa-svm's shrinking is left off.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Svm {
    /// Cost of a violation.
    pub c: f64,
    /// The kernel.
    pub kernel: Kernel,
    /// Regression: errors up to this cost nothing.
    pub epsilon: f64,
    /// Tolerance of the solver.
    pub tol: f64,
}

/// The largest number of train rows: the kernel matrix of linfa-svm is dense, here 2 GiB.
pub const MAX_ROWS: usize = 16_384;

/// The largest cost of a violation: sequential minimal optimisation takes about as many steps as it is large.
pub const MAX_C: f64 = 1e6;

/// The least tolerance: a gradient is not known more closely.
pub const MIN_TOL: f64 = 1e-12;

impl Svm {
    fn gaussian_width(x: ArrayView2<f64>, gamma: Option<f64>) -> f64 {
        let gamma = gamma.unwrap_or_else(|| {
            let mean = x.mean().unwrap_or(0.0);
            let variance = x.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / x.len().max(1) as f64;
            if variance > 0.0 { 1.0 / (x.ncols() as f64 * variance) } else { 1.0 }
        });
        1.0 / gamma
    }

    fn params<L>(&self, x: ArrayView2<f64>) -> linfa_svm::SvmParams<f64, L> {
        let params = linfa_svm::SvmParams::<f64, L>::new().eps(self.tol).shrinking(false);
        match self.kernel {
            Kernel::Linear => params.linear_kernel(),
            Kernel::Rbf(gamma) => params.gaussian_kernel(Self::gaussian_width(x, gamma)),
        }
    }
}

/// One machine for two classes, or one a class.
pub struct FittedSvc {
    machines: Vec<linfa_svm::Svm<f64, bool>>,
    classes: usize,
}

/// A fitted regression machine.
pub struct FittedSvr(linfa_svm::Svm<f64, f64>);

impl Fit<Array2<f64>, Array1<usize>, FitError> for Svm {
    type Object = FittedSvc;

    fn fit(&self, dataset: &DatasetBase<Array2<f64>, Array1<usize>>) -> Result<FittedSvc, FitError> {
        let (x, y) = (dataset.records(), dataset.targets());
        let classes = y.iter().max().map_or(0, |m| m + 1);
        let against_rest = if classes == 2 { 1..2 } else { 0..classes };
        let machines = against_rest
            .map(|class| {
                let is: Array1<bool> = y.mapv(|c| c == class);
                let params =
                    self.params::<bool>(x.view()).pos_neg_weights(self.c, self.c).check().map_err(FitError::new)?;
                params.fit(&DatasetBase::new(x.view(), is.view())).map_err(FitError::new)
            })
            .collect::<Result<_, FitError>>()?;
        Ok(FittedSvc { machines, classes })
    }
}

impl Account for FittedSvc {}

impl ClassScores for FittedSvc {
    const PROBABILITIES: bool = false;

    fn scores(&self, x: ArrayView2<f64>) -> Array2<f64> {
        let decide = |m: &linfa_svm::Svm<f64, bool>, i: usize| m.weighted_sum(&x.row(i)) - m.rho;
        let mut scores = Array2::zeros((x.nrows(), self.classes));
        for i in 0..x.nrows() {
            if let [machine] = self.machines.as_slice() {
                let d = decide(machine, i);
                scores[[i, 0]] = -d;
                scores[[i, 1]] = d;
            } else {
                self.machines.iter().enumerate().for_each(|(c, m)| scores[[i, c]] = decide(m, i));
            }
        }
        scores
    }
}

impl Fit<Array2<f64>, Array1<f64>, FitError> for Svm {
    type Object = FittedSvr;

    fn fit(&self, dataset: &DatasetBase<Array2<f64>, Array1<f64>>) -> Result<FittedSvr, FitError> {
        let x = dataset.records();
        let params = self.params::<f64>(x.view()).c_svr(self.c, Some(self.epsilon)).check().map_err(FitError::new)?;
        let data = DatasetBase::new(x.view(), dataset.targets().view());
        Ok(FittedSvr(params.fit(&data).map_err(FitError::new)?))
    }
}

impl Account for FittedSvr {}

impl<D: Data<Elem = f64>> PredictInplace<ArrayBase<D, Ix2>, Array1<f64>> for FittedSvr {
    fn predict_inplace(&self, x: &ArrayBase<D, Ix2>, y: &mut Array1<f64>) {
        for (row, y) in x.outer_iter().zip(y.iter_mut()) {
            *y = self.0.weighted_sum(&row) - self.0.rho;
        }
    }

    fn default_target(&self, x: &ArrayBase<D, Ix2>) -> Array1<f64> {
        Array1::zeros(x.nrows())
    }
}

impl Share for Svm {}
