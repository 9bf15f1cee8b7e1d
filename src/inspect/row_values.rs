//! What stands in the rows that an inspection names: target, prediction and the columns that tell most of the target.

use std::collections::{BTreeSet, HashMap};

use rayon::prelude::*;

use super::document::{Inspection, Named, Reason, RowValues};
use super::rows::RowSums;
use super::subject::Subject;
use crate::data::{Column, Feature, FeatureColumn, MISSING, Spelling, Target, Values};
use crate::digits::Digits;
use crate::stats::p_values::ranks;
use crate::stats::{mean, squared_correlation};

/// Columns that are shown of a row.
const SHOWN: usize = 3;
/// Rows, evenly spaced, that columns are chosen by: fewer of very wide tables.
const LOOKED_AT: usize = 5000;
const LEAST_LOOKED_AT: usize = 200;
/// Cells that are looked at for it.
const CELLS: usize = 10_000_000;
/// Classes, those first in order, that columns are chosen by.
const CLASSES: usize = 10;

/// How the values of a column are held: by row of the file, or by used row where the table's columns were given up.
#[derive(Clone, Copy)]
enum Held<'a> {
    Table(&'a Values),
    Numbers(&'a [f64]),
    Bits(&'a [f64]),
    Levels(&'a [u32], &'a [String]),
}

/// A column that may be shown of a row.
#[derive(Clone, Copy)]
struct Shown<'a> {
    name: &'a str,
    held: Held<'a>,
}

/// The columns that tell most of the target, to be shown of rows.
pub struct RowTelling<'a> {
    subject: &'a Subject<'a>,
    columns: Vec<Shown<'a>>,
}

impl<'a> RowTelling<'a> {
    /// Chooses the columns.
    pub fn of(subject: &'a Subject<'a>) -> Self {
        Self { subject, columns: telling_columns(subject) }
    }

    /// The values of rows, by their positions in the file; their predictions where sums over the splits are known.
    pub(crate) fn values(&self, rows: impl IntoIterator<Item = u32>, sums: Option<&RowSums>) -> Vec<RowValues> {
        let Subject { used, table, .. } = *self.subject;
        let of = |row: u32| {
            let at = used.binary_search(&row).ok()?;
            let values: Named<String> =
                self.columns.iter().map(|column| (column.name.to_owned(), column.cell(at, used))).collect();
            let answer = sums.and_then(|sums| sums.answer(at as u32));
            let (target, prediction) = match self.subject.evaluation.target {
                Target::Regression { values } => (number(values[at]), answer.map(|error| number(values[at] + error))),
                Target::Classification { codes, labels, .. } => {
                    (labels[codes[at] as usize].clone(), answer.map(|code| labels[code as usize].clone()))
                }
            };
            Some(RowValues { row, id: table.row_name(row as usize), target, prediction, values })
        };
        rows.into_iter().collect::<BTreeSet<u32>>().into_iter().filter_map(of).collect()
    }
}

impl Shown<'_> {
    fn is_missing(&self, at: usize, used: &[u32]) -> bool {
        match self.held {
            Held::Table(values) => values.is_missing(used[at] as usize),
            Held::Numbers(v) | Held::Bits(v) => v[at].is_nan(),
            Held::Levels(codes, _) => codes[at] == MISSING,
        }
    }

    /// The number of a row, of a column that is not of levels.
    fn number(&self, at: usize, used: &[u32]) -> Option<f64> {
        match self.held {
            Held::Table(values) => values.numbers().map(|v| v[used[at] as usize]),
            Held::Numbers(v) | Held::Bits(v) => Some(v[at]),
            Held::Levels(..) => None,
        }
    }

    /// The level of a row, and how many there are, of a column of levels.
    fn level(&self, at: usize, used: &[u32]) -> Option<(u32, usize)> {
        match self.held {
            Held::Table(Values::Text { codes, levels }) => Some((codes[used[at] as usize], levels.len())),
            Held::Levels(codes, levels) => Some((codes[at], levels.len())),
            _ => None,
        }
    }

    fn cell(&self, at: usize, used: &[u32]) -> String {
        match self.held {
            _ if self.is_missing(at, used) => "–".into(),
            Held::Table(values) => values.cell_text(used[at] as usize, number).unwrap_or_else(|| "–".into()),
            Held::Numbers(v) => number(v[at]),
            Held::Bits(v) => Spelling::Lower.word(v[at] == 1.0).to_owned(),
            Held::Levels(codes, levels) => levels[codes[at] as usize].clone(),
        }
    }
}

/// The columns that may be shown: the features, as the file has them; without the file's columns, those of one part.
fn columns_of<'a>(subject: &'a Subject<'a>) -> Vec<Shown<'a>> {
    let features = subject.evaluation.features;
    if !subject.table.columns.is_empty() {
        let names: HashMap<&str, &Column> = subject.table.columns.iter().map(|c| (c.name.as_str(), c)).collect();
        let shown = |feature: &'a Feature| {
            let column = names.get(feature.name.as_str())?;
            Some(Shown { name: &feature.name, held: Held::Table(column.names()) })
        };
        return features.used.iter().filter_map(shown).collect();
    }
    let shown = |(feature, parts): (&'a Feature, std::ops::Range<usize>)| {
        let held = match &features.parts[parts.start] {
            _ if !feature.calendar.is_empty() => return None,
            FeatureColumn::Number { values, .. } if feature.kind == "boolean" => Held::Bits(values),
            FeatureColumn::Number { values, .. } => Held::Numbers(values),
            FeatureColumn::Levels { codes, levels, .. } => Held::Levels(codes, levels),
        };
        Some(Shown { name: &feature.name, held })
    };
    features.used.iter().zip(features.parts_of_columns()).filter_map(shown).collect()
}

