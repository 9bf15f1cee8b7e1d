//! Generalised linear models: logistic and softmax regression, Poisson, gamma, Tweedie.

use super::{CLASSES, INTERCEPT, NOT_NEGATIVE, NUMBERS, PENALTY, POSITIVE, STEP_NAMES, alias, param, relative, sets};
use crate::model::registry::{ModelInfo, ParamInfo, ParamKind, Reach};

const NEWTON_STEPS: ParamInfo =
    param("max_iter", ParamKind::Whole { least: 1 }, "100", "most Newton steps").or(STEP_NAMES);
const NEWTON_TOL: ParamInfo =
    param("tol", POSITIVE, "1e-8", "largest gradient entry at which to stop").or(&["tolerance"]);
const C: ParamInfo = param(
    "C",
    ParamKind::Number { least: 0.0, above: true, infinite: true },
    "1",
    "inverse strength of the L2 penalty; inf for none",
)
.near(&[relative(
    &["alpha", "lambda", "penalty", "l2", "reg", "reg_lambda"],
    "the penalty is L2, and C is its inverse strength: C=10 for a strength of 0.1, C=inf for no penalty",
)]);

pub(super) const GLM: ModelInfo = ModelInfo {
    name: "glm",
    tasks: NUMBERS,
    aliases: &[
        sets("poisson", "power=1"),
        sets("PoissonRegressor", "power=1"),
        sets("gamma", "power=2"),
        sets("GammaRegressor", "power=2"),
        // As scikit-learn's, whose power is 0 where none is given.
        sets("TweedieRegressor", "power=0"),
    ],
    related: &[
        relative(&["tweedie"], "say which power, as in glm:power=1.5"),
        relative(
            &["HuberRegressor", "QuantileRegressor", "TheilSenRegressor", "RANSACRegressor"],
            "robust regression is not here; forest and boost take criterion or loss absolute_error",
        ),
    ],
    help: "generalised linear model: Poisson, gamma, Tweedie with log link; power 0 is ridge on the mean error",
    reach: Reach::Sums,
    inexact: Some(PENALTY),
    target_units: false,
    params: &[
        param(
            "power",
            ParamKind::Power,
            "1",
            "variance = mean^power: 1 Poisson, 2 gamma, 3 inverse Gaussian, 0 normal",
        )
        .or(&["var_power", "variance_power", "tweedie_variance_power"])
        .near(&[relative(
            &["family", "distribution"],
            "the family is a power: power=1 is Poisson, 2 gamma, 3 inverse Gaussian, 0 normal",
        )]),
        param("alpha", NOT_NEGATIVE, "1", "strength of the L2 penalty").or(&["lambda", "lam"]),
        INTERCEPT,
        NEWTON_STEPS,
        NEWTON_TOL,
    ],
};

pub(super) const LOGISTIC: ModelInfo = ModelInfo {
    name: "logistic",
    tasks: CLASSES,
    aliases: &[alias("LogisticRegression"), alias("logit"), alias("logreg")],
    related: &[
        relative(&["LogisticRegressionCV"], "a tuned one is {tune=logistic:C=0.1,1,10}"),
        relative(&["probit"], "the link is logistic: use logistic"),
        relative(
            &["SGDClassifier", "Perceptron", "PassiveAggressiveClassifier"],
            "logistic is fitted to its optimum; of the linear models lda and svm:kernel=linear predict labels too",
        ),
    ],
    help: "logistic regression; softmax for more than two classes",
    reach: Reach::Sums,
    inexact: Some(PENALTY),
    target_units: false,
    params: &[C, INTERCEPT, NEWTON_STEPS, NEWTON_TOL],
};

pub(super) const MULTINOMIAL: ModelInfo = ModelInfo {
    name: "multinomial",
    tasks: CLASSES,
    aliases: &[alias("softmax"), alias("multinom"), alias("multinomial-logistic")],
    related: &[],
    help: "softmax regression with one set of coefficients a class, for two classes too",
    reach: Reach::Sums,
    inexact: Some(PENALTY),
    target_units: false,
    params: &[C, INTERCEPT, NEWTON_STEPS, NEWTON_TOL],
};
