//! Trees and forests.

use super::{BOTH, CLASSES, NOT_NEGATIVE, alias, classifier, param, regressor, relative};
use crate::model::registry::{ModelInfo, ParamInfo, ParamKind, Reach};

pub(super) const DEPTH: ParamInfo =
    param("max_depth", ParamKind::WholeOrNone { least: 1 }, "none", "deepest leaf").or(&["depth", "tree_depth"]);
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

pub(super) const TREE: ModelInfo = ModelInfo {
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
};

pub(super) const FOREST: ModelInfo = ModelInfo {
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
};

pub(super) const EXTRA_TREES: ModelInfo = ModelInfo {
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
};

pub(super) const LINFA_TREE: ModelInfo = ModelInfo {
    name: "linfa-tree",
    tasks: CLASSES,
    aliases: &[],
    related: &[],
    help: "linfa-trees' decision tree: two classes, at most 4096 train rows, labels only",
    reach: Reach::Interactions,
    inexact: None,
    target_units: false,
    params: &[DEPTH],
};
