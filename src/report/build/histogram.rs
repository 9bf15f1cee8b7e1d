//! How the values of a column are distributed, for pictures.

use crate::data::{DatePart, FeatureColumn, Features};
use crate::report::document::Histogram;

/// Bins of numbers.
const BINS: usize = 20;

/// Levels that are counted each by itself.
const LEVELS: usize = 10;

/// Of a used column; `None` where there is nothing to count.
pub(super) fn of_feature(features: &Features, at: usize) -> Option<Histogram> {
    let feature = &features.used[at];
    let parts = features.parts_of_columns()[at].clone();
    // Of a date the days say all that its other parts do.
    let part = match feature.calendar.iter().position(|part| *part == DatePart::Days) {
        Some(days) => parts.start + days,
        None => parts.start,
    };
    match &features.parts[part] {
        FeatureColumn::Number { values, .. } if feature.kind == "boolean" => {
            let rows = [0.0, 1.0].map(|value| values.iter().filter(|v| **v == value).count());
            Some(of_levels(&["false", "true"], &rows))
        }
        FeatureColumn::Number { values, .. } => of_numbers(values),
        FeatureColumn::Levels { codes, levels, .. } => {
            let mut rows = vec![0; levels.len()];
            codes.iter().filter(|code| (**code as usize) < levels.len()).for_each(|code| rows[*code as usize] += 1);
            Some(of_levels(levels, &rows))
        }
    }
}

fn of_numbers(values: &[f64]) -> Option<Histogram> {
    let known = || values.iter().copied().filter(|value| !value.is_nan());
    let (low, high) = (known().reduce(f64::min)?, known().reduce(f64::max)?);
    let mut counts = vec![0; if high > low { BINS } else { 1 }];
    let last = counts.len() - 1;
    // Halves, since a difference of large numbers may be too large.
    let width = 0.5 * high - 0.5 * low;
    for value in known() {
        let at = if high > low { (0.5 * value - 0.5 * low) / width * BINS as f64 } else { 0.0 };
        counts[(at as usize).min(last)] += 1;
    }
    Some(Histogram { range: Some([low, high]), levels: Vec::new(), counts, other: 0 })
}

/// The levels that most rows have; of equally frequent ones the first.
fn of_levels(levels: &[impl AsRef<str>], rows: &[usize]) -> Histogram {
    let mut order: Vec<usize> = (0..levels.len()).filter(|level| rows[*level] > 0).collect();
    order.sort_by_key(|level| std::cmp::Reverse(rows[*level]));
    let (first, others) = order.split_at(order.len().min(LEVELS));
    Histogram {
        range: None,
        levels: first.iter().map(|level| levels[*level].as_ref().to_owned()).collect(),
        counts: first.iter().map(|level| rows[*level]).collect(),
        other: others.iter().map(|level| rows[*level]).sum(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_fall_into_bins_of_equal_width() {
        let of = |values: &[f64]| of_numbers(values).map(|h| (h.range.unwrap(), h.counts));
        let values: Vec<f64> = (0..=40).map(|i| f64::from(i) / 2.0).chain([f64::NAN]).collect();
        let (range, counts) = of(&values).unwrap();
        assert_eq!(range, [0.0, 20.0]);
        // Two in each bin, and the upper end in the last one.
        assert_eq!(counts, [[2; 19].as_slice(), &[3]].concat());
        assert_eq!(of(&[3.0, 3.0]), Some(([3.0, 3.0], vec![2])));
        assert_eq!(of(&[f64::NAN]), None);
        let (_, counts) = of(&[-1.7e308, 0.1e308, 1.7e308]).unwrap();
        assert_eq!((counts[0], counts[10], counts[19]), (1, 1, 1));
    }

    #[test]
    fn the_most_frequent_levels_are_counted_and_the_others_together() {
        let levels: Vec<String> = (0..14).map(|i| format!("level {i}")).collect();
        let rows = [0, 1, 5, 5, 2, 1, 1, 1, 1, 1, 1, 1, 1, 9];
        let histogram = of_levels(&levels, &rows);
        assert_eq!(histogram.levels[..5], ["level 13", "level 2", "level 3", "level 4", "level 1"]);
        assert_eq!((histogram.counts, histogram.other), (vec![9, 5, 5, 2, 1, 1, 1, 1, 1, 1], 3));
    }
}
