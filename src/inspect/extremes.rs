//! The worst and the best split of a model against the others, for pictures: what drifted, which rows did it, what goes with the
//! score, and where the model is weak.

use std::sync::atomic::AtomicBool;

use super::document::{Extreme, ExtremeDrift, Extremes, ScoreDriver, SliceFinding};
use super::of_split::{Depth, split_finding};
use super::short::affordable;
use super::slices::weakest;
use super::subject::Subject;
use super::survey::Survey;
use super::{Wanted, chosen, group_codes};
use crate::error::Result;
use crate::run::Fitter;
use crate::stats::quantile;

/// Columns and rows that are shown of a split.
const SHOWN: Depth = Depth { columns: 14, rows: 8 };
/// Splits below which nothing is said.
const LEAST: usize = 10;

/// What sets the worst and the best split apart; `None` where splits are few, or too dear to be fitted again.
///
/// # Errors
/// A run error if threads cannot be started or `stop` is set.
pub fn extremes(subject: &Subject, stop: &AtomicBool) -> Result<Option<Extremes>> {
    let scored = subject.scored();
    if scored.len() < LEAST || !affordable(subject, scored.len()) {
        return Ok(None);
    }
    let context = &subject.evaluation;
    let pool = context.pool()?;
    let common = context.common();
    let fitter = pool.install(|| Fitter::new(context, &common))?;
    let survey = Survey::new(subject, &fitter, &pool, stop, || ())?;
    let others = survey.others(subject, &fitter);
    let mut splits = Vec::new();
    for (wanted, role) in [(Wanted::Worst, "worst"), (Wanted::Best, "best")] {
        let Some((at, _)) = chosen(subject, &survey.look, wanted)?.into_iter().next() else { continue };
        let found = pool.install(|| split_finding(&others, at, Vec::new(), SHOWN))?;
        let drift = found.drift.iter().filter_map(|drift| {
            let column = survey.columns.iter().position(|c| c.name == drift.column && c.is_target == drift.target)?;
            let differences = survey.look.drifts.iter().map(|split| split[column].difference).filter(|d| d.is_finite());
            let mut sorted: Vec<f64> = differences.collect();
            sorted.sort_by(f64::total_cmp);
            (!sorted.is_empty()).then_some(())?;
            Some(ExtremeDrift {
                column: drift.column.clone(),
                target: drift.target,
                difference: drift.difference?,
                others: [0.05, 0.5, 0.95].map(|share| quantile(&sorted, share)),
                q: drift.q,
            })
        });
        let score = subject.score(survey.look.scored[at]).unwrap_or(f64::NAN);
        splits.push(Extreme { split: found.split, role: role.into(), score, drift: drift.collect(), rows: found.rows });
    }
    let driver = survey.signals.first().filter(|signal| signal.q <= super::driver::LEVEL).map(|signal| ScoreDriver {
        what: format!("{}, test less train", signal.what(&survey.columns)),
        correlation: signal.correlation * subject.sign(),
        values: (survey.look.scored.iter().map(|k| subject.splits.numbers.at(*k)))
            .zip(signal.values.iter().copied())
            .collect(),
    });
    // A run has given up the columns by which equal rows could be told.
    let units = group_codes(subject).unwrap_or_else(|| (0..context.features.rows as u32).collect());
    let rows = context.features.rows as f64;
    let slice = |s: super::slices::Slice| SliceFinding {
        rows: s.rows.len(),
        share: s.rows.len() as f64 / rows,
        slice: s.text,
        loss: s.means[0],
        loss_rest: s.means[1],
        ci95: s.interval,
        p: s.p,
    };
    let slices = pool.install(|| weakest(&survey.columns, &survey.losses, &units)).into_iter().map(slice).collect();
    Ok(Some(Extremes { loss: survey.look.loss.name().into(), splits, driver, slices }))
}
