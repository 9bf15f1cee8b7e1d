//! Linear predictors of many splits at once: products of a stretch of rows with a matrix of coefficients.

use std::ops::Range;

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};

use super::base::DesignMatrix;

/// Predictors are laid out in groups of so many: a product's digits depend on the number of columns where it is small.
const GROUP: usize = 8;

/// Linear predictors on base columns, side by side.
#[derive(Debug, Clone)]
pub struct ManyPredictors {
    /// base vector × lanes, row-major.
    flat: Vec<f64>,
    lanes: usize,
    size: usize,
}

impl ManyPredictors {
    /// Of these base coefficients; lanes without any are 0.
    pub fn new(coefficients: &[&[f64]], size: usize) -> Self {
        let lanes = coefficients.len().next_multiple_of(GROUP);
        let mut flat = vec![0.0; size * lanes];
        for (lane, of_lane) in coefficients.iter().enumerate() {
            of_lane.iter().enumerate().for_each(|(i, c)| flat[i * lanes + lane] = *c);
        }
        Self { flat, lanes, size }
    }

    /// All zero.
    pub fn zeros(lanes: usize, size: usize) -> Self {
        Self { flat: vec![0.0; size * lanes], lanes, size }
    }

    /// Number of lanes.
    pub fn lanes(&self) -> usize {
        self.lanes
    }

    /// The base vector of a lane.
    pub fn lane(&self, lane: usize) -> Vec<f64> {
        self.flat.iter().skip(lane).step_by(self.lanes).copied().collect()
    }

    /// Adds those of others.
    pub fn join(&mut self, other: &Self) {
        self.flat.iter_mut().zip(&other.flat).for_each(|(a, b)| *a += b);
    }

    fn entry(&self, i: usize) -> &[f64] {
        &self.flat[i * self.lanes..(i + 1) * self.lanes]
    }

    /// The constants of all lanes for some rows: rows × lanes, row-major.
    pub fn constants(&self, out: &mut [f64]) {
        out.chunks_exact_mut(self.lanes).for_each(|out| out.copy_from_slice(self.entry(self.size - 1)));
    }

    /// The predictors of some rows: rows × lanes, row-major.
    pub fn predict(&self, base: &DesignMatrix, rows: Range<usize>, out: &mut [f64]) {
        let constant = self.entry(self.size - 1);
        for (row, out) in rows.clone().zip(out.chunks_exact_mut(self.lanes)) {
            out.copy_from_slice(constant);
            for column in &base.levels {
                out.iter_mut().zip(self.entry(column.at + column.slot(row))).for_each(|(o, c)| *o += c);
            }
        }
        matmul(
            MatMut::from_row_major_slice_mut(out, rows.len(), self.lanes),
            Accum::Add,
            MatRef::from_row_major_slice(base.dense_rows(rows.clone()), rows.len(), base.width),
            MatRef::from_row_major_slice(&self.flat[..base.width * self.lanes], base.width, self.lanes),
            1.0,
            Par::Seq,
        );
    }

    /// Adds the base vectors of some rows, each times a number of each lane: rows × lanes.
    pub fn pull(&mut self, base: &DesignMatrix, rows: Range<usize>, times: &[f64]) {
        let (lanes, width) = (self.lanes, base.width);
        for (row, times) in rows.clone().zip(times.chunks_exact(lanes)) {
            let mut add = |i: usize| {
                self.flat[i * lanes..(i + 1) * lanes].iter_mut().zip(times).for_each(|(sum, t)| *sum += t);
            };
            base.levels.iter().for_each(|column| add(column.at + column.slot(row)));
            add(self.size - 1);
        }
        self.pull_dense(base.dense_rows(rows), width, times);
    }

    /// Adds the squares of the dense cells of some rows, each times a number of each lane; `buffer` is work space.
    pub fn pull_squares(&mut self, base: &DesignMatrix, rows: Range<usize>, times: &[f64], buffer: &mut Vec<f64>) {
        buffer.clear();
        buffer.extend(base.dense_rows(rows.clone()).iter().map(|x| x * x));
        self.pull_dense(buffer, base.width, times);
    }

    /// Adds rows of dense cells, each times a number of each lane.
    fn pull_dense(&mut self, cells: &[f64], width: usize, times: &[f64]) {
        let (lanes, rows) = (self.lanes, times.len() / self.lanes);
        matmul(
            MatMut::from_row_major_slice_mut(&mut self.flat[..width * lanes], width, lanes),
            Accum::Add,
            MatRef::from_row_major_slice(cells, rows, width).transpose(),
            MatRef::from_row_major_slice(times, rows, lanes),
            1.0,
            Par::Seq,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Encoding, FeatureColumn};

    #[test]
    fn many_predictors_are_each_alone() {
        let wave = |i: usize, f: f64| (i as f64 * f).sin();
        let number = |f: f64| FeatureColumn::Number {
            name: String::new(),
            values: (0..100).map(|i| if i % 9 == 4 { f64::NAN } else { wave(i, f) }).collect(),
            has_missing: true,
        };
        let levels = FeatureColumn::Levels {
            name: String::new(),
            codes: (0..100).map(|i| i % 3).collect(),
            levels: ["a", "b", "c"].map(String::from).to_vec(),
            encoding: Encoding::OneHot,
        };
        let y: Vec<f64> = (0..100).map(|i| wave(i, 1.3)).collect();
        let base = DesignMatrix::shifted(&[number(0.3), levels, number(0.7)], 100, &[0.1, 0.0, -0.2], Some((&y, 0.5)));
        let coefficients: Vec<Vec<f64>> =
            (0..11).map(|s| (0..base.size).map(|i| wave(i + 7 * s, 0.9)).collect()).collect();
        let many = ManyPredictors::new(&coefficients.iter().map(Vec::as_slice).collect::<Vec<_>>(), base.size);
        assert_eq!((many.lanes(), many.lane(3)), (16, coefficients[3].clone()));
        let (rows, mut out) = (13..90, vec![0.0; 77 * 16]);
        many.predict(&base, rows.clone(), &mut out);
        let mut pulls = ManyPredictors::zeros(16, base.size);
        pulls.pull(&base, rows.clone(), &out);
        for (s, own) in coefficients.iter().enumerate() {
            let mut pull = vec![0.0; base.size];
            for (row, out) in rows.clone().zip(out.chunks_exact(16)) {
                let alone = base.predictor(own, row);
                assert!((out[s] - alone).abs() < 1e-12);
                base.pull(&mut pull, row, alone);
            }
            assert!(pulls.lane(s).iter().zip(&pull).all(|(a, b)| (a - b).abs() < 1e-10));
        }
    }
}
