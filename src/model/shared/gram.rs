//! Sums of products of pairs of columns over some rows, read where they stand.
//!
//! A row adds to all pairs at once: some columns times a stretch of all, in registers over the rows. Nothing is copied, so that
//! the work is the products alone.

use pulp::{Arch, Simd, WithSimd};

/// Numbers that the widest registers hold; columns are read in whole registers.
const LANES: usize = 8;
/// Columns that are multiplied with a stretch of columns at once.
const LEFT: usize = 4;

/// The columns of a table, row by row.
#[derive(Clone, Copy)]
pub struct Cells<'a> {
    /// rows × width.
    pub flat: &'a [f64],
    /// Columns.
    pub width: usize,
}

/// Adds to `sums`, (width + 1)² row by row of which the lower triangle is used, the products of all pairs of columns and of
/// a constant 1, which is the last one, over ascending `rows`. Each row counts `factor` times, and as often again as its
/// weight says where `weights` are given.
pub fn add_products(cells: Cells, rows: &[u32], weights: Option<&[f64]>, factor: f64, sums: &mut [f64]) {
    let Cells { flat, width } = cells;
    let padded = width.next_multiple_of(LANES);
    // Rows at the end of the table, whose last register would reach beyond it, are copied.
    let whole = rows.partition_point(|row| *row as usize * width + padded <= flat.len());
    let (within, last) = rows.split_at(whole);
    let (of_within, of_last) = weights.map_or((None, None), |w| (Some(&w[..whole]), Some(&w[whole..])));
    let arch = Arch::new();
    arch.dispatch(Products { flat, stride: width, width, rows: within, weights: of_within, factor, sums });
    if !last.is_empty() {
        let mut copied = vec![0.0; last.len() * padded];
        for (copy, row) in copied.chunks_exact_mut(padded).zip(last) {
            copy[..width].copy_from_slice(&flat[*row as usize * width..][..width]);
        }
        let places: Vec<u32> = (0..last.len() as u32).collect();
        let weights = of_last;
        arch.dispatch(Products { flat: &copied, stride: padded, width, rows: &places, weights, factor, sums });
    }
}

struct Products<'a> {
    flat: &'a [f64],
    stride: usize,
    width: usize,
    rows: &'a [u32],
    weights: Option<&'a [f64]>,
    factor: f64,
    sums: &'a mut [f64],
}

impl WithSimd for Products<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let d = self.width + 1;
        for first in (0..self.width).step_by(LEFT) {
            let count = LEFT.min(self.width - first);
            // The columns up to the last of these, in registers.
            let registers = (first + count).div_ceil(S::F64_LANES);
            for from in (0..registers).step_by(3) {
                match registers - from {
                    1 => self.square::<S, 1>(simd, first, count, from),
                    2 => self.square::<S, 2>(simd, first, count, from),
                    _ => self.square::<S, 3>(simd, first, count, from),
                }
            }
        }
        let registers = self.width.div_ceil(S::F64_LANES);
        for from in (0..registers).step_by(3) {
            match registers - from {
                1 => self.column_sums::<S, 1>(simd, from),
                2 => self.column_sums::<S, 2>(simd, from),
                _ => self.column_sums::<S, 3>(simd, from),
            }
        }
        let weight = self.weights.map_or(self.rows.len() as f64, |weights| weights.iter().sum());
        self.sums[d * d - 1] += self.factor * weight;
    }
}

impl Products<'_> {
    /// Adds the products of some columns with those of `N` registers.
    #[inline(always)]
    fn square<S: Simd, const N: usize>(&mut self, simd: S, first: usize, count: usize, from: usize) {
        let mut held = [[simd.splat_f64s(0.0); N]; LEFT];
        let (start, length) = (from * S::F64_LANES, N * S::F64_LANES);
        // Cells behind the row's own are read with these, and left out in the end.
        for (i, row) in self.rows.iter().enumerate() {
            let row = &self.flat[*row as usize * self.stride..];
            let (right, _) = S::as_simd_f64s(&row[start..start + length]);
            let left = &row[first..first + LEFT];
            let weight = self.weights.map(|weights| weights[i]);
            for (held, left) in held.iter_mut().zip(left) {
                let left = simd.splat_f64s(weight.map_or(*left, |weight| weight * left));
                for (held, right) in held.iter_mut().zip(right) {
                    *held = simd.mul_add_e_f64s(left, *right, *held);
                }
            }
        }
        let d = self.width + 1;
        for (a, held) in held.iter().enumerate().take(count) {
            let i = first + a;
            let sums = &mut self.sums[i * d..=i * d + i];
            add_lanes::<S>(sums, held, start, self.factor);
        }
    }

    /// Adds the columns of `N` registers to the constant's row.
    #[inline(always)]
    fn column_sums<S: Simd, const N: usize>(&mut self, simd: S, from: usize) {
        let mut held = [simd.splat_f64s(0.0); N];
        let (start, length) = (from * S::F64_LANES, N * S::F64_LANES);
        for (i, row) in self.rows.iter().enumerate() {
            let row = &self.flat[*row as usize * self.stride..];
            let (right, _) = S::as_simd_f64s(&row[start..start + length]);
            let weight = simd.splat_f64s(self.weights.map_or(1.0, |weights| weights[i]));
            for (held, right) in held.iter_mut().zip(right) {
                *held = simd.mul_add_e_f64s(weight, *right, *held);
            }
        }
        let d = self.width + 1;
        add_lanes::<S>(&mut self.sums[(d - 1) * d..d * d - 1], &held, start, self.factor);
    }
}

/// Adds registers, whose first lane belongs to the column `start`, to the sums of columns; lanes behind these are left out.
#[inline(always)]
fn add_lanes<S: Simd>(sums: &mut [f64], held: &[S::f64s], start: usize, factor: f64) {
    let lanes: &[f64] = pulp::bytemuck::cast_slice(held);
    sums.iter_mut().skip(start).zip(lanes).for_each(|(sum, lane)| *sum += factor * lane);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_those_of_plain_loops() {
        let wave = |i: usize| (i as f64 * 0.37).sin() + 0.2;
        for width in 1..40 {
            let rows = 61;
            let flat: Vec<f64> = (0..rows * width).map(wave).collect();
            // With and without the last rows, which reach beyond the table.
            for chosen in [vec![], vec![60], vec![0, 3, 4, 17, 40], (0..61).step_by(2).collect(), (0..61).collect()] {
                for weights in [None, Some(chosen.iter().map(|row| f64::from(row % 3) - 0.5).collect::<Vec<f64>>())] {
                    let d = width + 1;
                    let mut sums = vec![0.25; d * d];
                    add_products(Cells { flat: &flat, width }, &chosen, weights.as_deref(), -2.0, &mut sums);
                    let cell = |row: u32, j: usize| if j == width { 1.0 } else { flat[row as usize * width + j] };
                    for (i, j) in (0..d).flat_map(|i| (0..=i).map(move |j| (i, j))) {
                        let weight = |at: usize| weights.as_ref().map_or(1.0, |weights| weights[at]);
                        let terms = chosen.iter().enumerate().map(|(at, r)| weight(at) * cell(*r, i) * cell(*r, j));
                        let want = 0.25 - 2.0 * terms.sum::<f64>();
                        assert!((sums[i * d + j] - want).abs() < 1e-11, "{width} columns: {i} {j}");
                    }
                }
            }
        }
    }
}
