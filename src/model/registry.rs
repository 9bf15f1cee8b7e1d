//! The list of models, their parameters and defaults, and how each is built.

use super::adapter::{Classifier, Regressor};
use super::linfa_tree::{LINFA_TREE_ROWS, LinfaTree};
use super::svm;
use super::trees::{
    Boost, EarlyStopping, Forest, Impurity, Loss, MaxFeatures, RegressionBoost, RegressionForest, RegressionTree, Tree,
};
use super::{
    Baseline, ElasticNet, Glm, Kernel, Knn, Lda, Learner, Logistic, ModelSpec, NaiveBayes, Ols, ParamValue, Qda, Ridge,
    Svm, Weights,
};
use crate::data::{Scaling, Task};
use crate::error::{Error, Result};

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
        help: "generalised linear model with log link: Poisson, gamma, Tweedie",
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

fn regressor<P>(params: P, scaling: Scaling) -> Box<dyn Learner>
where
    Regressor<P>: Learner + 'static,
{
    Box::new(Regressor { params, scaling, max_rows: None })
}

fn classifier<P>(params: P, scaling: Scaling) -> Box<dyn Learner>
where
    Classifier<P>: Learner + 'static,
{
    Box::new(Classifier { params, scaling, max_rows: None })
}

/// The parameters of a single tree.
fn tree(spec: &ModelSpec, task: Task) -> Result<Tree> {
    let word = spec.word("criterion");
    let criterion = match (word, task) {
        ("auto" | "gini", Task::Classification) => Impurity::Gini,
        ("entropy", Task::Classification) => Impurity::Entropy,
        ("auto" | "squared_error", Task::Regression) => Impurity::SquaredError,
        ("absolute_error", Task::Regression) => Impurity::AbsoluteError,
        _ => {
            let able = if task == Task::Regression { "squared_error or absolute_error" } else { "gini or entropy" };
            return Err(Error::input(format!(
                "model '{}': criterion {word} is not for {}; use {able}",
                spec.info.name,
                task.name()
            )));
        }
    };
    Ok(Tree {
        criterion,
        max_depth: spec.whole("max_depth"),
        min_samples_split: spec.whole("min_samples_split").unwrap_or(2),
        min_samples_leaf: spec.whole("min_samples_leaf").unwrap_or(1),
        min_impurity_decrease: spec.number("min_impurity_decrease"),
        max_leaf_nodes: spec.whole("max_leaf_nodes"),
    })
}

fn boost(spec: &ModelSpec, task: Task) -> Result<Boost> {
    let loss = match (spec.word("loss"), task) {
        ("auto" | "squared_error", Task::Regression) => Loss::Squared,
        ("absolute_error", Task::Regression) => Loss::Absolute,
        ("poisson", Task::Regression) => Loss::Poisson,
        ("auto" | "log_loss", Task::Classification) => Loss::Log,
        (word, _) => {
            return Err(Error::input(format!("model 'boost': loss {word} is not for {}; leave it out", task.name())));
        }
    };
    let bins = spec.whole("max_bins").unwrap_or(255);
    if bins > 255 {
        return Err(Error::input(format!("model 'boost': max_bins={bins} is more than a byte holds; use up to 255")));
    }
    Ok(Boost {
        learning_rate: spec.number("learning_rate"),
        n_estimators: spec.whole("n_estimators").unwrap_or(100),
        max_leaf_nodes: spec.whole("max_leaf_nodes"),
        max_depth: spec.whole("max_depth"),
        min_samples_leaf: spec.whole("min_samples_leaf").unwrap_or(20),
        l2: spec.number("l2"),
        max_bins: bins,
        early_stopping: match spec.word("early_stopping") {
            "true" => EarlyStopping::On,
            "false" => EarlyStopping::Off,
            _ => EarlyStopping::Auto,
        },
        n_iter_no_change: spec.whole("n_iter_no_change").unwrap_or(10),
        tol: spec.number("tol"),
        ..Boost::new(loss)
    })
}

fn max_features(spec: &ModelSpec, task: Task) -> MaxFeatures {
    match (spec.get("max_features"), task) {
        (ParamValue::Integer(count), _) => MaxFeatures::Count(*count as usize),
        (ParamValue::Number(share), _) => MaxFeatures::Share(*share),
        (ParamValue::Word(word), _) if word == "sqrt" => MaxFeatures::Sqrt,
        (ParamValue::Word(word), _) if word == "log2" => MaxFeatures::Log2,
        (ParamValue::Word(word), Task::Classification) if word == "auto" => MaxFeatures::Sqrt,
        _ => MaxFeatures::All,
    }
}

