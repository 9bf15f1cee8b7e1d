//! What stands in the rows that an inspection names: target, prediction and the columns that tell most of the target.

use std::collections::{BTreeSet, HashMap};

use rayon::prelude::*;

use super::document::{Inspection, Named, RowValues};
use super::rows::RowSums;
use super::subject::Subject;
use crate::data::{Target, Values};
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
    let columns: HashMap<&str, &Values> =
        subject.table.columns.iter().map(|column| (column.name.as_str(), &column.values)).collect();
    let features = subject.evaluation.features.used.par_iter();
    let share = |name: &str| columns.get(name).map(|values| share_told(values, &sample, subject.used, &told));
    let mut shares: Vec<(f64, &String)> = features.filter_map(|f| Some((share(&f.name)?, &f.name))).collect();
    // Of equal ones the first in the file.
    shares.sort_by(|a, b| b.0.total_cmp(&a.0));
    shares.into_iter().take(SHOWN).map(|(_, name)| name.clone()).collect()
}

/// The largest share of the variance of any of `told` (one number a row of the sample) that a column tells.
fn share_told(values: &Values, sample: &[usize], used: &[u32], told: &[Vec<f64>]) -> f64 {
    let present: Vec<usize> = (0..sample.len()).filter(|i| !values.is_missing(used[sample[*i]] as usize)).collect();
    let row = |i: usize| used[sample[i]] as usize;
    // A number's own ranks are the same whatever they are held against.
    let own = match values {
        Values::Text { .. } => Vec::new(),
        Values::Number(v) | Values::Boolean(v, _) | Values::Time(v, _) => {
            ranks(&present.iter().map(|i| v[row(*i)]).collect::<Vec<_>>())
        }
    };
    let share = |told: &Vec<f64>| {
        let told: Vec<f64> = present.iter().map(|i| told[*i]).collect();
        match values {
            Values::Text { codes, levels } => {
                let codes = present.iter().map(|i| codes[row(*i)]);
                correlation_ratio(codes.zip(&told), levels.len(), &told)
            }
            _ => squared_correlation(&own, &told),
        }
    };
    told.iter().map(share).fold(0.0, f64::max)
}

fn squared_deviations(values: &[f64], mean: f64) -> f64 {
    values.iter().map(|v| (v - mean).powi(2)).sum()
}

/// The square of Pearson's correlation, 0 where one of the two does not vary.
fn squared_correlation(a: &[f64], b: &[f64]) -> f64 {
    let means = [a, b].map(|of| of.iter().sum::<f64>() / of.len().max(1) as f64);
    let spreads = squared_deviations(a, means[0]) * squared_deviations(b, means[1]);
    let both: f64 = a.iter().zip(b).map(|(a, b)| (a - means[0]) * (b - means[1])).sum();
    if spreads > 0.0 { both * both / spreads } else { 0.0 }
}

/// The share of the variance of `told` between levels, less what as many levels tell by chance alone.
fn correlation_ratio<'a>(rows: impl Iterator<Item = (u32, &'a f64)>, levels: usize, told: &[f64]) -> f64 {
    let mean = told.iter().sum::<f64>() / told.len().max(1) as f64;
    let total = squared_deviations(told, mean);
    if total <= 0.0 {
        return 0.0;
    }
    let mut sums = vec![(0.0, 0.0); levels];
    for (code, told) in rows {
        let sum = &mut sums[code as usize];
        *sum = (sum.0 + 1.0, sum.1 + told - mean);
    }
    sums.retain(|(count, _)| *count > 0.0);
    let between: f64 = sums.iter().map(|(count, sum)| sum * sum / count).sum();
    let chance = (sums.len() as f64 - 1.0) / (told.len() as f64 - 1.0);
    (between / total - chance).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_column_tells_is_a_squared_correlation_or_a_correlation_ratio() {
        let (used, sample): (Vec<u32>, Vec<usize>) = ((0..6).collect(), (0..6).collect());
        let told = vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let of = |values: &Values| share_told(values, &sample, &used, std::slice::from_ref(&told));
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
