//! Gaussian naive Bayes.

use ndarray::{Array1, Array2, ArrayView2, ArrayViewMut1, Axis};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Checked, ColumnModel, Size};
use crate::model::Fitted;
use crate::model::adapter::{ClassScores, FitDiagnostics, fitted_classifier};
use crate::model::naive_bayes::from_joint;

/// A normal distribution of every encoded column for each class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GaussianClasses {
    /// One for each of `classes`.
    pub of_classes: Vec<GaussianClass>,
}

/// What a class looks like.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GaussianClass {
    /// Its share of the train rows.
    pub prior: f64,
    /// The mean of each encoded column.
    pub means: Vec<f64>,
    /// The variance of each, smoothing included.
    pub variances: Vec<f64>,
}

struct Restored(GaussianClasses);

impl FitDiagnostics for Restored {
    fn learned(&self) -> Option<ColumnModel> {
        Some(ColumnModel::NaiveBayes(self.0.clone()))
    }
}

impl ClassScores for Restored {
    const PROBABILITIES: bool = true;

    fn scores(&self, x: ArrayView2<f64>) -> Array2<f64> {
        self.0.scores(x)
    }
}

impl GaussianClasses {
    /// The probabilities of the classes, in the steps of linfa-bayes, so that they are the same to the last digit.
    pub fn scores(&self, x: ArrayView2<f64>) -> Array2<f64> {
        let mut scores = Array2::zeros((x.nrows(), self.of_classes.len()));
        for (class, mut scores) in self.of_classes.iter().zip(scores.columns_mut()) {
            let means = Array1::from(class.means.clone());
            let variances = Array1::from(class.variances.clone());
            let spread = -0.5 * variances.mapv(|v| 2.0 * std::f64::consts::PI * v).mapv(f64::ln).sum();
            let far = ((x.to_owned() - &means).mapv(|d| d.powi(2)) / &variances).sum_axis(Axis(1));
            scores.assign(&(far.mapv(|d| d * 0.5).mapv(|d| spread - d) + class.prior.ln()));
        }
        scores.outer_iter_mut().filter_map(ArrayViewMut1::into_slice).for_each(from_joint);
        scores
    }

    pub(super) fn restored(&self, size: Size) -> Checked<Box<dyn Fitted>> {
        size.check_task(true)?;
        if self.of_classes.len() != size.present.len() {
            return Err(format!("{} distributions for {} classes", self.of_classes.len(), size.present.len()));
        }
        for class in &self.of_classes {
            let lengths = class.means.len() == size.columns && class.variances.len() == size.columns;
            if !lengths || class.prior <= 0.0 || class.variances.iter().any(|v| *v < 0.0) {
                return Err("a class whose means or variances are not those of the columns".into());
            }
        }
        Ok(fitted_classifier(Restored(self.clone()), size.present, size.classes))
    }
}
