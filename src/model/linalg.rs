//! Dense products and decompositions, by ndarray and faer, that end when the run is stopped.

use faer::linalg::solvers::{DenseSolveCore, Llt, Solve};
use faer::linalg::triangular_inverse::invert_lower_triangular;
use faer::{Mat, Par, Side};
use ndarray::linalg::general_mat_mul;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, Slice};

use super::interrupt::{apart, check};

/// Multiplications that are done without a look at whether the run was stopped: some milliseconds.
const STRIDE: usize = 1 << 27;

fn to_faer(a: ArrayView2<f64>) -> Mat<f64> {
    Mat::from_fn(a.nrows(), a.ncols(), |i, j| a[[i, j]])
}

fn from_faer(a: faer::MatRef<f64>) -> Array2<f64> {
    Array2::from_shape_fn((a.nrows(), a.ncols()), |(i, j)| a[(i, j)])
}

/// A decomposition of an m × n matrix; apart where it takes long.
pub fn decompose<T: Send + 'static>(m: usize, n: usize, work: impl FnOnce() -> T + Send + 'static) -> T {
    if m * n * m.min(n) > STRIDE { apart(work) } else { work() }
}

/// The product of two matrices.
pub fn product(a: ArrayView2<f64>, b: ArrayView2<f64>) -> Array2<f64> {
    let (m, inner, n) = (a.nrows(), a.ncols(), b.ncols());
    let stride = (STRIDE / (m * n).max(1)).max(64);
    if inner <= stride {
        return a.dot(&b);
    }
    let mut sum = Array2::zeros((m, n));
    for start in (0..inner).step_by(stride) {
        check();
        let part = Slice::from(start..(start + stride).min(inner));
        general_mat_mul(1.0, &a.slice_axis(Axis(1), part), &b.slice_axis(Axis(0), part), 1.0, &mut sum);
    }
    sum
}

/// A Cholesky factor of a symmetric positive definite matrix.
pub struct Cholesky(Llt<f64>);

impl Cholesky {
    /// `None` where the matrix is not positive definite.
    pub fn new(a: ArrayView2<f64>) -> Option<Self> {
        let (n, matrix) = (a.nrows(), to_faer(a));
        decompose(n, n, move || matrix.llt(Side::Lower)).ok().map(Self)
    }

    /// The smallest pivot as a share of its diagonal entry: 1 - R² of that column on those before it.
    pub fn least_pivot(&self) -> f64 {
        let l = self.0.L();
        let share = |k: usize| l[(k, k)] * l[(k, k)] / (0..=k).map(|j| l[(k, j)] * l[(k, j)]).sum::<f64>();
        (0..l.nrows()).map(share).fold(1.0, f64::min)
    }

    /// The logarithm of the determinant of the matrix.
    pub fn ln_det(&self) -> f64 {
        let l = self.0.L();
        (0..l.nrows()).map(|k| 2.0 * l[(k, k)].ln()).sum()
    }

    /// The inverse of the factor, lower triangular: Σ⁻¹ = WᵀW for the matrix Σ.
    pub fn inverse_of_factor(&self) -> Array2<f64> {
        let l = self.0.L();
        let n = l.nrows();
        let mut inverse = Mat::zeros(n, n);
        invert_lower_triangular(inverse.as_mut(), l, Par::Seq);
        Array2::from_shape_fn((n, n), |(i, j)| if j <= i { inverse[(i, j)] } else { 0.0 })
    }

    /// Solves for one right-hand side.
    pub fn solve(&self, b: ArrayView1<f64>) -> Array1<f64> {
        let mut x = Mat::from_fn(b.len(), 1, |i, _| b[i]);
        self.0.solve_in_place(x.as_mut());
        (0..b.len()).map(|i| x[(i, 0)]).collect()
    }
}

/// The inverse of a symmetric positive definite matrix; `None` where it is not positive definite.
pub fn inverse(a: ArrayView2<f64>) -> Option<Array2<f64>> {
    let (n, matrix) = (a.nrows(), to_faer(a));
    let inverse = decompose(n, n, move || Some(matrix.llt(Side::Lower).ok()?.inverse()))?;
    Some(from_faer(inverse.as_ref()))
}

