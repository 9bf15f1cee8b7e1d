//! Newton's method for convex objectives of a linear predictor.

use ndarray::{Array1, Array2, ArrayView2, s};

use super::interrupt::check;
use super::linalg::{Cholesky, row_space};

/// A smooth convex objective, as a mean over rows.
pub trait Objective {
    /// The value at `b`, or infinity outside its domain.
    fn value(&self, b: &Array1<f64>) -> f64;

    /// The gradient at `b`.
    fn gradient(&self, b: &Array1<f64>) -> Array1<f64>;

    /// The Hessian (or a positive semidefinite stand-in) at `b`.
    fn hessian(&self, b: &Array1<f64>) -> Array2<f64>;

    /// Hessian times `v`, for problems too large to hold the Hessian.
    fn hessian_product(&self, b: &Array1<f64>, v: &Array1<f64>) -> Array1<f64>;
}

/// The columns of a linear predictor, a column of ones for the intercept last. Coefficients are a combination of the rows:
/// with more columns than rows there are as many unknowns as rows, in a basis of the rows' space.
pub struct Design {
    pub x: Array2<f64>,
    /// Columns besides that of ones.
    pub columns: usize,
    /// The basis of the rows' space, where the columns are that.
    pub basis: Option<Array2<f64>>,
}

impl Design {
    pub fn new(records: ArrayView2<f64>, intercept: bool) -> Self {
        if records.ncols() <= records.nrows() {
            return Self::of(records, intercept, None);
        }
        let (rows, basis) = row_space(records);
        Self::of(rows.view(), intercept, Some(basis))
    }

    fn of(columns: ArrayView2<f64>, intercept: bool, basis: Option<Array2<f64>>) -> Self {
        let (n, p) = columns.dim();
        let mut x = Array2::ones((n, p + usize::from(intercept)));
        x.slice_mut(s![.., ..p]).assign(&columns);
        Self { x, columns: p, basis }
    }

    /// The tolerance of the gradient in these columns: an entry of it in the records' own is at most the length of the
    /// gradient in the rows' space.
    pub fn tolerance(&self, tol: f64) -> f64 {
        if self.basis.is_some() { tol / (self.x.nrows() as f64).sqrt() } else { tol }
    }
}

/// Where the method stopped.
#[derive(Debug, Clone, PartialEq)]
pub struct Minimum {
    pub b: Array1<f64>,
    pub iterations: usize,
    /// Whether the largest gradient entry got below the tolerance.
    pub converged: bool,
}

/// Above this many unknowns the step is found by conjugate gradients.
const DIRECT: usize = 500;

fn largest(v: &Array1<f64>) -> f64 {
    v.iter().fold(0.0, |m, x| m.max(x.abs()))
}

/// Minimises from `start` until no entry of the gradient exceeds `tol`.
pub fn minimise(objective: &impl Objective, start: Array1<f64>, tol: f64, max_iter: usize) -> Minimum {
    let mut b = start;
    let mut value = objective.value(&b);
    let mut gradient = objective.gradient(&b);
    for iterations in 0..max_iter {
        check();
        if largest(&gradient) <= tol {
            return Minimum { b, iterations, converged: true };
        }
        let mut step = direction(objective, &b, &gradient);
        let mut slope = step.dot(&gradient);
        if slope.is_nan() || slope >= 0.0 {
            step = -&gradient;
            slope = -gradient.dot(&gradient);
        }
        let mut length = 1.0;
        let accepted = loop {
            check();
            let next = &b + &(&step * length);
            let there = objective.value(&next);
            if there <= value + 1e-4 * length * slope {
                break Some((next, there));
            }
            // Near the minimum the value no longer resolves the step: let the gradient decide.
            if (there - value).abs() <= 1e-12 * value.abs().max(1.0) {
                let at = objective.gradient(&next);
                break (largest(&at) < largest(&gradient)).then_some((next, there));
            }
            length *= 0.5;
            if length < 1e-12 {
                break None;
            }
        };
        let Some((next, there)) = accepted else {
            // No step helps any more: rounding sets the limit here.
            let converged = largest(&gradient) <= tol.max(1e-6);
            return Minimum { b, iterations, converged };
        };
        (b, value) = (next, there);
        gradient = objective.gradient(&b);
    }
    let converged = largest(&gradient) <= tol;
    Minimum { b, iterations: max_iter, converged }
}

fn direction(objective: &impl Objective, b: &Array1<f64>, gradient: &Array1<f64>) -> Array1<f64> {
    if b.len() > DIRECT {
        return conjugate_gradients(|v| objective.hessian_product(b, v), gradient);
    }
    let hessian = objective.hessian(b);
    let top = hessian.diag().iter().fold(0.0f64, |m, d| m.max(*d));
    // The least jitter that makes it positive definite; directions without curvature are also
    // without gradient, so it does not move the solution.
    let mut jitter = 1e-13 * top.max(f64::MIN_POSITIVE);
    loop {
        let mut system = hessian.clone();
        system.diag_mut().mapv_inplace(|d| d + jitter);
        if let Some(factor) = Cholesky::new(system.view()) {
            return -factor.solve(gradient.view());
        }
        jitter *= 100.0;
        if !jitter.is_finite() || jitter > 1e6 * top.max(1.0) {
            return -gradient;
        }
    }
}

/// Solves H s = -g to a relative residual that tightens with the gradient (Dembo and Steihaug 1983).
fn conjugate_gradients(product: impl Fn(&Array1<f64>) -> Array1<f64>, gradient: &Array1<f64>) -> Array1<f64> {
    let mut s = Array1::zeros(gradient.len());
    let mut residual = -gradient;
    let mut p = residual.clone();
    let mut square = residual.dot(&residual);
    let norm = square.sqrt();
    let goal = norm * 0.5f64.min(norm.sqrt()).min(1e-2);
    for _ in 0..2 * gradient.len() {
        if square.sqrt() <= goal {
            break;
        }
        check();
        let hp = product(&p);
        let curvature = p.dot(&hp);
        if curvature <= 1e-16 * p.dot(&p) {
            break;
        }
        let length = square / curvature;
        s.scaled_add(length, &p);
        residual.scaled_add(-length, &hp);
        let next = residual.dot(&residual);
        p = &residual + &(&p * (next / square));
        square = next;
    }
    s
}
