//! Learners of the caller's own among the models.

use std::sync::Arc;

use crate::data::Task;
use crate::error::{Error, Result};
use crate::model::Learner;
use crate::model::external::ExternalSpec;
use crate::names::is_model_name;
use crate::run::NamedModel;
use crate::setting::MODEL;

/// A learner that the caller made, under the name that reports and claims have for it.
#[derive(Clone)]
pub struct OwnLearner {
    pub name: String,
    pub learner: Arc<dyn Learner>,
}

impl std::fmt::Debug for OwnLearner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OwnLearner").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Checks the names, and that the model of a report which is evaluated again is among them.
pub fn check(wanted: Option<&str>, learners: &[OwnLearner], external: &[ExternalSpec]) -> Result<()> {
    if let Some(odd) = learners.iter().find(|own| !is_model_name(&own.name)) {
        return Err(Error::model(format!(
            "learner '{}': claims name models by letters, digits, '-' and '_', a letter first",
            odd.name
        ))
        .advise("give it such a name"));
    }
    match wanted {
        Some(name) if !learners.iter().any(|own| own.name == name) && !external.iter().any(|own| own.name == name) => {
            Err(not_at_hand(name))
        }
        _ => Ok(()),
    }
}

/// That a report's model is one of its maker's own.
pub fn not_at_hand(name: &str) -> Error {
    let text = format!(
        "model '{name}' is not one of randsplit's: what made the report has it, and a report starts no program"
    );
    let advice = MODEL.to(format!("{name}=python:train.py:make_model"));
    Error::model(text).advise(format!("state a python:, worker: or cmd: model anew, as in {advice}"))
}

/// Adds the learners to the models.
pub fn add(learners: &[OwnLearner], target: &str, task: Task, models: &mut Vec<NamedModel>) -> Result<()> {
    for OwnLearner { name, learner } in learners {
        if models.iter().any(|model| model.name == *name) {
            return Err(Error::model(format!("two models are called '{name}'")).advise("give the learner another name"));
        }
        if !learner.supports(task) {
            return Err(Error::model(format!(
                "learner '{name}' is not for {}, and '{target}' is its target",
                task.name()
            ))
            .advise("choose another target or learner"));
        }
        models.push(NamedModel { name: name.clone(), spec: None, learner: Arc::clone(learner), tuned: None });
    }
    Ok(())
}
