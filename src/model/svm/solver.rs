//! Sequential minimal optimisation with second-order working sets (Fan, Chen and Lin 2005), on a kernel matrix.
//!
//! The dual is written with the signs of the targets in the weights: minimise ½ bᵀKb + qᵀb with Σ b = 0, each weight between its
//! bounds. A classification has a variable a row; a regression has two, one for errors above the margin and one below.

use pulp::{Arch, Simd, WithSimd};

use super::vectors::{KernelMatrix, add_times};
use crate::model::LANES;
use crate::model::interrupt::check;

/// The curvature of a step is at least this.
const LEAST_CURVATURE: f64 = 1e-12;

/// Steps after which the solver gives up.
pub const MOST_STEPS: usize = 10_000_000;

/// Variables of a dual, a whole number for each row: all first ones, then all second ones.
pub struct Dual {
    /// Linear terms, variables × padded rows.
    pub linear: Vec<f64>,
    /// Least and largest weight of each variable.
    pub bounds: Vec<[f64; 2]>,
}

impl Dual {
    /// Of kinds of variables, each of which says its linear term and its bounds for a row.
    pub fn new<const N: usize>(matrix: &KernelMatrix, kinds: [&dyn Fn(usize) -> (f64, [f64; 2]); N]) -> Self {
        let (mut linear, mut bounds) = (Vec::new(), Vec::new());
        for kind in kinds {
            for row in 0..matrix.padded() {
                // What is beyond the rows cannot move.
                let (term, bound) = if row < matrix.rows() { kind(row) } else { (0.0, [0.0, 0.0]) };
                linear.push(term);
                bounds.push(bound);
            }
        }
        Self { linear, bounds }
    }
}

/// What a solver arrived at.
#[derive(Debug, Clone, PartialEq)]
pub struct Solution {
    /// A weight a row.
    pub weights: Vec<f64>,
    /// What is taken off sums of weight times kernel.
    pub rho: f64,
    /// Sums of weight times kernel for the rows themselves, added up anew.
    pub sums: Vec<f64>,
    /// By how much the optimality conditions are missed.
    pub missed: f64,
    /// Steps.
    pub steps: usize,
}

/// Solves a dual until the optimality conditions are missed by less than `tol`, from weights of 0.
pub fn solve(matrix: &KernelMatrix, dual: &Dual, tol: f64) -> Solution {
    let variables = dual.linear.len();
    let mut search = Search {
        matrix,
        dual,
        tol,
        diagonal: (0..matrix.padded()).map(|i| if i < matrix.rows() { matrix.row(i)[i] } else { 0.0 }).collect(),
        weights: vec![0.0; variables],
        sums: vec![0.0; matrix.padded()],
        may_rise: vec![f64::NEG_INFINITY; variables],
        may_fall: vec![f64::NEG_INFINITY; variables],
    };
    (0..variables).for_each(|v| search.mark(v));
    let steps = Arch::new().dispatch(&mut search);
    search.finished(steps)
}

struct Search<'a> {
    matrix: &'a KernelMatrix,
    dual: &'a Dual,
    tol: f64,
    diagonal: Vec<f64>,
    /// A weight a variable.
    weights: Vec<f64>,
    /// For each row the sum of weight times kernel.
    sums: Vec<f64>,
    /// 0 for a variable that may become larger, or smaller, and minus infinity for others.
    may_rise: Vec<f64>,
    may_fall: Vec<f64>,
}

