//! A prediction that must not move when a column is changed.

use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::columns::{Change, Rule};
use super::context::BehaviourContext;
use super::kept_rows::{GIVES, names_of, note, undefined};
use super::outcome::{EXACT, difference};
use super::{BehaviourInfo, BehaviourTest, Reader, Test, key};
use crate::data::FeatureColumn;
use crate::error::Result;
use crate::metric::Undefined;
use crate::model::Predictions;
use crate::probe::{Names, Probe, ProbeContext, Recorder};
use crate::run::FittedSplit;

pub(super) const INFO: BehaviourInfo = BehaviourInfo {
    name: "invariance",
    summary: "a prediction does not move by more than a tolerance when a column is changed",
    keys: &[
        key("column", "", "the column"),
        key("noise", "", "changes it by normal noise of this standard deviation, in units of the column"),
        key("level", "", "makes every cell this level, or with true another one at random"),
        key("scale", "", "multiplies it"),
        key("tolerance", "", "units of the target, or of probability; without it the class must stay"),
        key("share", "1", "share of the test rows that keep it on the worst split"),
    ],
    example: "column = \"carat\"\nnoise = 0.1\ntolerance = 200",
    gives: GIVES,
    confidence: None,
    read,
};

fn read(reader: &Reader, reading: &str) -> Result<(Test, String)> {
    let tolerance = reader.bounded("tolerance", 0.0, f64::INFINITY)?;
    let test = Invariance { column: reader.needed("column", "\"carat\"")?, change: Change::read(reader)?, tolerance };
    Ok((test.into(), reader.asked_share(reading)?))
}

/// A prediction does not move by more than a tolerance when a column is changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Invariance {
    /// The column.
    column: String,
    /// What is done to it.
    change: Change,
    /// In units of the target, or of probability; without one the class must stay the same.
    tolerance: Option<f64>,
}

impl BehaviourTest for Invariance {
    fn probe(&self, context: &mut BehaviourContext) -> Result<Box<dyn Probe>> {
        Ok(Box::new(InvarianceProbe {
            name: context.name.to_owned(),
            parts: context.parts(&self.column)?,
            rule: context.rule(&self.column, &self.change)?,
            tolerance: self.tolerance,
        }))
    }
}

/// The share of test rows whose prediction moves by no more than a tolerance.
struct InvarianceProbe {
    name: String,
    parts: Range<usize>,
    rule: Rule,
    tolerance: Option<f64>,
}

/// By how much each prediction has moved: in units of the target, of probability (the class that moved most), or 1
/// where the class is another one.
fn moves(before: &Predictions, after: &Predictions, by_probability: bool) -> Option<Vec<f64>> {
    match (before, after) {
        (Predictions::Values(a), Predictions::Values(b)) => {
            Some(a.iter().zip(b).map(|(a, b)| difference(*a, *b).abs()).collect())
        }
        (
            Predictions::Classes { labels: a, probabilities: p, .. },
            Predictions::Classes { labels: b, probabilities: q, .. },
        ) => {
            if !by_probability {
                return Some(a.iter().zip(b).map(|(a, b)| f64::from(u8::from(a != b))).collect());
            }
            let moved = p.as_ref()? - q.as_ref()?;
            let largest = |row: ndarray::ArrayView1<f64>| row.iter().fold(0.0f64, |m, d| m.max(d.abs()));
            // Probabilities are as exact as 1 is.
            Some(moved.outer_iter().map(largest).map(|m| if m <= EXACT { 0.0 } else { m }).collect())
        }
        _ => None,
    }
}

impl Probe for InvarianceProbe {
    fn needs_model(&self) -> bool {
        true
    }

    fn names(&self, _: &ProbeContext, names: &mut Names) {
        names_of(&self.name, names);
    }

    fn look(&self, fitted: &FittedSplit, notes: &mut Recorder) {
        let Some(model) = fitted.rows else { return };
        let features = fitted.context.features;
        let cells = features.cells(&fitted.split.test);
        let mut changed = cells.clone();
        let mut random = crate::split::stream(fitted.seed(11), 0);
        for part in self.parts.clone() {
            let levels =
                if let FeatureColumn::Levels { levels, .. } = &features.parts[part] { levels.len() } else { 0 };
            self.rule.apply(&mut changed, part, levels, &mut random);
        }
        let rows = Some(&fitted.split.test[..]);
        let (before, after) = (model.predict(rows, cells.view()), model.predict(rows, changed.view()));
        let Some(moved) = moves(&before, &after, self.tolerance.is_some()) else {
            let none = Undefined("the model gives no probabilities; leave tolerance out to compare classes");
            return undefined(&self.name, none, notes);
        };
        let kept: Vec<bool> = moved.iter().map(|m| *m <= self.tolerance.unwrap_or(0.0)).collect();
        note(&self.name, &kept, &moved, "there is no test row", notes);
    }
}