/// Eigenvalues (ascending) and eigenvectors (columns) of a symmetric matrix.
pub fn symmetric_eigen(a: ArrayView2<f64>) -> Option<(Array1<f64>, Array2<f64>)> {
    let (n, matrix) = (a.nrows(), to_faer(a));
    // It takes about ten times as long as other decompositions.
    decompose(10 * n, n, move || {
        let eigen = matrix.self_adjoint_eigen(Side::Lower).ok()?;
        let values = eigen.S().column_vector();
        Some(((0..n).map(|i| values[i]).collect(), from_faer(eigen.U())))
    })
}

/// Singular values and vectors of a matrix: left (columns), values, right (columns).
pub struct Singular {
    /// rows × values.
    pub left: Array2<f64>,
    /// Descending.
    pub values: Array1<f64>,
    /// columns × values.
    pub right: Array2<f64>,
}

/// The singular value decomposition, with as many values as the smaller side has.
pub fn singular(x: ArrayView2<f64>) -> Option<Singular> {
    let (m, n) = x.dim();
    let matrix = to_faer(x);
    decompose(10 * m, n, move || {
        let svd = matrix.thin_svd().ok()?;
        let values = svd.S().column_vector();
        let values = (0..m.min(n)).map(|i| values[i]).collect();
        Some(Singular { left: from_faer(svd.U()), values, right: from_faer(svd.V()) })
    })
}

/// The rows of a matrix with more columns than rows in a basis of as many dimensions as there are rows, and that basis
/// (columns × rows), which is orthonormal: x = rows · basisᵀ.
pub fn row_space(x: ArrayView2<f64>) -> (Array2<f64>, Array2<f64>) {
    let (n, p) = x.dim();
    let turned = to_faer(x.t());
    decompose(p, n, move || {
        let qr = turned.qr();
        (from_faer(qr.thin_R().transpose()), from_faer(qr.compute_thin_Q().as_ref()))
    })
}

/// The vector of least norm among those that minimise |X b - y|, by singular values above
/// `cutoff` times the largest; and how many those are.
pub fn least_norm(x: ArrayView2<f64>, y: ArrayView1<f64>, cutoff: f64) -> Option<(Array1<f64>, usize)> {
    let Singular { left, values, right } = singular(x)?;
    let largest = values.iter().copied().fold(0.0, f64::max);
    let kept: Vec<usize> = (0..values.len()).filter(|k| values[*k] > cutoff * largest).collect();
    let mut b = Array1::zeros(x.ncols());
    for &k in &kept {
        b.scaled_add(left.column(k).dot(&y) / values[k], &right.column(k));
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

    #[test]
    fn wide_rows_are_the_same_in_their_own_space() {
        let x = Array2::from_shape_fn((4, 9), |(i, j)| ((i * 7 + j * j * 3) % 11) as f64 - 4.0);
        let (rows, basis) = row_space(x.view());
        assert_eq!((rows.dim(), basis.dim()), ((4, 4), (9, 4)));
        assert!((rows.dot(&basis.t()) - &x).iter().all(|d| d.abs() < 1e-13));
        assert!((basis.t().dot(&basis) - Array2::<f64>::eye(4)).iter().all(|d| d.abs() < 1e-14));
    }

    #[test]
    fn a_long_product_is_the_product() {
        let n = 300_000;
        let a = Array2::from_shape_fn((3, n), |(i, j)| ((i + j) % 7) as f64);
        let whole = product(a.view(), a.t());
        let long = Array2::from_shape_fn((30, n), |(i, j)| a[[i % 3, j]]);
        let parts = product(long.view(), long.t());
        // Whole numbers add up without rounding.
        assert!((0..30).all(|i| (0..30).all(|j| parts[[i, j]] == whole[[i % 3, j % 3]])));
    }
}
