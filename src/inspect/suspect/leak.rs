//! A column that alone predicts the target almost perfectly.
//!
//! Half of the rows teach and half test: numbers by the mean (or the commonest class) within up to 256
//! ranges of equal size, by a straight line, by the lines between neighbours, and for two classes by one
//! threshold; text by level. No model of the run is asked.

use std::collections::HashSet;

use rayon::prelude::*;
use serde_json::json;

use super::{Check, Finding, SuspicionContext};
use crate::data::{FeatureColumn, Features, Target};
use crate::error::Result;
use crate::inspect::columns::{Content, Watched};
use crate::warning::Code;

pub(super) const CHECK: Check = Check {
    code: Code::ColumnLeaks,
    looks_at: "how well each column alone predicts the target, on rows it was not fitted to",
    look,
};

/// Share of the variance, or mean recall over classes, from which a column is suspected.
const ALMOST_PERFECT: f64 = 0.98;
/// A table with fewer rows tells nothing.
const LEAST_ROWS: usize = 40;
/// What a column must reach on a sample to be judged by all rows.
const NEARLY: f64 = 0.95;
/// Rows of a sample, and cells of all columns.
const LEAST_SAMPLE: usize = 200;
const MOST_SAMPLE: usize = 1000;
const SAMPLED_CELLS: usize = 2_000_000;
const MAX_RANGES: usize = 256;
/// Rows that teach a range at least.
const ROWS_PER_RANGE: usize = 5;

/// The range or level of each row.
fn places(column: &Watched, rows: usize) -> (Vec<usize>, usize) {
    let place = |r: usize| column.place(r as u32);
    match &column.content {
        Content::Levels { .. } => ((0..rows).map(place).collect(), column.counts.len()),
        Content::Numbers { .. } => {
            // Neighbouring groups join until each range has its share of the rows.
            let ranges = (rows / 2 / ROWS_PER_RANGE).clamp(2, MAX_RANGES);
            let size = rows.div_ceil(ranges) as u32;
            let (mut of_group, mut range, mut have) = (Vec::with_capacity(column.counts.len()), 0, 0);
            for count in &column.counts[..column.counts.len() - 1] {
                if have >= size {
                    range += 1;
                    have = 0;
                }
                have += count;
                of_group.push(range);
            }
            of_group.push(range + 1);
            ((0..rows).map(|r| of_group[place(r)]).collect(), range + 2)
        }
    }
}

/// R² on the odd rows of the mean of the even rows in the same place.
fn of_means(places: &[usize], count: usize, y: &[f64]) -> f64 {
    let teach = || (0..y.len()).step_by(2);
    let overall = teach().map(|r| y[r]).sum::<f64>() / teach().count() as f64;
    let (mut sums, mut n) = (vec![0.0; count], vec![0.0; count]);
    for r in teach() {
        sums[places[r]] += y[r];
        n[places[r]] += 1.0;
    }
    let guess = |r: usize| if n[places[r]] > 0.0 { sums[places[r]] / n[places[r]] } else { overall };
    r2(y, guess)
}

/// R² on the odd rows of the line through the even rows; rows without a number get the mean.
fn of_line(x: &[f64], y: &[f64]) -> f64 {
    let teach = || (0..y.len()).step_by(2).filter(|r| !x[*r].is_nan());
    let n = teach().count() as f64;
    let mean = |v: &[f64]| teach().map(|r| v[r]).sum::<f64>() / n;
    let (mx, my) = (mean(x), mean(y));
    let xy: f64 = teach().map(|r| (x[r] - mx) * (y[r] - my)).sum();
    let xx: f64 = teach().map(|r| (x[r] - mx).powi(2)).sum();
    if n < 3.0 || xx <= 0.0 {
        return f64::NEG_INFINITY;
    }
    r2(y, |r| if x[r].is_nan() { my } else { my + xy / xx * (x[r] - mx) })
}

fn r2(y: &[f64], guess: impl Fn(usize) -> f64) -> f64 {
    let test = || (1..y.len()).step_by(2);
    let mean = test().map(|r| y[r]).sum::<f64>() / test().count() as f64;
    let total: f64 = test().map(|r| (y[r] - mean).powi(2)).sum();
    1.0 - test().map(|r| (y[r] - guess(r)).powi(2)).sum::<f64>() / total
}