/// Positions in the file of all rows that are named.
pub(super) fn named_rows(found: &Inspection) -> BTreeSet<u32> {
    let rows = &found.rows;
    let splits = found
        .splits
        .iter()
        .flat_map(|s| s.rows.iter().map(|r| r.row).chain(s.reasons.iter().flat_map(Reason::named_rows)));
    let over_all = rows.influential.iter().map(|r| r.row);
    let entries = rows.costly.iter().chain(&rows.unstable).map(|r| r.row);
    let explaining = rows.explained.rows.iter().map(|r| r.row);
    splits.chain(over_all).chain(entries).chain(explaining).collect()
}

/// A number with at most six significant digits.
fn number(value: f64) -> String {
    Digits { significant: 6, decimals: 12, plain: 0.0..f64::INFINITY }.text(value)
}

/// The features that tell most of the target: the share of the variance of its ranks (of a class, of belonging to it) that
/// goes with the ranks of a number, squared correlation, or with the levels of a text, correlation ratio.
fn telling_columns<'a>(subject: &'a Subject<'a>) -> Vec<Shown<'a>> {
    let columns = columns_of(subject);
    let looked_at = (CELLS / columns.len().max(1)).clamp(LEAST_LOOKED_AT, LOOKED_AT);
    let step = subject.used.len().div_ceil(looked_at).max(1);
    let sample: Vec<usize> = (0..subject.used.len()).step_by(step).collect();
    let told: Vec<Vec<f64>> = match subject.evaluation.target {
        Target::Regression { values } => vec![ranks(&sample.iter().map(|i| values[*i]).collect::<Vec<_>>())],
        Target::Classification { codes, labels, .. } => (0..labels.len().min(CLASSES) as u32)
            .map(|class| sample.iter().map(|i| f64::from(u8::from(codes[*i] == class))).collect())
            .collect(),
    };
    let share = |column: &Shown<'a>| (share_told(column, &sample, subject.used, &told), *column);
    let mut shares: Vec<(f64, Shown)> = columns.par_iter().map(share).collect();
    // Of equal ones the first in the file.
    shares.sort_by(|a, b| b.0.total_cmp(&a.0));
    shares.into_iter().take(SHOWN).map(|(_, column)| column).collect()
}

/// The largest share of the variance of any of `told` (one number a row of the sample) that a column tells.
fn share_told(column: &Shown, sample: &[usize], used: &[u32], told: &[Vec<f64>]) -> f64 {
    let present: Vec<usize> = (0..sample.len()).filter(|i| !column.is_missing(sample[*i], used)).collect();
    let levels = present.first().and_then(|i| column.level(sample[*i], used));
    // A number's own ranks are the same whatever they are held against.
    let own = match levels {
        Some(_) => Vec::new(),
        None => ranks(&present.iter().filter_map(|i| column.number(sample[*i], used)).collect::<Vec<_>>()),
    };
    let share = |told: &Vec<f64>| {
        let told: Vec<f64> = present.iter().map(|i| told[*i]).collect();
        match levels {
            Some((_, levels)) => {
                let codes = present.iter().filter_map(|i| Some(column.level(sample[*i], used)?.0));
                correlation_ratio(codes.zip(&told), levels, &told)
            }
            None => squared_correlation(&own, &told).unwrap_or(0.0),
        }
    };
    told.iter().map(share).fold(0.0, f64::max)
}

/// The share of the variance of `told` between levels, less what as many levels tell by chance alone.
fn correlation_ratio<'a>(rows: impl Iterator<Item = (u32, &'a f64)>, levels: usize, told: &[f64]) -> f64 {
    let mean = mean(told);
    let total: f64 = told.iter().map(|told| (told - mean).powi(2)).sum();
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
        let share =
            |held: Held<'_>| share_told(&Shown { name: "x", held }, &sample, &used, std::slice::from_ref(&told));
        let of = |values: &Values| share(Held::Table(values));
        assert!((of(&Values::Number(vec![1.0, 8.0, 9.0, 10.0, 11.0, 99.0].into())) - 1.0).abs() < 1e-12);
        // Ranks 2 1 4 3 6 5: Spearman 1 - 6 · 6 / (6 · 35).
        assert!(
            (of(&Values::Number(vec![2.0, 1.0, 4.0, 3.0, 6.0, 5.0].into())) - (29.0f64 / 35.0).powi(2)).abs() < 1e-12
        );
        // Two levels of means 2 and 5: 13.5 of 17.5, less 1/5 by chance.
        let text = Values::Text { codes: vec![0, 0, 0, 1, 1, 1].into(), levels: vec!["a".into(), "b".into()] };
        assert!((of(&text) - (13.5 / 17.5 - 0.2)).abs() < 1e-12);
        assert_eq!(of(&Values::Number(vec![3.0; 6].into())), 0.0);
        // Without the table the same is told of what the features hold.
        assert_eq!(
            share(Held::Numbers(&[2.0, 1.0, 4.0, 3.0, 6.0, 5.0])),
            of(&Values::Number(vec![2.0, 1.0, 4.0, 3.0, 6.0, 5.0].into()))
        );
        let levels = ["a", "b"].map(String::from);
        assert_eq!(share(Held::Levels(&[0, 0, 0, 1, 1, 1], &levels)), of(&text));
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
