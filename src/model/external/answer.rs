//! What workers answer, checked.

use ndarray::Array2;
use serde_json::Value;

use super::frame::Received;
use super::one_line;
use crate::model::by_rows::{FeatureValues, Inside, Untold};
use crate::model::{FitError, Predictions, adapter};

/// Features of a model that are told apart: more would fill a report with names that nobody reads.
const MOST_FEATURES: usize = 1000;

/// The predictions of an answer; no classes for numbers.
///
/// # Errors
/// What is wrong with them.
pub fn predictions(answer: &Received, rows: usize, classes: usize) -> Result<Predictions, FitError> {
    let count = |n: usize| {
        if n == rows { Ok(()) } else { Err(FitError(format!("it made {n} predictions for {rows} rows"))) }
    };
    if classes == 0 {
        let Some((values, _)) = answer.numbers("values") else {
            return Err(FitError::new("its answer has no array 'values' of predictions"));
        };
        count(values.len())?;
        return Ok(Predictions::Values(values));
    }
    let matrix = |name: &str| {
        let Some((cells, shape)) = answer.numbers(name) else { return Ok(None) };
        count(shape.first().copied().unwrap_or(0))?;
        if shape != [rows, classes] {
            return Err(FitError(format!(
                "its {name} are of shape {shape:?}, not of {rows} rows and {classes} classes"
            )));
        }
        Array2::from_shape_vec((rows, classes), cells).map(Some).map_err(FitError::new)
    };
    let (probabilities, decision) = (matrix("probabilities")?, matrix("decision")?);
    let labels = match (answer.whole("labels"), &probabilities) {
        (Some(labels), _) => labels,
        (None, Some(p)) => p.outer_iter().map(|row| adapter::likeliest(row) as u32).collect(),
        (None, None) => return Err(FitError::new("its answer has neither 'labels' nor 'probabilities'")),
    };
    count(labels.len())?;
    if let Some(odd) = labels.iter().find(|label| **label as usize >= classes) {
        return Err(FitError(format!("it predicts class {odd}, and there are {classes}, counted from 0")));
    }
    super::check_probabilities(probabilities.as_ref())?;
    Ok(Predictions::Classes { labels, probabilities, decision })
}

/// What a worker tells of the inside of a model for so many classes, 0 for numbers.
///
/// # Errors
/// Why it does not tell, or what is wrong with what it tells.
pub fn inside(answer: &Received, what: Inside, classes: usize) -> Result<FeatureValues, Untold> {
    if let Some(why) = answer.text("unfit") {
        return Err(Untold::Unfit(one_line(why)));
    }
    let wrong = |why: String| Err(Untold::Failed(FitError(why)));
    let names = answer.texts("names");
    let Some((cells, shape)) = answer.numbers("values") else {
        return wrong(format!("its answer to {} has no array 'values'", what.described()));
    };
    let (outputs, features) = match *shape {
        [features] => (1, features),
        [outputs, features] => (outputs, features),
        _ => (0, 0),
    };
    if features != names.len() || outputs == 0 || (outputs > 1 && what != Inside::Coefficients) {
        return wrong(format!(
            "its {} are of shape {shape:?}, and it names {} features",
            what.described(),
            names.len()
        ));
    }
    if features > MOST_FEATURES {
        return Err(Untold::Unfit(format!(
            "it has {features} features, and no more than {MOST_FEATURES} are told apart"
        )));
    }
    let codes = answer.head.get("classes").and_then(Value::as_array).into_iter().flatten();
    let codes: Vec<u32> = codes.filter_map(Value::as_u64).filter_map(|code| u32::try_from(code).ok()).collect();
    let known = codes.iter().all(|code| (*code as usize) < classes);
    let expected = if outputs == 1 { 2 } else { outputs };
    if what == Inside::Coefficients
        && (!known || (classes == 0) != codes.is_empty() || (classes > 0 && codes.len() != expected))
    {
        return wrong(format!(
            "its coefficients have {outputs} outputs, and it says that they are of classes {codes:?}"
        ));
    }
    match Array2::from_shape_vec((outputs, features), cells) {
        Ok(values) => Ok(FeatureValues { names, values, classes: codes }),
        Err(e) => wrong(e.to_string()),
    }
}
