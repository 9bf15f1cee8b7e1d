//! Models and metrics of the other task: why they are not for this target, and how to ask otherwise.

use crate::data::{TargetOptions, Task, Values};
use crate::error::Result;
use crate::setting::TASK;

/// How the task of a target came about.
pub struct Told<'a> {
    /// The target column.
    pub name: &'a str,
    /// Its values.
    pub values: &'a Values,
    /// What was said about it.
    pub options: &'a TargetOptions,
}

/// A target with more distinct numbers than this has no labels.
const FEW: usize = 20;

impl Told<'_> {
    /// Adds to an error of the other task where the task came from, and what would change it.
    pub fn explain<T>(&self, task: Task, result: Result<T>) -> Result<T> {
        result.map_err(|error| match self.other(task) {
            Some(advice) if error.exit_code() == 2 => error.advise(advice),
            _ => error,
        })
    }

    /// What would make another task of the target, where something would.
    fn other(&self, task: Task) -> Option<String> {
        let name = self.name;
        match (task, self.options.task) {
            (_, Some(said)) => Some(format!("{} was given", TASK.to(said.name()))),
            (Task::Classification, None) if self.is_number() => Some(format!(
                "'{name}' has few different numbers and is taken as labels, and {} takes it as a number",
                TASK.to("regression")
            )),
            (Task::Regression, None) if self.is_few() => {
                Some(format!("if the numbers of '{name}' are labels, add {}", TASK.to("classification")))
            }
            _ => None,
        }
    }

    fn is_number(&self) -> bool {
        matches!(self.values, Values::Number(_))
    }

    fn is_few(&self) -> bool {
        let Values::Number(values) = self.values else { return false };
        let mut distinct: Vec<f64> = Vec::new();
        for v in values.iter().filter(|v| !v.is_nan()) {
            if v.fract() != 0.0 {
                return false;
            }
            if !distinct.contains(v) {
                distinct.push(*v);
            }
            if distinct.len() > FEW {
                return false;
            }
        }
        true
    }
}
