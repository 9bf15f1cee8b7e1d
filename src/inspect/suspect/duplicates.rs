//! Rows that stand in the table several times, some in train and some in test.

use serde_json::json;

use super::{Check, Fall, Finding, SuspicionContext, TRIED};
use crate::data::{Table, Values};
use crate::error::Result;
use crate::inspect::driver::number;
use crate::split::group_splits;
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

/// A number for each row; rows that are equal in every column that was read, the target included, share
/// theirs. Two words of hash tell rows apart.
pub fn twins(table: &Table, used: &[u32]) -> Vec<u32> {
    let mix = |h: u64, x: u64, k: u64| (h ^ x).wrapping_mul(k).rotate_left(29) ^ (x >> 7);
    let mut hashes = vec![[0u64; 2]; used.len()];
    for column in &table.columns {
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

fn look(scene: &SuspicionContext, notes: &mut Vec<String>) -> Result<Vec<Finding>> {
    let subject = scene.subject;
    let codes = twins(subject.table, subject.used);
    let groups = codes.iter().max().map_or(0, |m| *m as usize + 1);
    let mut sizes = vec![0usize; groups];
    codes.iter().for_each(|c| sizes[*c as usize] += 1);
    let rows: usize = sizes.iter().filter(|n| **n > 1).sum();
    let share = rows as f64 / codes.len() as f64;
    if share < LEAST_SHARE || groups < 3 {
        return Ok(Vec::new());
    }
    if !scene.draws_freely() {
        notes.push(format!("{rows} rows have a twin; what they do to the score is looked at for shuffled splits only"));
        return Ok(Vec::new());
    }
    let together = scene.on(group_splits(&codes, scene.sizes().0, subject.evaluation.plan.options.seed, TRIED))?;
    let Some(fall) = Fall::new(scene, &together).filter(|f| f.z > LEAST_Z && f.sds > LEAST_FALL) else {
        return Ok(Vec::new());
    };
    let message = format!(
        "{rows} rows ({:.0} %) are equal to another one in every column; kept on one side of each split, mean {} goes from {} to {}",
        100.0 * share,
        subject.metric_name(),
        number(fall.mean_run),
        number(fall.mean),
    );
    let first = codes.iter().position(|c| sizes[*c as usize] > 1).unwrap_or(0);
    let twin: Vec<u32> =
        (0..codes.len()).filter(|r| codes[*r] == codes[first]).take(5).map(|r| subject.row(r as u32)).collect();
    Ok(vec![Finding::new(
        message,
        &[
            ("rows", json!(rows)),
            ("share", json!(share)),
            ("example_rows", json!(twin)),
            ("mean_run", json!(fall.mean_run)),
            ("mean_together", json!(fall.mean)),
            ("z", json!(fall.z)),
        ],
    )])
}
