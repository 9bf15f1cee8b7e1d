//! Boosted trees.

use super::trees::DEPTH;
use super::{BOTH, NOT_NEGATIVE, POSITIVE, alias, classifier, param, regressor, relative};
use crate::model::registry::{ModelInfo, ParamKind, Reach};

pub(super) const BOOST: ModelInfo = ModelInfo {
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
        param("learning_rate", POSITIVE, "0.1", "factor of every tree").or(&["eta", "lr", "shrinkage", "learn_rate"]),
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
        param("max_bins", ParamKind::Whole { least: 2 }, "255", "most bins of a column, up to 255").or(&["max_bin"]),
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
};
