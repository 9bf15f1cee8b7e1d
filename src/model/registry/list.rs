//! One entry a model.

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
const DEPTH: ParamInfo =
    param("max_depth", ParamKind::WholeOrNone { least: 1 }, "none", "deepest leaf").or(&["depth", "tree_depth"]);
const STEP_NAMES: &[&str] = &["max_iterations", "maxit", "n_iter"];
const NEWTON_STEPS: ParamInfo =
    param("max_iter", ParamKind::Whole { least: 1 }, "100", "most Newton steps").or(STEP_NAMES);
const NEWTON_TOL: ParamInfo =
    param("tol", POSITIVE, "1e-8", "largest gradient entry at which to stop").or(&["tolerance"]);
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

const CRITERION: ParamInfo = param(
    "criterion",
    ParamKind::Choice(&["auto", "gini", "entropy", "squared_error", "absolute_error"]),
    "auto",
    "what splits make smaller; auto is gini for classes, squared_error for numbers",
);
const TO_SPLIT: ParamInfo =
    param("min_samples_split", ParamKind::Whole { least: 2 }, "2", "a node with fewer rows is a leaf")
        .or(&["minsplit", "min_n"]);
const IN_LEAF: ParamInfo = param("min_samples_leaf", ParamKind::Whole { least: 1 }, "1", "fewest rows of a leaf")
    .or(&["minbucket", "min_child_samples", "min_data_in_leaf"])
    .near(&[relative(
        &["nodesize", "min_node_size", "min_samples", "min_child_weight"],
        "min_samples_leaf is the fewest rows of a leaf, min_samples_split those of a node that is split",
    )]);
const DECREASE: ParamInfo = param(
    "min_impurity_decrease",
    NOT_NEGATIVE,
    "0",
    "least weighted fall of impurity for a split",
)
.near(&[relative(
    &["ccp_alpha", "cp", "min_impurity_split"],
    "trees are not pruned here; max_depth, min_samples_leaf, max_leaf_nodes and min_impurity_decrease keep them small",
)]);
const LEAVES: ParamInfo =
    param("max_leaf_nodes", ParamKind::WholeOrNone { least: 2 }, "none", "most leaves, best splits first").or(&[
        "max_leaves",
        "num_leaves",
        "maxnodes",
    ]);
const TREES: ParamInfo = param("n_estimators", ParamKind::Count { most: 1_000_000 }, "100", "number of trees").or(&[
    "ntree",
    "ntrees",
    "num_trees",
    "trees",
    "estimators",
]);
const OOB: ParamInfo =
    param("oob_score", ParamKind::Flag, "false", "whether to score train rows by the trees that did not draw them");
const MAX_FEATURES: ParamInfo = param(
    "max_features",
    ParamKind::Features,
    "auto",
    "columns a node looks at: sqrt, log2, all, a share below 1 or a number; auto is sqrt for classes, all for numbers",
)
.or(&["mtry"]);

/// Why models do not give train rows their targets back.
const PENALTY: &str = "its penalty holds it back from single rows";
const SPREADS: &str = "it keeps means and spreads of each class, and no rows";

