//! Least squares with and without an L2 penalty, in closed form.
//!
//! With centred X (n × p) and y, ridge solves (XᵀX + αI) β = Xᵀy, or for p > n its dual
//! β = Xᵀ(XXᵀ + αI)⁻¹y; one step of iterative refinement with the residuals of the rows themselves
//! recovers the digits that forming the product loses. Without a penalty, collinear columns get the
//! solution of least norm.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};

use super::FitError;
use super::linalg::{Cholesky, least_norm, product, symmetric_eigen};

/// Eigenvalues of XᵀX above this share of the largest are trusted as they are: the singular values
/// are then above 1e-5 of the largest.
const WELL_ABOVE: f64 = 1e-10;
/// Those below this share are rounding of zero.
const NOTHING: f64 = 1e-15;

/// X and y with their column means taken off (where there is an intercept).
pub struct Centred {
    pub x: Array2<f64>,
    pub y: Array1<f64>,
    pub x_mean: Array1<f64>,
    pub y_mean: f64,
}

impl Centred {
    pub fn new(x: ArrayView2<f64>, y: ArrayView1<f64>, intercept: bool) -> Self {
        let p = x.ncols();
        let x_mean =
            if intercept { x.mean_axis(Axis(0)).unwrap_or_else(|| Array1::zeros(p)) } else { Array1::zeros(p) };
        let y_mean = if intercept { y.mean().unwrap_or(0.0) } else { 0.0 };
        Self { x: &x - &x_mean, y: y.mapv(|v| v - y_mean), x_mean, y_mean }
    }

    /// The intercept that goes with coefficients of the centred problem.
    pub fn intercept(&self, coefficients: &Array1<f64>) -> f64 {
        self.y_mean - self.x_mean.dot(coefficients)
    }

    fn is_wide(&self) -> bool {
        self.x.ncols() > self.x.nrows()
    }

    /// XᵀX, or XXᵀ where that is smaller.
    fn gram(&self) -> Array2<f64> {
        if self.is_wide() { product(self.x.view(), self.x.t()) } else { product(self.x.t(), self.x.view()) }
    }
}

/// Ridge coefficients for α > 0.
pub fn ridge(data: &Centred, alpha: f64) -> Result<Array1<f64>, FitError> {
    let mut system = data.gram();
    system.diag_mut().mapv_inplace(|d| d + alpha);
    let factor = Cholesky::new(system.view())
        .ok_or_else(|| FitError::new("the ridge system is not positive definite; use a larger alpha"))?;
    if data.is_wide() {
        let mut dual = factor.solve(data.y.view());
        let miss = &data.y - &data.x.dot(&data.x.t().dot(&dual)) - &(&dual * alpha);
        dual += &factor.solve(miss.view());
        return Ok(data.x.t().dot(&dual));
    }
    let mut b = factor.solve(data.x.t().dot(&data.y).view());
    let miss = data.x.t().dot(&(&data.y - &data.x.dot(&b))) - &(&b * alpha);
    b += &factor.solve(miss.view());
    Ok(b)
}

/// How the columns of X hang together.
pub enum Rank {
    /// All directions are well determined.
    Full,
    /// Some directions carry nothing, or little: the coefficients, and the number of directions kept. Where that is
    /// all of them there is one solution; else this is the one of least norm.
    Deficient(Array1<f64>, usize),
}

/// Finds out whether least squares has one solution, and gives that of least norm where not.
pub fn rank(data: &Centred) -> Result<Rank, FitError> {
    let failed = || FitError::new("the columns could not be decomposed");
    let (values, vectors) = symmetric_eigen(data.gram().view()).ok_or_else(failed)?;
    let largest = values.iter().copied().fold(0.0, f64::max);
    if largest == 0.0 {
        return Ok(Rank::Deficient(Array1::zeros(data.x.ncols()), 0));
    }
    let (kept, left): (Vec<usize>, Vec<usize>) = (0..values.len()).partition(|i| values[*i] > WELL_ABOVE * largest);
    if kept.len() == data.x.ncols() {
        return Ok(Rank::Full);
    }
    let size = data.x.ncols().max(data.x.nrows()) as f64;
    // An eigenvalue of the product says nothing below the rounding of the largest; the rows themselves,
    // along its direction, do. What they show to be more than rounding only singular values can weigh.
    let directions = vectors.select(Axis(1), &left);
    let along = if data.is_wide() { data.x.t() } else { data.x.view() };
    let along = product(along, directions.view());
    let rounding = (size * f64::EPSILON).powi(2) * largest;
    if along.columns().into_iter().any(|c| c.dot(&c) > rounding) {
        let (b, rank) = least_norm(data.x.view(), data.y.view(), size * f64::EPSILON).ok_or_else(failed)?;
        return Ok(Rank::Deficient(b, rank));
    }
    let basis = vectors.select(Axis(1), &kept);
    let inverse: Array1<f64> = kept.iter().map(|i| 1.0 / values[*i]).collect();
    let pseudo = |v: Array1<f64>| basis.dot(&(basis.t().dot(&v) * &inverse));
    let b = if data.is_wide() {
        let mut dual = pseudo(data.y.clone());
        dual += &pseudo(&data.y - &data.x.dot(&data.x.t().dot(&dual)));
        data.x.t().dot(&dual)
    } else {
        let mut b = pseudo(data.x.t().dot(&data.y));
        b += &pseudo(data.x.t().dot(&(&data.y - &data.x.dot(&b))));
        b
    };
    Ok(Rank::Deficient(b, kept.len()))
}

/// A p × p problem with the same least-squares geometry as X and y: R with RᵀR = XᵀX and z with
/// Rᵀz = Xᵀy, so that |y - Xb|² and |z - Rb|² differ by a constant. For p ≥ n, X and y themselves.
pub fn compressed(data: &Centred) -> Result<(Array2<f64>, Array1<f64>), FitError> {
    if data.x.ncols() >= data.x.nrows() {
        return Ok((data.x.clone(), data.y.clone()));
    }
    let (values, vectors) =
        symmetric_eigen(data.gram().view()).ok_or_else(|| FitError::new("the columns could not be decomposed"))?;
    let largest = values.iter().copied().fold(0.0, f64::max);
    let root = values.mapv(|v| if v > NOTHING * largest { v.sqrt() } else { 0.0 });
    let along = vectors.t().dot(&data.x.t().dot(&data.y));
    let z = ndarray::Zip::from(&along).and(&root).map_collect(|a, r| if *r > 0.0 { a / r } else { 0.0 });
    let r = &vectors.t() * &root.insert_axis(Axis(1));
    Ok((r, z))
}
