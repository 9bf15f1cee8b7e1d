//! Dense decompositions, by faer, between ndarray's arrays.

use faer::linalg::solvers::{Llt, Solve};
use faer::{Mat, Side};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2};

fn to_faer(a: ArrayView2<f64>) -> Mat<f64> {
    Mat::from_fn(a.nrows(), a.ncols(), |i, j| a[[i, j]])
}

/// A Cholesky factor of a symmetric positive definite matrix.
pub struct Cholesky(Llt<f64>);

impl Cholesky {
    /// `None` where the matrix is not positive definite.
    pub fn new(a: ArrayView2<f64>) -> Option<Self> {
        to_faer(a).llt(Side::Lower).ok().map(Self)
    }

    /// The smallest pivot as a share of its diagonal entry: 1 - R² of that column on those before it.
    pub fn least_pivot(&self) -> f64 {
        let l = self.0.L();
        let share = |k: usize| l[(k, k)] * l[(k, k)] / (0..=k).map(|j| l[(k, j)] * l[(k, j)]).sum::<f64>();
        (0..l.nrows()).map(share).fold(1.0, f64::min)
    }

    /// Solves for one right-hand side.
    pub fn solve(&self, b: ArrayView1<f64>) -> Array1<f64> {
        let mut x = Mat::from_fn(b.len(), 1, |i, _| b[i]);
        self.0.solve_in_place(x.as_mut());
        (0..b.len()).map(|i| x[(i, 0)]).collect()
    }
}

/// Eigenvalues (ascending) and eigenvectors (columns) of a symmetric matrix.
pub fn symmetric_eigen(a: ArrayView2<f64>) -> Option<(Array1<f64>, Array2<f64>)> {
    let eigen = to_faer(a).self_adjoint_eigen(Side::Lower).ok()?;
    let (u, s) = (eigen.U(), eigen.S().column_vector());
    let n = a.nrows();
    Some(((0..n).map(|i| s[i]).collect(), Array2::from_shape_fn((n, n), |(i, j)| u[(i, j)])))
}

/// The vector of least norm among those that minimise |X b - y|, by singular values above
/// `cutoff` times the largest; and how many those are.
pub fn least_norm(x: ArrayView2<f64>, y: ArrayView1<f64>, cutoff: f64) -> Option<(Array1<f64>, usize)> {
    let svd = to_faer(x).thin_svd().ok()?;
    let (u, s, v) = (svd.U(), svd.S().column_vector(), svd.V());
    let largest = (0..s.nrows()).map(|i| s[i]).fold(0.0, f64::max);
    let kept: Vec<usize> = (0..s.nrows()).filter(|k| s[*k] > cutoff * largest).collect();
    let mut b = Array1::zeros(x.ncols());
    for &k in &kept {
        let along: f64 = (0..y.len()).map(|i| u[(i, k)] * y[i]).sum::<f64>() / s[k];
        for j in 0..x.ncols() {
            b[j] += along * v[(j, k)];
        }
    }
    Some((b, kept.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn decompositions_solve_known_systems() {
        let a = array![[4.0, 2.0], [2.0, 3.0]];
        let x = Cholesky::new(a.view()).unwrap().solve(array![10.0, 9.0].view());
        assert!((&x - &array![1.5, 2.0]).iter().all(|d| d.abs() < 1e-14));
        assert!(Cholesky::new(array![[1.0, 2.0], [2.0, 1.0]].view()).is_none());
        let (values, _) = symmetric_eigen(array![[2.0, 1.0], [1.0, 2.0]].view()).unwrap();
        assert!((values[0] - 1.0).abs() < 1e-14 && (values[1] - 3.0).abs() < 1e-14);
        // x1 = x2: least norm shares the slope of 2 equally.
        let (b, rank) =
            least_norm(array![[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]].view(), array![2.0, 4.0, 6.0].view(), 1e-12).unwrap();
        assert!(rank == 1 && b.iter().all(|b| (b - 1.0).abs() < 1e-13));
    }
}
