//! The table as base columns, from which every split's encoding is a linear map, and the three
//! passes over rows that linear models need: predictor, gradient and weighted Gram matrix (see `moments`).
//!
//! A number is kept less a shift (its median over all rows), 0 where it is missing, with a 0/1 mark
//! for missing where it has gaps; text is kept as levels. The imputed, standardised column of a split is
//! `(base + fill · mark - mean) / scale`, so fitting the encoding on the train rows costs no new table.
//! DesignMatrix vectors (coefficients, gradients) have one entry for each dense column, then one for each level,
//! then one for the constant.

use std::ops::Range;

use rayon::prelude::*;

use crate::data::{FeatureColumn, Features, Term, middle};
use crate::model::rows::Predictor;

/// Rows that one thread lays out or adds up; fixed, so that sums do not depend on threads.
pub(super) const ROW_BLOCK: usize = 1 << 15;

/// Where a part of the features is found among the base columns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ColumnSlot {
    /// A dense column: its position, that of its missing mark, and what was taken off.
    Number { at: usize, mark: Option<usize>, shift: f64 },
    /// A level column: its number among these.
    Levels(usize),
}

/// A column of levels; the last level is missing.
#[derive(Debug, Clone)]
pub struct LevelColumn {
    codes: Vec<u32>,
    /// Number of levels, missing included.
    pub levels: usize,
    /// Position of its first level in a base vector.
    pub at: usize,
}

impl LevelColumn {
    /// The level of a row.
    pub(super) fn slot(&self, row: usize) -> usize {
        self.codes[row] as usize
    }
}

/// All rows as base columns.
pub struct DesignMatrix {
    /// rows × width, row-major.
    dense: Vec<f64>,
    /// Dense columns, the target (if it is a number) last.
    pub width: usize,
    /// Number of rows.
    pub rows: usize,
    /// Where each part is.
    pub places: Vec<ColumnSlot>,
    /// The level columns.
    pub levels: Vec<LevelColumn>,
    /// Position of the target and what was taken off it.
    pub target: Option<(usize, f64)>,
    /// Length of a base vector.
    pub size: usize,
}

impl DesignMatrix {
    /// Lays out the features and, for regression, the target.
    pub fn new(features: &Features, target: Option<&[f64]>) -> Self {
        let of_part = |part: &FeatureColumn| match part {
            FeatureColumn::Number { values, .. } => middle(values),
            FeatureColumn::Levels { .. } => 0.0,
        };
        let shifts: Vec<f64> = features.parts.par_iter().map(of_part).collect();
        Self::shifted(&features.parts, features.rows, &shifts, target.map(|y| (y, middle(y))))
    }

    /// Lays out some rows of the features, and of the target, less these shifts.
    pub fn shifted(parts: &[FeatureColumn], rows: usize, shifts: &[f64], target: Option<(&[f64], f64)>) -> Self {
        let mut places = Vec::new();
        let mut levels = Vec::new();
        let mut width = 0;
        for (part, shift) in parts.iter().zip(shifts) {
            match part {
                FeatureColumn::Number { has_missing, .. } => {
                    let mark = has_missing.then_some(width + 1);
                    places.push(ColumnSlot::Number { at: width, mark, shift: *shift });
                    width += 1 + usize::from(*has_missing);
                }
                FeatureColumn::Levels { codes, levels: texts, .. } => {
                    places.push(ColumnSlot::Levels(levels.len()));
                    let codes = codes.iter().map(|c| (*c).min(texts.len() as u32)).collect();
                    levels.push(LevelColumn { codes, levels: texts.len() + 1, at: 0 });
                }
            }
        }
        let target_at = target.map(|(_, shift)| (width, shift));
        width += usize::from(target.is_some());
        let mut size = width;
        for column in &mut levels {
            column.at = size;
            size += column.levels;
        }
        let mut dense = vec![0.0; rows * width];
        dense.par_chunks_mut((ROW_BLOCK * width).max(1)).enumerate().for_each(|(stretch, cells)| {
            let first = stretch * ROW_BLOCK;
            for (i, row) in cells.chunks_exact_mut(width.max(1)).enumerate() {
                for (part, place) in parts.iter().zip(&places) {
                    if let (FeatureColumn::Number { values, .. }, ColumnSlot::Number { at, mark, shift }) =
                        (part, place)
                    {
                        let x = values[first + i];
                        if x.is_nan() {
                            mark.iter().for_each(|m| row[*m] = 1.0);
                        } else {
                            row[*at] = x - shift;
                        }
                    }
                }
                if let (Some((y, shift)), Some((at, _))) = (target, target_at) {
                    row[at] = y[first + i] - shift;
                }
            }
        });
        Self { dense, width, rows, places, levels, target: target_at, size: size + 1 }
    }

