//! Models: what can be fitted to the train rows of a split.
//!
//! Every model speaks linfa's `Fit` and `Predict`, whoever wrote it; [`Learner`] is the face they
//! show to a run, and [`registry`] the one place where they are listed.

#[cfg(feature = "cli")]
mod absent;
mod adapter;
mod baseline;
pub mod by_rows;
mod discriminant;
mod distance;
mod elastic_net;
mod exponential;
pub mod external;
mod glm;
mod graph;
mod grid;
pub(crate) mod interrupt;
mod knn;
mod least_squares;
mod linalg;
mod linear;
mod linfa_tree;
mod logistic;
mod naive_bayes;
mod neighbours;
mod newton;
pub mod registry;
pub mod rows;
pub mod saved;
pub mod shared;
mod spec;
mod svm;
mod ties;
pub mod trees;

use ndarray::{Array2, ArrayView2, Axis};

#[cfg(feature = "cli")]
pub(crate) use absent::{Absent, NotStarted};
pub(crate) use adapter::EVEN;
pub use baseline::Baseline;
pub use by_rows::{FeatureValues, FittedRows, Inside, RowLearner, TableRows, Untold};
pub use discriminant::{Lda, Qda};
pub use elastic_net::ElasticNet;
pub use glm::{FittedGlm, Glm, Link};
pub use grid::GridSpec;
pub use knn::{FittedKnn, Knn, Weights};
pub(crate) use linalg::{Cholesky, symmetric_eigen};
pub use linear::{FittedLinear, Ols, Ridge};
pub use logistic::{FittedLogistic, Logistic};
pub use naive_bayes::NaiveBayes;
pub use rows::{FittedPredictor, InverseLink, Linear, LinearPredictor};
pub use spec::{ModelSpec, ParamValue};
pub use svm::{Kernel, Svm};

use crate::data::{Features, Scaling, Target, Task};
use saved::OnColumns;
use shared::{PassModel, SharedCache, SharedSolver};

/// Predictions for some rows.
#[derive(Debug, Clone, PartialEq)]
pub enum Predictions {
    /// Numbers.
    Values(Vec<f64>),
    /// Classes, as codes into the target's labels.
    Classes {
        /// The predicted class of each row.
        labels: Vec<u32>,
        /// rows × classes; rows sum to 1. `None` where the model gives none.
        probabilities: Option<Array2<f64>>,
        /// rows × classes; larger means likelier, for ranking where there are no probabilities.
        decision: Option<Array2<f64>>,
    },
}

impl Predictions {
    /// Those at some of the places.
    #[must_use]
    pub fn pick(&self, at: &[usize]) -> Self {
        match self {
            Self::Values(values) => Self::Values(at.iter().map(|i| values[*i]).collect()),
            Self::Classes { labels, probabilities, decision } => Self::Classes {
                labels: at.iter().map(|i| labels[*i]).collect(),
                probabilities: probabilities.as_ref().map(|p| p.select(Axis(0), at)),
                decision: decision.as_ref().map(|d| d.select(Axis(0), at)),
            },
        }
    }

    /// Those for rows that follow each other; `None` where there are none, or they are not of one kind.
    pub(crate) fn joined(parts: Vec<Self>) -> Option<Self> {
        let mut parts = parts.into_iter();
        let mut all = parts.next()?;
        let stack = |all: &mut Option<Array2<f64>>, more: Option<Array2<f64>>| match (all, more) {
            (Some(all), Some(more)) => all.append(Axis(0), more.view()).is_ok(),
            (None, None) => true,
            _ => false,
        };
        for part in parts {
            match (&mut all, part) {
                (Self::Values(all), Self::Values(more)) => all.extend(more),
                (
                    Self::Classes { labels, probabilities, decision },
                    Self::Classes { labels: more, probabilities: more_probabilities, decision: more_decision },
                ) => {
                    labels.extend(more);
                    if !stack(probabilities, more_probabilities) || !stack(decision, more_decision) {
                        return None;
                    }
                }
                _ => return None,
            }
        }
        Some(all)
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        match self {
            Self::Values(values) => values.len(),
            Self::Classes { labels, .. } => labels.len(),
        }
    }

    /// Checks that they are of the target's kind: numbers for numbers, known classes for classes, with probabilities of each
    /// class in 0..1 that sum to 1, give or take the tolerance.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub(crate) fn check_kind(&self, target: &Target, tolerance: f64) -> Result<(), String> {
        match (self, target) {
            (Self::Values(_), Target::Regression { .. }) => Ok(()),
            (Self::Classes { labels, probabilities, decision }, Target::Classification { labels: classes, .. }) => {
                if let Some(label) = labels.iter().find(|label| **label as usize >= classes.len()) {
                    return Err(format!("label {label} is no class, of which there are {}", classes.len()));
                }
                let shape = [labels.len(), classes.len()];
                if probabilities.iter().chain(decision).any(|scores| scores.shape() != shape) {
                    return Err(format!("scores of classes are not {} × {}", labels.len(), classes.len()));
                }
                let odd = probabilities.iter().flat_map(|p| p.outer_iter()).position(|row| {
                    row.iter().any(|p| !(-tolerance..=1.0 + tolerance).contains(p))
                        || (row.sum() - 1.0).abs() > tolerance
                });
                odd.map_or(Ok(()), |row| Err(format!("the probabilities of number {row} are not of 0..1 with sum 1")))
            }
            (Self::Values(_), _) => Err("numbers where the target has classes".into()),
            (Self::Classes { .. }, _) => Err("classes where the target has numbers".into()),
        }
    }

    /// Number of rows whose prediction, a probability or a decision value is not finite. Of a class that cannot be,
    /// the decision value is minus infinity.
    pub fn not_finite(&self) -> usize {
        match self {
            Self::Values(values) => values.iter().filter(|v| !v.is_finite()).count(),
            Self::Classes { probabilities, decision, .. } => {
                let count = |cells: &Option<Array2<f64>>, odd: fn(&f64) -> bool| {
                    let some = cells.iter().filter(|cells| cells.iter().any(odd));
                    some.flat_map(Array2::outer_iter).filter(|row| row.iter().any(odd)).count()
                };
                count(probabilities, |p| !p.is_finite()) + count(decision, |d| d.is_nan() || *d == f64::INFINITY)
            }
        }
    }
}

