//! Least squares, and with penalties.

use super::{INTERCEPT, NOT_NEGATIVE, NUMBERS, PENALTY, POSITIVE, STEP_NAMES, alias, param, relative};
use crate::model::registry::{ModelInfo, ParamInfo, ParamKind, Reach};

const SWEEPS: ParamInfo =
    param("max_iter", ParamKind::Whole { least: 1 }, "100000", "most sweeps over the columns").or(STEP_NAMES);
const GAP: ParamInfo =
    param("tol", POSITIVE, "1e-8", "duality gap, as a share of the target's squares, at which to stop")
        .or(&["tolerance"]);
const STRENGTH: ParamInfo =
    param("alpha", NOT_NEGATIVE, "1", "strength of the penalty").or(&["lambda", "lam"]).near(&[relative(
        &["penalty", "C", "l2", "l1", "reg", "reg_lambda", "reg_alpha"],
        "the strength of the penalty is alpha",
    )]);

pub(super) const OLS: ModelInfo = ModelInfo {
    name: "ols",
    tasks: NUMBERS,
    aliases: &[
        alias("linear"),
        alias("LinearRegression"),
        alias("linear-model"),
        alias("linreg"),
        alias("lm"),
        alias("ordinary-least-squares"),
    ],
    related: &[relative(&["lr", "regression"], "use ols for linear regression, logistic for logistic regression")],
    help: "ordinary least squares (linfa-linear)",
    reach: Reach::Sums,
    inexact: Some("a line through few columns cannot meet every row"),
    target_units: false,
    params: &[INTERCEPT],
};

pub(super) const RIDGE: ModelInfo = ModelInfo {
    name: "ridge",
    tasks: NUMBERS,
    aliases: &[alias("RidgeRegression")],
    related: &[
        relative(&["RidgeCV"], "a tuned ridge is {tune=ridge:alpha=0.1,1,10}"),
        relative(&["RidgeClassifier", "RidgeClassifierCV"], "of the linear models logistic and lda predict labels"),
        relative(&["BayesianRidge", "KernelRidge", "ARDRegression"], "the nearest is ridge"),
    ],
    help: "least squares with an L2 penalty, in closed form",
    reach: Reach::Sums,
    inexact: Some(PENALTY),
    target_units: false,
    params: &[STRENGTH, INTERCEPT],
};

pub(super) const LASSO: ModelInfo = ModelInfo {
    name: "lasso",
    tasks: NUMBERS,
    aliases: &[],
    related: &[
        relative(&["LassoCV"], "a tuned lasso is {tune=lasso:alpha=0.1,1,10}"),
        relative(&["Lars", "LassoLars", "LassoLarsIC", "OrthogonalMatchingPursuit"], "the nearest is lasso"),
    ],
    help: "least squares with an L1 penalty (linfa-elasticnet)",
    reach: Reach::Sums,
    inexact: Some(PENALTY),
    target_units: true,
    params: &[STRENGTH, INTERCEPT, SWEEPS, GAP],
};

pub(super) const ELASTIC_NET: ModelInfo = ModelInfo {
    name: "elastic-net",
    tasks: NUMBERS,
    aliases: &[alias("enet")],
    related: &[
        relative(&["ElasticNetCV"], "a tuned one is {tune=elastic-net:alpha=0.1,1,10}"),
        relative(
            &["glmnet", "cv.glmnet"],
            "use ridge, lasso or elastic-net (glmnet's lambda is alpha, its alpha l1_ratio); for classes logistic",
        ),
    ],
    help: "least squares with L1 and L2 penalties (linfa-elasticnet)",
    reach: Reach::Sums,
    inexact: Some(PENALTY),
    target_units: true,
    params: &[
        STRENGTH,
        param("l1_ratio", ParamKind::Share, "0.5", "share of the L1 penalty").or(&["mixture"]),
        INTERCEPT,
        SWEEPS,
        GAP,
    ],
};
