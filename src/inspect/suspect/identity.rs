//! A column of numbers that only counts the rows.

use std::collections::HashMap;

use serde_json::json;

use super::{Check, Finding, SuspicionContext};
use crate::data::{FeatureColumn, Features};
use crate::error::Result;
use crate::inspect::columns::Content;
use crate::setting::DROP;
use crate::warning::Code;

pub(super) const CHECK: Check = Check {
    code: Code::ColumnCounts,
    looks_at: "columns of whole numbers that are all different and fill their range",
    look,
};

/// Fewer rows may hold different whole numbers by chance.
const LEAST_ROWS: usize = 20;

/// Whole numbers that are all different and fill at least half of their range: nothing but an id is so, in
/// whatever order. Whole numbers drawn at random from a range twice as long are hardly ever all different.
fn counts_rows(values: &[f64]) -> Option<[f64; 2]> {
    if values.len() < LEAST_ROWS || values.iter().any(|v| v.is_nan() || v.fract() != 0.0) {
        return None;
    }
    // A range that is too long is seen without sorting.
    let ends = values.iter().fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], v| [low.min(*v), high.max(*v)]);
    if ends[1] - ends[0] >= 2.0 * values.len() as f64 {
        return None;
    }
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let (first, last) = (sorted[0], sorted[sorted.len() - 1]);
    let different = sorted.windows(2).all(|w| w[0] < w[1]);
    different.then_some([first, last])
}

/// What is found of a column of numbers, if it counts the rows. Of a part of a date `date` is the column, which is what can
/// be left out.
fn finding(name: &str, date: Option<&str>, values: &[f64]) -> Option<Finding> {
    let [first, last] = counts_rows(values)?;
    let drop = DROP.to(format!("'{}'", date.unwrap_or(name)));
    let message = match date {
        Some(date) => format!(
            "column '{date}', as {name}, holds a different whole number in every row: a number that counts along time encodes order, not cause; try {drop}"
        ),
        None => format!(
            "column '{name}' holds a different whole number in every row, {first} to {last}: an id or a row number encodes order, not cause; try {drop}"
        ),
    };
    let column = json!(date.unwrap_or(name));
    Some(Finding::new(message, &[("column", column), ("first", json!(first)), ("last", json!(last))]))
}

fn look(scene: &SuspicionContext, _: &mut Vec<String>) -> Result<Vec<Finding>> {
    let all = scene.subject.evaluation.features;
    let mut dates: HashMap<&str, &str> = HashMap::new();
    for (feature, parts) in all.used.iter().zip(all.parts_of_columns()).filter(|(f, _)| !f.calendar.is_empty()) {
        dates.extend(all.parts[parts].iter().map(|part| (part.name(), feature.name.as_str())));
    }
    let features = scene.columns.iter().filter(|c| !c.is_target);
    let found = features.filter_map(|column| match &column.content {
        Content::Numbers { values, .. } => finding(column.name, dates.get(column.name).copied(), values),
        Content::Levels { .. } => None,
    });
    Ok(found.collect())
}

/// The same of the features of a run; days of a date are no ids.
pub fn in_run(features: &Features) -> Vec<Finding> {
    let found = features.without_dates().into_iter().filter_map(|part| match part {
        FeatureColumn::Number { name, values, .. } => finding(name, None, values),
        FeatureColumn::Levels { .. } => None,
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_that_count_are_ids() {
        let id: Vec<f64> = (0..50).map(|i| f64::from((i * 7) % 50 + 1)).collect();
        assert_eq!(counts_rows(&id), Some([1.0, 50.0]));
        let sparse: Vec<f64> = (0..50).map(|i| f64::from(i * 3)).collect();
        let repeated: Vec<f64> = (0..50).map(|i| f64::from(i / 2)).collect();
        let measured: Vec<f64> = (0..50).map(|i| f64::from(i) + 0.5).collect();
        for column in [sparse, repeated, measured, id[..10].to_vec()] {
            assert_eq!(counts_rows(&column), None);
        }
        let of_date = finding("day.days", Some("day"), &id).unwrap();
        assert!(of_date.message.contains("column 'day', as day.days,") && of_date.message.contains("--drop 'day'"));
        assert_eq!(of_date.evidence["column"], "day");
    }
}
