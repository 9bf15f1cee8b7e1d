//! Support vector machines.

use linfa::traits::PredictInplace;
use ndarray::{Array1, Array2, ArrayBase, ArrayView2, Data, Ix2};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Checked, ColumnModel, Size};
use crate::model::Fitted;
use crate::model::adapter::{ClassScores, FitDiagnostics, fitted_classifier, fitted_regressor};
use crate::model::svm::{FittedKernel, class_scores, weighted_sums};

/// One machine for numbers or two classes, or one a class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SupportVectors {
    /// The machines. A single one for classes is for the second; of several the class of the largest value wins.
    pub machines: Vec<Machine>,
}

/// One machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Machine {
    /// `Σ weight · column - rho`.
    Linear {
        /// One an encoded column.
        weights: Vec<f64>,
        /// What is taken off.
        rho: f64,
    },
    /// `Σ weight · exp(-|row - vector|² / width) - rho`.
    Rbf {
        /// 1 / gamma.
        width: f64,
        /// Vectors × encoded columns.
        vectors: Vec<Vec<f64>>,
        /// One a vector.
        weights: Vec<f64>,
        /// What is taken off.
        rho: f64,
    },
}

impl Machine {
    /// The values of rows, to the last digit those of the machine that was written.
    fn values(&self, x: ArrayView2<f64>) -> Vec<f64> {
        let (sums, rho) = match self {
            Self::Linear { weights, rho } => (weighted_sums(FittedKernel::Linear, x, &[weights], &[&[1.0]]), rho),
            Self::Rbf { width, vectors, weights, rho } => {
                let vectors: Vec<&[f64]> = vectors.iter().map(Vec::as_slice).collect();
                (weighted_sums(FittedKernel::Rbf(*width), x, &vectors, &[weights]), rho)
            }
        };
        sums.into_iter().flatten().map(|sum| sum - rho).collect()
    }

    fn suits(&self, columns: usize) -> bool {
        match self {
            Self::Linear { weights, .. } => weights.len() == columns,
            Self::Rbf { width, vectors, weights, .. } => {
                *width > 0.0 && vectors.len() == weights.len() && vectors.iter().all(|v| v.len() == columns)
            }
        }
    }
}

struct Restored(SupportVectors, usize);

impl FitDiagnostics for Restored {
    fn learned(&self) -> Option<ColumnModel> {
        Some(ColumnModel::SupportVectors(self.0.clone()))
    }
}

impl ClassScores for Restored {
    const PROBABILITIES: bool = false;

    fn scores(&self, x: ArrayView2<f64>) -> Array2<f64> {
        let values: Vec<Vec<f64>> = self.0.machines.iter().map(|machine| machine.values(x)).collect();
        class_scores(&values, x.nrows(), self.1)
    }
}

impl<D: Data<Elem = f64>> PredictInplace<ArrayBase<D, Ix2>, Array1<f64>> for Restored {
    fn predict_inplace(&self, x: &ArrayBase<D, Ix2>, y: &mut Array1<f64>) {
        self.0.machines[0].values(x.view()).into_iter().zip(y).for_each(|(value, y)| *y = value);
    }

    fn default_target(&self, x: &ArrayBase<D, Ix2>) -> Array1<f64> {
        Array1::zeros(x.nrows())
    }
}

impl SupportVectors {
    pub(super) fn restored(&self, size: Size) -> Checked<Box<dyn Fitted>> {
        if !self.machines.iter().all(|machine| machine.suits(size.columns)) {
            return Err("a machine that is not one of the columns".into());
        }
        let known = size.present.len();
        let wanted = if known <= 2 { 1 } else { known };
        if self.machines.len() != wanted || (size.classes > 0 && known < 2) {
            return Err(format!("{} machines for {known} classes", self.machines.len()));
        }
        let model = Restored(self.clone(), known);
        if size.classes == 0 {
            return Ok(fitted_regressor(model));
        }
        Ok(fitted_classifier(model, size.present, size.classes))
    }
}