/// All models, in the order in which they are listed.
pub const MODELS: [ModelInfo; 18] = [
    ModelInfo {
        name: "baseline",
        tasks: BOTH,
        aliases: &[alias("dummy"), classifier("DummyClassifier"), regressor("DummyRegressor")],
        related: &[],
        help: "mean of the target, or class shares: what can be predicted without features",
        reach: Reach::Nothing,
        inexact: Some("it uses no features"),
        target_units: false,
        params: &[],
    },
    ModelInfo {
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
    },
    ModelInfo {
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
    },
    ModelInfo {
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
    },
    ModelInfo {
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
    },
    ModelInfo {
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
    },
    ModelInfo {
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
    },
    ModelInfo {
        name: "multinomial",
        tasks: CLASSES,
        aliases: &[alias("softmax"), alias("multinom"), alias("multinomial-logistic")],
        related: &[],
        help: "softmax regression with one set of coefficients a class, for two classes too",
        reach: Reach::Sums,
        inexact: Some(PENALTY),
        target_units: false,
        params: &[C, INTERCEPT, NEWTON_STEPS, NEWTON_TOL],
    },
    ModelInfo {
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
    },
    ModelInfo {
        name: "lda",
        tasks: CLASSES,
        aliases: &[alias("LinearDiscriminantAnalysis")],
        related: &[],
        help: "linear discriminant analysis",
        reach: Reach::Sums,
        inexact: Some(SPREADS),
        target_units: false,
        params: &[param("tol", NOT_NEGATIVE, "0.0001", "directions with a smaller share of the spread are left out")],
    },
    ModelInfo {
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
    },
    ModelInfo {
        name: "knn",
        tasks: BOTH,
        aliases: &[
            alias("KNeighbors"),
            alias("k-nearest-neighbors"),
            alias("k-nearest-neighbours"),
            alias("nearest-neighbors"),
            classifier("KNeighborsClassifier"),
            regressor("KNeighborsRegressor"),
        ],
        related: &[relative(
            &["RadiusNeighborsClassifier", "RadiusNeighborsRegressor", "NearestCentroid", "kknn"],
            "the nearest is knn",
        )],
        help: "nearest neighbours by Euclidean distance",
        reach: Reach::Interactions,
        inexact: Some("it takes the mean of several neighbours"),
        target_units: false,
        params: &[
            param("n_neighbors", ParamKind::Whole { least: 1 }, "5", "number of neighbours").or(&[
                "k",
                "neighbors",
                "neighbours",
                "n_neighbours",
                "num_neighbors",
            ]),
            param("weights", ParamKind::Choice(&["uniform", "distance"]), "uniform", "weight of a neighbour")
                .near(&[relative(&["metric", "p", "dist_power"], "the distance is Euclidean, and cannot be chosen")]),
        ],
    },
    ModelInfo {
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
        help: "support vector machine (linfa-svm); labels and ranks, no probabilities",
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
    },
    ModelInfo {
        name: "tree",
        tasks: BOTH,
        aliases: &[
            alias("decision-tree"),
            alias("cart"),
            classifier("DecisionTreeClassifier"),
            regressor("DecisionTreeRegressor"),
        ],
        related: &[relative(
            &["rpart", "ctree", "C5.0", "C4.5", "id3", "ExtraTreeClassifier", "ExtraTreeRegressor"],
            "the nearest is tree (CART)",
        )],
        help: "decision tree, exact CART; missing values go the better way",
        reach: Reach::Interactions,
        inexact: None,
        target_units: false,
        params: &[CRITERION, DEPTH, TO_SPLIT, IN_LEAF, DECREASE, LEAVES],
    },
    ModelInfo {
        name: "forest",
        tasks: BOTH,
        aliases: &[
            alias("random-forest"),
            alias("rf"),
            classifier("RandomForestClassifier"),
            regressor("RandomForestRegressor"),
        ],
        related: &[relative(
            &["ranger", "cforest", "BaggingClassifier", "BaggingRegressor", "bagging"],
            "the nearest is forest",
        )],
        help: "random forest of exact trees",
        reach: Reach::Interactions,
        inexact: Some("it averages trees, each grown on rows of its own draw"),
        target_units: false,
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
        aliases: &[
            alias("extremely-randomized-trees"),
            classifier("ExtraTreesClassifier"),
            regressor("ExtraTreesRegressor"),
        ],
        related: &[],
        help: "forest of trees with random thresholds",
        reach: Reach::Interactions,
        inexact: None,
        target_units: false,
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
        aliases: &[
            alias("boosting"),
            alias("gradient-boosting"),
            alias("hist-gradient-boosting"),
            alias("histgb"),
            alias("gbdt"),
            classifier("HistGradientBoostingClassifier"),
            regressor("HistGradientBoostingRegressor"),
        ],
        related: &[relative(
            &[
                "xgboost",
                "xgb",
                "xgbTree",
                "XGBClassifier",
                "XGBRegressor",
                "lightgbm",
                "lgbm",
                "lgb",
                "LGBMClassifier",
                "LGBMRegressor",
                "catboost",
                "CatBoostClassifier",
                "CatBoostRegressor",
                "gbm",
                "gbt",
                "GradientBoostingClassifier",
                "GradientBoostingRegressor",
                "AdaBoost",
                "AdaBoostClassifier",
                "AdaBoostRegressor",
                "boost_tree",
            ],
            "use boost, histogram gradient boosting as scikit-learn has it",
        )],
        help: "histogram gradient boosting; text by level order in the node",
        reach: Reach::Interactions,
        inexact: Some("it takes small steps, and its leaves have many rows"),
        target_units: false,
        params: &[
            param(
                "loss",
                ParamKind::Choice(&["auto", "squared_error", "absolute_error", "poisson", "log_loss"]),
                "auto",
                "what is minimised; auto is squared_error for numbers, log_loss for classes",
            )
            .near(&[relative(&["objective", "application"], "what is minimised is set by loss")]),
            param("learning_rate", POSITIVE, "0.1", "factor of every tree").or(&[
                "eta",
                "lr",
                "shrinkage",
                "learn_rate",
            ]),
            param("n_estimators", ParamKind::Count { most: 1_000_000 }, "100", "most iterations").or(&[
                "max_iter",
                "n_iter",
                "iterations",
                "num_iterations",
                "num_boost_round",
                "nrounds",
                "num_round",
                "ntree",
                "num_trees",
                "trees",
            ]),
            param("max_leaf_nodes", ParamKind::WholeOrNone { least: 2 }, "31", "most leaves of a tree")
                .or(&["num_leaves", "max_leaves"]),
            DEPTH,
            param("min_samples_leaf", ParamKind::Whole { least: 1 }, "20", "fewest rows of a leaf")
                .or(&["min_child_samples", "min_data_in_leaf"])
                .near(&[relative(&["min_child_weight"], "min_samples_leaf is the fewest rows of a leaf")]),
            param("l2", NOT_NEGATIVE, "0", "L2 penalty on leaf values")
                .or(&["l2_regularization", "reg_lambda", "lambda_l2", "lambda"])
                .near(&[relative(
                    &["reg_alpha", "lambda_l1", "alpha", "gamma", "min_split_gain", "min_gain_to_split"],
                    "the only penalty is l2; max_depth, max_leaf_nodes and min_samples_leaf hold trees down too",
                )]),
            param("max_bins", ParamKind::Whole { least: 2 }, "255", "most bins of a column, up to 255")
                .or(&["max_bin"]),
            param(
                "early_stopping",
                ParamKind::Choice(&["auto", "true", "false"]),
                "auto",
                "stop when a tenth of the train rows, set aside, gains no more; auto is from 10,001 train rows on",
            )
            .near(&[
                relative(
                    &["early_stopping_rounds", "early_stopping_round", "stop_iter"],
                    "write early_stopping=true,n_iter_no_change=10",
                ),
                relative(&["validation_fraction"], "a tenth of the train rows is set aside for early stopping"),
                relative(
                    &["subsample", "bagging_fraction", "colsample_bytree", "feature_fraction", "max_features", "mtry"],
                    "every tree sees all rows and columns",
                ),
            ]),
            param("n_iter_no_change", ParamKind::Whole { least: 1 }, "10", "iterations without gain before it stops"),
            param("tol", NOT_NEGATIVE, "1e-7", "least gain that counts"),
        ],
    },
    ModelInfo {
        name: "linfa-tree",
        tasks: CLASSES,
        aliases: &[],
        related: &[],
        help: "linfa-trees' decision tree: two classes, at most 4096 train rows, labels only",
        reach: Reach::Interactions,
        inexact: None,
        target_units: false,
        params: &[DEPTH],
    },
];

