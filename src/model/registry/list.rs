//! One entry a model.

use super::{ModelInfo, ParamInfo, ParamKind};
use crate::data::Task;

const BOTH: &[Task] = &[Task::Regression, Task::Classification];
const NUMBERS: &[Task] = &[Task::Regression];
const CLASSES: &[Task] = &[Task::Classification];

const fn param(name: &'static str, kind: ParamKind, default: &'static str, help: &'static str) -> ParamInfo {
    ParamInfo { name, kind, default, help }
}

const POSITIVE: ParamKind = ParamKind::Number { least: 0.0, above: true, infinite: false };
const NOT_NEGATIVE: ParamKind = ParamKind::Number { least: 0.0, above: false, infinite: false };
const INTERCEPT: ParamInfo = param("fit_intercept", ParamKind::Flag, "true", "whether there is an intercept");
const DEPTH: ParamInfo = param("max_depth", ParamKind::WholeOrNone { least: 1 }, "none", "deepest leaf");
const NEWTON_STEPS: ParamInfo = param("max_iter", ParamKind::Whole { least: 1 }, "100", "most Newton steps");
const NEWTON_TOL: ParamInfo = param("tol", POSITIVE, "1e-8", "largest gradient entry at which to stop");
const SWEEPS: ParamInfo = param("max_iter", ParamKind::Whole { least: 1 }, "100000", "most sweeps over the columns");
const GAP: ParamInfo =
    param("tol", POSITIVE, "1e-8", "duality gap, as a share of the target's squares, at which to stop");
const C: ParamInfo = param(
    "C",
    ParamKind::Number { least: 0.0, above: true, infinite: true },
    "1",
    "inverse strength of the L2 penalty; inf for none",
);

const CRITERION: ParamInfo = param(
    "criterion",
    ParamKind::Choice(&["auto", "gini", "entropy", "squared_error", "absolute_error"]),
    "auto",
    "what splits make smaller; auto is gini for classes, squared_error for numbers",
);
const TO_SPLIT: ParamInfo =
    param("min_samples_split", ParamKind::Whole { least: 2 }, "2", "a node with fewer rows is a leaf");
const IN_LEAF: ParamInfo = param("min_samples_leaf", ParamKind::Whole { least: 1 }, "1", "fewest rows of a leaf");
const DECREASE: ParamInfo =
    param("min_impurity_decrease", NOT_NEGATIVE, "0", "least weighted fall of impurity for a split");
const LEAVES: ParamInfo =
    param("max_leaf_nodes", ParamKind::WholeOrNone { least: 2 }, "none", "most leaves, best splits first");
const TREES: ParamInfo = param("n_estimators", ParamKind::Whole { least: 1 }, "100", "number of trees");
const OOB: ParamInfo =
    param("oob_score", ParamKind::Flag, "false", "whether to score train rows by the trees that did not draw them");
const MAX_FEATURES: ParamInfo = param(
    "max_features",
    ParamKind::Features,
    "auto",
    "columns a node looks at: sqrt, log2, all, a share below 1 or a number; auto is sqrt for classes, all for numbers",
);

