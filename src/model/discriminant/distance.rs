//! How far rows are from a normal class: 24 rows side by side, and four directions of the class at a time.
//!
//! A row's sums are taken in the order of its columns, whatever rows are beside it, and products are fused, which rounds
//! alike on every processor.

use ndarray::{ArrayView1, ArrayView2};
use pulp::{Arch, Simd, WithSimd};

use super::rule::Shape;
use crate::model::LANES;
use crate::model::interrupt::check;

/// Directions that are worked on together.
const DIRECTIONS: usize = 4;
/// Registers of rows that are.
const SIDE_BY_SIDE: usize = 3;
/// Rows of a tile: so many of the widest registers.
const ROWS: usize = SIDE_BY_SIDE * LANES;

/// A few directions, column by column as far as one of them is not 0.
struct Block {
    weights: Vec<[f64; DIRECTIONS]>,
    /// The class's mean along each, with the opposite sign.
    start: [f64; DIRECTIONS],
    factors: [f64; DIRECTIONS],
}

/// A normal class as distances need it.
pub struct Distances {
    blocks: Vec<Block>,
    mean: Vec<f64>,
    rest: f64,
}

impl Distances {
    /// From a shape and the class's mean.
    pub fn new(shape: &Shape, mean: ArrayView1<f64>) -> Self {
        let directions = shape.directions.ncols();
        let block = |first: usize| {
            let of = |d: usize| (first + d < directions).then(|| shape.directions.column(first + d));
            let each: [_; DIRECTIONS] = std::array::from_fn(of);
            let cell = |d: usize, column: usize| each[d].map_or(0.0, |direction| direction[column]);
            let reach = (0..mean.len()).rev().find(|j| (0..DIRECTIONS).any(|d| cell(d, *j) != 0.0));
            let weights = (0..reach.map_or(0, |j| j + 1)).map(|j| std::array::from_fn(|d| cell(d, j))).collect();
            let start = each.map(|direction| direction.map_or(0.0, |direction| -direction.dot(&mean)));
            let factor = |d: usize| shape.factors.get(first + d).copied().unwrap_or(0.0);
            Block { weights, start, factors: std::array::from_fn(factor) }
        };
        let blocks = (0..directions).step_by(DIRECTIONS).map(block).collect();
        Self { blocks, mean: mean.to_vec(), rest: shape.rest }
    }

    /// Writes the square of each row's distance over `out`; `rows` are rows × columns.
    pub fn squares(&self, rows: ArrayView2<f64>, out: &mut [f64]) {
        match rows.as_slice() {
            Some(rows) => Arch::new().dispatch(Squares { of: self, rows, out }),
            None => self.squares(rows.as_standard_layout().view(), out),
        }
    }
}

// A struct, since a closure given to the dispatch is not compiled for the processor that it finds.
struct Squares<'a> {
    of: &'a Distances,
    /// rows × columns.
    rows: &'a [f64],
    out: &'a mut [f64],
}

impl WithSimd for Squares<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let columns = self.of.mean.len();
        let mut tile = vec![[0.0; ROWS]; columns];
        for (rows, out) in self.rows.chunks(ROWS * columns.max(1)).zip(self.out.chunks_mut(ROWS)) {
            for (r, row) in rows.chunks_exact(columns).enumerate() {
                tile.iter_mut().zip(row).for_each(|(cells, x)| cells[r] = *x);
            }
            check();
            let mut squares = [0.0; ROWS];
            let sums = S::as_mut_simd_f64s(&mut squares).0;
            for (at, squares) in sums.chunks_exact_mut(SIDE_BY_SIDE).enumerate() {
                for block in &self.of.blocks {
                    add_squares(simd, block, &tile, at * SIDE_BY_SIDE, squares);
                }
            }
            if self.of.rest != 0.0 {
                let mut from_mean = [0.0; ROWS];
                for (cells, mean) in tile.iter().zip(&self.of.mean) {
                    for (sum, x) in from_mean.iter_mut().zip(cells) {
                        *sum += (x - mean) * (x - mean);
                    }
                }
                // The directions take away again what is too much.
                for (square, from_mean) in squares.iter_mut().zip(from_mean) {
                    *square = (self.of.rest * from_mean + *square).max(0.0);
                }
            }
            out.copy_from_slice(&squares[..out.len()]);
        }
    }
}

/// Adds the squares along the directions of a block for a few registers of rows of the tile, of which `first` is the first.
#[inline(always)]
fn add_squares<S: Simd>(simd: S, block: &Block, tile: &[[f64; ROWS]], first: usize, squares: &mut [S::f64s]) {
    let mut along = block.start.map(|start| [simd.splat_f64s(start); SIDE_BY_SIDE]);
    for (weights, cells) in block.weights.iter().zip(tile) {
        let cells = &S::as_simd_f64s(cells).0[first..first + SIDE_BY_SIDE];
        for (along, weight) in along.iter_mut().zip(weights) {
            let weight = simd.splat_f64s(*weight);
            for (sum, x) in along.iter_mut().zip(cells) {
                *sum = simd.mul_add_f64s(weight, *x, *sum);
            }
        }
    }
    for (along, factor) in along.iter().zip(block.factors) {
        let factor = simd.splat_f64s(factor);
        for (square, along) in squares.iter_mut().zip(along) {
            *square = simd.mul_add_f64s(simd.mul_f64s(factor, *along), *along, *square);
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array1, Array2};

    use super::*;

    fn square(shape: &Shape, centred: &Array1<f64>) -> f64 {
        let along = shape.directions.t().dot(centred);
        let own: f64 = along.iter().zip(&shape.factors).map(|(a, f)| f * a * a).sum();
        if shape.rest == 0.0 { own } else { (shape.rest * centred.dot(centred) + own).max(0.0) }
    }

    #[test]
    fn squares_are_those_of_single_rows_whatever_is_beside_them() {
        let wave = |i: usize, j: usize| ((i * 31 + j * 17) as f64 * 0.37).sin();
        for (columns, directions, rest) in [(1, 1, 0.0), (5, 5, 0.0), (9, 3, 2.5), (30, 30, 0.0), (7, 0, 1.0)] {
            for triangular in [false, true] {
                let cell = |(j, d): (usize, usize)| if triangular && j > d { 0.0 } else { wave(j, d + 40) };
                let shape = Shape {
                    directions: Array2::from_shape_fn((columns, directions), cell),
                    factors: Array1::from_shape_fn(directions, |d| 0.5 + wave(d, 3).abs()),
                    rest,
                };
                let mean = Array1::from_shape_fn(columns, |j| wave(j, 90));
                let distances = Distances::new(&shape, mean.view());
                let rows = Array2::from_shape_fn((61, columns), |(i, j)| wave(i, j));
                let mut made = vec![f64::NAN; 61];
                distances.squares(rows.view(), &mut made);
                for (row, made) in rows.outer_iter().zip(&made) {
                    let plain = square(&shape, &(&row - &mean));
                    assert!((made - plain).abs() < 1e-12 * plain.max(1.0), "{made} {plain}");
                }
                for from in [1, 23, 60] {
                    let mut some = vec![f64::NAN; 61 - from];
                    distances.squares(rows.slice(ndarray::s![from.., ..]), &mut some);
                    assert_eq!(some, made[from..]);
                }
            }
        }
    }
}
