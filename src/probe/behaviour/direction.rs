//! A prediction that must not fall, or rise, when a column rises.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::columns::Step;
use super::context::BehaviourContext;
use super::kept_rows::{GIVES, names_of, note, undefined};
use super::outcome::{difference, outcome};
use super::{BehaviourInfo, BehaviourTest, Reader, Test, key};
use crate::error::Result;
use crate::probe::{Names, Probe, ProbeContext, Recorder, spread};
use crate::run::FittedSplit;

pub(super) const INFO: BehaviourInfo = BehaviourInfo {
    name: "direction",
    summary: "a prediction does not fall (or rise) when a column rises",
    keys: &[
        key("column", "", "the column"),
        key("prediction", "", "rises or falls"),
        key("by", "1 sd", "step of the column, in its units"),
        key("tolerance", "0", "a step in the wrong direction up to this is none"),
        key("label", "", "label whose probability it is; the positive one without it"),
        key("share", "1", "share of the test rows that keep it on the worst split"),
    ],
    example: "column = \"carat\"\nprediction = \"rises\"",
    gives: GIVES,
    confidence: None,
    read,
};

fn read(reader: &Reader, reading: &str) -> Result<(Test, String)> {
    let by = reader.number("by")?;
    if by.is_some_and(|by| by <= 0.0) {
        return reader.wrong("by is the step by which the column rises; give a number above 0");
    }
    let test = Direction {
        column: reader.needed("column", "\"carat\"")?,
        rises: reader.choice("prediction", &[("rises", true), ("falls", false)])?,
        by,
        tolerance: reader.bounded("tolerance", 0.0, f64::INFINITY)?.unwrap_or(0.0),
        label: reader.text("label")?,
    };
    Ok((test.into(), reader.asked_share(reading)?))
}

/// A prediction does not fall (or rise) when a column rises.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Direction {
    /// The column.
    column: String,
    /// Whether it should rise with the column.
    rises: bool,
    /// By how much the column rises, in its units; one standard deviation of the train rows where `None`.
    by: Option<f64>,
    /// A step in the wrong direction up to this is none.
    tolerance: f64,
    /// The class whose probability it is; the positive one where `None`.
    label: Option<String>,
}

impl BehaviourTest for Direction {
    fn probe(&self, context: &mut BehaviourContext) -> Result<Box<dyn Probe>> {
        Ok(Box::new(DirectionProbe {
            name: context.name.to_owned(),
            step: context.step(&self.column, self.by)?,
            rises: self.rises,
            tolerance: self.tolerance,
            class: context.class(self.label.as_deref())?,
        }))
    }
}

/// The share of test rows whose prediction does not go the other way.
struct DirectionProbe {
    name: String,
    step: Step,
    rises: bool,
    tolerance: f64,
    class: Option<u32>,
}

impl Probe for DirectionProbe {
    fn needs_model(&self) -> bool {
        true
    }

    fn names(&self, _: &ProbeContext, names: &mut Names) {
        names_of(&self.name, names);
    }

    fn look(&self, fitted: &FittedSplit, notes: &mut Recorder) {
        let Some(model) = fitted.rows else { return };
        let features = fitted.context.features;
        let mut before = features.cells(&fitted.split.test);
        let mut after = before.clone();
        let part = match self.step {
            Step::Boolean(part) => {
                before.column_mut(part).iter_mut().filter(|c| !c.is_nan()).for_each(|c| *c = 0.0);
                after.column_mut(part).iter_mut().filter(|c| !c.is_nan()).for_each(|c| *c = 1.0);
                part
            }
            Step::Number(part, by) => {
                let by = by.unwrap_or_else(|| spread(&features.cells(&fitted.split.train).column(part).to_vec()));
                after.column_mut(part).iter_mut().for_each(|c| *c += by);
                part
            }
        };
        let of =
            |cells: &ndarray::Array2<f64>| outcome(&model.predict(Some(&fitted.split.test), cells.view()), self.class);
        let (first, second) = match (of(&before), of(&after)) {
            (Ok(first), Ok(second)) => (first, second),
            (Err(none), _) | (_, Err(none)) => return undefined(&self.name, none, notes),
        };
        let sign = if self.rises { 1.0 } else { -1.0 };
        // A row without a value has none that could rise.
        let moved = first.into_iter().zip(second).zip(before.column(part)).filter(|(_, c)| !c.is_nan());
        let falls: Vec<f64> = moved.map(|((b, a), _)| sign * difference(b, a)).collect();
        let kept: Vec<bool> = falls.iter().map(|f| *f <= self.tolerance).collect();
        let sizes: Vec<f64> = falls.iter().copied().filter(|f| *f > self.tolerance).collect();
        note(&self.name, &kept, &sizes, "no test row has a value of the column", notes);
    }
}