impl Search<'_> {
    fn mark(&mut self, v: usize) {
        let ([low, high], weight) = (self.dual.bounds[v], self.weights[v]);
        self.may_rise[v] = if weight < high { 0.0 } else { f64::NEG_INFINITY };
        self.may_fall[v] = if weight > low { 0.0 } else { f64::NEG_INFINITY };
    }

    fn row(&self, v: usize) -> usize {
        v % self.matrix.padded()
    }

    /// The slope of the objective along a variable.
    fn slope(&self, v: usize) -> f64 {
        self.sums[self.row(v)] + self.dual.linear[v]
    }

    /// Moves weight from one variable to another.
    fn step(&mut self, up: usize, down: usize) -> f64 {
        let (i, j) = (self.row(up), self.row(down));
        let curvature = (self.diagonal[i] + self.diagonal[j] - 2.0 * self.matrix.row(i)[j]).max(LEAST_CURVATURE);
        let wanted = (self.slope(down) - self.slope(up)) / curvature;
        let rooms = [self.dual.bounds[up][1] - self.weights[up], self.weights[down] - self.dual.bounds[down][0]];
        let by = wanted.min(rooms[0]).min(rooms[1]);
        // A variable that reaches its bound is there, whatever rounding says.
        self.weights[up] = if by >= rooms[0] { self.dual.bounds[up][1] } else { self.weights[up] + by };
        self.weights[down] = if by >= rooms[1] { self.dual.bounds[down][0] } else { self.weights[down] - by };
        self.mark(up);
        self.mark(down);
        by
    }

    fn finished(mut self, steps: usize) -> Solution {
        let (rows, padded) = (self.matrix.rows(), self.matrix.padded());
        let weights: Vec<f64> = (0..rows).map(|row| self.weights[row..].iter().step_by(padded).sum()).collect();
        self.sums.fill(0.0);
        for (row, weight) in weights.iter().enumerate().filter(|(_, weight)| **weight != 0.0) {
            add_times(&mut self.sums, self.matrix.row(row), *weight);
        }
        let (mut rise, mut fall) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
        let (mut free, mut of_free, mut size) = (0.0, 0.0, 0.0);
        let (mut below, mut above) = (f64::NEG_INFINITY, f64::INFINITY);
        for v in (0..self.weights.len()).filter(|v| self.row(*v) < rows) {
            let (slope, rises, falls) = (self.slope(v), self.may_rise[v] == 0.0, self.may_fall[v] == 0.0);
            size += self.weights[v].abs();
            rise = if rises { rise.max(-slope) } else { rise };
            fall = if falls { fall.max(slope) } else { fall };
            match (rises, falls) {
                (true, true) => (free, of_free) = (free + 1.0, of_free + slope),
                (false, true) => below = below.max(slope),
                (true, false) => above = above.min(slope),
                (false, false) => {}
            }
        }
        let rho = match (free > 0.0, below.is_finite() && above.is_finite()) {
            (true, _) => of_free / free,
            (false, true) => 0.5 * (below + above),
            (false, false) => 0.0,
        };
        self.sums.truncate(rows);
        // Slopes are sums over all weights, and no more exact than that.
        Solution { weights, rho, sums: self.sums, missed: rise + fall - 1e-12 * size, steps }
    }
}

/// The place of the largest number, the first of equal ones.
struct Largest<S: Simd> {
    value: S::f64s,
    at: S::f64s,
}

impl<S: Simd> Largest<S> {
    #[inline(always)]
    fn new(simd: S) -> Self {
        Self { value: simd.splat_f64s(f64::NEG_INFINITY), at: simd.splat_f64s(0.0) }
    }

    #[inline(always)]
    fn offer(&mut self, simd: S, value: S::f64s, at: S::f64s) {
        let is_larger = simd.greater_than_f64s(value, self.value);
        self.value = simd.select_f64s(is_larger, value, self.value);
        self.at = simd.select_f64s(is_larger, at, self.at);
    }

    #[inline(always)]
    fn found(self) -> Option<(f64, usize)> {
        let (mut values, mut places) = ([f64::NEG_INFINITY; LANES], [0.0; LANES]);
        S::as_mut_simd_f64s(&mut values).0[0] = self.value;
        S::as_mut_simd_f64s(&mut places).0[0] = self.at;
        let mut best: Option<(f64, f64)> = None;
        for (value, at) in values.into_iter().zip(places).filter(|(value, _)| *value > f64::NEG_INFINITY) {
            if best.is_none_or(|(most, first)| value > most || (value == most && at < first)) {
                best = Some((value, at));
            }
        }
        best.map(|(value, at)| (value, at as usize))
    }
}

impl WithSimd for &mut Search<'_> {
    type Output = usize;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> usize {
        let mut steps = 0;
        while steps < MOST_STEPS {
            if steps % 64 == 0 {
                check();
            }
            let Some((up, down)) = self.pair::<S>(simd) else { break };
            let by = self.step(up, down);
            let (add, take) = (self.matrix.row(self.row(up)), self.matrix.row(self.row(down)));
            let by = simd.splat_f64s(by);
            let sums = S::as_mut_simd_f64s(&mut self.sums).0.iter_mut();
            for ((sum, add), take) in sums.zip(S::as_simd_f64s(add).0).zip(S::as_simd_f64s(take).0) {
                *sum = simd.add_f64s(*sum, simd.mul_f64s(by, simd.sub_f64s(*add, *take)));
            }
            steps += 1;
        }
        steps
    }
}

