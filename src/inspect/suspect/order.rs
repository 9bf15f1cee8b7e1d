//! Rows in time order, with a score that falls when the future is predicted from the past.
//!
//! The rows are put in order and cut into six blocks. The second to the fifth are predicted from all rows before them,
//! and, twenty times, from as many rows drawn at random from all other blocks. Were order of no account, the loss
//! from the earlier rows would be one more of these draws: its place among them gives a normal score, and the four
//! are added up (Stouffer et al. 1949). The test rows are the same, so it is no matter how alike they are.

use serde_json::json;
use statrs::distribution::{ContinuousCDF, Normal};

use super::{Check, Finding, SuspicionContext, Trial, mean_and_variance, upper_p};
use crate::data::{Table, Target, Values};
use crate::error::Result;
use crate::inspect::driver::number;
use crate::setting::TIME;
use crate::split::{Split, random_splits};
use crate::warning::Code;

pub(super) const CHECK: Check = Check {
    code: Code::FutureHarder,
    looks_at: "rows in order of time, and the score with later rows predicted from earlier ones",
    look,
};

const BLOCKS: usize = 6;
const DRAWS: usize = 20;
/// With fewer not even the worst place in every block would be told from chance.
const LEAST_DRAWS: usize = 4;
/// Told where chance alone would show as much this rarely, and the loss is larger by a quarter (in the geometric
/// mean of the blocks): a model that uses the time as a column does a little worse beyond its range anyway.
const LEVEL: f64 = 0.01;
const LEAST_RATIO: f64 = 1.25;
/// Share of steps in one direction from which rows count as sorted.
const SORTED: f64 = 0.95;
/// Smallest block.
const LEAST_ROWS: usize = 10;

/// An order of the rows, and how it is called.
pub struct Order {
    pub name: String,
    pub column: Option<String>,
    rows: Vec<u32>,
}

fn numbers(target: &Target) -> Vec<f64> {
    match target {
        Target::Regression { values } => values.clone(),
        Target::Classification { codes, .. } => codes.iter().map(|c| f64::from(*c)).collect(),
    }
}

/// Whether the rows were sorted by the target, in one piece or a few: then their order is no time.
fn is_sorted(y: &[f64]) -> bool {
    let steps = |forward: bool| {
        y.windows(2).filter(|w| if forward { w[0] <= w[1] } else { w[0] >= w[1] }).count() as f64 / (y.len() - 1) as f64
    };
    steps(true) >= SORTED || steps(false) >= SORTED
}

/// Lag-one correlation of the target in the order of the rows, in standard errors.
fn runs(y: &[f64]) -> f64 {
    let (mean, variance) = mean_and_variance(y);
    let n = y.len() as f64;
    let product: f64 = y.windows(2).map(|w| (w[0] - mean) * (w[1] - mean)).sum();
    if variance > 0.0 { product / (n * variance) * n.sqrt() } else { 0.0 }
}

/// Columns of times, numbers that rise from row to row, and, where the target runs along with it, the order
/// of the rows itself.
pub fn orders(
    table: &Table,
    used: &[u32],
    (target_name, target): (&str, &Target),
    notes: &mut Vec<String>,
) -> Vec<Order> {
    let n = used.len();
    let mut found = Vec::new();
    for column in table.columns.iter().filter(|c| c.name != target_name) {
        let values = column.values.take(used);
        let is_time = matches!(values, Values::Time(..));
        let (Values::Time(v, _) | Values::Number(v)) = &values else { continue };
        if v.iter().any(|x| x.is_nan()) {
            continue;
        }
        let rises = v.windows(2).all(|w| w[0] <= w[1]);
        if !is_time && !rises {
            continue;
        }
        let mut rows: Vec<u32> = (0..n as u32).collect();
        rows.sort_by(|a, b| v[*a as usize].total_cmp(&v[*b as usize]));
        let distinct = 1 + rows.windows(2).filter(|w| v[w[0] as usize] < v[w[1] as usize]).count();
        if distinct > BLOCKS * 2 {
            found.push(Order { name: format!("order of '{}'", column.name), column: Some(column.name.clone()), rows });
        }
    }
    let along = (0..n as u32).collect::<Vec<_>>();
    let y = numbers(target);
    if !found.iter().any(|o| o.rows == along) && runs(&y) > 4.0 {
        if is_sorted(&y) {
            notes.push("the rows are sorted by the target, so nothing is made of their order".into());
        } else {
            found.push(Order { name: "order of the rows".into(), column: None, rows: along });
        }
    }
    found.truncate(2);
    found
}

/// How strongly the target runs along an order, in standard errors.
pub fn runs_along(order: &Order, target: &Target) -> f64 {
    let y = numbers(target);
    runs(&order.rows.iter().map(|row| y[*row as usize]).collect::<Vec<f64>>())
}

