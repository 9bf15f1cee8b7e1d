//! What is asked of every split scheme.

use crate::evaluation::Evaluation;
use crate::split::Plan;

/// Splits that are drawn.
const DRAWN: usize = 40;

/// Checks that the split scheme of an evaluation keeps what runs rely on, for its table:
///
/// - neither part of a split is empty, rows are ascending, and no row is in both parts or tested twice;
/// - split k depends on the seed and k alone: not on how many splits there are, on those drawn before it, or on the thread;
/// - there are as many splits as the scheme says, and not all of them are one split.
///
/// # Errors
/// A sentence that says which split is wrong, and how; also where the evaluation cannot be prepared.
pub fn check_resampling(evaluation: &Evaluation) -> Result<(), String> {
    let plan = |splits: Option<usize>| -> Result<Plan, String> {
        let mut evaluation = evaluation.clone();
        evaluation.plan.splits = splits;
        evaluation.prepare().map(|prepared| prepared.plan).map_err(|e| e.to_string())
    };
    // Where none are asked for there are as many as the scheme has, or the usual number.
    let most = plan(None)?.splits().min(DRAWN);
    let (one, plan, again) = (plan(Some(1))?, plan(Some(most))?, plan(Some(most))?);
    let splits: Vec<_> = (0..most).map(|k| plan.draw(k)).collect();
    for (k, split) in splits.iter().enumerate() {
        split.check(plan.rows()).map_err(|why| format!("split {k} {why}"))?;
    }
    if one.draw(0) != splits[0] {
        return Err("split 0 is another one where more splits are asked for".into());
    }
    if let Some(k) = (0..most).rev().find(|k| again.draw(*k) != splits[*k]) {
        return Err(format!("split {k} is another one when it is drawn again, in another order"));
    }
    let elsewhere = std::thread::scope(|threads| {
        let drawn = threads.spawn(|| (0..most).find(|k| plan.draw(*k) != splits[*k]));
        drawn.join().map_err(|_| "a split cannot be drawn on another thread".to_owned())
    })?;
    if let Some(k) = elsewhere {
        return Err(format!("split {k} is another one on another thread"));
    }
    if most > 1 && splits.iter().all(|split| *split == splits[0]) {
        return Err(format!("all of {most} splits are one"));
    }
    Ok(())
}
