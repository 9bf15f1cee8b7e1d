//! What stands in the rows that an inspection names: target, prediction and the columns that tell most of the target.

use std::collections::BTreeSet;

use super::document::{Inspection, Named, RowValues};
use super::rows::RowSums;
use super::subject::Subject;
use crate::data::{MISSING, Target, Values};
use crate::stats::p_values::ranks;

/// Columns that are shown of a row.
const SHOWN: usize = 3;
/// Rows, evenly spaced, that columns are chosen by.
const LOOKED_AT: usize = 5000;
/// Classes, those first in order, that columns are chosen by.
const CLASSES: usize = 10;

/// The values of every row that the inspection names, in the order of the file.
pub(super) fn row_values(found: &Inspection, subject: &Subject, sums: &RowSums) -> Vec<RowValues> {
    let names = telling_columns(subject);
    let columns: Vec<_> =
        names.iter().filter_map(|name| subject.table.columns.iter().find(|column| column.name == *name)).collect();
    let target = subject.evaluation.target;
    let place = |row: u32| subject.used.binary_search(&row).ok();
    let of = |row: u32| {
        let used = place(row)?;
        let values: Named<String> =
            columns.iter().map(|column| (column.name.clone(), cell(column.names(), row as usize))).collect();
        let answer = sums.answer(used as u32);
        let (truth, prediction) = match target {
            Target::Regression { values } => (number(values[used]), answer.map(|error| number(values[used] + error))),
            Target::Classification { codes, labels, .. } => {
                (labels[codes[used] as usize].clone(), answer.map(|code| labels[code as usize].clone()))
            }
        };
        Some(RowValues { row, target: truth, prediction, values })
    };
    named_rows(found).into_iter().filter_map(of).collect()
}

/// Positions in the file of all rows that are named.
fn named_rows(found: &Inspection) -> BTreeSet<u32> {
    let rows = &found.rows;
    let splits = found
        .splits
        .iter()
        .flat_map(|s| s.rows.iter().map(|r| r.row).chain(s.reasons.iter().filter_map(|reason| reason.row)));
    let over_all = rows.influential.iter().map(|r| r.row);
    let entries = rows.costly.iter().chain(&rows.unstable).map(|r| r.row);
    let explaining = rows.explained.rows.iter().map(|r| r.row);
    splits.chain(over_all).chain(entries).chain(explaining).collect()
}

