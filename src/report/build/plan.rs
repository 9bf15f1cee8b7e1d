//! The plan in the document, and what there is to say about how splits were drawn.

use super::Run;
use crate::data::Target;
use crate::report::document::{PlanEntry, Sequence, TestedRows};
use crate::run::StopReason;
use crate::run::columns::Counts;
use crate::split::Size;
use crate::warning::{Code, Warning};

/// Test sets with fewer rows than this are warned about.
const SMALL_TEST: u64 = 10;

/// From here on the corrected standard error of the mean no longer falls.
const MANY_SPLITS: usize = 1000;

/// Most bins of rows by how often they were tested.
const TESTED_BINS: u64 = 40;

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
        seed: Some(options.seed),
        splits: if run.part.ended() == Some(StopReason::Enough) { run.part.splits().len() } else { run.plan.splits() },
        done: run.part.splits().len(),
        different: Some(different(run)).filter(|n| *n < run.part.splits().len()),
        partial: run.part.is_partial(run.plan.splits()),
        test_size: size(options.test_size),
        train_size: size(options.train_size),
        stratify: run.plan.stratified_on(),
        group: options.group.clone(),
        time: options.time.clone(),
        gap: options.gap,
        sequence: sequence(run),
        tested: if run.probes.are_drawn() { tested(run) } else { Vec::new() },
    }
}

fn sequence(run: &Run) -> Option<Sequence> {
    let ended = match run.part.ended() {
        Some(StopReason::Enough) => "enough",
        Some(StopReason::Broken) => "broken",
        None => "max_splits",
    };
    // A run of fixed length that came to its end has none.
    (run.looks.len() > 1 || run.part.ended().is_some()).then(|| Sequence {
        max_splits: run.plan.splits(),
        looks: run.looks.clone(),
        ended: ended.into(),
    })
}

/// Used rows by the number of splits that test them. The splits are drawn again.
fn tested(run: &Run) -> Vec<TestedRows> {
    let mut times = vec![0u64; run.target.len()];
    for k in run.part.splits().places.iter() {
        let mut test = run.plan.draw(k as usize).test;
        test.dedup();
        test.iter().for_each(|row| times[*row as usize] += 1);
    }
    binned(&times)
}

/// Rows by how often they were tested, in bins of equal width.
fn binned(times: &[u64]) -> Vec<TestedRows> {
    let (Some(least), Some(most)) = (times.iter().min(), times.iter().max()) else { return Vec::new() };
    let width = (most - least + 1).div_ceil(TESTED_BINS);
    let bin = |i: u64| TestedRows { from: least + i * width, to: (least + (i + 1) * width - 1).min(*most), rows: 0 };
    let mut bins: Vec<TestedRows> = (0..(most - least + 1).div_ceil(width)).map(bin).collect();
    times.iter().for_each(|times| bins[((times - least) / width) as usize].rows += 1);
    bins
}

/// How many splits differ from each other.
fn different(run: &Run) -> usize {
    run.same_as.iter().zip(run.part.splits().numbers.iter()).filter(|(first, number)| first == number).count()
}

/// Notes about the plan.
pub(super) fn warn_about_plan(run: &Run, warnings: &mut Vec<Warning>) {
    let splits = run.part.splits();
    let different = different(run);
    if different < splits.len() {
        let text = format!(
            "only {different} of the {} splits are different from each other; intervals and bounds count these",
            splits.len()
        );
        warnings.push(Warning::new(Code::RepeatedSplits, text));
    }
    warnings.extend(notes_of_size(&splits.n_test));
    let sure = run.claims.iter().filter(|c| c.confidence.is_some()).count();
    if sure > 0 && !run.plan.scheme.is_independent() {
        let text = format!(
            "the confidence of {sure} claim{} is a guide only: it takes splits of scheme {} for independent draws",
            if sure == 1 { "" } else { "s" },
            run.plan.scheme
        );
        warnings.push(Warning::new(Code::DependentSplits, text));
    }
    if run.plan.left_out() > 0 {
        let text = format!("{} rows of the plan have no target and are left out of its splits", run.plan.left_out());
        warnings.push(Warning::new(Code::TargetMissing, text));
    }
    if !run.plan.passed_over().is_empty() {
        let parts: Vec<String> = run.plan.passed_over().iter().map(|(name, rows)| format!("{name} ({rows})")).collect();
        let text = format!("rows of the plan that are neither train nor test are passed over: {}", parts.join(", "));
        warnings.push(Warning::new(Code::PartsPassedOver, text));
    }
    warn_about_untested(run, warnings);
    match run.part.ended() {
        Some(StopReason::Broken) => {
            let last = splits.numbers.iter().next_back().unwrap_or(0);
            let text = format!(
                "split #{last} breaks a claim on the worst case, so {} of {} splits are reported",
                splits.len(),
                run.plan.splits()
            );
            warnings.push(Warning::new(Code::EndedEarly, text));
        }
        Some(StopReason::Enough) => {
            let text = format!("{} splits were enough; at most {} were allowed", splits.len(), run.plan.splits());
            warnings.push(Warning::new(Code::EndedEarly, text));
        }
        None if run.looks.len() > 1 && !run.part.is_partial(run.plan.splits()) => {
            let text = format!("{} splits, the most that were allowed, were not enough", splits.len());
            warnings.push(Warning::new(Code::EndedEarly, text));
        }
        None => {}
    }
    if run.part.is_partial(run.plan.splits()) {
        let text = format!("stopped early: {} of {} splits are reported", splits.len(), run.plan.splits());
        warnings.push(Warning::new(Code::Partial, text));
    }
}

