//! Weighted sums of products of base columns: the Gram matrix that splits share.

use faer::linalg::matmul::triangular::{BlockStructure, matmul};
use faer::{Accum, MatMut, MatRef, Par};
use rayon::prelude::*;

use super::base::{DesignMatrix, ROW_BLOCK};
use super::encoding::ColumnSums;
use super::gram::Tile;
use crate::data::{FeatureColumn, Features};
use crate::model::interrupt::check;

/// Rows that are gathered at once: their block stays in the first-level cache.
const BLOCK: usize = 128;

/// Weighted sums of products of base columns.
#[derive(Debug, Clone)]
pub struct Moments {
    /// Dense block with the constant as last column (lower triangle), then for each level column its
    /// levels × that width, then for each pair of level columns its levels × levels.
    flat: Vec<f64>,
    /// Dense columns and the constant.
    d: usize,
    /// Start of each level column's block, its levels, and its first place in a base vector.
    levels: Vec<(usize, usize, usize)>,
    /// Start of the pair blocks: for column a, one start for each b < a.
    pairs: Vec<Vec<usize>>,
    /// Length of a base vector.
    size: usize,
}

impl Moments {
    /// How many sums there are for these features, before any is made.
    pub fn length(features: &Features) -> f64 {
        let (mut dense, mut levels, mut squares) = (2.0, 0.0, 0.0);
        for part in &features.parts {
            match part {
                FeatureColumn::Number { has_missing, .. } => dense += 1.0 + f64::from(u8::from(*has_missing)),
                FeatureColumn::Levels { levels: texts, .. } => {
                    let count = (texts.len() + 1) as f64;
                    levels += count;
                    squares += count * count;
                }
            }
        }
        dense * dense + levels * dense + 0.5 * (levels * levels - squares)
    }

    /// All zero.
    pub fn new(base: &DesignMatrix) -> Self {
        let d = base.width + 1;
        let mut end = d * d;
        let mut levels = Vec::with_capacity(base.levels.len());
        for column in &base.levels {
            levels.push((end, column.levels, column.at));
            end += column.levels * d;
        }
        let mut pairs: Vec<Vec<usize>> = Vec::with_capacity(levels.len());
        for a in 0..levels.len() {
            let mut starts = Vec::with_capacity(a);
            for b in &levels[..a] {
                starts.push(end);
                end += levels[a].1 * b.1;
            }
            pairs.push(starts);
        }
        Self { flat: vec![0.0; end], d, levels, pairs, size: base.size }
    }

    /// The moments of all rows of a base that differs from this one's in its target alone.
    pub fn with_target(&self, base: &DesignMatrix) -> Self {
        let mut moments = self.clone();
        let Some((at, _)) = base.target else { return moments };
        // The target is the last dense column: its row of the triangle, then the constant's.
        let mut sums = vec![0.0; self.d];
        let mut blocks: Vec<Vec<f64>> = self.levels.iter().map(|l| vec![0.0; l.1]).collect();
        for row in 0..base.rows {
            let cells = base.dense(row);
            let y = cells[at];
            sums.iter_mut().zip(cells).for_each(|(s, x)| *s += y * x);
            sums[self.d - 1] += y;
            for (block, column) in blocks.iter_mut().zip(&base.levels) {
                block[column.slot(row)] += y;
            }
        }
        moments.flat[at * self.d..=at * self.d + at].copy_from_slice(&sums[..=at]);
        moments.flat[(self.d - 1) * self.d + at] = sums[self.d - 1];
        for (block, (start, ..)) in blocks.iter().zip(&self.levels) {
            block.iter().enumerate().for_each(|(slot, y)| moments.flat[start + slot * self.d + at] = *y);
        }
        moments
    }

    /// How many sums there are.
    pub fn count(&self) -> usize {
        self.flat.len()
    }

    /// Adds the sums over other rows of the same base.
    pub fn join(&mut self, other: &Self) {
        self.flat.iter_mut().zip(&other.flat).for_each(|(a, b)| *a += b);
    }

    fn add_levels(&mut self, slots: &[usize], cells: &[f64], weight: f64) {
        for (a, slot) in slots.iter().enumerate() {
            let at = self.levels[a].0 + slot * self.d;
            for (sum, x) in self.flat[at..at + self.d].iter_mut().zip(cells) {
                *sum += weight * x;
            }
            for (b, start) in self.pairs[a].iter().enumerate() {
                self.flat[start + slot * self.levels[b].1 + slots[b]] += weight;
            }
        }
    }

