//! Kernel values of rows side by side, and decision values from them.
//!
//! Every sum is taken in one order, column by column and vector by vector, and nothing is fused: a value has the same digits
//! whatever else is worked out with it, and on every processor.

use ndarray::ArrayView2;
use pulp::{Arch, Simd, WithSimd};

use super::FittedKernel;
use crate::model::LANES;
use crate::model::exponential::exp;
use crate::model::interrupt::check;

/// Rows whose decision values are worked out together: they stay in the cache.
const ROWS: usize = 256;

/// Rows column by column, padded with zeros.
pub struct Columns {
    /// columns × padded rows.
    flat: Vec<f64>,
    padded: usize,
}

impl Columns {
    /// Of rows × columns.
    pub fn new(rows: ArrayView2<f64>) -> Self {
        let padded = rows.nrows().next_multiple_of(LANES);
        let mut flat = vec![0.0; rows.ncols() * padded];
        for (column, to) in rows.columns().into_iter().zip(flat.chunks_exact_mut(padded.max(1))) {
            column.iter().zip(to).for_each(|(from, to)| *to = *from);
        }
        Self { flat, padded }
    }

    /// Rows with their padding.
    pub fn padded(&self) -> usize {
        self.padded
    }

    /// The kernel of a vector and the rows from a place on, which begins a register: as many as there is room for.
    pub fn kernel(&self, kernel: FittedKernel, vector: &[f64], from: usize, out: &mut [f64]) {
        Arch::new().dispatch(KernelRow { columns: self, kernel, vector, from, out });
    }
}

struct KernelRow<'a> {
    columns: &'a Columns,
    kernel: FittedKernel,
    vector: &'a [f64],
    from: usize,
    out: &'a mut [f64],
}

impl WithSimd for KernelRow<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { columns, kernel, vector, from, out } = self;
        let mut at = 0;
        while at + 4 * S::F64_LANES <= out.len() {
            some::<S, 4>(simd, columns, kernel, vector, from + at, &mut out[at..at + 4 * S::F64_LANES]);
            at += 4 * S::F64_LANES;
        }
        while at + S::F64_LANES <= out.len() {
            some::<S, 1>(simd, columns, kernel, vector, from + at, &mut out[at..at + S::F64_LANES]);
            at += S::F64_LANES;
        }
        if let FittedKernel::Rbf(width) = kernel {
            for value in out {
                *value = exp(-*value / width);
            }
        }
    }
}

/// Inner products or squared distances, of as many rows as `N` registers hold.
#[inline(always)]
fn some<S: Simd, const N: usize>(
    simd: S,
    rows: &Columns,
    kernel: FittedKernel,
    vector: &[f64],
    from: usize,
    out: &mut [f64],
) {
    let mut sums = [simd.splat_f64s(0.0); N];
    for (value, column) in vector.iter().zip(rows.flat.chunks_exact(rows.padded)) {
        let value = simd.splat_f64s(*value);
        let cells = S::as_simd_f64s(&column[from..from + N * S::F64_LANES]).0;
        for (sum, cell) in sums.iter_mut().zip(cells) {
            let term = match kernel {
                FittedKernel::Linear => simd.mul_f64s(value, *cell),
                FittedKernel::Rbf(_) => {
                    let off = simd.sub_f64s(value, *cell);
                    simd.mul_f64s(off, off)
                }
            };
            *sum = simd.add_f64s(*sum, term);
        }
    }
    for (to, sum) in S::as_mut_simd_f64s(out).0.iter_mut().zip(sums) {
        *to = sum;
    }
}

/// Adds to sums so many times a row.
pub fn add_times(sums: &mut [f64], row: &[f64], times: f64) {
    Arch::new().dispatch(AddTimes { sums, row, times });
}

struct AddTimes<'a> {
    sums: &'a mut [f64],
    row: &'a [f64],
    times: f64,
}

impl WithSimd for AddTimes<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for (sum, cell) in self.sums.iter_mut().zip(self.row) {
            *sum += self.times * cell;
        }
    }
}

