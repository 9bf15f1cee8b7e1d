//! How far predictions for rows that are as before move once test rows are changed.

use std::slice;
use std::sync::Arc;

use super::change;
use crate::data::{Features, Target};
use crate::metric::Undefined;
use crate::model::by_rows::ChangedRows;
use crate::model::shared::SplitPredictions;
use crate::model::{FitError, Learner};
use crate::probe::sample;
use crate::run::{Engine, FittedSplit, Fitter, NamedModel, RunContext};

/// What shared work leaves of rounding is less, and what a test row does to a mean is more.
const ROUNDING: f64 = 1e-6;
/// A model that differs from itself is started anew so many times, with nothing changed and with the change: it moves with the
/// test rows where it lies farther from all of the former than these do from each other.
const AS_BEFORE: usize = 6;
const CHANGED: usize = 3;

/// The largest move of a prediction, as a share of their standard deviation, or of a probability; 0 where it is no more than
/// rounding, or than the model's own chance.
pub fn moved(fitted: &FittedSplit) -> Result<f64, Undefined> {
    let (context, test) = (fitted.context, &fitted.split.test);
    let mut changed = sample(fitted.seed(20), test, test.len().div_ceil(2));
    changed.sort_unstable();
    let same: Vec<usize> = (0..test.len()).filter(|i| changed.binary_search(&test[*i]).is_err()).collect();
    let far = |one: &SplitPredictions, other: &SplitPredictions| {
        let train = one.train.distance(&other.train);
        train.max(one.test.pick(&same).distance(&other.test.pick(&same)))
    };
    let (features, target) =
        (Arc::new(change::features(context.features, &changed)), change::target(context.target, test));
    let elsewhere = || refit(fitted, &features, &target, (&changed, test));
    let there = elsewhere();
    if there.as_ref().is_ok_and(|there| far(&fitted.fit.predictions, there) <= ROUNDING) {
        return Ok(0.0);
    }
    // The same once more with nothing changed: what moves then has other reasons.
    let unchanged = Arc::new(context.features.clone());
    let again = || refit(fitted, &unchanged, context.target, (&[], &[]));
    let first = again().map_err(|_| Undefined("the model cannot be started anew"))?;
    // It fails where test rows are changed, and not where they are as before.
    let Ok(there) = there else { return Ok(1.0) };
    let by = far(&first, &there);
    if far(&fitted.fit.predictions, &first) <= ROUNDING || by <= ROUNDING {
        return Ok(if by > ROUNDING { by } else { 0.0 });
    }
    let mut before: Vec<SplitPredictions> = (1..AS_BEFORE).filter_map(|_| again().ok()).collect();
    before.push(first);
    let mut after: Vec<SplitPredictions> = (1..CHANGED).filter_map(|_| elsewhere().ok()).collect();
    after.push(there);
    let known = || before.iter().chain([&fitted.fit.predictions]);
    let chance = known().flat_map(|one| known().map(|other| far(one, other))).fold(0.0, f64::max);
    let nearest = after.iter().flat_map(|one| known().map(|other| far(one, other))).fold(f64::INFINITY, f64::min);
    Ok(if nearest > chance { nearest } else { 0.0 })
}

/// The model fitted to the train rows of the split, where the features and targets of some other rows are as given.
fn refit(
    fitted: &FittedSplit,
    features: &Arc<Features>,
    target: &Target,
    (changed, targets): (&[u32], &[u32]),
) -> Result<SplitPredictions, FitError> {
    let model = &fitted.context.models[fitted.model];
    let rows = ChangedRows { features: changed, targets, known: Arc::clone(features) };
    let started = model.learner.by_rows().and_then(|learner| learner.elsewhere(&rows)).transpose()?;
    let elsewhere = started.map(|learner| {
        let learner: Arc<dyn Learner> = learner.into();
        NamedModel { name: model.name.clone(), spec: None, learner, tuned: None }
    });
    let engine = if fitted.context.engine == Engine::Shared { Engine::Auto } else { fitted.context.engine };
    let models = slice::from_ref(elsewhere.as_ref().unwrap_or(model));
    let context = RunContext { features, target, models, engine, observer: None, clock: None, ..*fitted.context };
    let common = context.common();
    let fitter = Fitter::new(&context, &common).map_err(FitError::new)?;
    Ok(fitter.at(fitted.k, fitted.split).fit(0)?.predictions)
}