    fn add_block(&mut self, left: &[f64], right: &[f64], rows: usize, factor: f64) {
        let d = self.d;
        if d <= 6 {
            for (l, r) in left.chunks_exact(d).zip(right.chunks_exact(d)) {
                for (i, l) in l.iter().enumerate() {
                    let sums = &mut self.flat[i * d..=i * d + i];
                    sums.iter_mut().zip(r).for_each(|(s, r)| *s += factor * l * r);
                }
            }
            return;
        }
        matmul(
            MatMut::from_row_major_slice_mut(&mut self.flat[..d * d], d, d),
            BlockStructure::TriangularLower,
            Accum::Add,
            MatRef::from_row_major_slice(left, rows, d).transpose(),
            BlockStructure::Rectangular,
            MatRef::from_row_major_slice(right, rows, d),
            BlockStructure::Rectangular,
            factor,
            Par::Seq,
        );
    }

    /// Index of the constant.
    pub fn constant(&self) -> usize {
        self.size - 1
    }

    /// The weights' sum.
    pub fn weight(&self) -> f64 {
        self.flat[self.d * self.d - 1]
    }

    /// Σ w · a · b for base columns `a` and `b`.
    pub fn at(&self, a: usize, b: usize) -> f64 {
        // The constant is the last dense column here and the last entry of a base vector.
        let dense = |i: usize| if i == self.size - 1 { Some(self.d - 1) } else { (i + 1 < self.d).then_some(i) };
        match (dense(a), dense(b)) {
            (Some(i), Some(j)) => self.flat[i.max(j) * self.d + i.min(j)],
            (Some(i), None) => self.level_entry(b, i),
            (None, Some(j)) => self.level_entry(a, j),
            (None, None) => {
                let ((ca, la), (cb, lb)) = (self.level_of(a), self.level_of(b));
                match ca.cmp(&cb) {
                    std::cmp::Ordering::Equal if la == lb => self.flat[self.levels[ca].0 + la * self.d + self.d - 1],
                    std::cmp::Ordering::Equal => 0.0,
                    std::cmp::Ordering::Greater => self.flat[self.pairs[ca][cb] + la * self.levels[cb].1 + lb],
                    std::cmp::Ordering::Less => self.flat[self.pairs[cb][ca] + lb * self.levels[ca].1 + la],
                }
            }
        }
    }

    fn level_of(&self, index: usize) -> (usize, usize) {
        let column = self.levels.partition_point(|l| l.2 <= index) - 1;
        (column, index - self.levels[column].2)
    }

    fn level_entry(&self, index: usize, dense: usize) -> f64 {
        let (column, level) = self.level_of(index);
        self.flat[self.levels[column].0 + level * self.d + dense]
    }
}

impl ColumnSums for Moments {
    fn at(&self, a: usize, b: usize) -> f64 {
        self.at(a, b)
    }

    fn constant(&self) -> usize {
        self.constant()
    }
}

impl DesignMatrix {
    /// Adds the products of all pairs of base columns over `rows` of a tile of this matrix, each as often as `weights` say,
    /// times `factor`.
    pub fn accumulate_rows(
        &self,
        moments: &mut Moments,
        tile: &Tile,
        rows: &[u32],
        weights: Option<&[f64]>,
        factor: f64,
    ) {
        let weight = |at: usize| weights.map_or(factor, |weights| factor * weights[at]);
        if !Tile::suits(self) {
            self.accumulate(moments, rows.iter().enumerate().map(|(at, row)| (*row, weight(at))));
            return;
        }
        check();
        tile.add_products(rows, weights, factor, &mut moments.flat[..(self.width + 1) * (self.width + 1)]);
        if self.levels.is_empty() {
            return;
        }
        let mut slots = vec![0usize; self.levels.len()];
        for (at, row) in rows.iter().enumerate() {
            slots.iter_mut().zip(&self.levels).for_each(|(s, column)| *s = column.slot(*row as usize));
            moments.add_levels(&slots, tile.row(*row), weight(at));
        }
    }