/// Numbers that the widest registers hold: what is read in whole registers is padded to a multiple of them.
const LANES: usize = 8;

/// What the train rows teach.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TrainTarget<'a> {
    /// Numbers, one per train row.
    Values(&'a [f64]),
    /// Classes as codes below `classes`; some may not occur.
    Classes {
        /// The codes, one per train row.
        codes: &'a [u32],
        /// Number of classes of the whole target.
        classes: usize,
    },
}

impl<'a> From<&'a Target> for TrainTarget<'a> {
    fn from(target: &'a Target) -> Self {
        match target {
            Target::Regression { values } => Self::Values(values),
            Target::Classification { codes, labels, .. } => Self::Classes { codes, classes: labels.len() },
        }
    }
}

/// Why a model that tells classes apart could not be fitted to rows of one.
pub(crate) const ONE_CLASS: &str = "the train rows are all of one class";

/// Why a model could not be fitted. The text says what was met.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FitError(pub String);

impl FitError {
    /// An error from anything that can be printed.
    pub fn new(message: impl std::fmt::Display) -> Self {
        Self(message.to_string())
    }
}

// linfa's `Fit` asks that its errors be convertible.
impl From<linfa::Error> for FitError {
    fn from(error: linfa::Error) -> Self {
        Self::new(error)
    }
}

/// A fitted model.
pub trait Fitted {
    /// Predictions for the rows of `x`.
    fn predict(&self, x: ArrayView2<f64>) -> Predictions;

    /// What was difficult about the fit, in a few words, if anything was.
    fn difficulty(&self) -> Option<String> {
        None
    }

    /// What the model measured of itself while it was fitted, by name, such as its out-of-bag score.
    fn figures(&self) -> Vec<(&'static str, f64)> {
        Vec::new()
    }

    /// The coefficients on encoded columns, where the model is linear in them.
    fn linear(&self) -> Option<Linear> {
        None
    }

    /// What was learned on encoded columns, to be written to a model file; `None` where it cannot be, as for a learner of
    /// one's own, or where [`Fitted::linear`] says it.
    #[doc(hidden)]
    fn learned(&self) -> Option<OnColumns> {
        None
    }
}

/// What a fit needs to know besides rows and answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FitContext {
    /// For models that draw random numbers; another for each split.
    pub seed: u64,
    /// The number of the split in the report.
    pub split: u64,
    /// Under [`Scaling::Codes`] the number of levels of each column that holds codes.
    pub levels: Vec<Option<usize>>,
    /// Under [`Scaling::Standard`] the length of what was a row of zeros before scaling.
    pub origin: f64,
}

/// A model with its parameters, not yet fitted.
///
/// A model of one's own is one: see [`Evaluation::learner`](crate::Evaluation::learner), and
/// [`check_learner`](crate::check::check_learner) for what is asked of it.
pub trait Learner: Send + Sync {
    /// How it wants its numbers; `None` if it looks at no feature (its matrices then have no columns).
    fn scaling(&self) -> Option<Scaling>;

    /// Whether it predicts such targets.
    fn supports(&self, task: Task) -> bool {
        let _ = task;
        true
    }

    /// Refuses numbers of train rows that it cannot take, before any split is fitted.
    ///
    /// # Errors
    /// What to do instead.
    fn check_size(&self, rows: usize) -> Result<(), String> {
        let _ = rows;
        Ok(())
    }

    /// Columns of which it keeps apart fewer levels than they have: what it does with the others, a sentence for each.
    fn joined_levels(&self, features: &Features) -> Vec<String> {
        let _ = features;
        Vec::new()
    }

    /// Fits to train rows `x` (rows × encoded columns, row-major) with their answers.
    ///
    /// # Errors
    /// Where these rows cannot be fitted.
    fn fit(&self, x: Array2<f64>, answers: TrainTarget, terms: &FitContext) -> Result<Box<dyn Fitted>, FitError>;

    /// The model as one that is given rows of the table, where it is; it is then not fitted to encoded columns.
    fn by_rows(&self) -> Option<&dyn RowLearner> {
        None
    }

    /// Whether only a report speaks of the model, so that it cannot be fitted.
    #[doc(hidden)]
    fn is_absent(&self) -> bool {
        false
    }

    /// The model for so many classes as one that needs of the rows nothing but sums, where it is.
    #[doc(hidden)]
    fn in_passes(&self, classes: usize) -> Option<PassModel> {
        let _ = classes;
        None
    }

    /// The solver that shares work over splits, where the model has one.
    fn share<'a>(&'a self, common: &'a SharedCache<'a>) -> Option<Box<dyn SharedSolver + 'a>> {
        let _ = common;
        None
    }
}
