//! The list of models, their parameters and defaults, and how each is built.

mod build;
mod list;

pub use build::{build, check_task};
pub use list::MODELS;
use list::{ABSENT, ELSEWHERE};

use crate::data::Task;
use crate::error::did_you_mean_one_of;
use crate::names::{Relative, advice, same};
use crate::setting::spelled;

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
    /// A whole number from 1 to `most`: so many times something is done and kept.
    Count {
        /// The largest.
        most: u64,
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
    /// Names that others have for the same thing.
    pub aliases: &'static [&'static str],
    /// Names that others have for something near.
    pub related: &'static [Relative],
}

impl ParamInfo {
    /// A parameter that goes by no other name.
    pub const fn new(name: &'static str, kind: ParamKind, default: &'static str, help: &'static str) -> Self {
        Self { name, kind, default, help, aliases: &[], related: &[] }
    }

    /// The same with names that others have for it.
    #[must_use]
    pub const fn or(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }

    /// The same with names that others have for something near.
    #[must_use]
    pub const fn near(self, related: &'static [Relative]) -> Self {
        Self { related, ..self }
    }
}

/// A name that others have for a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alias {
    /// The name.
    pub name: &'static str,
    /// The task that it is for, where the name says so.
    pub task: Option<Task>,
    /// The parameters that the name stands for, as one would write them.
    pub sets: &'static str,
}

/// What a model can learn of the features.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Nothing.
    Nothing,
    /// A sum of one term a column, or what follows from it.
    Sums,
    /// What columns do together, too.
    Interactions,
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
    /// What it can learn.
    pub reach: Reach,
    /// Why it does not give the train rows their own targets back, where it does not.
    pub inexact: Option<&'static str>,
    /// Whether a number target's scale decides how strong its default parameters are.
    pub target_units: bool,
    /// Its parameters.
    pub params: &'static [ParamInfo],
    /// Names that others have for the same model.
    pub aliases: &'static [Alias],
    /// Names that others have for something near.
    pub related: &'static [Relative],
}

/// The entry of that name, in any case, or of a name that others have for it.
pub fn find(name: &str) -> Option<(&'static ModelInfo, Option<&'static Alias>)> {
    let own = MODELS.iter().find(|m| m.name == name).or_else(|| MODELS.iter().find(|m| same(m.name, name)));
    let known_as = |m: &'static ModelInfo| Some((m, Some(m.aliases.iter().find(|a| same(a.name, name))?)));
    own.map(|m| (m, None)).or_else(|| MODELS.iter().find_map(known_as))
}

/// Why there is no model of that name, and what to write instead.
pub fn unknown_model(name: &str) -> String {
    let near = MODELS.iter().find_map(|m| advice(m.related, name)).or_else(|| advice(ABSENT, name));
    if let Some(what) = near {
        return format!("no model '{name}': {}", spelled(what));
    }
    let own = MODELS.iter().map(|m| (m.name, m.name));
    let others = MODELS.iter().flat_map(|m| m.aliases.iter().map(|a| (a.name, m.name)));
    let near = did_you_mean_one_of(name, own.chain(others));
    let all = || MODELS.iter().map(|m| m.name).collect::<Vec<_>>().join(", ");
    format!("no model '{name}'{}", if near.is_empty() { format!("; there are {}", all()) } else { near })
}

/// The place of the parameter that goes by a name, in any case, or by a name that others have for it.
pub fn place_of_param(params: &[ParamInfo], name: &str) -> Option<usize> {
    let exact = params.iter().position(|p| p.name == name);
    exact.or_else(|| params.iter().position(|p| same(p.name, name) || p.aliases.iter().any(|a| same(a, name))))
}

/// What to say of a parameter that is not there, after its name.
pub fn unknown_param(params: &[ParamInfo], name: &str) -> String {
    let near = params.iter().find_map(|p| advice(p.related, name)).or_else(|| advice(ELSEWHERE, name));
    if let Some(what) = near {
        return format!("; {}", spelled(what));
    }
    if params.is_empty() {
        return "; it has none".into();
    }
    let own = params.iter().map(|p| (p.name, p.name));
    let near = did_you_mean_one_of(name, own.chain(params.iter().flat_map(|p| p.aliases.iter().map(|a| (*a, p.name)))));
    if near.is_empty() {
        let all: Vec<&str> = params.iter().map(|p| p.name).collect();
        return format!("; it has {}", all.join(", "));
    }
    near
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
    use crate::names::plain;

    /// Names may differ in more than case and signs only.
    fn assert_distinct(mut names: Vec<String>) {
        names.sort();
        names.windows(2).for_each(|two| assert_ne!(two[0], two[1]));
    }

    #[test]
    fn no_name_stands_for_two_things() {
        let related = |list: &'static [Relative]| list.iter().flat_map(|r| r.names).map(|n| plain(n));
        let own = MODELS.iter().map(|m| plain(m.name));
        let aliases = MODELS.iter().flat_map(|m| m.aliases).map(|a| plain(a.name));
        assert_distinct(
            own.chain(aliases).chain(MODELS.iter().flat_map(|m| related(m.related))).chain(related(ABSENT)).collect(),
        );
        for m in &MODELS {
            let own = m.params.iter().map(|p| plain(p.name));
            let aliases = m.params.iter().flat_map(|p| p.aliases).map(|a| plain(a));
            assert_distinct(
                own.chain(aliases)
                    .chain(m.params.iter().flat_map(|p| related(p.related)))
                    .chain(related(ELSEWHERE))
                    .collect(),
            );
        }
    }

    #[test]
    fn what_an_alias_sets_and_its_task_are_the_models() {
        for m in &MODELS {
            for alias in m.aliases {
                let spec = ModelSpec::parse(alias.name).unwrap();
                assert_eq!(spec.info.name, m.name, "{}", alias.name);
                assert!(alias.task.is_none_or(|t| m.tasks.contains(&t)), "{}", alias.name);
                for task in [Task::Regression, Task::Classification] {
                    let able = alias.task.map_or(m.tasks.contains(&task), |t| t == task);
                    assert_eq!(build(&spec, task).is_ok(), able, "{} {task:?}", alias.name);
                }
            }
        }
    }

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