/// Builds the model for a task.
///
/// # Errors
/// An input error where the model cannot do the task.
pub fn build(spec: &ModelSpec, task: Task) -> Result<Box<dyn Learner>> {
    use Scaling::{Codes, Gaps, Raw, Standard};
    let name = spec.info.name;
    let fit_intercept = || spec.flag("fit_intercept");
    let iterations = || spec.whole("max_iter").unwrap_or(usize::MAX);
    let elastic_net = |l1_ratio| ElasticNet {
        alpha: spec.number("alpha"),
        l1_ratio,
        fit_intercept: fit_intercept(),
        max_iter: iterations().min(u32::MAX as usize) as u32,
        tol: spec.number("tol"),
    };
    let logistic = |multinomial| Logistic {
        c: spec.number("C"),
        fit_intercept: fit_intercept(),
        multinomial,
        max_iter: iterations(),
        tol: spec.number("tol"),
    };
    Ok(match (name, task) {
        ("baseline", _) => Box::new(Baseline),
        ("ols", Task::Regression) => regressor(Ols { fit_intercept: fit_intercept() }, Standard),
        ("ridge", Task::Regression) => {
            regressor(Ridge { alpha: spec.number("alpha"), fit_intercept: fit_intercept() }, Standard)
        }
        ("lasso", Task::Regression) => regressor(elastic_net(1.0), Standard),
        ("elastic-net", Task::Regression) => regressor(elastic_net(spec.number("l1_ratio")), Standard),
        ("glm", Task::Regression) => regressor(
            Glm {
                power: spec.number("power"),
                alpha: spec.number("alpha"),
                fit_intercept: fit_intercept(),
                max_iter: iterations(),
                tol: spec.number("tol"),
            },
            Standard,
        ),
        ("logistic", Task::Classification) => classifier(logistic(false), Standard),
        ("multinomial", Task::Classification) => classifier(logistic(true), Standard),
        ("nb", Task::Classification) => {
            classifier(NaiveBayes { var_smoothing: spec.number("var_smoothing") }, Standard)
        }
        ("lda", Task::Classification) => classifier(Lda { tol: spec.number("tol") }, Standard),
        ("qda", Task::Classification) => {
            classifier(Qda { reg_param: spec.number("reg_param"), tol: spec.number("tol") }, Standard)
        }
        ("knn", _) => {
            let weights = if spec.word("weights") == "distance" { Weights::Distance } else { Weights::Uniform };
            let knn = Knn { n_neighbors: spec.whole("n_neighbors").unwrap_or(5), weights };
            match task {
                Task::Regression => regressor(knn, Standard),
                Task::Classification => classifier(knn, Standard),
            }
        }
        ("svm", _) => {
            let gamma = Some(spec.number("gamma")).filter(|g| g.is_finite());
            let kernel = if spec.word("kernel") == "linear" { Kernel::Linear } else { Kernel::Rbf(gamma) };
            let (c, epsilon, tol) = (spec.number("C"), spec.number("epsilon"), spec.number("tol"));
            let params = Svm { c, kernel, epsilon, tol };
            let max_rows = Some((svm::MAX_ROWS, "its kernel matrix has a cell for each pair of rows"));
            match task {
                Task::Regression => Box::new(Regressor { params, scaling: Standard, max_rows }),
                Task::Classification => Box::new(Classifier { params, scaling: Standard, max_rows }),
            }
        }
        ("tree", _) => {
            let tree = tree(spec, task)?;
            match task {
                Task::Regression => regressor(RegressionTree(tree), Gaps),
                Task::Classification => classifier(tree, Gaps),
            }
        }
        ("forest" | "extra-trees", _) => {
            let forest = Forest {
                extra: name == "extra-trees",
                n_estimators: spec.whole("n_estimators").unwrap_or(100),
                max_features: max_features(spec, task),
                bootstrap: spec.flag("bootstrap"),
                oob_score: false,
                seed: 0,
                tree: tree(spec, task)?,
            };
            match task {
                Task::Regression => regressor(RegressionForest(forest), Gaps),
                Task::Classification => classifier(forest, Gaps),
            }
        }
        ("boost", _) => {
            let boost = boost(spec, task)?;
            match task {
                Task::Regression => regressor(RegressionBoost(boost), Codes),
                Task::Classification => classifier(boost, Codes),
            }
        }
        ("linfa-tree", Task::Classification) => Box::new(Classifier {
            params: LinfaTree { max_depth: spec.whole("max_depth") },
            scaling: Raw,
            max_rows: Some((LINFA_TREE_ROWS, "beyond that it cannot be kept from breaking ties at random")),
        }),
        _ => {
            let able: Vec<&str> = MODELS.iter().filter(|m| m.tasks.contains(&task)).map(|m| m.name).collect();
            return Err(Error::input(format!(
                "model '{name}' is for {}, and the target is one of {}; use one of {}",
                spec.info.tasks[0].name(),
                task.name(),
                able.join(", ")
            )));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_model_is_built_for_its_tasks_and_for_no_other() {
        for m in &MODELS {
            let spec = ModelSpec::parse(m.name).unwrap();
            for task in BOTH {
                assert_eq!(build(&spec, *task).is_ok(), m.tasks.contains(task), "{} {task:?}", m.name);
            }
        }
    }
}