impl Search<'_> {
    /// The variable to raise and the one to lower next; `None` at a solution.
    #[inline(always)]
    fn pair<S: Simd>(&self, simd: S) -> Option<(usize, usize)> {
        let padded = self.matrix.padded();
        let ramp: [f64; LANES] = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0];
        let first = S::as_simd_f64s(&ramp[..S::F64_LANES]).0[0];
        let next = simd.splat_f64s(S::F64_LANES as f64);
        let minus = simd.splat_f64s(f64::NEG_INFINITY);
        let sums = S::as_simd_f64s(&self.sums).0;
        let (mut rise, mut fall, mut at) = (Largest::<S>::new(simd), minus, first);
        let kinds = self.dual.linear.chunks_exact(padded);
        let kinds = kinds.zip(self.may_rise.chunks_exact(padded).zip(self.may_fall.chunks_exact(padded)));
        for (linear, (may_rise, may_fall)) in kinds.clone() {
            let marks = S::as_simd_f64s(may_rise).0.iter().zip(S::as_simd_f64s(may_fall).0);
            for ((sum, linear), (may_rise, may_fall)) in sums.iter().zip(S::as_simd_f64s(linear).0).zip(marks) {
                let slope = simd.add_f64s(*sum, *linear);
                rise.offer(simd, simd.sub_f64s(*may_rise, slope), at);
                fall = simd.max_f64s(fall, simd.add_f64s(slope, *may_fall));
                at = simd.add_f64s(at, next);
            }
        }
        let (most, up) = rise.found()?;
        let mut falls = [f64::NEG_INFINITY; LANES];
        S::as_mut_simd_f64s(&mut falls).0[0] = fall;
        if most + falls.into_iter().fold(f64::NEG_INFINITY, f64::max) < self.tol {
            return None;
        }
        // Of those that may fall the one that lowers the objective most, by the curvature along the two.
        let own = self.row(up);
        let kernel = S::as_simd_f64s(self.matrix.row(own)).0;
        let (diagonal, own) = (S::as_simd_f64s(&self.diagonal).0, simd.splat_f64s(self.diagonal[own]));
        let (least, zero) = (simd.splat_f64s(LEAST_CURVATURE), simd.splat_f64s(0.0));
        let most = simd.splat_f64s(most);
        let (mut best, mut at) = (Largest::<S>::new(simd), first);
        for (linear, (_, may_fall)) in kinds {
            let each = sums.iter().zip(S::as_simd_f64s(linear).0).zip(S::as_simd_f64s(may_fall).0);
            for (((sum, linear), may_fall), (kernel, other)) in each.zip(kernel.iter().zip(diagonal)) {
                let slope = simd.add_f64s(simd.add_f64s(*sum, *linear), *may_fall);
                let gap = simd.add_f64s(most, slope);
                let curvature = simd.sub_f64s(simd.add_f64s(own, *other), simd.add_f64s(*kernel, *kernel));
                let gain = simd.div_f64s(simd.mul_f64s(gap, gap), simd.max_f64s(curvature, least));
                let gain = simd.select_f64s(simd.greater_than_f64s(gap, zero), gain, minus);
                best.offer(simd, gain, at);
                at = simd.add_f64s(at, next);
            }
        }
        best.found().map(|(_, down)| (up, down))
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::super::FittedKernel;
    use super::*;

    /// The optimality conditions of a classification, from the weights alone.
    #[test]
    fn conditions_of_the_optimum_are_met() {
        for (n, c) in [(2, 1.0), (9, 0.3), (60, 5.0), (83, 100.0)] {
            let x = Array2::from_shape_fn((n, 3), |(i, j)| ((i * 3 + j) as f64 * 1.7).sin() + (i % 2) as f64 * 0.4);
            let is = |row: usize| row % 2 == 1;
            let matrix = KernelMatrix::new(FittedKernel::Rbf(2.0), x.view());
            let of_row = |row: usize| if is(row) { (-1.0, [0.0, c]) } else { (1.0, [-c, 0.0]) };
            let found = solve(&matrix, &Dual::new(&matrix, [&of_row]), 1e-9);
            assert!(found.weights.iter().sum::<f64>().abs() < 1e-12 * c * n as f64 && found.missed < 1e-9);
            for row in 0..n {
                let sum: f64 = (0..n).map(|i| found.weights[i] * matrix.row(row)[i]).sum();
                assert!((sum - found.sums[row]).abs() < 1e-9);
                let margin = (sum - found.rho) * if is(row) { 1.0 } else { -1.0 };
                let weight = found.weights[row] * if is(row) { 1.0 } else { -1.0 };
                assert!((0.0..=c).contains(&weight));
                match weight {
                    0.0 => assert!(margin > 1.0 - 1e-8, "{n} {row}: {margin}"),
                    _ if weight == c => assert!(margin < 1.0 + 1e-8, "{n} {row}: {margin}"),
                    _ => assert!((margin - 1.0).abs() < 1e-8, "{n} {row}: {margin}"),
                }
            }
        }
    }
}
