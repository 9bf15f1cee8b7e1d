//! Classes that some test or train parts do not have.

use serde_json::json;

use super::{Check, Finding, SuspicionContext};
use crate::data::Target;
use crate::error::Result;
use crate::split::Plan;
use crate::warning::Code;

pub(super) const CHECK: Check =
    Check { code: Code::ClassAbsent, looks_at: "classes that test or train parts do not have", look };

fn look(scene: &SuspicionContext, _: &mut Vec<String>) -> Result<Vec<Finding>> {
    let context = &scene.subject.evaluation;
    Ok(judge(context.plan, context.target, 0..scene.subject.splits.len(), false).into_iter().collect())
}

/// Draws these splits of the plan, and looks for classes without a row; classes that are never tested may be left out,
/// where that is said elsewhere.
pub fn judge(
    plan: &Plan,
    target: &Target,
    places: impl ExactSizeIterator<Item = usize>,
    leave_out: bool,
) -> Option<Finding> {
    let Target::Classification { codes, labels, .. } = target else { return None };
    let splits = places.len();
    let mut absent = vec![[0usize; 2]; labels.len()];
    for k in places {
        let split = plan.draw(k);
        for (side, rows) in [&split.test, &split.train].into_iter().enumerate() {
            let mut seen = vec![false; labels.len()];
            rows.iter().for_each(|r| seen[codes[*r as usize] as usize] = true);
            seen.iter().zip(&mut absent).filter(|(seen, _)| !**seen).for_each(|(_, absent)| absent[side] += 1);
        }
    }
    if leave_out {
        absent.iter_mut().filter(|a| a[0] == splits).for_each(|a| *a = [0, 0]);
    }
    let times = |class: &usize| absent[*class][0] + absent[*class][1];
    let mut rows = vec![0usize; labels.len()];
    codes.iter().for_each(|class| rows[*class as usize] += 1);
    // What helps the smallest class helps the others.
    let rarest =
        (0..labels.len()).filter(|c| times(c) > 0).min_by_key(|c| (rows[*c], std::cmp::Reverse(times(c)), *c))?;
    let [test, train] = absent[rarest];
    let rows = rows[rarest];
    let more = match absent.iter().filter(|a| a[0] + a[1] > 0).count() - 1 {
        0 => String::new(),
        1 => ", the smallest of 2 such classes,".into(),
        others => format!(", the smallest of {} such classes,", others + 1),
    };
    let s = if rows == 1 { "" } else { "s" };
    let message = format!(
        "class '{}' ({rows} row{s}){more} is absent from {test} of {} test parts and {train} train parts, which then say nothing about it; {}",
        labels[rarest],
        splits,
        plan.class_advice(rows, test, train),
    );
    let list: Vec<_> = labels
        .iter()
        .zip(&absent)
        .filter(|(_, a)| a[0] + a[1] > 0)
        .map(|(label, a)| json!({"class": label, "absent_from_test": a[0], "absent_from_train": a[1]}))
        .collect();
    Some(Finding::new(message, &[("classes", json!(list))]))
}
