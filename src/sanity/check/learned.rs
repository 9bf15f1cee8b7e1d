//! Whether a model learns a planted target.

use super::{Finding, NO_FEATURES, score};
use crate::data::Target;
use crate::model::FitError;
use crate::model::registry::Reach;
use crate::sanity::plant::{Function, Planted};
use crate::sanity::score::label_skill;
use crate::sanity::subject::Subject;
use crate::stats::mean_and_variance;

/// What has been learned from here on, as a share of what there is to learn: the share of the variance, or of the errors
/// of the commonest class. A straight line has 0.75 of a step in the middle of a column whose values are evenly spread …
const LEARNED: f64 = 0.4;
/// … and less where they are not: of what a straight line has, so large a share is enough.
const OF_LINE: f64 = 0.75;
/// Standard deviations to which a target of numbers is brought where a model does not learn it as it is: penalties, widths and
/// steps that are in its units suit some scales alone.
const SCALES: [f64; 2] = [1.0, 100.0];

/// The verdict on a planted target, which is `what`.
pub fn verdict(subject: &Subject, function: Function, purpose: u64, what: &str) -> Result<Finding, FitError> {
    if subject.reach() == Some(Reach::Nothing) {
        return Ok(Finding::not_applicable(NO_FEATURES));
    }
    let Some(planted) = subject.plant(function, purpose) else {
        let why = match function {
            Function::Interaction => "it takes two columns that vary, and there are none",
            _ => "there is no column whose values could carry a target",
        };
        return Ok(Finding::not_applicable(why));
    };
    let learned = skill(subject, &planted)?;
    let asked = planted.test.len();
    let measure = match planted.test_target {
        Target::Regression { .. } => format!("R² {} on {asked} other rows", score(learned)),
        Target::Classification { .. } => format!("{:.0} % of {asked} other rows right", 50.0 * (1.0 + learned)),
    };
    let rows = planted.train.len();
    let is_learned = learned >= enough(function, &planted);
    let scale = if is_learned || function == Function::Interaction { None } else { scale(subject, function, &planted) };
    let found = if is_learned {
        Finding::pass(format!("it learns {what} from {rows} rows: {measure}"))
    } else if let Some(scale) = scale {
        Finding::note(format!(
            "it learns {what} from {rows} rows where the target has a standard deviation of {scale}, and not on the scale of the true target ({measure}): its parameters suit another scale"
        ))
    } else {
        let hint =
            if subject.is_in_target_units() { "; its parameters may not suit the scale of the target" } else { "" };
        let miss = format!("it does not learn {what} from {rows} rows: {measure}{hint}");
        match (function, subject.reach()) {
            (Function::Interaction, Some(Reach::Sums)) => {
                Finding::not_applicable(format!("it has one term a column, and cannot learn {what} ({measure})"))
            }
            (Function::Interaction, None) => {
                Finding::note(format!("{miss}; a model that adds up its columns cannot, others should"))
            }
            (Function::Interaction, Some(_)) if subject.is_in_target_units() => Finding::note(miss),
            (Function::Interaction, Some(_)) if !subject.is_as_shipped() => {
                Finding::note(format!("{miss}; its parameters may be what holds it back"))
            }
            _ => Finding::fail(miss),
        }
    };
    Ok(found.with("skill", learned).with("train_rows", rows as f64).with("test_rows", asked as f64))
}

/// Whether a model learns a sum of the columns from planted rows.
pub fn learns_a_sum(subject: &Subject, purpose: u64) -> bool {
    let Some(planted) = subject.plant(Function::Line, purpose) else { return false };
    skill(subject, &planted).is_ok_and(|learned| learned >= enough(Function::Line, &planted))
        || scale(subject, Function::Line, &planted).is_some()
}

/// The standard deviation with which a model learns a target that it does not learn as it is, if there is one.
fn scale(subject: &Subject, function: Function, planted: &Planted) -> Option<f64> {
    let Target::Regression { values } = &planted.train_target else { return None };
    let (centre, variance) = mean_and_variance(values);
    SCALES.into_iter().find(|scale| {
        let planted = planted.with_numbers(|y| (y - centre) / variance.sqrt() * scale);
        skill(subject, &planted).is_ok_and(|learned| learned >= enough(function, &planted))
    })
}

fn enough(function: Function, planted: &Planted) -> f64 {
    match (function, &planted.test_target) {
        (Function::Step, Target::Regression { .. }) => LEARNED.min(OF_LINE * planted.straight),
        _ => LEARNED,
    }
}

fn skill(subject: &Subject, planted: &Planted) -> Result<f64, FitError> {
    let fitted = subject.fit(&planted.train, &planted.train_target, 0)?;
    let predicted = fitted.predict(&planted.test)?;
    Ok(label_skill(&predicted, &planted.test_target, &planted.train_target).unwrap_or(0.0))
}
