//! A normal distribution a class: naive Bayes, linear and quadratic discriminant analysis.

use super::{CLASSES, NOT_NEGATIVE, alias, param, relative};
use crate::model::registry::{ModelInfo, ParamKind, Reach};

const SPREADS: &str = "it keeps means and spreads of each class, and no rows";

pub(super) const NB: ModelInfo = ModelInfo {
    name: "nb",
    tasks: CLASSES,
    aliases: &[alias("GaussianNB"), alias("naive-bayes"), alias("gaussian-naive-bayes")],
    related: &[relative(
        &["MultinomialNB", "BernoulliNB", "ComplementNB", "CategoricalNB"],
        "naive Bayes is Gaussian here: use nb",
    )],
    help: "Gaussian naive Bayes (linfa-bayes)",
    reach: Reach::Sums,
    inexact: Some(SPREADS),
    target_units: false,
    params: &[param("var_smoothing", NOT_NEGATIVE, "1e-9", "share of the largest variance added to all")],
};

pub(super) const LDA: ModelInfo = ModelInfo {
    name: "lda",
    tasks: CLASSES,
    aliases: &[alias("LinearDiscriminantAnalysis")],
    related: &[],
    help: "linear discriminant analysis",
    reach: Reach::Sums,
    inexact: Some(SPREADS),
    target_units: false,
    params: &[param("tol", NOT_NEGATIVE, "0.0001", "directions with a smaller share of the spread are left out")],
};

pub(super) const QDA: ModelInfo = ModelInfo {
    name: "qda",
    tasks: CLASSES,
    aliases: &[alias("QuadraticDiscriminantAnalysis")],
    related: &[],
    help: "quadratic discriminant analysis",
    reach: Reach::Interactions,
    inexact: Some(SPREADS),
    target_units: false,
    params: &[
        param("reg_param", ParamKind::Share, "0", "share of the identity in each class's covariance"),
        param("tol", NOT_NEGATIVE, "0.0001", "least variance of a class in any direction"),
    ],
};
