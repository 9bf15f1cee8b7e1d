//! Names that other programs have, for what is not here or is set elsewhere.

use super::relative;
use crate::names::Relative;

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
