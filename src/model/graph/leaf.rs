//! Scaled rows leaf by leaf, column by column, so that registers hold rows side by side.

use pulp::{Arch, Simd, WithSimd};

use super::tree::Node;
use crate::model::LANES;

/// The cells of all rows: scaled numbers, and codes of levels.
#[derive(Debug)]
pub(crate) struct LeafCells {
    /// For each leaf parts × rows, padded with NaN. Of rows that are alike there is one.
    flat: Vec<f64>,
    /// Where the cells of each node begin, and how many rows there are for each part.
    leaves: Vec<(usize, u32)>,
}

/// What a leaf's rows are compared with.
#[derive(Debug)]
pub(crate) struct Cell {
    /// A scaled number, or the code of a level.
    pub value: f64,
    /// Of a level, what another level adds besides 1.
    pub level: Option<f64>,
}

impl LeafCells {
    /// Of the leaves among these nodes; `cell` says what the row at a place has in a part.
    pub fn new(nodes: &[Node], parts: usize, cell: impl Fn(usize, usize) -> f64) -> Self {
        let (mut flat, mut leaves) = (Vec::new(), Vec::with_capacity(nodes.len()));
        for node in nodes {
            let (start, end) = (node.start as usize, node.end as usize);
            let end = if node.alike { end.min(start + 1) } else { end };
            let rows = if node.second > 0 { 0 } else { (end - start).next_multiple_of(LANES) };
            leaves.push((flat.len(), rows as u32));
            for part in (0..parts).filter(|_| rows > 0) {
                flat.extend((start..end).map(|place| cell(place, part)));
                flat.extend(std::iter::repeat_n(f64::NAN, rows + start - end));
            }
        }
        Self { flat, leaves }
    }

    /// A cell of the `row`-th row of a leaf.
    pub fn at(&self, leaf: usize, row: usize, part: usize) -> f64 {
        let (at, rows) = self.leaves[leaf];
        self.flat[at + part * rows as usize + row]
    }

    /// Squared distances to the rows of a leaf, each added up part by part; says whether any is within a limit. `out` is as
    /// long as the leaf with its padding.
    pub fn distances(&self, leaf: usize, query: &[Cell], limit: f64, out: &mut Vec<f64>) -> bool {
        let (at, rows) = self.leaves[leaf];
        let rows = rows as usize;
        out.resize(rows, 0.0);
        let cells = &self.flat[at..at + rows * query.len()];
        Arch::new().dispatch(Distances { cells, rows, query, limit, out })
    }
}

struct Distances<'a> {
    cells: &'a [f64],
    rows: usize,
    query: &'a [Cell],
    limit: f64,
    out: &'a mut [f64],
}

impl WithSimd for Distances<'_> {
    type Output = bool;

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) -> bool {
        let (mut first, mut any) = (0, false);
        while first + 4 * S::F64_LANES <= self.rows {
            any |= self.some::<S, 4>(simd, first);
            first += 4 * S::F64_LANES;
        }
        while first < self.rows {
            any |= self.some::<S, 1>(simd, first);
            first += S::F64_LANES;
        }
        any
    }
}

impl Distances<'_> {
    /// Those of the rows that `N` registers hold.
    #[inline(always)]
    fn some<S: Simd, const N: usize>(&mut self, simd: S, first: usize) -> bool {
        let mut sums = [simd.splat_f64s(0.0); N];
        let one = simd.splat_f64s(1.0);
        for (cell, column) in self.query.iter().zip(self.cells.chunks_exact(self.rows)) {
            let Some(column) = column.get(first..first + N * S::F64_LANES) else { break };
            let value = simd.splat_f64s(cell.value);
            let rows = S::as_simd_f64s(column).0;
            match cell.level {
                None => {
                    for (sum, row) in sums.iter_mut().zip(rows) {
                        let off = simd.sub_f64s(value, *row);
                        *sum = simd.add_f64s(*sum, simd.mul_f64s(off, off));
                    }
                }
                Some(weight) => {
                    let weight = simd.splat_f64s(weight);
                    for (sum, row) in sums.iter_mut().zip(rows) {
                        let other = simd.add_f64s(simd.add_f64s(*sum, weight), one);
                        *sum = simd.select_f64s(simd.equal_f64s(value, *row), *sum, other);
                    }
                }
            }
        }
        let (limit, mut any) = (simd.splat_f64s(self.limit), false);
        let out = S::as_mut_simd_f64s(&mut self.out[first..first + N * S::F64_LANES]).0;
        for (out, sum) in out.iter_mut().zip(sums) {
            *out = sum;
            any |= simd.first_true_m64s(simd.less_than_or_equal_f64s(sum, limit)) < S::F64_LANES;
        }
        any
    }
}
