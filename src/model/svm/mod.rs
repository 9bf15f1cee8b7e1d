//! Support vector machines: all machines of a fit share one kernel matrix, and rows that are fitted to are not predicted anew.
//!
//! linfa-svm is not used: it works out the kernel of every pair of rows once for each class and once more for each prediction,
//! a number at a time, which took a hundred times as long as the search for the weights.

mod solver;
mod vectors;

use linfa::DatasetBase;
use linfa::traits::{Fit, PredictInplace};
use ndarray::{Array1, Array2, ArrayBase, ArrayView2, Data, Ix2};

use self::solver::{Dual, MOST_STEPS, Solution, solve};
use self::vectors::KernelMatrix;
pub(super) use self::vectors::weighted_sums;
use super::adapter::{ClassScores, FitDiagnostics};
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
/// rest, by the largest decision value; there are no probabilities.
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

/// A kernel that is fitted to rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum FittedKernel {
    /// Inner product.
    Linear,
    /// exp(-|a - b|² / width).
    Rbf(f64),
}

/// The largest number of train rows: the kernel matrix is dense, here 2 GiB.
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

    fn kernel(&self, x: ArrayView2<f64>) -> FittedKernel {
        match self.kernel {
            Kernel::Linear => FittedKernel::Linear,
            Kernel::Rbf(gamma) => FittedKernel::Rbf(Self::gaussian_width(x, gamma)),
        }
    }

    /// Solves a dual for each machine of some rows.
    fn machines(&self, x: Array2<f64>, duals: impl Fn(&KernelMatrix) -> Vec<Dual>) -> Machines {
        let kernel = self.kernel(x.view());
        let matrix = KernelMatrix::new(kernel, x.view());
        let solutions = duals(&matrix).iter().map(|dual| solve(&matrix, dual, self.tol)).collect();
        Machines { kernel, x, solutions, tol: self.tol }
    }
}

/// Machines on the same rows.
struct Machines {
    kernel: FittedKernel,
    x: Array2<f64>,
    solutions: Vec<Solution>,
    tol: f64,
}

/// How far the optimality conditions may be from met, in units of the tolerance.
const FAR: f64 = 10.0;

/// More steps than this are said to be many: rows for which C is not too large take some thousands.
const MANY_STEPS: usize = 1_000_000;

impl Machines {
    /// Decision values: machines × rows.
    fn decide(&self, x: ArrayView2<f64>) -> Vec<Vec<f64>> {
        let sums = match self.kernel {
            FittedKernel::Linear => {
                let of = |solution| weighted_sums(self.kernel, x, &[&self.slopes(solution)], &[&[1.0]]);
                self.solutions.iter().flat_map(of).collect()
            }
            // The rows of the fit are known: each split asks for them.
            FittedKernel::Rbf(_) if x == self.x => {
                self.solutions.iter().map(|solution| solution.sums.clone()).collect()
            }
            FittedKernel::Rbf(_) => {
                let rows: Vec<Vec<f64>> = self.x.outer_iter().map(|row| row.to_vec()).collect();
                let vectors: Vec<&[f64]> = rows.iter().map(Vec::as_slice).collect();
                let weights: Vec<&[f64]> = self.solutions.iter().map(|solution| solution.weights.as_slice()).collect();
                weighted_sums(self.kernel, x, &vectors, &weights)
            }
        };
        let less_rho = |(solution, mut sums): (&Solution, Vec<f64>)| {
            sums.iter_mut().for_each(|sum| *sum -= solution.rho);
            sums
        };
        self.solutions.iter().zip(sums).map(less_rho).collect()
    }

    /// Of a machine with a linear kernel a weight a column.
    fn slopes(&self, solution: &Solution) -> Vec<f64> {
        let mut slopes = vec![0.0; self.x.ncols()];
        for (row, weight) in self.x.outer_iter().zip(&solution.weights).filter(|(_, weight)| **weight != 0.0) {
            slopes.iter_mut().zip(row).for_each(|(slope, cell)| *slope += weight * cell);
        }
        slopes
    }

    /// Says so where a machine is no solution, given by how much its optimality conditions are missed, or was hard to find.
    ///
    /// The solver may give up. It may also believe to be done: it keeps slopes up to date for millions of steps, and what
    /// rounding has made of them decides.
    fn difficulty(&self) -> Option<String> {
        let of = |solution: &Solution| {
            let what = if solution.steps >= MOST_STEPS {
                "the solver gave up after 10 million steps, and its answer may be far from the solution"
            } else if solution.missed > FAR * self.tol {
                "the solver lost its digits on the way, and its answer may be far from the solution"
            } else if solution.steps > MANY_STEPS {
                "the solver took more than a million steps: C is very large for these rows"
            } else {
                return None;
            };
            Some(format!("{what}; lower C or raise tol"))
        };
        self.solutions.iter().find_map(of)
    }

