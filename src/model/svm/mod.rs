//! Support vector machines by linfa-svm.

use std::sync::Arc;

use linfa::traits::{Fit, PredictInplace};
use linfa::{DatasetBase, ParamGuard};
use ndarray::{Array1, Array2, ArrayBase, ArrayView2, Data, Ix2};

use super::adapter::{ClassScores, FitDiagnostics};
use super::interrupt::{apart, check};
use super::saved::{ColumnModel, Machine, SupportVectors};
use super::shared::Share;
use super::{FitError, ONE_CLASS};

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

    /// A fitted machine on these train rows as it is written: linfa-svm keeps its vectors to itself, and they are the rows of
    /// weights that are not 0 in its own sense.
    fn machine<T>(&self, machine: &linfa_svm::Svm<f64, T>, x: &Array2<f64>) -> Machine {
        let rho = machine.rho;
        match self.kernel {
            Kernel::Linear => {
                let unit = |k: usize| Array1::from_shape_fn(x.ncols(), |j| f64::from(u8::from(j == k)));
                let weights = (0..x.ncols()).map(|k| machine.weighted_sum(&unit(k))).collect();
                Machine::Linear { weights, rho }
            }
            Kernel::Rbf(gamma) => {
                let kept = || machine.alpha.iter().enumerate().filter(|(_, a)| a.abs() > 100.0 * f64::EPSILON);
                Machine::Rbf {
                    width: Self::gaussian_width(x.view(), gamma),
                    vectors: kept().map(|(row, _)| x.row(row).to_vec()).collect(),
                    weights: kept().map(|(_, weight)| *weight).collect(),
                    rho,
                }
            }
        }
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
    params: Svm,
    x: Arc<Array2<f64>>,
    machines: Vec<linfa_svm::Svm<f64, bool>>,
    classes: usize,
    difficulty: Option<String>,
}

/// A fitted regression machine.
pub struct FittedSvr {
    params: Svm,
    x: Arc<Array2<f64>>,
    machine: linfa_svm::Svm<f64, f64>,
    difficulty: Option<String>,
}

/// How far the optimality conditions may be from met, in units of the tolerance.
const FAR: f64 = 10.0;

/// More steps than this are said to be many: rows for which C is not too large take some thousands.
const MANY_STEPS: usize = 1_000_000;

/// Says so where a machine is no solution, given by how much its optimality conditions are missed, or was hard to find.
///
/// The solver may give up, which linfa-svm tells only where a machine is printed. It may also believe to be done: it
/// keeps a gradient up to date for millions of steps, and what rounding has made of it decides.
fn difficulty<T>(machine: &linfa_svm::Svm<f64, T>, missed: f64, tol: f64) -> Option<String> {
    let printed = machine.to_string();
    // "Exited after N iterations …", or "Reached maximal iterations N …".
    let steps = printed.split_whitespace().find_map(|word| word.parse::<usize>().ok()).unwrap_or(0);
    let what = if printed.starts_with("Reached maximal iterations") {
        "the solver gave up after 10 million steps, and its answer may be far from the solution"
    } else if missed > FAR * tol {
        "the solver lost its digits on the way, and its answer may be far from the solution"
    } else if steps > MANY_STEPS {
        "the solver took more than a million steps: C is very large for these rows"
    } else {
        return None;
    };
    Some(format!("{what}; lower C or raise tol"))
}

/// By how much the largest slope of the dual that a step could follow exceeds the least one (Keerthi and others 2001);
/// 0 or less at a solution. For each row its weight with the target's sign, the bounds of the weight, and the slopes
/// towards more and towards less of it.
fn missed(rows: impl Iterator<Item = (f64, [f64; 2], [f64; 2])>) -> f64 {
    let (mut most, mut least, mut weights) = (f64::NEG_INFINITY, f64::INFINITY, 0.0);
    for (weight, [low, high], [more, less]) in rows {
        weights += weight.abs();
        if weight < high {
            most = most.max(more);
        }
        if weight > low {
            least = least.min(less);
        }
    }
    // Slopes are sums over all weights, and no more exact than that.
    most - least - 1e-12 * weights
}

impl Svm {
    fn classes_missed(&self, machine: &linfa_svm::Svm<f64, bool>, x: &Array2<f64>, is: &Array1<bool>) -> f64 {
        missed(x.outer_iter().zip(is).zip(&machine.alpha).map(|((row, is), weight)| {
            check();
            let (sign, bounds) = if *is { (1.0, [0.0, self.c]) } else { (-1.0, [-self.c, 0.0]) };
            let slope = sign - machine.weighted_sum(&row);
            (*weight, bounds, [slope, slope])
        }))
    }

