//! Logistic regression: two classes by one linear predictor, more by the softmax of several.

use linfa::DatasetBase;
use linfa::dataset::AsSingleTargets;
use linfa::traits::{Fit, PredictInplace};
use ndarray::{Array1, Array2, ArrayBase, ArrayView2, Axis, Data, Ix2, s};

use super::adapter::{ClassScores, FitDiagnostics};
use super::linalg::product;
use super::newton::{Design, Objective, minimise};
use super::{FitError, InverseLink, Linear, ONE_CLASS};

/// Minimises C·Σ loss + |β|²/2 with the intercepts free, scikit-learn's objective, by Newton's
/// method on the mean over rows.
///
/// linfa-logistic solves the same problem to an absolute tolerance on a sum, calls the more frequent
/// class of the split the positive one, and loses digits in its multinomial log-sum-exp; this solver
/// has none of the three. Class codes must be 0 ..= k-1 and all occur.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Logistic {
    /// Inverse strength of the penalty; infinite for none.
    pub c: f64,
    /// Whether there are intercepts.
    pub fit_intercept: bool,
    /// Whether two classes get one set of coefficients each, rather than one together.
    pub multinomial: bool,
    /// Most Newton steps.
    pub max_iter: usize,
    /// Largest entry of the gradient of the mean objective at which to stop.
    pub tol: f64,
}

/// A fitted logistic model.
#[derive(Debug, Clone, PartialEq)]
pub struct FittedLogistic {
    /// columns × outputs: one output for the second of two classes, else one a class.
    pub coefficients: Array2<f64>,
    /// One per output.
    pub intercepts: Array1<f64>,
    difficulty: Option<String>,
}

/// log(1 + eᶻ) without overflow.
fn softplus(z: f64) -> f64 {
    if z > 0.0 { z + (-z).exp().ln_1p() } else { z.exp().ln_1p() }
}

fn sigmoid(z: f64) -> f64 {
    if z >= 0.0 {
        1.0 / (1.0 + (-z).exp())
    } else {
        let e = z.exp();
        e / (1.0 + e)
    }
}

/// Softmax of each row, in place; returns each row's log-sum-exp.
fn softmax(z: &mut Array2<f64>) -> Array1<f64> {
    z.axis_iter_mut(Axis(0))
        .map(|mut row| {
            let top = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            row.mapv_inplace(|v| (v - top).exp());
            let sum = row.sum();
            row.mapv_inplace(|v| v / sum);
            top + sum.ln()
        })
        .collect()
}

/// The problem on X with a column of ones for the intercept (if any) at the end. Unknowns are laid
/// out output by output.
struct Problem<'a> {
    x: ArrayView2<'a, f64>,
    y: &'a [usize],
    outputs: usize,
    /// Penalty of the mean objective, 1 / (C n).
    penalty: f64,
    /// Number of columns that are penalised.
    penalised: usize,
}

impl Problem<'_> {
    fn matrix<'b>(&self, b: &'b Array1<f64>) -> ArrayView2<'b, f64> {
        b.view().into_shape_with_order((self.outputs, self.x.ncols())).expect("b holds outputs × columns")
    }

    fn predictor(&self, b: &Array1<f64>) -> Array2<f64> {
        self.x.dot(&self.matrix(b).t())
    }

    /// Probabilities: rows × outputs.
    fn probabilities(&self, b: &Array1<f64>) -> Array2<f64> {
        let mut z = self.predictor(b);
        if self.outputs == 1 {
            z.mapv_inplace(sigmoid);
        } else {
            softmax(&mut z);
        }
        z
    }

    /// Whether row `i` is of output `k`, as 0 or 1.
    fn is(&self, i: usize, k: usize) -> f64 {
        f64::from(u8::from(self.y[i] == if self.outputs == 1 { 1 } else { k }))
    }

    fn penalty_part(&self, b: &Array1<f64>) -> Array1<f64> {
        let mut part = b * self.penalty;
        let p = self.x.ncols();
        for k in 0..self.outputs {
            part.slice_mut(s![k * p + self.penalised..(k + 1) * p]).fill(0.0);
        }
        part
    }

    /// Xᵀ d / n for rows × outputs `d`, output by output.
    fn back(&self, d: &Array2<f64>) -> Array1<f64> {
        let product = d.t().dot(&self.x) / self.y.len() as f64;
        let len = product.len();
        product.into_shape_with_order(len).unwrap_or_else(|_| Array1::zeros(len))
    }
}

