//! What a behaviour is tried on, and what it asks of it: columns, labels, metrics.

use std::ops::Range;

use crate::data::{Encoding, Feature, Target, Values, place_of_label};
use crate::error::{Error, Result, Subject, suggestion_or_list};
use crate::metric::NamedMetric;
use crate::probe::ProbeGround;
use crate::run::AuxiliaryFit;

/// A behaviour, by name and place, and the data that it is tried on.
pub(super) struct BehaviourContext<'s> {
    pub name: &'s str,
    pub place: &'s str,
    pub ground: &'s ProbeGround<'s>,
    pub auxiliary: &'s mut Vec<AuxiliaryFit>,
}

impl BehaviourContext<'_> {
    pub fn wrong<T>(&self, what: impl std::fmt::Display) -> Result<T> {
        Err(Error::probe(what.to_string()).about(Subject::Behaviour(self.name.to_owned())).at(self.place))
    }

    fn place_of(&self, column: &str) -> Result<usize> {
        self.ground.scene.features.place_of(column).or_else(|why| self.wrong(why))
    }

    pub fn feature(&self, column: &str) -> Result<&Feature> {
        Ok(&self.ground.scene.features.used[self.place_of(column)?])
    }

    /// The parts that a column became.
    pub fn parts(&self, column: &str) -> Result<Range<usize>> {
        let feature = self.feature(column)?;
        if feature.encoding == Encoding::Calendar {
            return self.wrong(format!("column '{column}' is a date, and dates cannot be changed here"));
        }
        Ok(self.ground.scene.features.parts_of_columns()[self.place_of(column)?].clone())
    }

    /// A column of the table on the used rows.
    pub fn values(&self, column: &str) -> Result<Values> {
        match self.ground.table.column(column) {
            Ok(found) => Ok(found.values.take(self.ground.used)),
            Err(e) => self.wrong(e),
        }
    }

    /// The class that is asked about: the one named, or the positive one; `None` for numbers.
    pub fn class(&self, label: Option<&str>) -> Result<Option<u32>> {
        match (self.ground.scene.target, label) {
            (Target::Regression { .. }, None) => Ok(None),
            (Target::Regression { .. }, Some(label)) => {
                self.wrong(format!("label = \"{label}\" is for classes, and the target is a number; leave it out"))
            }
            (Target::Classification { labels, .. }, Some(label)) => match place_of_label(label, texts(labels)) {
                Some(at) => Ok(Some(at as u32)),
                None => {
                    let list = suggestion_or_list(label, || texts(labels));
                    self.wrong(format!("the target has no label '{label}'{list}"))
                }
            },
            (Target::Classification { positive: Some(positive), .. }, None) => Ok(Some(*positive)),
            (Target::Classification { labels, .. }, None) => {
                self.wrong(format!("the target has {} classes, so say which one is meant: add a label", labels.len()))
            }
        }
    }

    /// The metric of a name; the primary one where none is given.
    pub fn metric(&self, name: Option<&str>) -> Result<NamedMetric> {
        let scene = &self.ground.scene;
        match name {
            None => Ok(scene.metrics[0].clone()),
            Some(name) => NamedMetric::parse(name, scene.target).or_else(|e| self.wrong(e)),
        }
    }

    /// Asks for another fit of each split, and gives its place in what a probe sees.
    pub fn also_fit(&mut self, fit: AuxiliaryFit) -> usize {
        self.auxiliary.push(fit);
        self.auxiliary.len() - 1
    }
}

/// The texts of labels or levels.
pub(super) fn texts(labels: &[String]) -> impl Iterator<Item = &str> + Clone {
    labels.iter().map(String::as_str)
}