/// A number with at most six significant digits.
fn number(value: f64) -> String {
    let digits = (5.0 - value.abs().max(1e-300).log10().floor()).clamp(0.0, 12.0) as usize;
    let text = format!("{value:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

fn cell(values: &Values, row: usize) -> String {
    match values {
        _ if values.is_missing(row) => "–".into(),
        Values::Number(v) => number(v[row]),
        Values::Boolean(v, spelling) => spelling.word(v[row] == 1.0).to_owned(),
        Values::Text { codes, levels } => levels[codes[row] as usize].clone(),
        Values::Time(..) => {
            let time = values.time(row);
            time.text(time.has_clock())
        }
    }
}

/// The features that tell most of the target: the share of the variance of its ranks (of a class, of belonging to it) that
/// goes with the ranks of a number, squared correlation, or with the levels of a text, correlation ratio.
fn telling_columns(subject: &Subject) -> Vec<String> {
    let step = subject.used.len().div_ceil(LOOKED_AT).max(1);
    let sample: Vec<usize> = (0..subject.used.len()).step_by(step).collect();
    let told: Vec<Vec<f64>> = match subject.evaluation.target {
        Target::Regression { values } => vec![ranks(&sample.iter().map(|i| values[*i]).collect::<Vec<_>>())],
        Target::Classification { codes, labels, .. } => (0..labels.len().min(CLASSES) as u32)
            .map(|class| sample.iter().map(|i| f64::from(u8::from(codes[*i] == class))).collect())
            .collect(),
    };
    let share =
        |values: &Values| told.iter().map(|told| share_told(values, &sample, subject.used, told)).fold(0.0, f64::max);
    let mut shares: Vec<(f64, &String)> = Vec::new();
    for feature in &subject.evaluation.features.used {
        if let Some(column) = subject.table.columns.iter().find(|column| column.name == feature.name) {
            shares.push((share(&column.values), &feature.name));
        }
    }
    // Of equal ones the first in the file.
    shares.sort_by(|a, b| b.0.total_cmp(&a.0));
    shares.into_iter().take(SHOWN).map(|(_, name)| name.clone()).collect()
}

fn share_told(values: &Values, sample: &[usize], used: &[u32], told: &[f64]) -> f64 {
    let present = |i: &usize| !values.is_missing(used[*i] as usize);
    let pairs: Vec<(usize, f64)> =
        sample.iter().zip(told).filter(|(i, _)| present(i)).map(|(i, told)| (used[*i] as usize, *told)).collect();
    let mean = pairs.iter().map(|(_, told)| told).sum::<f64>() / pairs.len().max(1) as f64;
    let total: f64 = pairs.iter().map(|(_, told)| (told - mean).powi(2)).sum();
    if total <= 0.0 {
        return 0.0;
    }
    match values {
        Values::Text { codes, levels } => {
            let mut sums = vec![(0.0, 0.0); levels.len()];
            for (row, told) in pairs.iter().filter(|(row, _)| codes[*row] != MISSING) {
                let sum = &mut sums[codes[*row] as usize];
                *sum = (sum.0 + 1.0, sum.1 + told - mean);
            }
            let levels = sums.iter().filter(|(count, _)| *count > 0.0).count() as f64;
            let between: f64 = sums.iter().filter(|s| s.0 > 0.0).map(|(count, sum)| sum * sum / count).sum();
            // As many levels tell by chance alone.
            let chance = (levels - 1.0) / (pairs.len() as f64 - 1.0);
            (between / total - chance).max(0.0)
        }
        Values::Number(v) | Values::Boolean(v, _) | Values::Time(v, _) => {
            let own = ranks(&pairs.iter().map(|(row, _)| v[*row]).collect::<Vec<_>>());
            let middle = own.iter().sum::<f64>() / own.len() as f64;
            let spread: f64 = own.iter().map(|r| (r - middle).powi(2)).sum();
            let both: f64 = own.iter().zip(&pairs).map(|(r, (_, told))| (r - middle) * (told - mean)).sum();
            if spread > 0.0 { both * both / (spread * total) } else { 0.0 }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_column_tells_is_a_squared_correlation_or_a_correlation_ratio() {
        let (used, sample): (Vec<u32>, Vec<usize>) = ((0..6).collect(), (0..6).collect());
        let told = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let of = |values: &Values| share_told(values, &sample, &used, &told);
        assert!((of(&Values::Number(vec![1.0, 8.0, 9.0, 10.0, 11.0, 99.0])) - 1.0).abs() < 1e-12);
        // Ranks 2 1 4 3 6 5: Spearman 1 - 6 · 6 / (6 · 35).
        assert!((of(&Values::Number(vec![2.0, 1.0, 4.0, 3.0, 6.0, 5.0])) - (29.0f64 / 35.0).powi(2)).abs() < 1e-12);
        // Two levels of means 2 and 5: 13.5 of 17.5, less 1/5 by chance.
        let text = Values::Text { codes: vec![0, 0, 0, 1, 1, 1], levels: vec!["a".into(), "b".into()] };
        assert!((of(&text) - (13.5 / 17.5 - 0.2)).abs() < 1e-12);
        assert_eq!(of(&Values::Number(vec![3.0; 6])), 0.0);
    }

    #[test]
    fn numbers_have_at_most_six_digits() {
        for (value, shown) in
            [(151.0, "151"), (0.061_696_2, "0.0616962"), (1234.5678, "1234.57"), (-0.5, "-0.5"), (0.0, "0")]
        {
            assert_eq!(number(value), shown);
        }
    }
}
