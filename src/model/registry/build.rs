//! From a specification to a model that can be fitted.

use super::{MODELS, default_for};
use crate::data::{Scaling, Task};
use crate::error::{Error, Result, Subject};
use crate::model::adapter::{Classifier, Regressor};
use crate::model::linfa_tree::{LINFA_TREE_ROWS, LinfaTree};
use crate::model::svm;
use crate::model::trees::{
    Boost, EarlyStopping, Forest, Impurity, Loss, MaxFeatures, RegressionBoost, RegressionForest, RegressionTree, Tree,
};
use crate::model::{
    Baseline, ElasticNet, Glm, Kernel, Knn, Lda, Learner, Logistic, ModelSpec, NaiveBayes, Ols, ParamValue, Qda, Ridge,
    Svm, Weights,
};
use crate::setting::MODEL;

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
            return Err(Error::model(format!(
                "model '{}': criterion {word} is not for {}",
                spec.info.name,
                task.name()
            ))
            .advise(format!("use {able}")));
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
            return Err(
                Error::model(format!("model 'boost': loss {word} is not for {}", task.name())).advise("leave it out")
            );
        }
    };
    let bins = spec.whole("max_bins").unwrap_or(255);
    if bins > 255 {
        return Err(
            Error::model(format!("model 'boost': max_bins={bins} is more than a byte holds")).advise("use up to 255")
        );
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

/// The parameters of a support vector machine.
fn support_vectors(spec: &ModelSpec) -> Result<Svm> {
    let gamma = Some(spec.number("gamma")).filter(|g| g.is_finite());
    let kernel = if spec.word("kernel") == "linear" { Kernel::Linear } else { Kernel::Rbf(gamma) };
    let (c, epsilon, tol) = (spec.number("C"), spec.number("epsilon"), spec.number("tol"));
    // The solver's own limit, ten million steps, is minutes for one split and no solution then.
    if c > svm::MAX_C {
        return Err(Error::model(format!("model 'svm': C={c:e} is beyond what its solver can reach"))
            .advise(format!("use up to {:e}", svm::MAX_C)));
    }
    if tol < svm::MIN_TOL {
        return Err(Error::model(format!("model 'svm': tol={tol:e} is below the rounding of its solver"))
            .advise(format!("use {:e} or more", svm::MIN_TOL)));
    }
    Ok(Svm { c, kernel, epsilon, tol })
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
    learner(spec, task).map_err(|e| e.about(Subject::Model(spec.info.name.to_owned())))
}

fn learner(spec: &ModelSpec, task: Task) -> Result<Box<dyn Learner>> {
    use Scaling::{Codes, Gaps, Raw, Standard};
    check_task(spec, task)?;
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
            let knn = Knn { n_neighbors: spec.whole("n_neighbors").unwrap_or(5), weights, origin: 0.0 };
            match task {
                Task::Regression => regressor(knn, Standard),
                Task::Classification => classifier(knn, Standard),
            }
        }
        ("svm", _) => {
            let params = support_vectors(spec)?;
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
            if spec.flag("oob_score") && !spec.flag("bootstrap") {
                return Err(Error::model(format!(
                    "model '{name}': oob_score=true needs bootstrap=true, since a tree then leaves rows out"
                )));
            }
            let forest = Forest {
                extra: name == "extra-trees",
                n_estimators: spec.whole("n_estimators").unwrap_or(100),
                max_features: max_features(spec, task),
                bootstrap: spec.flag("bootstrap"),
                oob_score: spec.flag("oob_score"),
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
        _ => return Err(Error::model(format!("model '{name}' is not for {}", task.name()))),
    })
}

/// Checks that a model, under the name that was written, is for a task.
///
/// # Errors
/// An input error that says which models are.
pub fn check_task(spec: &ModelSpec, task: Task) -> Result<()> {
    let info = spec.info;
    let (predicts, is) = match task {
        Task::Regression => ("labels (classification)", "a number"),
        Task::Classification => ("numbers (regression)", "a label"),
    };
    if let Some(alias) = spec.alias.filter(|a| info.tasks.contains(&task) && a.task.is_some_and(|t| t != task)) {
        let other = info.aliases.iter().find(|a| a.task == Some(task));
        let other = other.map_or(String::new(), |a| format!(" (or {})", a.name));
        return Err(Error::model(format!(
            "model '{}' predicts {predicts}, and the target is {is}: use {}{other}",
            alias.name,
            MODEL.to(info.name)
        ))
        .about(Subject::Model(alias.name.to_owned())));
    }
    if info.tasks.contains(&task) {
        return Ok(());
    }
    let usual = default_for(task);
    let able = MODELS.iter().filter(|m| m.tasks.contains(&task) && m.name != usual && m.name != "baseline");
    Err(Error::model(format!(
        "model '{}' predicts {predicts}, and the target is {is}: use {}, or one of {}",
        info.name,
        MODEL.to(usual),
        able.map(|m| m.name).collect::<Vec<_>>().join(", ")
    ))
    .about(Subject::Model(info.name.to_owned())))
}
