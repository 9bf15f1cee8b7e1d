//! The encoding of one split as a linear map from base columns, fitted from sums over its train rows.

use ndarray::{Array1, Array2};

use super::SplitState;
use super::base::{ColumnSlot, DesignMatrix};
use super::moments::Moments;
use crate::data::{Encoding, FeatureColumn, mean_and_scale, value_of_levels};
use crate::model::interrupt::check;

/// A variance below this share of that of all rows has lost digits to the subtraction of test rows;
/// it is then computed from the train rows themselves.
const LOST: f64 = 1e-4;

/// A split's encoded columns in terms of base columns: column k is
/// `(Σ factor · base column - mean) / scale`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SplitEncoding {
    /// Mean of each column that is standardised, 0 for the others.
    means: Vec<f64>,
    scales: Vec<f64>,
    /// (base column, factor), column after column.
    terms: Vec<(usize, f64)>,
    /// Start of each column's terms, and their end.
    starts: Vec<usize>,
    /// Columns that do not vary among the train rows.
    pub constant: Vec<bool>,
    /// One-hot groups as ranges of encoded columns.
    pub groups: Vec<std::ops::Range<usize>>,
}

/// A weighted Gram matrix in encoded columns.
pub struct Products {
    /// columns × columns.
    pub gram: Array2<f64>,
    /// Σ w · column.
    pub sums: Array1<f64>,
    /// Σ w · column · target, where the target is a number (less its shift).
    pub with_target: Array1<f64>,
}

/// Sums over rows from which an encoding is fitted.
pub trait ColumnSums {
    /// Σ w · a · b for base columns `a` and `b` of one part of the features, or one and the constant.
    fn at(&self, a: usize, b: usize) -> f64;

    /// Index of the constant.
    fn constant(&self) -> usize;

    /// The weights' sum.
    fn weight(&self) -> f64 {
        self.at(self.constant(), self.constant())
    }
}

/// Sums of base columns, and of the squares of dense ones.
pub struct RowSums {
    /// A base vector.
    pub sums: Vec<f64>,
    /// One a dense column.
    pub squares: Vec<f64>,
}

impl ColumnSums for RowSums {
    fn at(&self, a: usize, b: usize) -> f64 {
        match (a, b) {
            _ if b == self.constant() => self.sums[a],
            // Levels and marks are 0 or 1: their squares are themselves.
            _ if a == b => self.squares.get(a).copied().unwrap_or(self.sums[a]),
            // No two base columns of a part differ from 0 in one row.
            _ => 0.0,
        }
    }

    fn constant(&self) -> usize {
        self.sums.len() - 1
    }
}