/// For each machine and row, row by row of machines × rows, the sum over vectors of weight times kernel. `vectors` are as
/// many as each machine has weights; those of weight 0 everywhere are left out.
pub fn weighted_sums(
    kernel: FittedKernel,
    rows: ArrayView2<f64>,
    vectors: &[&[f64]],
    machines: &[&[f64]],
) -> Vec<Vec<f64>> {
    let mut sums = vec![vec![0.0; rows.nrows()]; machines.len()];
    let mut values = Vec::new();
    for first in (0..rows.nrows()).step_by(ROWS) {
        let some = rows.slice(ndarray::s![first..rows.nrows().min(first + ROWS), ..]);
        let columns = Columns::new(some);
        values.resize(columns.padded(), 0.0);
        for (at, vector) in vectors.iter().enumerate().filter(|(at, _)| machines.iter().any(|of| of[*at] != 0.0)) {
            check();
            columns.kernel(kernel, vector, 0, &mut values);
            for (sums, weights) in sums.iter_mut().zip(machines).filter(|(_, weights)| weights[at] != 0.0) {
                add_times(&mut sums[first..first + some.nrows()], &values[..some.nrows()], weights[at]);
            }
        }
    }
    sums
}

/// The kernel of all pairs of rows, padded to whole registers.
pub struct KernelMatrix {
    flat: Vec<f64>,
    rows: usize,
    padded: usize,
}

impl KernelMatrix {
    /// Of rows × columns: 8 bytes for each pair of rows.
    pub fn new(kernel: FittedKernel, rows: ArrayView2<f64>) -> Self {
        let (columns, n) = (Columns::new(rows), rows.nrows());
        let padded = columns.padded();
        let mut flat = vec![0.0; n * padded];
        for (i, row) in rows.outer_iter().enumerate() {
            check();
            let from = i / LANES * LANES;
            columns.kernel(kernel, &row.to_vec(), from, &mut flat[i * padded + from..(i + 1) * padded]);
        }
        // What is below the diagonal, tile by tile.
        for first in (0..n).step_by(LANES) {
            for second in (0..first).step_by(LANES) {
                for i in first..n.min(first + LANES) {
                    for j in second..n.min(second + LANES) {
                        flat[i * padded + j] = flat[j * padded + i];
                    }
                }
            }
        }
        Self { flat, rows: n, padded }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of cells of a row.
    pub fn padded(&self) -> usize {
        self.padded
    }

    /// The kernel of a row and all rows; what is beyond these means nothing.
    #[inline(always)]
    pub fn row(&self, i: usize) -> &[f64] {
        &self.flat[i * self.padded..(i + 1) * self.padded]
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    #[test]
    fn kernels_are_those_of_single_pairs() {
        let wave = |i: usize, f: f64| (i as f64 * f).sin();
        for (n, p) in [(1, 1), (7, 3), (45, 11), (300, 2)] {
            let x = Array2::from_shape_fn((n, p), |(i, j)| wave(i * p + j, 0.7));
            for kernel in [FittedKernel::Linear, FittedKernel::Rbf(1.7)] {
                let matrix = KernelMatrix::new(kernel, x.view());
                let of = |i: usize, j: usize| {
                    let pairs = || x.row(i).to_vec().into_iter().zip(x.row(j).to_vec());
                    match kernel {
                        FittedKernel::Linear => pairs().map(|(a, b)| a * b).sum::<f64>(),
                        FittedKernel::Rbf(width) => {
                            (-pairs().map(|(a, b)| (a - b) * (a - b)).sum::<f64>() / width).exp()
                        }
                    }
                };
                for i in 0..n {
                    for j in 0..n {
                        assert!((matrix.row(i)[j] - of(i, j)).abs() < 1e-14, "{n} {i} {j}");
                        assert_eq!(matrix.row(i)[j], matrix.row(j)[i]);
                    }
                }
                let rows: Vec<Vec<f64>> = x.outer_iter().map(|row| row.to_vec()).collect();
                let vectors: Vec<&[f64]> = rows.iter().map(Vec::as_slice).collect();
                let weights: Vec<f64> = (0..n).map(|i| if i % 3 == 1 { 0.0 } else { wave(i, 0.3) }).collect();
                let all = weighted_sums(kernel, x.view(), &vectors, &[&weights]);
                // The same to the last digit as the sum over the matrix, and without the vectors that have no weight.
                let mut sums = vec![0.0; n];
                (0..n).for_each(|i| add_times(&mut sums, matrix.row(i), weights[i]));
                assert_eq!(all[0], sums);
                let kept: Vec<usize> = (0..n).filter(|i| weights[*i] != 0.0).collect();
                let (vectors, weights): (Vec<&[f64]>, Vec<f64>) =
                    kept.iter().map(|i| (vectors[*i], weights[*i])).unzip();
                assert_eq!(weighted_sums(kernel, x.view(), &vectors, &[&weights])[0], sums);
            }
        }
    }
}
