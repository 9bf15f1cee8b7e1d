//! Sums of products of pairs of columns over some rows of a tile.
//!
//! A tile is laid out once so that its rows begin where registers do, and then many splits add up their own rows of it: some
//! columns times a stretch of all of them, with the sums in registers over the rows.

use std::ops::Range;

use pulp::{Arch, Simd, WithSimd};

use super::base::DesignMatrix;
use crate::model::LANES;

/// Rows of a tile: they stay in the cache while splits take turns at them.
const ROWS: usize = 512;
/// Up to so many dense columns are multiplied where they stand; more are gathered for products that spare the cache.
const MOST: usize = 128;
/// Bytes at whose multiples rows begin.
const ALIGNED: usize = 64;

/// Consecutive rows of a matrix: its dense columns and a constant 1, padded with zeros to whole registers.
#[derive(Default)]
pub struct Tile {
    flat: Vec<f64>,
    /// Numbers before the first row.
    start: usize,
    /// Columns, the constant included, and the same with padding.
    columns: usize,
    padded: usize,
    /// The place of its first row in the matrix.
    first: u32,
}

impl Tile {
    /// Whether products of the columns of a matrix are added up in tiles.
    pub fn suits(matrix: &DesignMatrix) -> bool {
        matrix.width <= MOST
    }

    /// Cuts rows of a matrix into those of tiles.
    pub fn cut(matrix: &DesignMatrix, rows: Range<usize>) -> impl Iterator<Item = Range<usize>> {
        let step = if Self::suits(matrix) { ROWS } else { rows.len().max(1) };
        rows.clone().step_by(step).map(move |start| start..rows.end.min(start + step))
    }

    /// Takes other rows of a matrix; none of a matrix that tiles do not suit.
    pub fn load(&mut self, matrix: &DesignMatrix, rows: Range<usize>) {
        if !Self::suits(matrix) {
            return;
        }
        let columns = matrix.width + 1;
        let padded = columns.next_multiple_of(LANES);
        let length = rows.len() * padded;
        if self.columns != columns || self.flat.len() < length + ALIGNED / 8 {
            self.flat = vec![0.0; length + ALIGNED / 8];
            self.start = self.flat.as_ptr().align_offset(ALIGNED).min(ALIGNED / 8);
            (self.columns, self.padded) = (columns, padded);
        }
        self.first = rows.start as u32;
        let cells = self.flat[self.start..self.start + length].chunks_exact_mut(padded);
        for (to, row) in cells.zip(rows) {
            to[..matrix.width].copy_from_slice(matrix.dense(row));
            to[matrix.width] = 1.0;
        }
    }

    /// The dense cells of a row of the matrix, and the constant.
    pub fn row(&self, row: u32) -> &[f64] {
        let at = self.start + (row - self.first) as usize * self.padded;
        &self.flat[at..at + self.columns]
    }

    /// Adds to `sums`, columns × columns of which the lower triangle is used, the products of all pairs over these rows of the
    /// matrix. Each row counts `factor` times, or as often as its weight says, times `factor`.
    pub fn add_products(&self, rows: &[u32], weights: Option<&[f64]>, factor: f64, sums: &mut [f64]) {
        Arch::new().dispatch(Products { tile: self, rows, weights, factor, sums });
    }
}

struct Products<'a> {
    tile: &'a Tile,
    rows: &'a [u32],
    weights: Option<&'a [f64]>,
    factor: f64,
    sums: &'a mut [f64],
}

impl WithSimd for Products<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        // As many sums as stay in registers.
        if S::REGISTER_COUNT >= 32 {
            self.squares::<S, 8, 3>(simd);
        } else {
            self.squares::<S, 4, 2>(simd);
        }
    }
}