    fn learned(&self) -> ColumnModel {
        let machine = |solution: &Solution| match self.kernel {
            FittedKernel::Linear => Machine::Linear { weights: self.slopes(solution), rho: solution.rho },
            FittedKernel::Rbf(width) => {
                let kept = || solution.weights.iter().enumerate().filter(|(_, weight)| **weight != 0.0);
                Machine::Rbf {
                    width,
                    vectors: kept().map(|(row, _)| self.x.row(row).to_vec()).collect(),
                    weights: kept().map(|(_, weight)| *weight).collect(),
                    rho: solution.rho,
                }
            }
        };
        ColumnModel::SupportVectors(SupportVectors { machines: self.solutions.iter().map(machine).collect() })
    }
}

/// One machine for two classes, or one a class.
pub struct FittedSvc {
    machines: Machines,
    classes: usize,
}

/// A fitted regression machine.
pub struct FittedSvr(Machines);

impl Fit<Array2<f64>, Array1<usize>, FitError> for Svm {
    type Object = FittedSvc;

    fn fit(&self, dataset: &DatasetBase<Array2<f64>, Array1<usize>>) -> Result<FittedSvc, FitError> {
        let (x, y) = (dataset.records().clone(), dataset.targets());
        let classes = y.iter().max().map_or(0, |m| m + 1);
        if classes < 2 {
            return Err(FitError::new(ONE_CLASS));
        }
        let against_rest = if classes == 2 { 1..2 } else { 0..classes };
        let dual = |matrix: &KernelMatrix, class: usize| {
            let of_row = |row: usize| if y[row] == class { (-1.0, [0.0, self.c]) } else { (1.0, [-self.c, 0.0]) };
            Dual::new(matrix, [&of_row])
        };
        let machines = self.machines(x, |matrix| against_rest.clone().map(|class| dual(matrix, class)).collect());
        Ok(FittedSvc { machines, classes })
    }
}

impl FitDiagnostics for FittedSvc {
    fn difficulty(&self) -> Option<String> {
        self.machines.difficulty()
    }

    fn learned(&self) -> Option<ColumnModel> {
        Some(self.machines.learned())
    }
}

impl ClassScores for FittedSvc {
    const PROBABILITIES: bool = false;

    fn scores(&self, x: ArrayView2<f64>) -> Array2<f64> {
        class_scores(&self.machines.decide(x), x.nrows(), self.classes)
    }
}

/// Scores of classes, rows × classes, from decision values by machine: of a single one they are for the second of two.
pub(super) fn class_scores(values: &[Vec<f64>], rows: usize, classes: usize) -> Array2<f64> {
    Array2::from_shape_fn((rows, classes), |(row, class)| match values {
        [only] if class == 0 => -only[row],
        [only] => only[row],
        each => each[class][row],
    })
}

impl Fit<Array2<f64>, Array1<f64>, FitError> for Svm {
    type Object = FittedSvr;

    fn fit(&self, dataset: &DatasetBase<Array2<f64>, Array1<f64>>) -> Result<FittedSvr, FitError> {
        let (x, y) = (dataset.records().clone(), dataset.targets());
        let above = |row: usize| (self.epsilon - y[row], [0.0, self.c]);
        let below = |row: usize| (-self.epsilon - y[row], [-self.c, 0.0]);
        Ok(FittedSvr(self.machines(x, |matrix| vec![Dual::new(matrix, [&above, &below])])))
    }
}

impl FitDiagnostics for FittedSvr {
    fn difficulty(&self) -> Option<String> {
        self.0.difficulty()
    }

    fn learned(&self) -> Option<ColumnModel> {
        Some(self.0.learned())
    }
}

impl<D: Data<Elem = f64>> PredictInplace<ArrayBase<D, Ix2>, Array1<f64>> for FittedSvr {
    fn predict_inplace(&self, x: &ArrayBase<D, Ix2>, y: &mut Array1<f64>) {
        self.0.decide(x.view()).into_iter().flatten().zip(y).for_each(|(value, y)| *y = value);
    }

    fn default_target(&self, x: &ArrayBase<D, Ix2>) -> Array1<f64> {
        Array1::zeros(x.nrows())
    }
}

impl Share for Svm {}
