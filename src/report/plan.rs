//! The plan in the document, and what there is to say about how splits were drawn.

use super::build::Run;
use super::document::{PlanEntry, Sequence};
use crate::run::Early;
use crate::split::{Scheme, Size};
use crate::warning::{Code, Warning};

/// Test sets with fewer rows than this are warned about.
const SMALL_TEST: usize = 10;

/// From here on the corrected standard error of the mean no longer falls.
const MANY_SPLITS: usize = 1000;

/// The plan as it was resolved.
pub(super) fn plan(run: &Run) -> PlanEntry {
    let options = &run.plan.options;
    let size = |s: Option<Size>| {
        s.map(|s| match s {
            Size::Share(share) => share,
            Size::Rows(rows) => rows as f64,
        })
    };
    PlanEntry {
        scheme: run.plan.scheme.to_string(),
        seed: options.seed,
        splits: if run.outcome.early == Some(Early::Enough) { run.outcome.splits.len() } else { run.plan.splits() },
        done: run.outcome.splits.len(),
        partial: run.outcome.partial,
        test_size: size(options.test_size),
        train_size: size(options.train_size),
        stratify: run.plan.stratified_on(),
        group: options.group.clone(),
        time: options.time.clone(),
        gap: options.gap,
        sequence: sequence(run),
    }
}

fn sequence(run: &Run) -> Option<Sequence> {
    let ended = match run.outcome.early {
        Some(Early::Enough) => "enough",
        Some(Early::Broken) => "broken",
        None => "max_splits",
    };
    // A run of fixed length that came to its end has none.
    (run.looks.len() > 1 || run.outcome.early.is_some()).then(|| Sequence {
        max_splits: run.plan.splits(),
        looks: run.looks.clone(),
        ended: ended.into(),
    })
}

/// Notes about the plan.
pub(super) fn warn_about_plan(run: &Run, warnings: &mut Vec<Warning>) {
    let splits = &run.outcome.splits;
    let mut parts: Vec<u64> = splits.iter().map(|s| s.parts).collect();
    parts.sort_unstable();
    parts.dedup();
    if parts.len() < splits.len() {
        let text = format!("only {} of the {} splits are different from each other", parts.len(), splits.len());
        warnings.push(Warning::new(Code::RepeatedSplits, text));
    }
    if let Some(least) = splits.iter().map(|s| s.n_test).min().filter(|n| *n < SMALL_TEST) {
        let text = format!(
            "the smallest test set has {least} row{}; single scores mean little",
            if least == 1 { "" } else { "s" }
        );
        warnings.push(Warning::new(Code::SmallTest, text));
    }
    if splits.len() >= MANY_SPLITS {
        let text = format!(
            "{} splits sharpen the quantiles and the worst case, but no longer the interval of the mean",
            splits.len()
        );
        warnings.push(Warning::new(Code::ManySplits, text));
    }
    let sure = run.claims.iter().filter(|c| c.confidence.is_some()).count();
    if sure > 0 && matches!(run.plan.scheme, Scheme::KFold(_) | Scheme::Time { .. } | Scheme::File(_)) {
        let text = format!(
            "the confidence of {sure} claim{} takes splits of scheme {} for independent draws",
            if sure == 1 { "" } else { "s" },
            run.plan.scheme
        );
        warnings.push(Warning::new(Code::DependentSplits, text));
    }
    if run.plan.left_out() > 0 {
        let text = format!("{} rows of the plan have no target and are left out of its splits", run.plan.left_out());
        warnings.push(Warning::new(Code::TargetMissing, text));
    }
    match run.outcome.early {
        Some(Early::Broken) => {
            let last = splits.last().map_or(0, |s| s.number);
            let text = format!(
                "split #{last} breaks a claim on the worst case, so {} of {} splits are reported",
                splits.len(),
                run.plan.splits()
            );
            warnings.push(Warning::new(Code::EndedEarly, text));
        }
        Some(Early::Enough) => {
            let text = format!("{} splits were enough; at most {} were allowed", splits.len(), run.plan.splits());
            warnings.push(Warning::new(Code::EndedEarly, text));
        }
        None if run.looks.len() > 1 && !run.outcome.partial => {
            let text = format!("{} splits, the most that were allowed, were not enough", splits.len());
            warnings.push(Warning::new(Code::EndedEarly, text));
        }
        None => {}
    }
    if run.outcome.partial {
        let text = format!("stopped early: {} of {} splits are reported", splits.len(), run.plan.splits());
        warnings.push(Warning::new(Code::Partial, text));
    }
}
