//! Support vector machines.

use super::{BOTH, NOT_NEGATIVE, POSITIVE, alias, classifier, param, regressor, relative, sets};
use crate::model::registry::{ModelInfo, ParamKind, Reach};

pub(super) const SVM: ModelInfo = ModelInfo {
    name: "svm",
    tasks: BOTH,
    aliases: &[
        alias("support-vector-machine"),
        alias("svmRadial"),
        sets("svmLinear", "kernel=linear"),
        classifier("SVC"),
        regressor("SVR"),
    ],
    related: &[relative(
        &["LinearSVC", "LinearSVR", "NuSVC", "NuSVR", "svmPoly"],
        "the nearest is svm, or svm:kernel=linear",
    )],
    help: "support vector machine; labels and ranks, no probabilities",
    reach: Reach::Interactions,
    inexact: Some("errors within its margin cost nothing, and others no more than C allows"),
    target_units: true,
    params: &[
        param("C", POSITIVE, "1", "cost of a violation").or(&["cost"]),
        param("kernel", ParamKind::Choice(&["rbf", "linear"]), "rbf", "the kernel")
            .near(&[relative(&["degree", "coef0"], "the kernel is rbf or linear; there is no polynomial one")]),
        param("gamma", ParamKind::NumberOr("scale"), "scale", "width of rbf: scale is 1 / (columns x variance)")
            .or(&["sigma", "rbf_sigma"]),
        param("epsilon", NOT_NEGATIVE, "0.1", "regression: errors up to this cost nothing"),
        param("tol", POSITIVE, "0.001", "tolerance of the solver"),
    ],
};
