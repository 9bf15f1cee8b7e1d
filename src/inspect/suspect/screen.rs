//! What a table shows before any model is fitted, by which the checks of a run are chosen: they fit the model to other
//! splits only where there is reason to.

use super::duplicates::Twins;
use super::groups::repeated;
use super::order::{Order, is_long, orders, runs_along};
use super::trial::draws_freely;
use crate::data::{Column, MISSING, Table, Target, Values};
use crate::split::Plan;

/// Rows at which a column is looked at first.
const SAMPLE: usize = 512;
/// Different values that these have at least where they may be of groups.
const LEAST_VALUES: usize = 6;
/// Groups that a column must have, and rows that a group has on average at most: fewer and larger ones are as likely kinds
/// that new data will have too, such as brands or regions.
const LEAST_GROUPS: usize = 15;
const MOST_ROWS: usize = 25;
/// Columns of groups that are tried.
const MOST_GROUPS: usize = 2;
/// Standard errors by which the target must go with groups, and with the rows before.
const LEAST_Z: f64 = 4.0;
const LEAST_RUN: f64 = 3.0;

/// What there is to try on other splits.
#[derive(Default)]
pub struct Screen {
    /// Rows that are equal to others.
    pub(super) twins: Option<Twins>,
    /// Columns whose values may be groups, those with which the target goes most first.
    pub(super) groups: Vec<(String, Vec<u32>)>,
    /// Orders of the rows that may be time.
    pub(super) orders: Vec<Order>,
}

impl Screen {
    /// Looks at a table whose splits are drawn from all rows alike; under other plans there is nothing to try.
    pub fn new(table: &Table, used: &[u32], target: (&str, &Target), plan: &Plan) -> Self {
        if !draws_freely(plan) {
            return Self::default();
        }
        let columns = table.columns.iter().filter(|column| column.name != target.0);
        let mut groups: Vec<(f64, &str, Vec<u32>)> =
            columns.filter_map(|column| group_column(column, used, target.1)).collect();
        groups.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
        let mut found = if is_long(used.len()) { orders(table, used, target, &mut Vec::new()) } else { Vec::new() };
        // Groups that stand one after the other, as patients do, are no time.
        let is_group = |name: &Option<String>| groups.iter().any(|group| name.as_deref() == Some(group.1));
        found.retain(|order| !is_group(&order.column) && runs_along(order, target.1) > LEAST_RUN);
        Self {
            twins: Twins::new(table, used, target.0),
            groups: groups.into_iter().take(MOST_GROUPS).map(|(_, name, codes)| (name.to_owned(), codes)).collect(),
            orders: found,
        }
    }
}

/// The codes of a column whose values may be groups, with how many standard errors the target goes with them.
fn group_column<'a>(column: &'a Column, used: &[u32], target: &Target) -> Option<(f64, &'a str, Vec<u32>)> {
    let size = SAMPLE.min(used.len());
    let sample: Vec<u32> = (0..size).map(|i| used[i * used.len() / size]).collect();
    let (ordered, values) = match column.values.take(&sample) {
        Values::Text { codes, .. } => {
            (false, codes.iter().copied().filter(|code| *code != MISSING).map(f64::from).collect::<Vec<f64>>())
        }
        Values::Number(v) | Values::Time(v, _) => (true, v.iter().copied().filter(|v| !v.is_nan()).collect()),
        Values::Boolean(..) => return None,
    };
    let mut different = values.clone();
    different.sort_unstable_by(f64::total_cmp);
    different.dedup();
    // Groups of two rows or more are seen twice in so many rows, but for very many groups of few rows.
    if different.len() < LEAST_VALUES || (size == SAMPLE && different.len() == size) {
        return None;
    }
    if ordered && !matches!(column.values, Values::Time(..)) && values.iter().any(|v| v.fract() != 0.0) {
        return None;
    }
    let codes = repeated(&column.values.take(used))?;
    let mut there: Vec<u32> = codes.iter().copied().filter(|code| *code != MISSING).collect();
    let rows = there.len();
    there.sort_unstable();
    there.dedup();
    if there.len() < LEAST_GROUPS || rows > MOST_ROWS * there.len() {
        return None;
    }
    let z = strength(&codes, ordered, target);
    (z > LEAST_Z).then_some((z, column.name.as_str(), codes))
}

