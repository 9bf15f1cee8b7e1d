//! Tests of single rows: what a prediction does when one column changes.

use std::ops::Range;

use super::columns::{Rule, Step};
use super::{EXACT, difference, outcome};
use crate::data::FeatureColumn;
use crate::metric::{Direction as Better, Undefined};
use crate::model::Predictions;
use crate::probe::{Names, Probe, ProbeContext, Recorder, spread};
use crate::run::FittedSplit;
use crate::stats::mean;

/// The share of test rows whose prediction moves by no more than a tolerance when a column is changed.
pub struct Invariance {
    pub name: String,
    pub parts: Range<usize>,
    pub rule: Rule,
    pub tolerance: Option<f64>,
}

/// The share of test rows whose prediction does not fall (or rise) when a column rises.
pub struct Direction {
    pub name: String,
    pub step: Step,
    pub rises: bool,
    pub tolerance: f64,
    pub class: Option<u32>,
}

fn names_of(name: &str, names: &mut Names) {
    names.reading(format!("behaviour[{name}]"), Better::Higher);
    names.reading(format!("behaviour_size[{name}]"), Better::Lower);
    names.reading(format!("behaviour_most[{name}]"), Better::Lower);
}

/// Notes the share of rows that keep to a behaviour, and mean and largest size of what does not.
fn note(name: &str, kept: &[bool], sizes: &[f64], none: &'static str, notes: &mut Recorder) {
    let n = kept.len() as f64;
    let of = |value: f64| if kept.is_empty() { Err(Undefined(none)) } else { Ok(value) };
    notes.read(format!("behaviour[{name}]"), Better::Higher, of(kept.iter().filter(|k| **k).count() as f64 / n));
    let mean = if sizes.is_empty() { 0.0 } else { mean(sizes) };
    notes.read(format!("behaviour_size[{name}]"), Better::Lower, of(mean));
    notes.read(format!("behaviour_most[{name}]"), Better::Lower, of(sizes.iter().copied().fold(0.0, f64::max)));
}

/// Notes that there is nothing to note.
fn undefined(name: &str, why: Undefined, notes: &mut Recorder) {
    notes.read(format!("behaviour[{name}]"), Better::Higher, Err(why));
    notes.read(format!("behaviour_size[{name}]"), Better::Lower, Err(why));
    notes.read(format!("behaviour_most[{name}]"), Better::Lower, Err(why));
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

impl Probe for Invariance {
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
        let (before, after) = (model.predict(cells.view()), model.predict(changed.view()));
        let Some(moved) = moves(&before, &after, self.tolerance.is_some()) else {
            let none = Undefined("the model gives no probabilities; leave tolerance out to compare classes");
            return undefined(&self.name, none, notes);
        };
        let kept: Vec<bool> = moved.iter().map(|m| *m <= self.tolerance.unwrap_or(0.0)).collect();
        note(&self.name, &kept, &moved, "there is no test row", notes);
    }
}

impl Probe for Direction {
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
        let of = |cells: &ndarray::Array2<f64>| outcome(&model.predict(cells.view()), self.class);
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
