//! One entry a model, a file a family, and the parameters that families have in common.

mod absent;
mod boosting;
mod discriminant;
mod glm;
mod linear;
mod neighbors;
mod svm;
mod trees;

pub use absent::{ABSENT, ELSEWHERE};

use super::{Alias, ModelInfo, ParamInfo, ParamKind, Reach};
use crate::data::Task;
use crate::names::Relative;

const BOTH: &[Task] = &[Task::Regression, Task::Classification];
const NUMBERS: &[Task] = &[Task::Regression];
const CLASSES: &[Task] = &[Task::Classification];

const fn param(name: &'static str, kind: ParamKind, default: &'static str, help: &'static str) -> ParamInfo {
    ParamInfo::new(name, kind, default, help)
}

const fn alias(name: &'static str) -> Alias {
    Alias { name, task: None, sets: "" }
}

/// A name for regression only.
const fn regressor(name: &'static str) -> Alias {
    Alias { name, task: Some(Task::Regression), sets: "" }
}

/// A name for classification only.
const fn classifier(name: &'static str) -> Alias {
    Alias { name, task: Some(Task::Classification), sets: "" }
}

/// A name that says something about parameters.
const fn sets(name: &'static str, sets: &'static str) -> Alias {
    Alias { name, task: None, sets }
}

const fn relative(names: &'static [&'static str], advice: &'static str) -> Relative {
    Relative { names, advice }
}

const POSITIVE: ParamKind = ParamKind::Number { least: 0.0, above: true, infinite: false };
const NOT_NEGATIVE: ParamKind = ParamKind::Number { least: 0.0, above: false, infinite: false };
const INTERCEPT: ParamInfo =
    param("fit_intercept", ParamKind::Flag, "true", "whether there is an intercept").or(&["intercept"]);
const STEP_NAMES: &[&str] = &["max_iterations", "maxit", "n_iter"];

/// Why models do not give train rows their targets back.
const PENALTY: &str = "its penalty holds it back from single rows";

const BASELINE: ModelInfo = ModelInfo {
    name: "baseline",
    tasks: BOTH,
    aliases: &[alias("dummy"), classifier("DummyClassifier"), regressor("DummyRegressor")],
    related: &[],
    help: "mean of the target, or class shares: what can be predicted without features",
    reach: Reach::Nothing,
    inexact: Some("it uses no features"),
    target_units: false,
    params: &[],
};

/// All models, in the order in which they are listed.
pub const MODELS: [ModelInfo; 18] = [
    BASELINE,
    linear::OLS,
    linear::RIDGE,
    linear::LASSO,
    linear::ELASTIC_NET,
    glm::GLM,
    glm::LOGISTIC,
    glm::MULTINOMIAL,
    discriminant::NB,
    discriminant::LDA,
    discriminant::QDA,
    neighbors::KNN,
    svm::SVM,
    trees::TREE,
    trees::FOREST,
    trees::EXTRA_TREES,
    boosting::BOOST,
    trees::LINFA_TREE,
];
