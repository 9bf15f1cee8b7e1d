//! Permutation importance on the test rows (Breiman 2001; Fisher, Rudin and Dominici 2019), as in
//! scikit-learn's `permutation_importance`.

use std::ops::Range;

use ndarray::Array2;

use super::registry::{BOTH, ProbeInfo, TOP};
use super::{Conclusion, Names, Probe, ProbeContext, ProbeResults, Recorder, columns, exchange, ranking};
use crate::metric::{Direction, Undefined};
use crate::model::registry::{ParamInfo, ParamKind};
use crate::model::{FittedPredictor, Predictions};
use crate::run::FittedSplit;

pub(super) const INFO: ProbeInfo = ProbeInfo {
    params: &[ParamInfo::new("repeats", ParamKind::Count { most: 1_000_000 }, "5", "shuffles a column"), TOP],
    ..ProbeInfo::new(
        "importance",
        BOTH,
        "fall of the primary score when a column is shuffled among the test rows",
        "predictions",
        &["importance"],
        |spec, _| Ok(Box::new(Permutation { repeats: spec.whole("repeats"), top: spec.whole("top") })),
    )
};

/// How much worse the primary score gets when a column's values are shuffled among the test rows, on
/// average over shuffles. All columns made of one (levels, parts of a date) move together.
pub struct Permutation {
    /// Shuffles a column.
    pub repeats: usize,
    /// How many columns the top is.
    pub top: usize,
}

/// Whether a model looks at any of the parts.
fn uses(model: &FittedPredictor, parts: &Range<usize>) -> bool {
    match model {
        FittedPredictor::Trees(model) => {
            model.trees.iter().flat_map(|t| &t.nodes).any(|n| n.left != 0 && parts.contains(&(n.part as usize)))
        }
        _ => true,
    }
}

/// Predictions for cells of which one column has changed, from what is known of the others.
fn predict(
    model: &FittedPredictor,
    rows: &[u32],
    cells: &Array2<f64>,
    from: &Array2<f64>,
    z: &Array2<f64>,
    parts: &Range<usize>,
) -> Predictions {
    let FittedPredictor::LinearPredictor(model) = model else {
        return model.predict(Some(rows), cells.view());
    };
    let mut z = z.clone();
    for (i, mut z) in z.outer_iter_mut().enumerate() {
        for (output, z) in model.outputs.iter().zip(z.iter_mut()) {
            for part in parts.clone() {
                *z += output.terms[part].of(cells[[i, part]]) - output.terms[part].of(from[[i, part]]);
            }
        }
    }
    model.respond(z.view())
}

impl Probe for Permutation {
    fn needs_model(&self) -> bool {
        true
    }

    fn names(&self, scene: &ProbeContext, names: &mut Names) {
        names.ranked("importance", self.top, scene);
    }

    fn look(&self, fitted: &FittedSplit, notes: &mut Recorder) {
        let Some(model) = fitted.rows else { return };
        let scorer = fitted.scorer();
        let direction = fitted.context.metrics[0].direction;
        let sign = direction.sign();
        let from = fitted.context.features.cells(&fitted.split.test);
        let z = match model {
            FittedPredictor::LinearPredictor(model) => model.predictors(from.view()),
            _ => Array2::zeros((0, 0)),
        };
        let whole = fitted.test[0];
        // One order a repeat, for all columns: their importances then differ by the columns alone.
        let mut random = crate::split::stream(fitted.seed(1), 0);
        let orders: Vec<Vec<u32>> = (0..self.repeats)
            .map(|_| {
                let mut order: Vec<u32> = (0..from.nrows() as u32).collect();
                crate::split::shuffle(&mut random, &mut order);
                order
            })
            .collect();
        let mut cells = from.clone();
        for (name, parts) in columns(fitted) {
            let fall = if !uses(model, &parts) {
                whole.map(|_| 0.0)
            } else {
                let mut sum = Ok(0.0);
                for order in &orders {
                    exchange(&mut cells, &from, parts.clone(), order);
                    let score = scorer.score(&predict(model, &fitted.split.test, &cells, &from, &z, &parts));
                    let score = score.first().copied().unwrap_or(Err(Undefined("there is no metric")));
                    sum = sum.and_then(|sum| Ok(sum + sign * (whole? - score?)));
                }
                parts.for_each(|part| cells.column_mut(part).assign(&from.column(part)));
                sum.map(|sum: f64| sum / self.repeats as f64)
            };
            notes.read(format!("importance[{name}]"), Direction::None, fall);
        }
    }

    fn conclude(&self, over: &ProbeResults, conclusion: &mut Conclusion) {
        ranking::conclude("importance", self.top, over, conclusion);
    }
}