/// How strongly the target goes with groups, in standard errors. Where codes are in order, a group is held against the
/// two beside it: a target that merely rises with a number, as wages with years, is no sign of groups.
fn strength(codes: &[u32], ordered: bool, target: &Target) -> f64 {
    match target {
        Target::Regression { values } => strength_of(codes, ordered, |row| values[row]),
        Target::Classification { codes: classes, labels, .. } => {
            let mut rows = vec![0usize; labels.len()];
            classes.iter().for_each(|class| rows[*class as usize] += 1);
            let mut common: Vec<usize> = (0..labels.len()).collect();
            common.sort_by_key(|class| (std::cmp::Reverse(rows[*class]), *class));
            let of =
                |class: usize| strength_of(codes, ordered, |row| f64::from(u8::from(classes[row] as usize == class)));
            common.into_iter().take(5).map(of).fold(0.0, f64::max)
        }
    }
}

fn strength_of(codes: &[u32], ordered: bool, y: impl Fn(usize) -> f64) -> f64 {
    let groups = codes.iter().filter(|c| **c != MISSING).max().map_or(0, |most| *most as usize + 1);
    let (mut n, mut mean) = (vec![0.0; groups], vec![0.0; groups]);
    let known = || codes.iter().enumerate().filter(|(_, code)| **code != MISSING);
    for (row, code) in known() {
        n[*code as usize] += 1.0;
        mean[*code as usize] += y(row);
    }
    mean.iter_mut().zip(&n).filter(|(_, n)| **n > 0.0).for_each(|(mean, n)| *mean /= n);
    let rows: f64 = n.iter().sum();
    let there: Vec<usize> = (0..groups).filter(|g| n[*g] > 0.0).collect();
    let within: f64 = known().map(|(row, code)| (y(row) - mean[*code as usize]).powi(2)).sum();
    let variance = within / (rows - there.len() as f64).max(1.0);
    let ratios: Vec<f64> = if ordered {
        let held = |w: &[usize]| {
            let off = mean[w[1]] - 0.5 * (mean[w[0]] + mean[w[2]]);
            off * off / (1.0 / n[w[1]] + 0.25 * (1.0 / n[w[0]] + 1.0 / n[w[2]]))
        };
        there.windows(3).map(held).collect()
    } else {
        let overall = there.iter().map(|g| n[*g] * mean[*g]).sum::<f64>() / rows;
        there.iter().map(|g| n[*g] * (mean[*g] - overall).powi(2)).collect()
    };
    let count = ratios.len() as f64;
    let ratio = ratios.iter().sum::<f64>() / count / variance;
    // Each ratio is a χ² of one degree of freedom where groups are of no account, with a variance of 2; those of
    // neighbours share rows, which makes it about 3 for their mean.
    let z = (ratio - 1.0) / (3.0 / count).sqrt();
    // Without variance within groups these are all that there is.
    if ratio.is_infinite() {
        f64::INFINITY
    } else if z.is_nan() {
        0.0
    } else {
        z
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that look like noise.
    fn noise(i: usize) -> f64 {
        (i as f64 * 0.618_033_988_749_895).fract() - 0.5
    }

    #[test]
    fn groups_are_told_from_numbers_that_the_target_follows() {
        let codes: Vec<u32> = (0..300).map(|r| r / 10).collect();
        let regression = |y: &dyn Fn(usize) -> f64| Target::Regression { values: (0..300).map(y).collect() };
        let own = regression(&|r| 5.0 * noise(7 * (r / 10)) + noise(r));
        let rising = regression(&|r| 0.3 * (r / 10) as f64 + noise(r));
        let none = regression(&noise);
        assert!(strength(&codes, true, &own) > 10.0 && strength(&codes, false, &own) > 10.0);
        assert!(strength(&codes, true, &rising) < LEAST_Z && strength(&codes, false, &rising) > 10.0);
        assert!(strength(&codes, true, &none) < LEAST_Z && strength(&codes, false, &none) < LEAST_Z);
        let labels = vec!["a".to_owned(), "b".to_owned()];
        let of_group = |r: usize| u32::from(noise(7 * (r / 10)) > 0.0);
        let classes = Target::Classification { codes: (0..300).map(of_group).collect(), labels, positive: Some(1) };
        assert!(strength(&codes, true, &classes) > LEAST_Z);
        assert_eq!(strength(&[MISSING; 300], true, &own), 0.0);
    }
}
