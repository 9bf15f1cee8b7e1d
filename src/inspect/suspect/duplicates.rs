//! Rows that stand in the table several times, some in train and some in test.

use serde_json::json;

use super::{Check, Finding, SuspicionContext, Trial};
use crate::data::{Column, Table, Values};
use crate::error::Result;
use crate::inspect::driver::number;
use crate::warning::Code;

pub(super) const CHECK: Check = Check {
    code: Code::TwinsStraddle,
    looks_at: "rows that are equal in every column, and the score with them kept on one side of each split",
    look,
};

/// Told from this share of the rows on that have a twin.
const LEAST_SHARE: f64 = 0.01;
/// How much worse splits are when twins are kept together: in standard errors, and in standard deviations.
const LEAST_Z: f64 = 4.0;
const LEAST_FALL: f64 = 0.25;

/// Rows that are equal in every column but the target have different targets at least this often where rows are equal
/// because the columns are coarse, as sex and class of passengers are, and not because they are copies.
const LEAST_DIFFERENT: f64 = 0.05;
/// Chance that two rows have one target from which that tells something: two equal numbers are no chance.
const COARSE: f64 = 0.05;

/// A number for each row; rows that are equal in every column that was read, the target included, share
/// theirs. Two words of hash tell rows apart.
pub fn twins(table: &Table, used: &[u32]) -> Vec<u32> {
    equal_rows(&table.columns.iter().collect::<Vec<_>>(), used)
}

fn equal_rows(columns: &[&Column], used: &[u32]) -> Vec<u32> {
    let mix = |h: u64, x: u64, k: u64| (h ^ x).wrapping_mul(k).rotate_left(29) ^ (x >> 7);
    let mut hashes = vec![[0u64; 2]; used.len()];
    for column in columns {
        for (hash, row) in hashes.iter_mut().zip(used) {
            let row = *row as usize;
            let word = match &column.values {
                Values::Number(v) | Values::Boolean(v, _) | Values::Time(v, _) => {
                    if v[row].is_nan() {
                        u64::MAX
                    } else {
                        (v[row] + 0.0).to_bits()
                    }
                }
                Values::Text { codes, .. } => u64::from(codes[row]),
            };
            *hash = [mix(hash[0], word, 0x9e37_79b9_7f4a_7c15), mix(hash[1], word, 0xc2b2_ae3d_27d4_eb4f)];
        }
    }
    let mut order: Vec<u32> = (0..used.len() as u32).collect();
    order.sort_by_key(|r| (hashes[*r as usize], *r));
    let mut codes = vec![0u32; used.len()];
    let mut code = 0;
    for (i, row) in order.iter().enumerate() {
        if i > 0 && hashes[*row as usize] != hashes[order[i - 1] as usize] {
            code += 1;
        }
        codes[*row as usize] = code;
    }
    codes
}

/// Pairs of rows with the same number.
fn pairs(codes: &[u32]) -> f64 {
    sizes(codes).iter().map(|n| *n as f64 * (*n as f64 - 1.0) / 2.0).sum()
}

fn sizes(codes: &[u32]) -> Vec<usize> {
    let mut sizes = vec![0usize; codes.iter().max().map_or(0, |most| *most as usize + 1)];
    codes.iter().for_each(|code| sizes[*code as usize] += 1);
    sizes
}

/// Whether rows are equal because few different ones are possible: see [`LEAST_DIFFERENT`].
fn are_coarse(table: &Table, used: &[u32], target: &str, equal: &[u32]) -> bool {
    let (of_target, others): (Vec<&Column>, Vec<&Column>) = table.columns.iter().partition(|c| c.name == target);
    let all = used.len() as f64;
    let by_chance = pairs(&equal_rows(&of_target, used)) / (all * (all - 1.0) / 2.0);
    by_chance >= COARSE && pairs(equal) < (1.0 - LEAST_DIFFERENT) * pairs(&equal_rows(&others, used))
}

/// Rows that have a twin, where there are enough of them.
pub struct Twins {
    /// A number for each row; equal rows share theirs.
    codes: Vec<u32>,
    /// Rows of each number.
    sizes: Vec<usize>,
    /// Rows that have a twin.
    rows: usize,
}

impl Twins {
    /// `None` where so few rows have a twin that nothing hangs on them.
    pub fn new(table: &Table, used: &[u32], target: &str) -> Option<Self> {
        let codes = twins(table, used);
        let sizes = sizes(&codes);
        let rows = sizes.iter().filter(|n| **n > 1).sum();
        let twins = Self { codes, sizes, rows };
        let enough = twins.share() >= LEAST_SHARE && twins.sizes.len() >= 3;
        (enough && !are_coarse(table, used, target, &twins.codes)).then_some(twins)
    }

    fn share(&self) -> f64 {
        self.rows as f64 / self.codes.len() as f64
    }
}

fn look(scene: &SuspicionContext, notes: &mut Vec<String>) -> Result<Vec<Finding>> {
    let Some(twins) = Twins::new(scene.subject.table, scene.subject.used, scene.subject.target_name) else {
        return Ok(Vec::new());
    };
    if !scene.draws_freely() {
        notes.push(format!(
            "{} rows have a twin; what they do to the score is looked at for shuffled splits only",
            twins.rows
        ));
        return Ok(Vec::new());
    }
    Ok(judge(&scene.trial(), &twins)?.into_iter().collect())
}

/// Keeps twins on one side of each split.
pub fn judge(trial: &Trial, twins: &Twins) -> Result<Option<Finding>> {
    let (subject, Twins { codes, sizes, rows }) = (trial.subject, twins);
    let Some(fall) = trial.with_groups(codes)?.filter(|f| f.z > LEAST_Z && f.sds > LEAST_FALL) else {
        return Ok(None);
    };
    let message = format!(
        "{rows} rows ({:.0} %) are equal to another one in every column; kept on one side of each split, mean {} goes from {} to {}",
        100.0 * twins.share(),
        subject.metric_name(),
        number(fall.mean_run),
        number(fall.mean),
    );
    let first = codes.iter().position(|c| sizes[*c as usize] > 1).unwrap_or(0);
    let twin: Vec<u32> =
        (0..codes.len()).filter(|r| codes[*r] == codes[first]).take(5).map(|r| subject.row(r as u32)).collect();
    Ok(Some(Finding::new(
        message,
        &[
            ("rows", json!(rows)),
            ("share", json!(twins.share())),
            ("example_rows", json!(twin)),
            ("mean_run", json!(fall.mean_run)),
            ("mean_together", json!(fall.mean)),
            ("z", json!(fall.z)),
        ],
    )))
}