/// All models, in the order in which they are listed.
pub const MODELS: [ModelInfo; 18] = [
    ModelInfo {
        name: "baseline",
        tasks: BOTH,
        help: "mean of the target, or class shares: what one can predict from no feature at all",
        params: &[],
    },
    ModelInfo { name: "ols", tasks: NUMBERS, help: "ordinary least squares (linfa-linear)", params: &[INTERCEPT] },
    ModelInfo {
        name: "ridge",
        tasks: NUMBERS,
        help: "least squares with an L2 penalty, in closed form",
        params: &[param("alpha", NOT_NEGATIVE, "1", "strength of the penalty"), INTERCEPT],
    },
    ModelInfo {
        name: "lasso",
        tasks: NUMBERS,
        help: "least squares with an L1 penalty (linfa-elasticnet)",
        params: &[param("alpha", NOT_NEGATIVE, "1", "strength of the penalty"), INTERCEPT, SWEEPS, GAP],
    },
    ModelInfo {
        name: "elastic-net",
        tasks: NUMBERS,
        help: "least squares with L1 and L2 penalties (linfa-elasticnet)",
        params: &[
            param("alpha", NOT_NEGATIVE, "1", "strength of the penalty"),
            param("l1_ratio", ParamKind::Share, "0.5", "share of the L1 penalty"),
            INTERCEPT,
            SWEEPS,
            GAP,
        ],
    },
    ModelInfo {
        name: "glm",
        tasks: NUMBERS,
        help: "generalised linear model: Poisson, gamma, Tweedie with log link; power 0 is ridge on the mean error",
        params: &[
            param(
                "power",
                ParamKind::Power,
                "1",
                "variance = mean^power: 1 Poisson, 2 gamma, 3 inverse Gaussian, 0 normal",
            ),
            param("alpha", NOT_NEGATIVE, "1", "strength of the L2 penalty"),
            INTERCEPT,
            NEWTON_STEPS,
            NEWTON_TOL,
        ],
    },
    ModelInfo {
        name: "logistic",
        tasks: CLASSES,
        help: "logistic regression; softmax for more than two classes",
        params: &[C, INTERCEPT, NEWTON_STEPS, NEWTON_TOL],
    },
    ModelInfo {
        name: "multinomial",
        tasks: CLASSES,
        help: "softmax regression with one set of coefficients a class, for two classes too",
        params: &[C, INTERCEPT, NEWTON_STEPS, NEWTON_TOL],
    },
    ModelInfo {
        name: "nb",
        tasks: CLASSES,
        help: "Gaussian naive Bayes (linfa-bayes)",
        params: &[param("var_smoothing", NOT_NEGATIVE, "1e-9", "share of the largest variance added to all")],
    },
    ModelInfo {
        name: "lda",
        tasks: CLASSES,
        help: "linear discriminant analysis",
        params: &[param("tol", NOT_NEGATIVE, "0.0001", "directions with a smaller share of the spread are left out")],
    },
    ModelInfo {
        name: "qda",
        tasks: CLASSES,
        help: "quadratic discriminant analysis",
        params: &[
            param("reg_param", ParamKind::Share, "0", "share of the identity in each class's covariance"),
            param("tol", NOT_NEGATIVE, "0.0001", "least variance of a class in any direction"),
        ],
    },
    ModelInfo {
        name: "knn",
        tasks: BOTH,
        help: "nearest neighbours by Euclidean distance",
        params: &[
            param("n_neighbors", ParamKind::Whole { least: 1 }, "5", "number of neighbours"),
            param("weights", ParamKind::Choice(&["uniform", "distance"]), "uniform", "weight of a neighbour"),
        ],
    },
    ModelInfo {
        name: "svm",
        tasks: BOTH,
        help: "support vector machine (linfa-svm); labels and ranks, no probabilities",
        params: &[
            param("C", POSITIVE, "1", "cost of a violation"),
            param("kernel", ParamKind::Choice(&["rbf", "linear"]), "rbf", "the kernel"),
            param("gamma", ParamKind::NumberOr("scale"), "scale", "width of rbf: scale is 1 / (columns x variance)"),
            param("epsilon", NOT_NEGATIVE, "0.1", "regression: errors up to this cost nothing"),
            param("tol", POSITIVE, "0.001", "tolerance of the solver"),
        ],
    },
    ModelInfo {
        name: "tree",
        tasks: BOTH,
        help: "decision tree, exact CART; missing values go the better way",
        params: &[CRITERION, DEPTH, TO_SPLIT, IN_LEAF, DECREASE, LEAVES],
    },
    ModelInfo {
        name: "forest",
        tasks: BOTH,
        help: "random forest of exact trees",
        params: &[
            TREES,
            CRITERION,
            MAX_FEATURES,
            param("bootstrap", ParamKind::Flag, "true", "whether each tree draws its own sample of the train rows"),
            OOB,
            DEPTH,
            TO_SPLIT,
            IN_LEAF,
            DECREASE,
            LEAVES,
        ],
    },
    ModelInfo {
        name: "extra-trees",
        tasks: BOTH,
        help: "forest of trees with random thresholds",
        params: &[
            TREES,
            CRITERION,
            MAX_FEATURES,
            param("bootstrap", ParamKind::Flag, "false", "whether each tree draws its own sample of the train rows"),
            OOB,
            DEPTH,
            TO_SPLIT,
            IN_LEAF,
            DECREASE,
            LEAVES,
        ],
    },
    ModelInfo {
        name: "boost",
        tasks: BOTH,
        help: "histogram gradient boosting; text by level order in the node",
        params: &[
            param(
                "loss",
                ParamKind::Choice(&["auto", "squared_error", "absolute_error", "poisson", "log_loss"]),
                "auto",
                "what is minimised; auto is squared_error for numbers, log_loss for classes",
            ),
            param("learning_rate", POSITIVE, "0.1", "factor of every tree"),
            param("n_estimators", ParamKind::Whole { least: 1 }, "100", "most iterations"),
            param("max_leaf_nodes", ParamKind::WholeOrNone { least: 2 }, "31", "most leaves of a tree"),
            DEPTH,
            param("min_samples_leaf", ParamKind::Whole { least: 1 }, "20", "fewest rows of a leaf"),
            param("l2", NOT_NEGATIVE, "0", "L2 penalty on leaf values"),
            param("max_bins", ParamKind::Whole { least: 2 }, "255", "most bins of a column, up to 255"),
            param(
                "early_stopping",
                ParamKind::Choice(&["auto", "true", "false"]),
                "auto",
                "stop when a tenth of the train rows, set aside, gains no more; auto is from 10,001 train rows on",
            ),
            param("n_iter_no_change", ParamKind::Whole { least: 1 }, "10", "iterations without gain before it stops"),
            param("tol", NOT_NEGATIVE, "1e-7", "least gain that counts"),
        ],
    },
    ModelInfo {
        name: "linfa-tree",
        tasks: CLASSES,
        help: "linfa-trees' decision tree: two classes, at most 4096 train rows, labels only",
        params: &[DEPTH],
    },
];
