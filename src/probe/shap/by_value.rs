//! SHAP values from the lowest to the highest values of a column: which way the column moves predictions.

use ndarray::ArrayView1;

use crate::data::{FeatureColumn, Target};
use crate::probe::curves::CurveInfo;
use crate::probe::partial_dependence::most_frequent;
use crate::probe::{ProbeContext, Recorder};
use crate::stats::quantile;

/// Bins of equally many rows, of a column with more values.
const BINS: usize = 5;
/// Levels at most, and the share of the rows that each must have.
const LEVELS: usize = 8;
const SHARE: f64 = 0.05;
/// Tables of more columns have no such curves.
const MOST_COLUMNS: usize = 50;

/// The values of a column, in a few bins.
pub struct ColumnBins {
    column: String,
    /// Cells above each edge are in a later bin; of levels, their codes.
    bins: Bins,
}

enum Bins {
    Edges(Vec<f64>),
    Levels(Vec<usize>),
}

/// The columns that have such a curve, each with what the curve is; none of more than two classes, whose outputs differ in
/// sign.
pub fn of_columns(scene: &ProbeContext) -> (Vec<ColumnBins>, Vec<CurveInfo>) {
    let is_one_output = match scene.target {
        Target::Regression { .. } => true,
        Target::Classification { labels, .. } => labels.len() == 2,
    };
    let features = scene.features;
    if !is_one_output || features.used.len() > MOST_COLUMNS {
        return (Vec::new(), Vec::new());
    }
    let parts = features.parts_of_columns();
    let of_column = |(at, parts): (usize, &std::ops::Range<usize>)| {
        let feature = &features.used[at];
        if !feature.calendar.is_empty() {
            return None;
        }
        let (bins, x, levels) = match &features.parts[parts.start] {
            FeatureColumn::Number { values, .. } => {
                let (edges, x) = bins_of_numbers(values)?;
                (Bins::Edges(edges), x, Vec::new())
            }
            FeatureColumn::Levels { codes, levels, .. } => {
                let frequent = frequent_levels(codes, levels.len());
                let names: Vec<String> = frequent.iter().map(|code| levels[*code].clone()).collect();
                let x = (0..frequent.len()).map(|i| i as f64).collect();
                (Bins::Levels(frequent), x, names)
            }
        };
        let curve = CurveInfo {
            name: format!("shap[{}]", feature.name),
            x_name: feature.name.clone(),
            y_name: "mean SHAP value".into(),
            x,
            levels,
        };
        (curve.x.len() > 1).then(|| (ColumnBins { column: feature.name.clone(), bins }, curve))
    };
    parts.iter().enumerate().filter_map(of_column).unzip()
}

/// The edges between bins of about equally many rows, or between all values where they are few, and the median of each bin;
/// `None` where all values are the same.
fn bins_of_numbers(values: &[f64]) -> Option<(Vec<f64>, Vec<f64>)> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let mut distinct = sorted.clone();
    distinct.dedup();
    let (last, others) = distinct.split_last()?;
    let mut edges: Vec<f64> = if distinct.len() <= BINS {
        others.to_vec()
    } else {
        (1..BINS).map(|i| quantile(&sorted, i as f64 / BINS as f64)).collect()
    };
    edges.dedup();
    edges.retain(|edge| edge < last);
    let mut x = Vec::new();
    let mut from = 0;
    for edge in edges.iter().chain([last]) {
        let to = sorted.partition_point(|value| value <= edge);
        x.push(quantile(&sorted[from..to], 0.5));
        from = to;
    }
    (!edges.is_empty()).then_some((edges, x))
}

/// The levels that many rows have, the most frequent first; of equally frequent ones the first.
fn frequent_levels(codes: &[u32], levels: usize) -> Vec<usize> {
    let least = (SHARE * codes.len() as f64).ceil().max(1.0) as usize;
    most_frequent(codes, levels, least, LEVELS)
}

impl ColumnBins {
    /// Whether it is of the column.
    pub fn is_of(&self, column: &str) -> bool {
        self.column == column
    }

    /// Notes the mean of the values of a column's rows in each bin; nothing where a bin has no row.
    pub fn note(&self, cells: ArrayView1<f64>, values: ArrayView1<f64>, notes: &mut Recorder) {
        let width = match &self.bins {
            Bins::Edges(edges) => edges.len() + 1,
            Bins::Levels(levels) => levels.len(),
        };
        let mut sums = vec![(0.0, 0.0); width];
        for (cell, value) in cells.iter().zip(values) {
            let bin = match &self.bins {
                _ if cell.is_nan() => None,
                Bins::Edges(edges) => Some(edges.partition_point(|edge| edge < cell)),
                Bins::Levels(levels) => levels.iter().position(|level| *level == *cell as usize),
            };
            if let Some(bin) = bin {
                sums[bin].0 += value;
                sums[bin].1 += 1.0;
            }
        }
        if sums.iter().all(|(_, rows)| *rows > 0.0) {
            notes.curve(format!("shap[{}]", self.column), sums.iter().map(|(sum, rows)| sum / rows).collect());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_in_fifths_or_by_value() {
        let hundred: Vec<f64> = (0..100).map(f64::from).collect();
        let (edges, x) = bins_of_numbers(&hundred).unwrap();
        assert_eq!(x, [9.5, 29.5, 49.5, 69.5, 89.5]);
        assert!((edges[0] - 19.8).abs() < 1e-9);
        assert_eq!(bins_of_numbers(&[1.0, 3.0, 2.0, f64::NAN, 1.0]), Some((vec![1.0, 2.0], vec![1.0, 2.0, 3.0])));
        assert_eq!(bins_of_numbers(&[4.0, 4.0]), None);
        assert_eq!(bins_of_numbers(&[f64::NAN]), None);
        // Most rows have one value.
        let mut skewed = vec![0.0; 90];
        skewed.extend((1..=10).map(f64::from));
        assert_eq!(bins_of_numbers(&skewed), Some((vec![0.0], vec![0.0, 5.5])));
    }

    #[test]
    fn rare_levels_have_no_place() {
        let codes: Vec<u32> = (0..100)
            .map(|i| {
                if i < 60 {
                    1
                } else if i < 97 {
                    0
                } else {
                    2
                }
            })
            .collect();
        assert_eq!(frequent_levels(&codes, 3), [1, 0]);
    }
}
