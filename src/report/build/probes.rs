//! What probes have read and concluded, for the document.

use super::Run;
use super::distribution::{Firsts, distribution};
use crate::probe::AllSplits;
use crate::report::document::{Model, Named};
use crate::run::columns::Counts;
use crate::stats::{Sample, mean};
use crate::warning::{Code, Warning};

/// Readings that a warning names.
const LISTED: usize = 5;

/// Puts summaries, figures, tables and words into a model's entry.
pub(super) fn add_probes(run: &Run, m: usize, model: &mut Model, warnings: &mut Vec<Warning>) {
    let splits = run.part.splits();
    let of_model = &splits.models[m];
    if !of_model.is_watched {
        return;
    }
    let ratios: Vec<f64> = splits
        .n_test
        .iter()
        .zip(splits.distinct_train.iter())
        .map(|(test, train)| test as f64 / train as f64)
        .collect();
    let test_to_train = mean(&ratios);
    for (name, _, direction, undefined) in of_model.kinds() {
        let (mut numbers, mut values) = (Counts::default(), Vec::new());
        let mut firsts = Firsts::new(&splits.numbers, run.same_as);
        for (k, value) in of_model.reading(name).iter().enumerate().filter_map(|(k, value)| Some((k, value?))) {
            numbers.push(splits.numbers.at(k));
            firsts.push(run.same_as.at(k));
            values.push(value);
        }
        let mut reasons: Named<usize> = Named::new();
        undefined.for_each(|(_, why)| *reasons.entry(why.to_owned()).or_default() += 1);
        let sample = Sample { different: firsts.places(), test_to_train: Some(test_to_train), ..Sample::new(&values) };
        model.probes.insert(name.to_owned(), distribution(direction, &numbers, &sample, reasons));
    }
    warnings.extend(never_defined(model));
    let conclusion = run.probes.conclude(&AllSplits {
        model: &model.name,
        metric: &run.metrics[0].name,
        target: run.target,
        used: run.rows,
        table: run.table,
        test_to_train,
        splits: of_model,
    });
    model.probe_figures = conclusion.figures.into_iter().collect();
    model.probe_tables = conclusion.tables.into_iter().collect();
    model.probe_notes = conclusion.lines;
    warnings.extend(conclusion.warnings);
}

/// A warning for each reason why readings do not exist on any of the splits that were looked at, with the readings
/// that share it.
fn never_defined(model: &Model) -> Vec<Warning> {
    let mut by_reason: Named<(Vec<&str>, usize)> = Named::new();
    for (name, m) in model.probes.iter().filter(|(_, m)| m.count == 0 && m.undefined > 0) {
        let (names, most) = by_reason.entry(m.why_undefined()).or_default();
        names.push(name);
        *most = m.undefined.max(*most);
    }
    let warning = |(reason, (names, splits)): (String, (Vec<&str>, usize))| {
        let is = if names.len() == 1 { "is" } else { "are" };
        let listed = names.iter().take(LISTED).copied().collect::<Vec<_>>().join(", ");
        let more = names.len().saturating_sub(LISTED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let on = if splits == 1 { "the split".into() } else { format!("all {splits} splits") };
        let text = format!("{listed}{more} of {} {is} undefined on {on}: {reason}", model.name);
        Warning::new(Code::ReadingUndefined, text)
    };
    by_reason.into_iter().map(warning).collect()
}