/// What there is to say of few test rows and of many splits; numbers of test rows are 0 where they are not known.
pub(crate) fn notes_of_size(n_test: &Counts) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if let Some(least) = n_test.iter().min().filter(|n| (1..SMALL_TEST).contains(n)) {
        let text = format!(
            "the smallest test set has {least} row{}; single scores mean little",
            if least == 1 { "" } else { "s" }
        );
        warnings.push(Warning::new(Code::SmallTest, text));
    }
    if n_test.len() >= MANY_SPLITS {
        let text = format!(
            "{} splits sharpen the quantiles and the worst case, but no longer the interval of the mean",
            n_test.len()
        );
        warnings.push(Warning::new(Code::ManySplits, text));
    }
    warnings
}

/// Names that are listed before the rest is counted.
const NAMED: usize = 3;

/// Classes and groups that no score speaks of.
fn warn_about_untested(run: &Run, warnings: &mut Vec<Warning>) {
    let splits = run.part.splits().len();
    if let Target::Classification { codes, labels, .. } = run.target {
        let mut rows = vec![0usize; labels.len()];
        codes.iter().for_each(|c| rows[*c as usize] += 1);
        let tested = classes_tested(run, codes, &rows);
        let untested: Vec<usize> = (0..labels.len()).filter(|c| rows[*c] > 0 && !tested[*c]).collect();
        if let Some(fewest) = untested.iter().copied().min_by_key(|c| rows[*c]) {
            let text = format!(
                "class {} in none of the {splits} test parts, so that no score speaks of {}; {}",
                list(untested.iter().map(|c| (labels[*c].as_str(), rows[*c]))),
                if untested.len() == 1 { "it" } else { "them" },
                run.plan.class_advice(rows[fewest], splits, 0)
            );
            warnings.push(Warning::new(Code::ClassNeverTested, text));
        }
    }
    let (groups, advice) = run.plan.untestable_groups();
    if !groups.is_empty() {
        let text = format!("group {} never tested: {advice}", list(groups.iter().copied()));
        warnings.push(Warning::new(Code::GroupNeverTested, text));
    }
}

/// `'a' (5 rows) is`, or several with `are`.
pub(super) fn list<'a>(names: impl ExactSizeIterator<Item = (&'a str, usize)>) -> String {
    let count = names.len();
    let shown: Vec<String> = names
        .take(NAMED)
        .map(|(name, rows)| format!("'{name}' ({rows} row{})", if rows == 1 { "" } else { "s" }))
        .collect();
    let more = if count > NAMED { format!(" and {} more", count - NAMED) } else { String::new() };
    format!("{}{more} {}", shown.join(", "), if count == 1 { "is" } else { "are" })
}

/// For each class whether a test part of the run has a row of it. Splits are drawn again until all are seen, which are
/// few where every class can be.
fn classes_tested(run: &Run, codes: &[u32], rows: &[usize]) -> Vec<bool> {
    let mut tested = vec![false; rows.len()];
    let mut left = rows.iter().filter(|r| **r > 0).count();
    let mut done = run.part.splits().numbers.iter().peekable();
    for k in 0..run.plan.splits() {
        if left == 0 || done.peek().is_none() {
            break;
        }
        if done.next_if_eq(&run.plan.number(k)).is_none() {
            continue;
        }
        for row in run.plan.draw(k).test {
            let seen = &mut tested[codes[row as usize] as usize];
            left -= usize::from(!*seen);
            *seen = true;
        }
    }
    tested
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_counted_by_how_often_they_were_tested() {
        let bins = |times: &[u64]| binned(times).iter().map(|b| (b.from, b.to, b.rows)).collect::<Vec<_>>();
        assert_eq!(bins(&[2, 4, 2, 5]), [(2, 2, 2), (3, 3, 0), (4, 4, 1), (5, 5, 1)]);
        assert_eq!(bins(&[7, 7]), [(7, 7, 2)]);
        assert_eq!(bins(&[]), []);
        // 82 numbers in bins of 3, of which the last would reach farther than any row.
        let many = bins(&(10..=91).collect::<Vec<u64>>());
        assert_eq!((many.len(), many[0], many[27]), (28, (10, 12, 3), (91, 91, 1)));
        assert_eq!(bins(&[0, 40]).last(), Some(&(40, 40, 1)));
    }
}
