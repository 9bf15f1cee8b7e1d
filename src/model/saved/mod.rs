//! What fitted models have learned, as values that are written to a model file and read again: a file a family.
//!
//! A file may come from a stranger. What is read is checked before it predicts anything: places lie within what they point
//! into, lengths fit, and every node of a tree stands behind its parent, so that no row falls for ever.

mod class_tree;
mod constant;
mod discriminant;
mod linear;
mod naive_bayes;
mod neighbours;
mod support_vectors;
mod trees;

use std::borrow::Cow;

use ndarray::Array2;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use class_tree::{ClassNode, ClassTree};
pub use constant::Constant;
pub(super) use discriminant::saved as saved_rule;
pub use discriminant::{LinearRule, QuadraticClass, QuadraticRule};
pub use linear::{SavedLinear, SavedLink, SavedOutput, SavedTerm};
pub use naive_bayes::{GaussianClass, GaussianClasses};
pub use neighbours::{KnownRows, SavedWeights};
pub use support_vectors::{Machine, SupportVectors};
pub use trees::{SavedNode, SavedTree, SavedTrees, TreeOutcome};

use super::rows::EncodedRows;
use super::{Fitted, FittedPredictor};
use crate::data::{Encoder, Features, SavedEncoding};

/// What a fitted model has learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Learned {
    /// A sum of one term a column: `ols`, `ridge`, `lasso`, `elastic-net`, `glm`, `logistic`, `multinomial`.
    Linear(SavedLinear),
    /// Trees: `tree`, `forest`, `extra-trees`, `boost`.
    Trees(SavedTrees),
    /// A model of encoded columns: every other one.
    Encoded(Encoded),
}

/// A model of encoded columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Encoded {
    /// How each column is encoded, in their order; empty where the model looks at none.
    pub encoding: Vec<SavedEncoding>,
    /// The model.
    #[serde(flatten)]
    pub model: OnColumns,
}

/// What a model of encoded columns has learned, with the classes that it knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OnColumns {
    /// The classes that occurred among the train rows, as places in the target's labels, ascending; empty for numbers.
    pub classes: Vec<u32>,
    /// What was learned.
    pub model: ColumnModel,
}

/// A family of models of encoded columns. A new one is a variant here, a file beside this one, and a line in `restored`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ColumnModel {
    /// The same for every row: `baseline`.
    Constant(Constant),
    /// `nb`.
    NaiveBayes(GaussianClasses),
    /// `lda`.
    LinearDiscriminant(LinearRule),
    /// `qda`.
    QuadraticDiscriminant(QuadraticRule),
    /// `knn`.
    Neighbours(KnownRows),
    /// `svm`.
    SupportVectors(SupportVectors),
    /// `linfa-tree`.
    ClassTree(ClassTree),
}

/// What a model is read for: the columns of its cells, without rows, and the classes of its target.
#[derive(Debug, Clone, Copy)]
pub struct Layout<'a> {
    /// The features; their columns hold no values.
    pub features: &'a Features,
    /// Number of classes; 0 for numbers.
    pub classes: usize,
}

/// Checked, or what is wrong in a few words.
type Checked<T> = Result<T, String>;

/// How many encoded columns and classes a family of [`ColumnModel`] is read for.
#[derive(Debug, Clone, Copy)]
struct Size<'a> {
    columns: usize,
    /// The classes of the train rows; empty for numbers.
    present: &'a [u32],
    /// Number of classes of the whole target; 0 for numbers.
    classes: usize,
}

impl Size<'_> {
    /// Refuses a model for numbers where the target is classes, and the other way round.
    fn check_task(self, classes: bool) -> Checked<()> {
        if classes == (self.classes > 0) { Ok(()) } else { Err("a model of the other task".into()) }
    }
}

/// Checks that classes are different places in the labels, in order.
fn check_present(present: &[u32], classes: usize) -> Checked<()> {
    let ascending = present.windows(2).all(|pair| pair[0] < pair[1]);
    let within = present.last().is_none_or(|last| (*last as usize) < classes);
    let some = classes == 0 || !present.is_empty();
    if ascending && within && some { Ok(()) } else { Err("classes that are not those of the labels".into()) }
}

/// Rows of equal length as a matrix.
fn matrix(rows: &[Vec<f64>], width: usize) -> Checked<Array2<f64>> {
    if rows.iter().any(|row| row.len() != width) {
        return Err(format!("rows that are not of the length {width}"));
    }
    Array2::from_shape_vec((rows.len(), width), rows.concat()).map_err(|e| e.to_string())
}

/// A matrix as rows.
fn rows_of(matrix: &Array2<f64>) -> Vec<Vec<f64>> {
    matrix.outer_iter().map(|row| row.to_vec()).collect()
}

impl FittedPredictor<'_> {
    /// What it has learned, to be written; `None` for a model that a program brought along.
    pub fn learned(&self) -> Option<Learned> {
        Some(match self {
            Self::LinearPredictor(model) => Learned::Linear(SavedLinear::of(model)),
            Self::Trees(model) => Learned::Trees(SavedTrees::of(model)),
            Self::ByRows(_) => return None,
            Self::Encoded(model) => {
                let (encoder, fitted) = model.parts();
                Learned::Encoded(Encoded { encoding: encoder.saved(), model: fitted.learned()? })
            }
        })
    }
}

impl Learned {
    /// The model again, for rows of cells.
    ///
    /// # Errors
    /// What is damaged, in a few words.
    pub fn restore(&self, layout: Layout) -> Result<FittedPredictor<'static>, String> {
        Ok(match self {
            Self::Linear(model) => FittedPredictor::LinearPredictor(model.restored(layout)?),
            Self::Trees(model) => FittedPredictor::Trees(model.restored(layout)?),
            Self::Encoded(Encoded { encoding, model }) => {
                let encoder = Encoder::restore(encoding, layout.features)?;
                check_present(&model.classes, layout.classes)?;
                let size = Size { columns: encoder.width(), present: &model.classes, classes: layout.classes };
                let fitted = restored(&model.model, size)?;
                FittedPredictor::Encoded(EncodedRows::new(Cow::Owned(layout.features.clone()), encoder, fitted))
            }
        })
    }
}

/// The fitted model of a family.
fn restored(model: &ColumnModel, size: Size) -> Checked<Box<dyn Fitted>> {
    match model {
        ColumnModel::Constant(model) => model.restored(size),
        ColumnModel::NaiveBayes(model) => model.restored(size),
        ColumnModel::LinearDiscriminant(model) => model.restored(size),
        ColumnModel::QuadraticDiscriminant(model) => model.restored(size),
        ColumnModel::Neighbours(model) => model.restored(size),
        ColumnModel::SupportVectors(model) => model.restored(size),
        ColumnModel::ClassTree(model) => model.restored(size),
    }
}
