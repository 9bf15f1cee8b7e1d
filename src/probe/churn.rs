//! Whether a row gets the same prediction whichever rows the model has learned from.

use super::registry::{BOTH, ProbeInfo};
use super::{Conclusion, Line, Names, Probe, ProbeContext, ProbeResults, Recorder};
use crate::data::Target;
use crate::model::Predictions;
use crate::run::FittedSplit;
use crate::stats::mean;

pub(super) const INFO: ProbeInfo = ProbeInfo {
    of_predictions: true,
    ..ProbeInfo::new(
        "churn",
        BOTH,
        "how much a row's prediction varies over the splits that test it",
        "predictions",
        &["churn"],
        |_, _| Ok(Box::new(Churn)),
    )
};

/// ProbeResults the splits that test a row: the standard deviation of its predictions, or the share that differs from the
/// class it gets most often (Milani Fard and others 2016 call changed predictions churn).
pub struct Churn;

/// Rows that are listed.
const LISTED: usize = 10;

/// A row's predictions.
struct RowChurn {
    row: usize,
    tested: f64,
    /// Standard deviation, or share in disagreement with the majority.
    churn: f64,
}

impl Probe for Churn {
    fn names(&self, scene: &ProbeContext, names: &mut Names) {
        let flips = (!scene.target.labels().is_empty()).then_some("churn.flips");
        names.figures.extend(["churn", "churn.max"].into_iter().chain(flips).map(String::from));
    }

    fn look(&self, fitted: &FittedSplit, notes: &mut Recorder) {
        let test = &fitted.split.test;
        let rows = fitted.context.target.len();
        match (&fitted.fit.predictions.test, fitted.context.target) {
            (Predictions::Values(predicted), Target::Regression { values }) => {
                // About the true value, so that squares do not drown the spread.
                let of = |(row, p): (&u32, &f64)| {
                    let d = p - values[*row as usize];
                    [1.0, d, d * d]
                };
                if predicted.iter().all(|p| p.is_finite()) {
                    notes.row_sums_of(rows, 3, test.clone(), test.iter().zip(predicted).flat_map(of).collect());
                }
            }
            (Predictions::Classes { labels, .. }, Target::Classification { labels: names, .. }) => {
                let mut values = vec![0.0; labels.len() * names.len()];
                labels.iter().enumerate().for_each(|(i, l)| values[i * names.len() + *l as usize] = 1.0);
                notes.row_sums_of(rows, names.len(), test.clone(), values);
            }
            _ => {}
        }
    }

    fn conclude(&self, over: &ProbeResults, conclusion: &mut Conclusion) {
        let numbers = matches!(over.target, Target::Regression { .. });
        let width = if numbers { 3 } else { over.target.labels().len() };
        let Some((_, sums)) = over.total.as_ref().filter(|(of, _)| *of == width) else { return };
        let of = |(i, sums): (usize, &[f64])| {
            let tested = if numbers { sums[0] } else { sums.iter().sum() };
            let churn = if numbers {
                ((sums[2] - sums[1] * sums[1] / tested).max(0.0) / (tested - 1.0)).sqrt()
            } else {
                1.0 - sums.iter().fold(0.0f64, |m, s| m.max(*s)) / tested
            };
            (tested >= 2.0).then_some(RowChurn { row: *over.used.get(i)? as usize, tested, churn })
        };
        let mut rows: Vec<RowChurn> = sums.chunks_exact(width).enumerate().filter_map(of).collect();
        if rows.is_empty() {
            return;
        }
        let n = rows.len() as f64;
        let mean = mean(&rows.iter().map(|r| r.churn).collect::<Vec<_>>());
        let most = rows.iter().map(|r| r.churn).fold(0.0, f64::max);
        conclusion.figures.push(("churn".into(), mean));
        conclusion.figures.push(("churn.max".into(), most));
        rows.sort_by(|a, b| b.churn.total_cmp(&a.churn).then(a.row.cmp(&b.row)));
        let worst = over.table.row_text(rows[0].row);
        if numbers {
            conclusion.lines.push(format!(
                "churn: a row's prediction has a standard deviation of {mean:.4} over splits on average, {most:.4} for row {worst}"
            ));
        } else {
            let flips = rows.iter().filter(|r| r.churn > 0.0).count() as f64 / n;
            conclusion.figures.push(("churn.flips".into(), flips));
            conclusion.lines.push(format!(
                "churn: {:.1} % of rows change class over splits; {:.1} % of predictions differ from their row's majority",
                100.0 * flips,
                100.0 * mean
            ));
        }
        let name = if numbers { "sd" } else { "disagreement" };
        let line = |r: &RowChurn| {
            [("row", r.row as f64), ("tested", r.tested), (name, r.churn)]
                .map(|(name, value)| (name.to_owned(), Some(value)))
                .into_iter()
                .collect::<Line>()
        };
        let table = rows.iter().take(LISTED).filter(|r| r.churn > 0.0).map(line).collect();
        conclusion.tables.push(("churn".into(), table));
    }
}