/// R² on the odd rows of the straight lines between neighbouring even rows, in order of the column.
fn of_neighbours(x: &[f64], y: &[f64]) -> f64 {
    let mut teach: Vec<usize> = (0..y.len()).step_by(2).filter(|r| !x[*r].is_nan()).collect();
    teach.sort_by(|a, b| x[*a].total_cmp(&x[*b]));
    let (Some(first), Some(last)) = (teach.first(), teach.last()) else { return f64::NEG_INFINITY };
    let mean = teach.iter().map(|r| y[*r]).sum::<f64>() / teach.len() as f64;
    r2(y, |r| {
        if x[r].is_nan() {
            return mean;
        }
        let above = teach.partition_point(|t| x[*t] < x[r]);
        match (above.checked_sub(1).map(|i| teach[i]), teach.get(above)) {
            (Some(a), Some(b)) => y[a] + (y[*b] - y[a]) * (x[r] - x[a]) / (x[*b] - x[a]),
            (None, _) => y[*first],
            (_, None) => y[*last],
        }
    })
}

/// Mean recall on the odd rows of the one threshold that parts the even rows of two classes best; rows without
/// a number are wrong.
fn of_threshold(x: &[f64], codes: &[u32]) -> f64 {
    let mut teach: Vec<usize> = (0..codes.len()).step_by(2).filter(|r| !x[*r].is_nan()).collect();
    teach.sort_by(|a, b| x[*a].total_cmp(&x[*b]));
    let all: [f64; 2] = [0, 1].map(|c| teach.iter().filter(|r| codes[**r] == c).count() as f64);
    let (mut below, mut best) = ([0.0f64; 2], (0.0, f64::NAN, 0));
    for pair in teach.windows(2) {
        below[codes[pair[0]] as usize] += 1.0;
        if x[pair[0]] < x[pair[1]] {
            let balance = below[0] / all[0] - below[1] / all[1];
            if balance.abs() > best.0 {
                best = (balance.abs(), 0.5 * (x[pair[0]] + x[pair[1]]), u32::from(balance < 0.0));
            }
        }
    }
    let (_, threshold, lower) = best;
    let recall = |class: u32| {
        let rows = || (1..codes.len()).step_by(2).filter(move |r| codes[*r] == class);
        let hit = |r: &usize| !x[*r].is_nan() && (x[*r] <= threshold) == (class == lower);
        rows().filter(hit).count() as f64 / rows().count() as f64
    };
    0.5 * (recall(0) + recall(1))
}

/// Mean recall on the odd rows of the commonest class among the even rows in the same place.
fn of_classes(places: &[usize], count: usize, codes: &[u32], classes: usize) -> f64 {
    let mut votes = vec![0u32; count * classes];
    (0..codes.len()).step_by(2).for_each(|r| votes[places[r] * classes + codes[r] as usize] += 1);
    let (mut hit, mut all) = (vec![0.0; classes], vec![0.0; classes]);
    for r in (1..codes.len()).step_by(2) {
        let votes = &votes[places[r] * classes..][..classes];
        let best = (1..classes).fold(0, |best, c| if votes[c] > votes[best] { c } else { best });
        let class = codes[r] as usize;
        all[class] += 1.0;
        hit[class] += f64::from(u8::from(best == class && votes[best] > 0));
    }
    let occurring = all.iter().filter(|n| **n > 0.0).count() as f64;
    hit.iter().zip(&all).filter(|(_, n)| **n > 0.0).map(|(h, n)| h / n).sum::<f64>() / occurring
}

/// What a column alone explains of the target, and in which measure.
fn judge(column: &Watched, target: &Target) -> (&'static str, f64) {
    let (places, count) = places(column, target.len());
    match target {
        Target::Regression { values } => {
            let line = match &column.content {
                Content::Numbers { values: x, .. } => of_line(x, values).max(of_neighbours(x, values)),
                Content::Levels { .. } => f64::NEG_INFINITY,
            };
            ("R²", of_means(&places, count, values).max(line))
        }
        Target::Classification { codes, labels, .. } => {
            let threshold = match &column.content {
                Content::Numbers { values: x, .. } if labels.len() == 2 => of_threshold(x, codes),
                _ => 0.0,
            };
            ("mean recall", of_classes(&places, count, codes, labels.len()).max(threshold))
        }
    }
}

/// What is found of a column, if its measure is almost perfect.
fn finding(name: &str, (measure, value): (&str, f64)) -> Option<Finding> {
    (value >= ALMOST_PERFECT).then(|| {
        let message = format!(
            "column '{name}' alone predicts the target almost perfectly ({measure} {value:.4} on rows it was not fitted to): was it known when the prediction is needed?"
        );
        let evidence = [("column", json!(name)), ("measure", json!(measure)), ("value", json!(value))];
        Finding::new(message, &evidence)
    })
}