impl Objective for Problem<'_> {
    fn value(&self, b: &Array1<f64>) -> f64 {
        let mut z = self.predictor(b);
        let fit: f64 = if self.outputs == 1 {
            (0..self.y.len()).map(|i| softplus(z[[i, 0]]) - self.is(i, 0) * z[[i, 0]]).sum()
        } else {
            let own: f64 = (0..self.y.len()).map(|i| z[[i, self.y[i]]]).sum();
            softmax(&mut z).sum() - own
        };
        fit / self.y.len() as f64 + 0.5 * self.penalty_part(b).dot(b)
    }

    fn gradient(&self, b: &Array1<f64>) -> Array1<f64> {
        let mut d = self.probabilities(b);
        d.indexed_iter_mut().for_each(|((i, k), v)| *v -= self.is(i, k));
        self.back(&d) + self.penalty_part(b)
    }

    fn hessian(&self, b: &Array1<f64>) -> Array2<f64> {
        let (n, p) = self.x.dim();
        let prob = self.probabilities(b);
        let mut h = Array2::zeros((self.outputs * p, self.outputs * p));
        for k in 0..self.outputs {
            for l in 0..=k {
                let weight: Array1<f64> = (0..n)
                    .map(|i| {
                        let own = if k == l { prob[[i, k]] } else { 0.0 };
                        (own - prob[[i, k]] * prob[[i, l]]) / n as f64
                    })
                    .collect();
                let block = product(self.x.t(), (&self.x * &weight.insert_axis(Axis(1))).view());
                h.slice_mut(s![k * p..(k + 1) * p, l * p..(l + 1) * p]).assign(&block);
                h.slice_mut(s![l * p..(l + 1) * p, k * p..(k + 1) * p]).assign(&block);
            }
            for j in k * p..k * p + self.penalised {
                h[[j, j]] += self.penalty;
            }
        }
        h
    }

    fn hessian_product(&self, b: &Array1<f64>, v: &Array1<f64>) -> Array1<f64> {
        let prob = self.probabilities(b);
        let mut u = self.predictor(v);
        for (mut row, p) in u.outer_iter_mut().zip(prob.outer_iter()) {
            let mean = row.dot(&p);
            row.zip_mut_with(&p, |u, p| *u = p * (*u - mean));
        }
        self.back(&u) + self.penalty_part(v)
    }
}

impl<D: Data<Elem = f64>, T: AsSingleTargets<Elem = usize>> Fit<ArrayBase<D, Ix2>, T, FitError> for Logistic {
    type Object = FittedLogistic;

    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<FittedLogistic, FitError> {
        let y = dataset.as_single_targets().to_vec();
        let classes = y.iter().max().map_or(0, |m| m + 1);
        if classes < 2 {
            return Err(FitError::new(ONE_CLASS));
        }
        let outputs = if classes == 2 && !self.multinomial { 1 } else { classes };
        let n = dataset.records().nrows();
        let design = Design::new(dataset.records().view(), self.fit_intercept);
        let (p, width) = (design.columns, design.x.ncols());
        let penalty = if self.c.is_finite() { 1.0 / (self.c * n as f64) } else { 0.0 };
        let problem = Problem { x: design.x.view(), y: &y, outputs, penalty, penalised: p };
        let minimum = minimise(&problem, Array1::zeros(outputs * width), design.tolerance(self.tol), self.max_iter);
        let b = problem.matrix(&minimum.b);
        let separable = penalty == 0.0 && problem.value(&minimum.b) < 1e-6;
        let difficulty = if separable {
            Some("the classes are separable and there is no penalty, so coefficients grow without end; set C".into())
        } else {
            (!minimum.converged)
                .then(|| format!("not converged after {} Newton steps; raise max_iter", minimum.iterations))
        };
        let coefficients = b.slice(s![.., ..p]).t().to_owned();
        Ok(FittedLogistic {
            coefficients: design.basis.as_ref().map_or_else(|| coefficients.clone(), |basis| basis.dot(&coefficients)),
            intercepts: if self.fit_intercept { b.column(p).to_owned() } else { Array1::zeros(outputs) },
            difficulty,
        })
    }
}

impl FitDiagnostics for FittedLogistic {
    fn difficulty(&self) -> Option<String> {
        self.difficulty.clone()
    }

    fn linear(&self) -> Option<Linear> {
        Some(Linear {
            coefficients: self.coefficients.clone(),
            intercepts: self.intercepts.clone(),
            response: if self.intercepts.len() > 1 { InverseLink::Softmax } else { InverseLink::Logistic },
            present: Vec::new(),
            classes: 0,
        })
    }
}

impl ClassScores for FittedLogistic {
    const PROBABILITIES: bool = true;

    fn scores(&self, x: ArrayView2<f64>) -> Array2<f64> {
        let mut z = x.dot(&self.coefficients) + &self.intercepts;
        if self.intercepts.len() > 1 {
            softmax(&mut z);
            return z;
        }
        Array2::from_shape_fn((x.nrows(), 2), |(i, c)| sigmoid(if c == 1 { z[[i, 0]] } else { -z[[i, 0]] }))
    }
}

impl<D: Data<Elem = f64>> PredictInplace<ArrayBase<D, Ix2>, Array1<usize>> for FittedLogistic {
    fn predict_inplace(&self, x: &ArrayBase<D, Ix2>, y: &mut Array1<usize>) {
        *y = super::adapter::winners(self.scores(x.view()).view());
    }

    fn default_target(&self, x: &ArrayBase<D, Ix2>) -> Array1<usize> {
        Array1::zeros(x.nrows())
    }
}