/// Models that are not here, and what to do without.
pub const ABSENT: &[Relative] = &[
    relative(
        &["mlp", "MLPClassifier", "MLPRegressor", "nnet", "neural-network", "keras", "pytorch", "nn"],
        "there is no neural network; boost and svm bend too",
    ),
    relative(
        &["GaussianProcessClassifier", "GaussianProcessRegressor", "gaussian-process", "gp"],
        "there is no Gaussian process; svm and knn are smooth too",
    ),
    relative(
        &["KMeans", "PCA", "DBSCAN", "IsolationForest"],
        "models predict a target here; `randsplit models` lists them",
    ),
    relative(
        &["StackingClassifier", "StackingRegressor", "VotingClassifier", "VotingRegressor", "stacking", "Pipeline"],
        "models are not combined here; name several with {model} to compare them",
    ),
];

/// Parameters of other programs' models that are flags here, or need no setting.
pub const ELSEWHERE: &[Relative] = &[
    relative(&["random_state", "seed", "random_seed"], "the seed is {seed}"),
    relative(&["n_jobs", "nthread", "n_threads", "num_threads", "threads"], "the threads are {threads}"),
    relative(&["verbose", "verbosity", "silent"], "leave it out"),
    relative(&["solver", "algorithm", "warm_start"], "the solver is chosen by the model; leave it out"),
    relative(&["class_weight", "sample_weight", "scale_pos_weight"], "rows are not weighted here; leave it out"),
    relative(&["normalize", "scale", "standardize"], "columns are put on a scale that suits the model; leave it out"),
];