    fn values_missed(&self, machine: &linfa_svm::Svm<f64, f64>, x: &Array2<f64>, y: &Array1<f64>) -> f64 {
        missed(x.outer_iter().zip(y).zip(&machine.alpha).map(|((row, y), weight)| {
            check();
            let rest = y - machine.weighted_sum(&row);
            let more = if *weight >= 0.0 { rest - self.epsilon } else { rest + self.epsilon };
            let less = if *weight > 0.0 { rest - self.epsilon } else { rest + self.epsilon };
            (*weight, [-self.c, self.c], [more, less])
        }))
    }
}

impl Fit<Array2<f64>, Array1<usize>, FitError> for Svm {
    type Object = FittedSvc;

    fn fit(&self, dataset: &DatasetBase<Array2<f64>, Array1<usize>>) -> Result<FittedSvc, FitError> {
        let (x, y) = (dataset.records(), dataset.targets());
        let classes = y.iter().max().map_or(0, |m| m + 1);
        if classes < 2 {
            return Err(FitError::new(ONE_CLASS));
        }
        let against_rest = if classes == 2 { 1..2 } else { 0..classes };
        let params = self.params::<bool>(x.view()).pos_neg_weights(self.c, self.c).check().map_err(FitError::new)?;
        let (x, y, own) = (Arc::new(x.clone()), y.clone(), *self);
        let kept = Arc::clone(&x);
        let made = apart(move || {
            let machine = |class| {
                check();
                let is: Array1<bool> = y.mapv(|c| c == class);
                let machine = params.fit(&DatasetBase::new(x.view(), is.view())).map_err(FitError::new)?;
                let difficulty = difficulty(&machine, own.classes_missed(&machine, &x, &is), own.tol);
                Ok((machine, difficulty))
            };
            against_rest.map(machine).collect::<Result<Vec<_>, FitError>>()
        })?;
        let (machines, difficulties): (Vec<_>, Vec<_>) = made.into_iter().unzip();
        let difficulty = difficulties.into_iter().flatten().next();
        Ok(FittedSvc { params: own, x: kept, machines, classes, difficulty })
    }
}

impl FitDiagnostics for FittedSvc {
    fn difficulty(&self) -> Option<String> {
        self.difficulty.clone()
    }

    fn learned(&self) -> Option<ColumnModel> {
        let machines = self.machines.iter().map(|machine| self.params.machine(machine, &self.x)).collect();
        Some(ColumnModel::SupportVectors(SupportVectors { machines }))
    }
}

impl ClassScores for FittedSvc {
    const PROBABILITIES: bool = false;

    fn scores(&self, x: ArrayView2<f64>) -> Array2<f64> {
        let decide = |m: &linfa_svm::Svm<f64, bool>, i: usize| m.weighted_sum(&x.row(i)) - m.rho;
        let mut scores = Array2::zeros((x.nrows(), self.classes));
        for i in 0..x.nrows() {
            check();
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
        let (x, y, own) = (Arc::new(x.clone()), dataset.targets().clone(), *self);
        let kept = Arc::clone(&x);
        let (machine, difficulty) = apart(move || {
            let machine = params.fit(&DatasetBase::new(x.view(), y.view())).map_err(FitError::new)?;
            let difficulty = difficulty(&machine, own.values_missed(&machine, &x, &y), own.tol);
            Ok::<_, FitError>((machine, difficulty))
        })?;
        Ok(FittedSvr { params: own, x: kept, machine, difficulty })
    }
}

impl FitDiagnostics for FittedSvr {
    fn difficulty(&self) -> Option<String> {
        self.difficulty.clone()
    }

    fn learned(&self) -> Option<ColumnModel> {
        let machines = vec![self.params.machine(&self.machine, &self.x)];
        Some(ColumnModel::SupportVectors(SupportVectors { machines }))
    }
}

impl<D: Data<Elem = f64>> PredictInplace<ArrayBase<D, Ix2>, Array1<f64>> for FittedSvr {
    fn predict_inplace(&self, x: &ArrayBase<D, Ix2>, y: &mut Array1<f64>) {
        for (row, y) in x.outer_iter().zip(y.iter_mut()) {
            check();
            *y = self.machine.weighted_sum(&row) - self.machine.rho;
        }
    }

    fn default_target(&self, x: &ArrayBase<D, Ix2>) -> Array1<f64> {
        Array1::zeros(x.nrows())
    }
}

impl Share for Svm {}