impl SplitEncoding {
    /// Fits the encoding to the train rows of a split with these moments; numbers are standardised.
    pub fn fit(work: &SplitState, moments: &impl ColumnSums) -> Self {
        let common = work.common;
        let linear = common.linear();
        let base = &linear.base;
        let rows = work.n_train();
        let mut it = Self { starts: vec![0], ..Self::default() };
        for (index, (part, place)) in common.features.parts.iter().zip(&base.places).enumerate() {
            match (part, place) {
                (FeatureColumn::Number { .. }, ColumnSlot::Number { at, mark, shift }) => {
                    let fill = mark.map_or(0.0, |_| work.median(index));
                    it.terms.push((*at, 1.0));
                    it.terms.extend(mark.map(|m| (m, fill - shift)));
                    let (mean, variance) = it.spread(moments);
                    // The same column over all rows: what is left of it shows how many digits are.
                    let (_, whole) = it.spread(&linear.all);
                    if variance > LOST * whole && variance > LOST * LOST * mean * mean {
                        it.close(mean, variance.sqrt(), false);
                    } else {
                        let values = common.numbers(index);
                        let train = work.split().train.iter().map(|r| values[*r as usize]);
                        let (mean, scale) =
                            mean_and_scale(rows, train.clone().map(|x| if x.is_nan() { fill } else { x }));
                        let varies =
                            train.map(|x| if x.is_nan() { fill } else { x } - mean).any(|d| d.abs() >= 0.5 * scale);
                        it.close(mean - shift, scale, scale == 1.0 && !varies);
                    }
                }
                (FeatureColumn::Levels { encoding, .. }, ColumnSlot::Levels(c)) => {
                    let column = &base.levels[*c];
                    let count = |level| moments.at(column.at + level, moments.constant()).round() as u32;
                    let counts: Vec<u32> = (0..column.levels).map(count).collect();
                    if *encoding == Encoding::OneHot {
                        let first = it.means.len();
                        for (level, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
                            it.terms.push((column.at + level, 1.0));
                            it.close(0.0, 1.0, *count as usize == rows);
                        }
                        it.groups.push(first..it.means.len());
                    } else {
                        let (of_level, unknown) = value_of_levels(&counts, *encoding, rows);
                        debug_assert!(of_level.iter().all(|v| !v.is_nan()) && !unknown.is_nan());
                        it.terms.extend(of_level.iter().enumerate().map(|(l, v)| (column.at + l, *v)));
                        let all = of_level.iter().zip(&counts).flat_map(|(v, c)| std::iter::repeat_n(*v, *c as usize));
                        let (mean, scale) = mean_and_scale(rows, all);
                        it.close(mean, scale, counts.iter().any(|c| *c as usize == rows));
                    }
                }
                _ => unreachable!("places are made from the parts"),
            }
        }
        it
    }

    fn close(&mut self, mean: f64, scale: f64, constant: bool) {
        self.means.push(mean);
        self.scales.push(scale);
        self.constant.push(constant);
        self.starts.push(self.terms.len());
    }

    /// Mean and variance of the column whose terms stand open at the end.
    fn spread(&self, moments: &impl ColumnSums) -> (f64, f64) {
        let open = &self.terms[self.starts[self.starts.len() - 1]..];
        let n = moments.weight();
        let mean = open.iter().map(|(i, f)| f * moments.at(*i, moments.constant())).sum::<f64>() / n;
        let square: f64 =
            open.iter().flat_map(|(i, f)| open.iter().map(move |(j, g)| f * g * moments.at(*i, *j))).sum();
        (mean, square / n - mean * mean)
    }

    /// Number of encoded columns.
    pub fn width(&self) -> usize {
        self.means.len()
    }

    /// The base column that a column is known by: no other has it.
    pub fn first_base(&self, column: usize) -> usize {
        self.terms(column)[0].0
    }

    /// Whether a column is 0 on all train rows.
    pub fn is_zero(&self, column: usize) -> bool {
        self.constant[column] && !self.groups.iter().any(|group| group.contains(&column))
    }

    /// Whether [`SplitEncoding::from_base`] knows a column's coefficient.
    pub fn is_from_base(&self, column: usize) -> bool {
        matches!(self.terms(column), [(_, factor), rest @ ..] if *factor == 1.0 && rest.len() < 2)
    }

    fn terms(&self, column: usize) -> &[(usize, f64)] {
        &self.terms[self.starts[column]..self.starts[column + 1]]
    }

    /// DesignMatrix coefficients of the predictor Σ coefficient · column + intercept.
    pub fn to_base(&self, coefficients: &[f64], intercept: f64, size: usize) -> Vec<f64> {
        let mut c = vec![0.0; size];
        c[size - 1] = intercept;
        for (k, b) in coefficients.iter().enumerate() {
            let slope = b / self.scales[k];
            self.terms(k).iter().for_each(|(i, f)| c[*i] += slope * f);
            c[size - 1] -= slope * self.means[k];
        }
        c
    }

    /// Coefficients and intercept with about the predictor of base coefficients `c`, to start from:
    /// exact but for other fills and unseen levels; levels as one number start from 0.
    pub fn from_base(&self, c: &[f64]) -> (Vec<f64>, f64) {
        let mut intercept = c[c.len() - 1];
        let coefficients = (0..self.width())
            .map(|k| {
                let slope = if self.is_from_base(k) { c[self.first_base(k)] } else { 0.0 };
                intercept += slope * self.means[k];
                slope * self.scales[k]
            })
            .collect();
        (coefficients, intercept)
    }