    /// The same columns with another target, which is the old one in another order.
    pub fn with_target(&self, target: &[f64]) -> Self {
        let mut base = Self {
            dense: self.dense.clone(),
            places: self.places.clone(),
            levels: self.levels.clone(),
            width: self.width,
            rows: self.rows,
            target: self.target,
            size: self.size,
        };
        if let Some((at, shift)) = self.target {
            for (row, y) in base.dense.chunks_exact_mut(self.width).zip(target) {
                row[at] = y - shift;
            }
        }
        base
    }

    /// What each entry of a base vector belongs to: a column's name, `column = level`, or `column missing`.
    /// The target's entry and the constant have no name.
    pub fn names(&self, features: &Features) -> Vec<Option<String>> {
        let mut names = vec![None; self.size];
        for (part, place) in features.parts.iter().zip(&self.places) {
            match (part, place) {
                (FeatureColumn::Number { name, .. }, ColumnSlot::Number { at, mark, .. }) => {
                    names[*at] = Some(name.clone());
                    mark.iter().for_each(|m| names[*m] = Some(format!("{name} missing")));
                }
                (FeatureColumn::Levels { name, levels, .. }, ColumnSlot::Levels(c)) => {
                    let at = self.levels[*c].at;
                    let texts = levels.iter().map(|level| format!("{name} = {level}"));
                    names.iter_mut().skip(at).zip(texts).for_each(|(slot, text)| *slot = Some(text));
                    names[at + levels.len()] = Some(format!("{name} missing"));
                }
                _ => {}
            }
        }
        names
    }

    /// The predictor of base coefficients `c` for any rows of cells.
    pub fn over_cells(&self, c: &[f64]) -> Predictor {
        let term = |place: &ColumnSlot| match place {
            ColumnSlot::Number { at, mark, shift } => {
                Term::Number { slope: c[*at], centre: *shift, missing: mark.map_or(0.0, |m| c[m]) }
            }
            ColumnSlot::Levels(l) => {
                let column = &self.levels[*l];
                Term::Levels(c[column.at..column.at + column.levels].to_vec())
            }
        };
        Predictor { intercept: c[self.size - 1], terms: self.places.iter().map(term).collect() }
    }

    /// The dense cells of consecutive rows, row-major.
    pub(super) fn dense_rows(&self, rows: Range<usize>) -> &[f64] {
        &self.dense[rows.start * self.width..rows.end * self.width]
    }

    /// The dense cells of a row.
    pub fn dense(&self, row: usize) -> &[f64] {
        &self.dense[row * self.width..(row + 1) * self.width]
    }

    /// The linear predictor of a row for base coefficients `c`.
    pub fn predictor(&self, c: &[f64], row: usize) -> f64 {
        let mut sum = c[self.size - 1] + dot(self.dense(row), &c[..self.width]);
        for column in &self.levels {
            sum += c[column.at + column.slot(row)];
        }
        sum
    }

    /// Adds `weight` times the row's base vector to `g`.
    pub fn pull(&self, g: &mut [f64], row: usize, weight: f64) {
        for (g, x) in g[..self.width].iter_mut().zip(self.dense(row)) {
            *g += weight * x;
        }
        for column in &self.levels {
            g[column.at + column.slot(row)] += weight;
        }
        g[self.size - 1] += weight;
    }

    /// One entry of a row's base vector.
    pub fn cell(&self, row: usize, index: usize) -> f64 {
        if index < self.width {
            return self.dense[row * self.width + index];
        }
        let column = self.level_column(index);
        f64::from(u8::from(index + 1 == self.size || column.slot(row) + column.at == index))
    }

    /// The level column that an entry of a base vector belongs to.
    fn level_column(&self, index: usize) -> &LevelColumn {
        &self.levels[self.level_column_of(index)]
    }

    /// The number of that level column.
    pub(super) fn level_column_of(&self, index: usize) -> usize {
        self.levels.partition_point(|l| l.at <= index) - 1
    }

    /// The level of a row in the level column of an entry, missing being the last.
    pub fn level_at(&self, index: usize, row: usize) -> usize {
        self.level_column(index).slot(row)
    }

    /// The level of a row, missing being the last.
    pub fn level(&self, column: usize, row: usize) -> usize {
        self.levels[column].slot(row)
    }
}

/// Σ a·b with four running sums, which the compiler keeps in vector registers.
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 4];
    let (a4, b4) = (a.chunks_exact(4), b.chunks_exact(4));
    let rest: f64 = a4.remainder().iter().zip(b4.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in a4.zip(b4) {
        for k in 0..4 {
            sums[k] += x[k] * y[k];
        }
    }
    (sums[0] + sums[2]) + (sums[1] + sums[3]) + rest
}
