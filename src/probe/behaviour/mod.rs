//! Behaviours that were stated before the run, tried on the test rows of every split.
//!
//! Each test gives a reading `behaviour[NAME]`, which the behaviour's claim is about.

mod columns;
mod examples;
mod groups;
mod no_use;
mod rows;

use std::ops::Range;

pub(super) use columns::normal;

use super::{Probe, ProbeGround};
use crate::data::{Encoding, Feature, Target, place_of_label};
use crate::error::{Error, Result, suggestion_or_list};
use crate::metric::{NamedMetric, Scorer, Undefined};
use crate::model::Predictions;
use crate::run::{AuxiliaryFit, FittedSplit};
use crate::verdict::Behaviour;
use crate::verdict::behaviour::{Measure, Test};

/// Builds the probe of a behaviour; further questions that it has are added to `asides`.
///
/// # Errors
/// An input error that names the behaviour and what of it the data does not have.
pub(super) fn build(
    behaviour: &Behaviour,
    ground: &ProbeGround,
    auxiliary: &mut Vec<AuxiliaryFit>,
) -> Result<Box<dyn Probe>> {
    let stage = BehaviourContext { behaviour, ground };
    Ok(match &behaviour.test {
        Test::Invariance { column, change, tolerance } => Box::new(rows::Invariance {
            name: behaviour.name.clone(),
            parts: stage.parts(column)?,
            rule: stage.rule(column, change)?,
            tolerance: *tolerance,
        }),
        Test::Direction { column, rises, by, tolerance, label } => Box::new(rows::Direction {
            name: behaviour.name.clone(),
            step: stage.step(column, *by)?,
            rises: *rises,
            tolerance: *tolerance,
            class: stage.class(label.as_deref())?,
        }),
        Test::Examples { rows, like, at_least, at_most, label } => {
            Box::new(examples::Examples::new(&stage, rows, *like, [*at_least, *at_most], label.as_deref())?)
        }
        Test::Slice { rows, metric } => Box::new(groups::Slice::new(&stage, rows, metric.as_deref())?),
        Test::Parity { column, measure, metric, label, least } => {
            let class = if *measure == Measure::Score { None } else { stage.class(label.as_deref())? };
            Box::new(groups::Parity::new(&stage, column, *measure, metric.as_deref(), class, *least)?)
        }
        Test::NoUse { columns, metric } => {
            columns.iter().try_for_each(|column| stage.feature(column).map(|_| ()))?;
            let features = ground.scene.features.without(columns);
            if features.parts.is_empty() {
                return stage.wrong("no feature is left without these columns");
            }
            auxiliary.push(AuxiliaryFit { features, target: None, models: None });
            let (name, metric) = (behaviour.name.clone(), stage.metric(metric.as_deref())?);
            Box::new(no_use::NoUse { name, metric, auxiliary_fit: auxiliary.len() - 1 })
        }
    })
}

/// A behaviour and the data that it is tried on.
struct BehaviourContext<'s> {
    behaviour: &'s Behaviour,
    ground: &'s ProbeGround<'s>,
}

impl BehaviourContext<'_> {
    fn wrong<T>(&self, what: impl std::fmt::Display) -> Result<T> {
        Err(Error::probe(what.to_string()).at(&self.behaviour.claim.place))
    }

    fn place_of(&self, column: &str) -> Result<usize> {
        self.ground.scene.features.place_of(column).or_else(|why| self.wrong(why))
    }

    fn feature(&self, column: &str) -> Result<&Feature> {
        Ok(&self.ground.scene.features.used[self.place_of(column)?])
    }

    /// The parts that a column became.
    fn parts(&self, column: &str) -> Result<Range<usize>> {
        let feature = self.feature(column)?;
        if feature.encoding == Encoding::Calendar {
            return self.wrong(format!("column '{column}' is a date, and dates cannot be changed here"));
        }
        Ok(self.ground.scene.features.parts_of_columns()[self.place_of(column)?].clone())
    }

    /// The class that is asked about: the one named, or the positive one; `None` for numbers.
    fn class(&self, label: Option<&str>) -> Result<Option<u32>> {
        match (self.ground.scene.target, label) {
            (Target::Regression { .. }, None) => Ok(None),
            (Target::Regression { .. }, Some(label)) => {
                self.wrong(format!("label = \"{label}\" is for classes, and the target is a number; leave it out"))
            }
            (Target::Classification { labels, .. }, Some(label)) => match place_of_label(label, names(labels)) {
                Some(at) => Ok(Some(at as u32)),
                None => {
                    let list = suggestion_or_list(label, || names(labels));
                    self.wrong(format!("the target has no label '{label}'{list}"))
                }
            },
            (Target::Classification { positive: Some(positive), .. }, None) => Ok(Some(*positive)),
            (Target::Classification { labels, .. }, None) => {
                self.wrong(format!("the target has {} classes, so say which one is meant: add a label", labels.len()))
            }
        }
    }

    fn metric(&self, name: Option<&str>) -> Result<NamedMetric> {
        let scene = &self.ground.scene;
        match name {
            None => Ok(scene.metrics[0].clone()),
            Some(name) => NamedMetric::parse(name, scene.target).or_else(|e| self.wrong(e)),
        }
    }
}

/// What a behaviour about probabilities has to say of a model that gives none.
const NO_PROBABILITIES: Undefined = Undefined("the model gives no probabilities");

/// For each row the number predicted, or the probability of a class.
fn outcome(predictions: &Predictions, class: Option<u32>) -> std::result::Result<Vec<f64>, Undefined> {
    match (predictions, class) {
        (Predictions::Values(values), _) => Ok(values.clone()),
        (Predictions::Classes { probabilities: Some(p), .. }, Some(class)) => Ok(p.column(class as usize).to_vec()),
        (Predictions::Classes { .. }, _) => Err(NO_PROBABILITIES),
    }
}

/// Numbers nearer to each other than this share of the larger are equal but for rounding.
const EXACT: f64 = 1e-12;

/// `a - b`, or 0 where they differ by rounding alone.
fn difference(a: f64, b: f64) -> f64 {
    if (a - b).abs() <= EXACT * a.abs().max(b.abs()) { 0.0 } else { a - b }
}

/// The texts of labels or levels.
fn names(labels: &[String]) -> impl Iterator<Item = &str> + Clone {
    labels.iter().map(String::as_str)
}

/// A metric of predictions for some rows; a metric that needs a threshold has that of the model that made them.
fn score(
    fitted: &FittedSplit,
    metric: &NamedMetric,
    rows: &[u32],
    predictions: &Predictions,
    threshold: Option<f64>,
) -> std::result::Result<f64, Undefined> {
    let (metrics, target) = (std::slice::from_ref(metric), fitted.context.target);
    let scores = Scorer::new(metrics, target, rows).score_at(predictions, threshold);
    scores.into_iter().next().unwrap_or(Err(Undefined("there is no metric")))
}
