//! Columns that a model should not need: the same splits and settings without them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::Value;

use super::context::BehaviourContext;
use super::outcome::score;
use super::{BehaviourInfo, BehaviourTest, Reader, Test, key};
use crate::error::Result;
use crate::metric::{Direction, NamedMetric, Undefined};
use crate::probe::{Names, Probe, ProbeContext, Recorder};
use crate::run::{AuxiliaryFit, Fit, FittedSplit};

pub(super) const INFO: BehaviourInfo = BehaviourInfo {
    name: "no-use",
    summary: "the score does not fall when columns are left out",
    keys: &[
        key("column", "", "the column that is left out"),
        key("columns", "", "several of them"),
        key("metric", "primary", "the metric"),
        key("tolerance", "0", "largest mean fall of the score, at 95 % confidence"),
    ],
    example: "column = \"sex\"",
    gives: &["behaviour"],
    confidence: Some(CONFIDENCE),
    read,
};

/// How sure it must be that leaving a column out costs nothing, or something, where nothing is said: the fall of a
/// score varies around 0 by chance.
const CONFIDENCE: f64 = 0.95;

fn read(reader: &Reader, reading: &str) -> Result<(Test, String)> {
    let columns = match (reader.table.get("columns"), reader.text("column")?) {
        (Some(_), Some(_)) => return reader.wrong("column and columns are both given; leave one out"),
        (None, Some(column)) => vec![column],
        (Some(Value::Array(list)), None) if !list.is_empty() => {
            let name = |v: &Value| v.as_str().map(str::to_owned);
            match list.iter().map(name).collect() {
                Some(columns) => columns,
                None => return reader.wrong("columns is a list of names in quotes"),
            }
        }
        _ => return reader.wrong("add column = \"…\" or columns = [\"…\", \"…\"], what is left out"),
    };
    let expr = reader.asked(&["tolerance"], || {
        let tolerance = reader.bounded("tolerance", 0.0, f64::INFINITY)?.unwrap_or(0.0);
        Ok(format!("mean({reading}) <= {tolerance}"))
    })?;
    Ok((NoUse { columns, metric: reader.text("metric")? }.into(), expr))
}

/// The score does not fall when columns are left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct NoUse {
    /// The columns.
    columns: Vec<String>,
    /// The metric; the primary one where `None`.
    metric: Option<String>,
}

impl BehaviourTest for NoUse {
    fn probe(&self, context: &mut BehaviourContext) -> Result<Box<dyn Probe>> {
        self.columns.iter().try_for_each(|column| context.feature(column).map(|_| ()))?;
        let features = context.ground.scene.features.without(&self.columns);
        if features.parts.is_empty() {
            return context.wrong("no feature is left without these columns");
        }
        let metric = context.metric(self.metric.as_deref())?;
        let auxiliary_fit = context.also_fit(AuxiliaryFit { features, target: None, models: None });
        Ok(Box::new(NoUseProbe { name: context.name.to_owned(), metric, auxiliary_fit }))
    }
}

/// By how much the score on the test rows falls when columns are left out; below 0 it rises.
struct NoUseProbe {
    name: String,
    metric: NamedMetric,
    /// The place of the auxiliary fit without the columns.
    auxiliary_fit: usize,
}

impl NoUseProbe {
    fn fall(&self, fitted: &FittedSplit) -> Result<f64, Undefined> {
        let mut here = fitted.auxiliary[self.auxiliary_fit].at(fitted.k, fitted.split);
        let without =
            here.fit(fitted.model).map_err(|_| Undefined("the model could not be fitted without the columns"))?;
        let threshold = if self.metric.needs_threshold() { here.threshold(fitted.model, &without) } else { None };
        let of =
            |fit: &Fit, threshold| score(fitted, &self.metric, &fitted.split.test, &fit.predictions.test, threshold);
        Ok(self.metric.direction.sign() * (of(fitted.fit, fitted.threshold)? - of(&without, threshold)?))
    }
}

impl Probe for NoUseProbe {
    fn names(&self, _: &ProbeContext, names: &mut Names) {
        names.reading(format!("behaviour[{}]", self.name), Direction::None);
    }

    fn look(&self, fitted: &FittedSplit, notes: &mut Recorder) {
        notes.read(format!("behaviour[{}]", self.name), Direction::None, self.fall(fitted));
    }
}