/// One of each set of rows that are equal in all features and the target: a column that merely tells copies of rows apart
/// finds the target of each in its copy, and would seem to know it.
fn without_copies(features: &Features, target: &Target) -> Vec<u32> {
    let mix = |h: u64, x: u64, k: u64| (h ^ x).wrapping_mul(k).rotate_left(29) ^ (x >> 7);
    let number = |v: f64| if v.is_nan() { u64::MAX } else { (v + 0.0).to_bits() };
    let word = |part: &FeatureColumn, row: usize| match part {
        FeatureColumn::Number { values, .. } => number(values[row]),
        FeatureColumn::Levels { codes, .. } => u64::from(codes[row]),
    };
    let truth = |row: usize| match target {
        Target::Regression { values } => number(values[row]),
        Target::Classification { codes, .. } => u64::from(codes[row]),
    };
    let mut seen = HashSet::new();
    let is_new =
        |row: &u32| {
            let row = *row as usize;
            let words = features.parts.iter().map(|part| word(part, row)).chain([truth(row)]);
            seen.insert(words.fold([0u64; 2], |[a, b], word| {
                [mix(a, word, 0x9e37_79b9_7f4a_7c15), mix(b, word, 0xc2b2_ae3d_27d4_eb4f)]
            }))
        };
    (0..target.len() as u32).filter(is_new).collect()
}

/// Leaves out what is found only because rows are repeated, and says of the others what they reach without copies.
fn among_different_rows(found: Vec<Finding>, features: &Features, target: &Target) -> Vec<Finding> {
    if found.is_empty() {
        return found;
    }
    let rows = without_copies(features, target);
    if rows.len() == target.len() {
        return found;
    }
    if rows.len() < LEAST_ROWS {
        return Vec::new();
    }
    let target = target.take(&rows);
    let again = |found: Finding| {
        let name = found.evidence.get("column")?.as_str()?;
        let part = features.parts.iter().find(|part| part.name() == name)?.take(&rows);
        finding(name, judge(&Watched::of(&part), &target))
    };
    found.into_iter().filter_map(again).collect()
}

fn look(scene: &SuspicionContext, _: &mut Vec<String>) -> Result<Vec<Finding>> {
    let context = &scene.subject.evaluation;
    let target = context.target;
    if target.len() < LEAST_ROWS {
        return Ok(Vec::new());
    }
    let features = scene.columns.iter().filter(|c| !c.is_target);
    let found = features.filter_map(|column| finding(column.name, judge(column, target))).collect();
    Ok(among_different_rows(found, context.features, target))
}

/// About so many rows at even distances; of each class enough to judge by.
fn sample(target: &Target, size: usize) -> Vec<u32> {
    let even = |rows: &[u32], size: usize| -> Vec<u32> { (0..size).map(|i| rows[i * rows.len() / size]).collect() };
    let all = 0..target.len() as u32;
    let Target::Classification { codes, labels, .. } = target else { return even(&all.collect::<Vec<_>>(), size) };
    let mut of_class = vec![Vec::new(); labels.len()];
    all.for_each(|row| of_class[codes[row as usize] as usize].push(row));
    let share = |rows: &Vec<u32>| (rows.len() * size / target.len()).max(LEAST_ROWS).min(rows.len());
    let mut sample: Vec<u32> = of_class.iter().flat_map(|rows| even(rows, share(rows))).collect();
    sample.sort_unstable();
    sample
}

/// The same of a run, in little time: a column is judged by a sample of the rows first, and by all of them where it is
/// nearly good enough there. Dates and other columns that may be time are left out: what follows time goes with them.
pub fn in_run(features: &Features, target: &Target, times: &[&str]) -> Vec<Finding> {
    let rows = target.len();
    if rows < LEAST_ROWS {
        return Vec::new();
    }
    let size = (SAMPLED_CELLS / features.parts.len().max(1)).clamp(LEAST_SAMPLE, MOST_SAMPLE).min(rows);
    let sample = sample(target, size);
    let sampled = target.take(&sample);
    let look = |part: &FeatureColumn| {
        let found = if sample.len() < rows {
            let here = part.take(&sample);
            let near = judge(&Watched::of(&here), &sampled).1 >= NEARLY;
            near.then(|| judge(&Watched::of(part), target))
        } else {
            Some(judge(&Watched::of(part), target))
        };
        finding(part.name(), found?)
    };
    let parts = features.without_dates().into_par_iter().filter(|part| !times.contains(&part.name()));
    among_different_rows(parts.filter_map(look).collect(), features, target)
}