    /// One encoded cell.
    pub fn cell(&self, base: &DesignMatrix, column: usize, row: usize) -> f64 {
        let terms = self.terms(column);
        let sum = match terms {
            // A number has one term or two; levels have one each, and a row has one level.
            [(first, _), _, _, ..] => terms[base.level_at(*first, row)].1,
            _ => terms.iter().map(|(i, f)| f * base.cell(row, *i)).sum(),
        };
        (sum - self.means[column]) / self.scales[column]
    }

    /// The one base column that a column is, where it is one as it stands.
    pub(super) fn plain(&self, column: usize) -> Option<usize> {
        match self.terms(column) {
            [(first, factor)] if *factor == 1.0 => Some(*first),
            _ => None,
        }
    }

    /// What is taken off each column, and what the rest is divided by.
    pub(super) fn means_and_scales(&self) -> (&[f64], &[f64]) {
        (&self.means, &self.scales)
    }

    /// Mean and mean square of an encoded column from sums of base columns and of dense squares. No
    /// two terms of a column differ from 0 in one row, so squares add up.
    pub fn mean_and_square(&self, column: usize, sums: &[f64], squares: &[f64]) -> (f64, f64) {
        let n = sums[sums.len() - 1];
        // Levels and marks are 0 or 1: their squares are themselves.
        let square = |i: usize| squares.get(i).copied().unwrap_or(sums[i]);
        let terms = self.terms(column);
        let mean = terms.iter().map(|(i, f)| f * sums[*i]).sum::<f64>() / n;
        let raw = terms.iter().map(|(i, f)| f * f * square(*i)).sum::<f64>() / n;
        let (centre, scale) = (self.means[column], self.scales[column]);
        ((mean - centre) / scale, (raw - 2.0 * centre * mean + centre * centre) / (scale * scale))
    }

    /// Σ e · column from the base vector Σ e · base.
    pub fn from_pull(&self, g: &[f64]) -> Array1<f64> {
        let total = g[g.len() - 1];
        (0..self.width())
            .map(|k| {
                let sum: f64 = self.terms(k).iter().map(|(i, f)| f * g[*i]).sum();
                (sum - self.means[k] * total) / self.scales[k]
            })
            .collect()
    }

    /// Gram matrix, sums and products with the target (at the given base column).
    pub fn products(&self, moments: &Moments, target: Option<usize>) -> Products {
        let p = self.width();
        let one = moments.constant();
        let weight = moments.weight();
        let against = |k: usize, j: usize| self.terms(k).iter().map(|(i, f)| f * moments.at(*i, j)).sum::<f64>();
        let raw: Vec<f64> = (0..p).map(|k| against(k, one)).collect();
        let mut gram = Array2::zeros((p, p));
        for k in 0..p {
            check();
            for l in 0..=k {
                // No two terms of one column differ from 0 in one row.
                let sum: f64 = match k == l {
                    true => self.terms(k).iter().map(|(i, f)| f * (f * moments.at(*i, *i))).sum(),
                    false => self.terms(l).iter().map(|(j, f)| f * against(k, *j)).sum(),
                };
                let (a, b) = (self.means[k], self.means[l]);
                let value = (sum - a * raw[l] - b * raw[k] + weight * a * b) / (self.scales[k] * self.scales[l]);
                gram[[k, l]] = value;
                gram[[l, k]] = value;
            }
        }
        let scaled = |k: usize, sum: f64, total: f64| (sum - self.means[k] * total) / self.scales[k];
        let sums = (0..p).map(|k| scaled(k, raw[k], weight)).collect();
        let with_target = match target {
            Some(y) => (0..p).map(|k| scaled(k, against(k, y), moments.at(y, one))).collect(),
            None => Array1::zeros(0),
        };
        Products { gram, sums, with_target }
    }
}
