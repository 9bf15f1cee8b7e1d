//! The list of models, their parameters and defaults, and how each is built.

mod build;
mod list;

pub use build::build;
pub use list::MODELS;

use crate::data::Task;

/// What values a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ParamKind {
    /// A finite number from `least` up, or above it; `inf` where allowed.
    Number {
        /// The bound.
        least: f64,
        /// Whether the bound itself is excluded.
        above: bool,
        /// Whether `inf` is allowed.
        infinite: bool,
    },
    /// A number from 0 to 1.
    Share,
    /// 0, or 1 to 10.
    Power,
    /// A whole number.
    Whole {
        /// The smallest.
        least: u64,
    },
    /// A whole number, or `none`.
    WholeOrNone {
        /// The smallest.
        least: u64,
    },
    /// `true` or `false`.
    Flag,
    /// One of several words.
    Choice(&'static [&'static str]),
    /// How many columns: a word, a share or a whole number.
    Features,
    /// A number above 0 or a word.
    NumberOr(&'static str),
}

/// One parameter of a model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ParamInfo {
    /// Its name; scikit-learn's where that has it.
    pub name: &'static str,
    /// What it takes.
    pub kind: ParamKind,
    /// Its default, as one would write it.
    pub default: &'static str,
    /// One line of help.
    pub help: &'static str,
}

/// One model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ModelInfo {
    /// Its name on the command line.
    pub name: &'static str,
    /// The tasks it can do.
    pub tasks: &'static [Task],
    /// One line of help.
    pub help: &'static str,
    /// Its parameters.
    pub params: &'static [ParamInfo],
}

/// The entry of that name.
pub fn find(name: &str) -> Option<&'static ModelInfo> {
    MODELS.iter().find(|m| m.name == name)
}

/// The model that is run when none is named.
pub fn default_for(task: Task) -> &'static str {
    match task {
        Task::Regression => "ridge",
        Task::Classification => "logistic",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ModelSpec;

    #[test]
    fn every_model_is_built_for_its_tasks_and_for_no_other() {
        for m in &MODELS {
            let spec = ModelSpec::parse(m.name).unwrap();
            for task in [Task::Regression, Task::Classification] {
                assert_eq!(build(&spec, task).is_ok(), m.tasks.contains(&task), "{} {task:?}", m.name);
            }
        }
    }
}
