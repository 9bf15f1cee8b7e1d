//! Whether a fit succeeds, and gives one prediction for each row.

use super::{Finding, SanityCheck, counted, shown};
use crate::model::{FitError, Predictions};
use crate::sanity::score::ends;
use crate::sanity::subject::Subject;

/// See the module.
pub struct Predicts;

impl SanityCheck for Predicts {
    fn name(&self) -> &'static str {
        "predicts"
    }

    fn summary(&self) -> &'static str {
        "one finite prediction for each row, of the target's kind"
    }

    fn page(&self) -> &'static str {
        "The model is fitted to train rows of the first split and asked for its test rows, its train rows, and a single row. \
         There has to be one prediction for each row: finite numbers for a number, known labels for labels, probabilities \
         from 0 to 1 that sum to 1 over the classes. A wrong number of predictions is often a last batch that is dropped or \
         a shape of (n, 1) that is broadcast; NaN is often a step that is too large, a logarithm of 0, or a division by the \
         spread of a constant column. Where this check fails the others are not made: there is nothing to judge."
    }

    fn look(&self, subject: &Subject) -> Result<Finding, FitError> {
        let ground = subject.ground;
        let split = ground.split(0);
        let rows = |of: &[u32]| subject.rows(of, &split.train);
        let (train, test, one) = (rows(&split.train), rows(&split.test), rows(&split.test[..1]));
        let fitted = subject.fit(&train, &ground.target.take(&split.train), 0)?;
        let made = fitted.predict_all(&[&test, &train, &one])?;
        let count = test.len() + train.len();
        let told = match &made[0] {
            Predictions::Values(_) => {
                let all: Vec<f64> = made.iter().flat_map(numbers).copied().collect();
                let (low, high) = ends(&all);
                format!("{count} finite numbers for {count} rows, from {} to {}", shown(low), shown(high))
            }
            Predictions::Classes { probabilities, .. } => {
                let with =
                    if probabilities.is_some() { "with probabilities that sum to 1" } else { "no probabilities" };
                format!("{} for {count} rows, {with}", counted(count, "label"))
            }
        };
        Ok(Finding::pass(told).with("rows", count as f64))
    }
}

fn numbers(predictions: &Predictions) -> &[f64] {
    match predictions {
        Predictions::Values(values) => values,
        Predictions::Classes { .. } => &[],
    }
}
