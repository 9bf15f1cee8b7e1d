//! Scores of which too many lie far from the others.

use serde_json::json;

use super::{Check, Finding, SuspicionContext, log_losses};
use crate::error::Result;
use crate::stats::median;
use crate::warning::Code;

pub(super) const CHECK: Check =
    Check { code: Code::HeavyTails, looks_at: "how many splits lie far from the others", look };

/// Share of splits beyond a modified z of 3.5 that makes tails heavy, 21 times that of a normal sample, and the
/// least number of them.
const HEAVY_SHARE: f64 = 0.01;
const HEAVY_COUNT: usize = 3;

/// Number of values with a modified z-score beyond 3.5 (Iglewicz and Hoaglin 1993). Skewness is not allowed for, as it is
/// where outliers are named: a long tail on one side is heavy too.
fn beyond(values: &[f64]) -> usize {
    let middle = median(values);
    let deviations: Vec<f64> = values.iter().map(|v| (v - middle).abs()).collect();
    let mad = median(&deviations);
    if mad > 0.0 { deviations.iter().filter(|d| 0.6745 * **d > 3.5 * mad).count() } else { 0 }
}

fn is_heavy(values: &[f64]) -> bool {
    let found = beyond(values);
    found >= HEAVY_COUNT && found as f64 >= HEAVY_SHARE * values.len() as f64
}

fn look(scene: &SuspicionContext, _: &mut Vec<String>) -> Result<Vec<Finding>> {
    let goodness = &scene.look.goodness;
    let found = beyond(goodness);
    let share = found as f64 / goodness.len().max(1) as f64;
    if !is_heavy(goodness) || !log_losses(scene).is_some_and(|losses| is_heavy(&losses)) {
        return Ok(Vec::new());
    }
    let message = format!(
        "{} of {} splits ({:.1} %) lie beyond 3.5 robust standard deviations, a normal sample has 0.05 %: few rows decide, so read the median and the quantiles, not the mean",
        found,
        goodness.len(),
        100.0 * share,
    );
    Ok(vec![Finding::new(message, &[("outliers", json!(found)), ("share", json!(share))])])
}
