//! What external models tell of their inside, as probes read it off the models of ours.

use super::Recorder;
use crate::metric::Direction;
use crate::model::by_rows::RowPredictor;
use crate::model::{FeatureValues, Inside};
use crate::run::FittedSplit;

/// Reads coefficients: `coefficient[FEATURE]`, with several outputs `coefficient[CLASS: FEATURE]`. The one output of two
/// classes is that of the positive one.
pub fn coefficients(fitted: &FittedSplit, model: &RowPredictor, notes: &mut Recorder) {
    let target = fitted.context.target;
    let FeatureValues { names, values, classes } = match model.inside(Inside::Coefficients, &[]) {
        Ok(told) => told,
        Err(why) => return notes.unfit(why),
    };
    let turned = values.nrows() == 1 && target.positive().is_some() && target.positive() == classes.first().copied();
    for (o, output) in values.outer_iter().enumerate() {
        let of_class =
            if values.nrows() > 1 { format!("{}: ", target.labels()[classes[o] as usize]) } else { String::new() };
        for (name, value) in names.iter().zip(output) {
            // Zero has no sign to turn.
            let value = if turned && *value != 0.0 { -value } else { *value };
            notes.read(format!("coefficient[{of_class}{name}]"), Direction::None, Ok(value));
        }
    }
}

/// Reads one number a feature, `prefix[FEATURE]`, as shares of their sum where they are to be.
pub fn weights(what: Inside, prefix: &str, rows: &[u32], shares: bool, model: &RowPredictor, notes: &mut Recorder) {
    let FeatureValues { names, values, .. } = match model.inside(what, rows) {
        Ok(told) => told,
        Err(why) => return notes.unfit(why),
    };
    let sum = values.sum();
    let divisor = if shares && sum > 0.0 { sum } else { 1.0 };
    for (name, value) in names.iter().zip(&values) {
        notes.read(format!("{prefix}[{name}]"), Direction::None, Ok(value / divisor));
    }
}