/// Whether the rows in this order are sorted by the target.
pub fn is_sorted_along(order: &Order, target: &Target) -> bool {
    let y = numbers(target);
    is_sorted(&order.rows.iter().map(|row| y[*row as usize]).collect::<Vec<f64>>())
}

/// Whether there are rows enough for blocks.
pub fn is_long(rows: usize) -> bool {
    rows >= BLOCKS * LEAST_ROWS
}

fn look(scene: &SuspicionContext, notes: &mut Vec<String>) -> Result<Vec<Finding>> {
    let subject = scene.subject;
    if !is_long(subject.used.len()) {
        return Ok(Vec::new());
    }
    let target = (subject.target_name, subject.evaluation.target);
    let orders = orders(subject.table, subject.used, target, notes);
    if !orders.is_empty() && !scene.draws_freely() {
        notes.push("whether the score falls in order of time is looked at for shuffled splits only".into());
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for order in &orders {
        found.extend(judge(&scene.trial(), order)?);
    }
    Ok(found)
}

/// Fits that a judgement takes, where there may be so many; 0 where too few are left for one.
pub fn fits(left: usize) -> usize {
    let blocks = BLOCKS - 2;
    let draws = DRAWS.min((left / blocks).saturating_sub(1));
    if draws < LEAST_DRAWS { 0 } else { blocks * (draws + 1) }
}

/// Predicts rows from those before them, and from as many of any time.
pub fn judge(trial: &Trial, order: &Order) -> Result<Option<Finding>> {
    let subject = trial.subject;
    let n = subject.used.len();
    let draws_each = fits(trial.fits) / (BLOCKS - 2);
    if draws_each == 0 {
        return Ok(None);
    }
    let draws_each = draws_each - 1;
    let mut splits = Vec::new();
    for block in 1..BLOCKS - 1 {
        let (start, end) = (block * n / BLOCKS, (block + 1) * n / BLOCKS);
        let sorted = |mut rows: Vec<u32>| {
            rows.sort_unstable();
            rows
        };
        let test = sorted(order.rows[start..end].to_vec());
        let others = sorted([&order.rows[..start], &order.rows[end..]].concat());
        let seed = subject.evaluation.plan.options.seed.wrapping_add(block as u64);
        let drawn = random_splits(others.len(), 0, start, seed, draws_each);
        splits.push(Split { train: sorted(order.rows[..start].to_vec()), test: test.clone() });
        splits.extend(
            drawn.iter().map(|draw| Split {
                train: draw.train.iter().map(|i| others[*i as usize]).collect(),
                test: test.clone(),
            }),
        );
    }
    let tried = trial.on(splits)?;
    let Ok(normal) = Normal::new(0.0, 1.0) else { return Ok(None) };
    let (mut z, mut ratio, mut blocks) = (0.0, 0.0, 0.0);
    let (mut later, mut drawn) = (Vec::new(), Vec::new());
    for block in tried.chunks(draws_each + 1) {
        let draws: Vec<f64> = block[1..].iter().flatten().map(|t| t.loss).collect();
        let (Some(here), true) = (block[0], draws.len() > draws_each / 2) else { continue };
        let above = draws.iter().filter(|d| **d > here.loss).count() as f64;
        let equal = draws.iter().filter(|d| **d == here.loss).count() as f64;
        z += normal.inverse_cdf((above + 0.5 * equal + 0.5) / (draws.len() as f64 + 1.0));
        ratio += (here.loss / mean_and_variance(&draws).0).ln();
        blocks += 1.0;
        let scores: Vec<f64> = block[1..].iter().flatten().filter_map(|t| t.score).collect();
        if let (Some(score), false) = (here.score, scores.is_empty()) {
            later.push(score);
            drawn.push(mean_and_variance(&scores).0);
        }
    }
    let p = upper_p(-z / f64::sqrt(blocks));
    let sign = subject.sign();
    let (later, drawn) = (mean_and_variance(&later).0, mean_and_variance(&drawn).0);
    let ratio = f64::exp(ratio / blocks);
    // Not a number where a loss is 0.
    let larger = ratio >= LEAST_RATIO;
    if blocks < 3.0 || p > LEVEL || !larger || sign * later >= sign * drawn {
        return Ok(None);
    }
    let advice = order.column.as_ref().map_or(format!("add the time as a column and use {TIME}"), |c| {
        format!("use {} if the future is what is predicted", TIME.to(format!("'{c}'")))
    });
    let message = format!(
        "in the {} rows predicted from earlier ones have mean {} {}, the same rows predicted from as many of any time {}; {advice}",
        order.name,
        subject.metric_name(),
        number(later),
        number(drawn),
    );
    Ok(Some(Finding::new(
        message,
        &[
            ("order", json!(order.name)),
            ("column", json!(order.column)),
            ("mean_later", json!(later)),
            ("mean_random", json!(drawn)),
            ("loss_ratio", json!(ratio)),
            ("p", json!(p)),
        ],
    )))
}
