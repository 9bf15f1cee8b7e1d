//! Nearest neighbours.

use super::{BOTH, alias, classifier, param, regressor, relative};
use crate::model::registry::{ModelInfo, ParamKind, Reach};

pub(super) const KNN: ModelInfo = ModelInfo {
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
};