    /// Adds the weighted products of all pairs of base columns over the given rows.
    pub fn accumulate(&self, moments: &mut Moments, rows: impl Iterator<Item = (u32, f64)>) {
        let d = self.width + 1;
        let mut block = vec![0.0; BLOCK * d];
        let mut scaled = vec![0.0; BLOCK * d];
        let mut weights = [0.0; BLOCK];
        let mut slots = vec![0usize; self.levels.len()];
        let mut held = 0;
        let mut rows = rows.peekable();
        while let Some((row, weight)) = rows.next() {
            let row = row as usize;
            let cells = &mut block[held * d..(held + 1) * d];
            cells[..self.width].copy_from_slice(self.dense(row));
            cells[self.width] = 1.0;
            weights[held] = weight;
            if !slots.is_empty() {
                slots.iter_mut().zip(&self.levels).for_each(|(s, column)| *s = column.slot(row));
                moments.add_levels(&slots, cells, weight);
            }
            held += 1;
            if held == BLOCK || rows.peek().is_none() {
                check();
                let alike = weights[..held].iter().all(|w| *w == weights[0]);
                if !alike {
                    for (i, w) in weights[..held].iter().enumerate() {
                        for (s, x) in scaled[i * d..(i + 1) * d].iter_mut().zip(&block[i * d..(i + 1) * d]) {
                            *s = w * x;
                        }
                    }
                }
                let left = if alike { &block[..held * d] } else { &scaled[..held * d] };
                let factor = if alike { weights[0] } else { 1.0 };
                moments.add_block(left, &block[..held * d], held, factor);
                held = 0;
            }
        }
    }

    /// The moments of all rows, each with its weight; in parallel, to the same bits on any number of
    /// threads.
    pub fn all_moments(&self, weight: impl Fn(usize) -> f64 + Sync) -> Moments {
        let stretches: Vec<Moments> = (0..self.rows.div_ceil(ROW_BLOCK))
            .into_par_iter()
            .map(|s| {
                let mut part = Moments::new(self);
                let rows = s * ROW_BLOCK..((s + 1) * ROW_BLOCK).min(self.rows);
                self.accumulate(&mut part, rows.map(|r| (r as u32, weight(r))));
                part
            })
            .collect();
        let mut all = Moments::new(self);
        stretches.iter().for_each(|part| all.join(part));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Encoding, MISSING};

    fn features() -> Features {
        let n = 300;
        let wave = |i: usize, f: f64| (i as f64 * f).sin();
        let gappy = |i: usize| if i % 7 == 2 { f64::NAN } else { 5.0 + wave(i, 0.9) };
        let level = |i: usize| if i % 11 == 3 { MISSING } else { (i * 5 % 3) as u32 };
        let texts = |k: usize| (0..k).map(|l| l.to_string()).collect();
        Features {
            used: vec![],
            dropped: vec![],
            rows: n,
            parts: vec![
                FeatureColumn::Number {
                    name: "a".into(),
                    values: (0..n).map(|i| wave(i, 0.3)).collect(),
                    has_missing: false,
                },
                FeatureColumn::Levels {
                    name: "t".into(),
                    codes: (0..n).map(level).collect(),
                    levels: texts(3),
                    encoding: Encoding::OneHot,
                },
                FeatureColumn::Number { name: "b".into(), values: (0..n).map(gappy).collect(), has_missing: true },
                FeatureColumn::Levels {
                    name: "u".into(),
                    codes: (0..n).map(|i| (i / 4 % 2) as u32).collect(),
                    levels: texts(2),
                    encoding: Encoding::OneHot,
                },
            ],
        }
    }

    /// The base vector of a row, written out.
    fn vector(base: &DesignMatrix, row: usize) -> Vec<f64> {
        let mut v = vec![0.0; base.size];
        base.pull(&mut v, row, 1.0);
        v
    }

    #[test]
    fn moments_are_the_sums_of_products_of_base_columns() {
        let features = features();
        let y: Vec<f64> = (0..300).map(|i| f64::from(i % 13)).collect();
        for target in [Some(&y[..]), None] {
            let base = DesignMatrix::new(&features, target);
            let weight = |row: usize| (row % 4) as f64 - 1.0;
            let moments = base.all_moments(weight);
            for a in 0..base.size {
                for b in 0..base.size {
                    let want: f64 = (0..300).map(|r| weight(r) * vector(&base, r)[a] * vector(&base, r)[b]).sum();
                    assert!((moments.at(a, b) - want).abs() < 1e-9, "{a} {b}: {} {want}", moments.at(a, b));
                }
            }
            let turned: Vec<f64> = y.iter().rev().copied().collect();
            let other = base.with_target(&turned);
            let (kept, anew) = (base.all_moments(|_| 1.0).with_target(&other), other.all_moments(|_| 1.0));
            for (a, b) in (0..base.size).flat_map(|a| (0..base.size).map(move |b| (a, b))) {
                assert!((kept.at(a, b) - anew.at(a, b)).abs() < 1e-9, "{a} {b}");
            }
            let ones = vec![1.0; base.size];
            assert!((base.predictor(&ones, 5) - vector(&base, 5).iter().sum::<f64>()).abs() < 1e-12);
        }
    }
}
