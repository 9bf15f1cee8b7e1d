//! The worst and the best split of a model against the others, for pictures: what drifted, which rows did it, what goes with the
//! score, and where the model is weak.

use super::document::{Extreme, ExtremeDrift, Extremes, ScoreDriver};
use super::of_split::{Depth, Others, split_finding};
use super::slices::weakest;
use super::survey::Survey;
use super::{Wanted, chosen, group_codes};
use crate::error::Result;
use crate::stats::quantile;

/// Columns and rows that are shown of a split.
const SHOWN: Depth = Depth { columns: 14, rows: 8 };
/// What sets the worst and the best split of a survey apart.
///
/// # Errors
/// A run error where a split can no longer be fitted.
pub fn extremes(survey: &Survey, others: &Others, pool: &rayon::ThreadPool) -> Result<Extremes> {
    let subject = others.subject;
    let context = &subject.evaluation;
    let mut splits = Vec::new();
    for (wanted, role) in [(Wanted::Worst, "worst"), (Wanted::Best, "best")] {
        let Some((at, _)) = chosen(subject, &survey.look, wanted)?.into_iter().next() else { continue };
        let found = pool.install(|| split_finding(others, at, Vec::new(), SHOWN))?;
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
    let weak = pool.install(|| weakest(&survey.columns, &survey.losses, &units));
    let slices = weak.into_iter().map(|slice| slice.found(context.features.rows)).collect();
    Ok(Extremes { loss: survey.look.loss.name().into(), splits, driver, slices })
}
