//! Coordinate descent on the normal equations (covariance updates; Friedman, Hastie and Tibshirani,
//! J. Stat. Softw. 33, 2010): a sweep costs p², whatever the number of rows.

use ndarray::Array1;

use super::System;
use crate::model::ElasticNet;
use crate::model::interrupt::check;

/// Once the duality gap is met, coordinates go on until a sweep moves the fit by less than this share
/// of the target's spread: a sweep is cheap, and the gap leaves coefficients half its digits.
const STILL: f64 = 1e-12;
/// Sweeps for that.
const POLISH: u32 = 1_000;

fn soft(value: f64, threshold: f64) -> f64 {
    value.signum() * (value.abs() - threshold).max(0.0)
}

/// Minimises |y - Xb|² / 2n + α·l1_ratio·|b|₁ + α(1 - l1_ratio)|b|² / 2 from the given `b`; says whether the
/// duality gap got below `tol` · |y|².
pub fn descend(system: &System, with_target: &Array1<f64>, net: &ElasticNet, b: &mut Array1<f64>) -> bool {
    let (l1, l2) = (net.alpha * net.l1_ratio * system.n, net.alpha * (1.0 - net.l1_ratio) * system.n);
    let mut pull = with_target - &system.gram.dot(b);
    let diagonal = system.gram.diag();
    let yardstick = system.target_square.max(0.0).sqrt();
    let mut met = false;
    let mut extra = 0;
    for _ in 0..net.max_iter {
        check();
        let mut moved: f64 = 0.0;
        for k in (0..b.len()).filter(|k| diagonal[*k] > 0.0) {
            let next = soft(pull[k] + diagonal[k] * b[k], l1) / (diagonal[k] + l2);
            let step = next - b[k];
            if step != 0.0 {
                b[k] = next;
                pull.scaled_add(-step, &system.gram.row(k));
                moved = moved.max(step.abs() * diagonal[k].sqrt());
            }
        }
        if !met {
            met = gap(system, with_target, b, &pull, l1, l2) <= net.tol * system.target_square;
        }
        extra += u32::from(met);
        if met && (moved <= STILL * yardstick || extra >= POLISH) {
            return true;
        }
    }
    met
}

/// The duality gap (times n): Kim, Koh, Lustig, Boyd and Gorinevsky 2007, with the L2 part as
/// further rows of X.
fn gap(system: &System, with_target: &Array1<f64>, b: &Array1<f64>, pull: &Array1<f64>, l1: f64, l2: f64) -> f64 {
    let along = with_target.dot(b);
    let square = b.dot(b);
    // |y - Xb|² = yᵀy - bᵀXᵀy - bᵀXᵀ(y - Xb).
    let residual = (system.target_square - along - b.dot(pull)).max(0.0);
    let steepest = pull.iter().zip(b).fold(0.0f64, |m, (g, b)| m.max((g - l2 * b).abs()));
    let shrink = if steepest > l1 { l1 / steepest } else { 1.0 };
    0.5 * (1.0 + shrink * shrink) * (residual + l2 * square) + l1 * b.iter().map(|b| b.abs()).sum::<f64>()
        - shrink * (system.target_square - along)
}