impl Products<'_> {
    /// Adds all products, those of `LEFT` columns with up to `MOST` registers of columns at a time.
    #[inline(always)]
    fn squares<S: Simd, const LEFT: usize, const MOST: usize>(&mut self, simd: S) {
        for first in (0..self.tile.columns).step_by(LEFT) {
            // The columns up to the last of these, in registers.
            let registers = (first + LEFT).min(self.tile.columns).div_ceil(S::F64_LANES);
            for from in (0..registers).step_by(MOST) {
                match (registers - from).min(MOST) {
                    1 => self.square::<S, LEFT, 1>(simd, first, from),
                    2 => self.square::<S, LEFT, 2>(simd, first, from),
                    _ => self.square::<S, LEFT, 3>(simd, first, from),
                }
            }
        }
    }

    /// Adds the products of `LEFT` columns with those of `N` registers.
    #[inline(always)]
    fn square<S: Simd, const LEFT: usize, const N: usize>(&mut self, simd: S, first: usize, from: usize) {
        let Tile { flat, start, padded, columns, first: row_of_tile, .. } = self.tile;
        let mut held = [[simd.splat_f64s(0.0); N]; LEFT];
        let at = from * S::F64_LANES;
        let parts = |row: u32| -> Option<(&[f64; LEFT], &[S::f64s; N])> {
            let cells = flat.get(start + (row - row_of_tile) as usize * padded..)?;
            let (right, _) = S::as_simd_f64s(cells.get(at..at + N * S::F64_LANES)?);
            Some((cells.get(first..first + LEFT)?.first_chunk()?, right.first_chunk()?))
        };
        match self.weights {
            None => {
                for (left, right) in self.rows.iter().map_while(|row| parts(*row)) {
                    for a in 0..LEFT {
                        let left = simd.splat_f64s(left[a]);
                        for n in 0..N {
                            held[a][n] = simd.mul_add_e_f64s(left, right[n], held[a][n]);
                        }
                    }
                }
            }
            Some(weights) => {
                for ((left, right), weight) in self.rows.iter().map_while(|row| parts(*row)).zip(weights) {
                    for a in 0..LEFT {
                        let left = simd.splat_f64s(weight * left[a]);
                        for n in 0..N {
                            held[a][n] = simd.mul_add_e_f64s(left, right[n], held[a][n]);
                        }
                    }
                }
            }
        }
        for (i, held) in (first..*columns).zip(&held) {
            // Lanes behind the triangle are left out.
            let lanes: &[f64] = pulp::bytemuck::cast_slice(held);
            let sums = &mut self.sums[i * columns..=i * columns + i];
            sums.iter_mut().skip(at).zip(lanes).for_each(|(sum, lane)| *sum += self.factor * lane);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::FeatureColumn;

    #[test]
    fn products_are_those_of_plain_loops() {
        let wave = |i: usize| (i as f64 * 0.37).sin() + 0.2;
        let mut tile = Tile::default();
        for width in 1..40 {
            let part = |c: usize| FeatureColumn::Number {
                name: String::new(),
                values: (0..61).map(|row| wave(row * width + c)).collect(),
                has_missing: false,
            };
            let parts: Vec<FeatureColumn> = (0..width).map(part).collect();
            let matrix = DesignMatrix::shifted(&parts, 61, &vec![0.0; width], None);
            tile.load(&matrix, 3..61);
            for chosen in [vec![], vec![60], vec![3, 4, 17, 40], (3..61).step_by(2).collect(), (3..61).collect()] {
                for weights in [None, Some(chosen.iter().map(|row| f64::from(row % 3) - 0.5).collect::<Vec<f64>>())] {
                    let d = width + 1;
                    let mut sums = vec![0.25; d * d];
                    tile.add_products(&chosen, weights.as_deref(), -2.0, &mut sums);
                    let cell = |row: u32, j: usize| if j == width { 1.0 } else { wave(row as usize * width + j) };
                    for (i, j) in (0..d).flat_map(|i| (0..d).map(move |j| (i, j))) {
                        let weight = |at: usize| weights.as_ref().map_or(1.0, |weights| weights[at]);
                        let terms = chosen.iter().enumerate().map(|(at, r)| weight(at) * cell(*r, i) * cell(*r, j));
                        let want = 0.25 - if j <= i { 2.0 * terms.sum::<f64>() } else { 0.0 };
                        assert!((sums[i * d + j] - want).abs() < 1e-11, "{width} columns: {i} {j}");
                    }
                }
            }
        }
    }
}
