//! A column whose equal values belong together: rows of one patient, shop or batch on both sides of a split.

use serde_json::json;

use super::{Check, Finding, SuspicionContext, Trial};
use crate::data::{MISSING, Values};
use crate::error::Result;
use crate::inspect::driver::number;
use crate::setting::GROUP;
use crate::warning::Code;

pub(super) const CHECK: Check = Check {
    code: Code::GroupsStraddle,
    looks_at: "columns whose values repeat, and the score with rows of one value kept on one side of each split",
    look,
};

/// Groups that a column must have at least; the levels of fewer are kinds, not groups.
const LEAST_GROUPS: usize = 10;
/// Columns that are tried.
const MOST_COLUMNS: usize = 8;
/// How much worse splits of whole groups must be: in standard errors and in standard deviations.
const LEAST_Z: f64 = 4.0;
const LEAST_FALL: f64 = 1.0;

/// Codes of a column that repeats: whole numbers, text or dates, at least ten different ones, each twice on
/// average, none in a fifth of the rows.
pub fn repeated(values: &Values) -> Option<Vec<u32>> {
    match values {
        Values::Number(v) if v.iter().any(|x| !x.is_nan() && x.fract() != 0.0) => return None,
        Values::Boolean(..) => return None,
        _ => {}
    }
    let (codes, levels) = values.as_levels();
    let mut sizes = vec![0usize; levels.len()];
    codes.iter().filter(|c| **c != MISSING).for_each(|c| sizes[*c as usize] += 1);
    let groups = sizes.iter().filter(|n| **n > 0).count();
    let rows: usize = sizes.iter().sum();
    let largest = sizes.iter().copied().max().unwrap_or(0);
    (groups >= LEAST_GROUPS && rows >= 2 * groups && 5 * largest < codes.len() && 2 * rows > codes.len())
        .then(|| codes.into_vec())
}

fn look(scene: &SuspicionContext, notes: &mut Vec<String>) -> Result<Vec<Finding>> {
    let subject = scene.subject;
    let columns = subject.table.columns.iter().filter(|c| c.name != subject.target_name);
    let mut candidates: Vec<(&str, Vec<u32>)> =
        columns.filter_map(|c| Some((c.name.as_str(), repeated(&c.values.take(subject.used))?))).collect();
    if candidates.is_empty() {
        return Ok(Vec::new());
    }
    if !scene.draws_freely() {
        notes.push("whether groups straddle train and test is looked at for shuffled splits only".into());
        return Ok(Vec::new());
    }
    candidates.truncate(MOST_COLUMNS);
    let mut found = Vec::new();
    for (column, codes) in candidates {
        found.extend(judge(&scene.trial(), column, &codes)?);
    }
    Ok(found)
}

/// Keeps rows with equal values of a column on one side of each split.
pub fn judge(trial: &Trial, column: &str, codes: &[u32]) -> Result<Option<Finding>> {
    let Some(fall) = trial.with_groups(codes)?.filter(|f| f.z > LEAST_Z && f.sds > LEAST_FALL) else {
        return Ok(None);
    };
    let message = format!(
        "rows with the same '{column}' stand in train and test; kept together, mean {} goes from {} to {}; if new data brings new values of it, use {}",
        trial.subject.metric_name(),
        number(fall.mean_run),
        number(fall.mean),
        GROUP.to(format!("'{column}'")),
    );
    Ok(Some(Finding::new(
        message,
        &[
            ("column", json!(column)),
            ("mean_run", json!(fall.mean_run)),
            ("mean_grouped", json!(fall.mean)),
            ("fall_in_sd", json!(fall.sds)),
            ("z", json!(fall.z)),
        ],
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_that_repeat_are_told_from_kinds_and_measures() {
        let numbers = |f: fn(i32) -> f64| Values::Number((0..120).map(f).collect());
        assert!(repeated(&numbers(|i| f64::from(i / 6))).is_some());
        assert!(repeated(&numbers(|i| f64::from(i % 4))).is_none());
        assert!(repeated(&numbers(f64::from)).is_none());
        assert!(repeated(&numbers(|i| f64::from(i / 6) + 0.5)).is_none());
    }
}
