//! Support vector machines.

use linfa::traits::PredictInplace;
use ndarray::{Array1, Array2, ArrayBase, ArrayView1, ArrayView2, Data, Ix2};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Checked, ColumnModel, Size};
use crate::model::Fitted;
use crate::model::adapter::{ClassScores, FitDiagnostics, fitted_classifier, fitted_regressor};
use crate::model::interrupt::check;

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
    /// The value of a row, in the steps of linfa-svm, so that it is the same to the last digit.
    fn value(&self, row: ArrayView1<f64>) -> f64 {
        match self {
            Self::Linear { weights, rho } => (&ArrayView1::from(weights.as_slice()) * &row).sum() - rho,
            Self::Rbf { width, vectors, weights, rho } => {
                let near = |vector: &Vec<f64>| {
                    let far: f64 = vector.iter().zip(&row).map(|(a, b)| (a - b) * (a - b)).sum();
                    (-far / width).exp()
                };
                vectors.iter().zip(weights).map(|(vector, weight)| near(vector) * weight).sum::<f64>() - rho
            }
        }
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
        let mut scores = Array2::zeros((x.nrows(), self.1));
        for (row, mut scores) in x.outer_iter().zip(scores.outer_iter_mut()) {
            check();
            if let [machine] = self.0.machines.as_slice() {
                let value = machine.value(row);
                scores[0] = -value;
                scores[1] = value;
            } else {
                scores.iter_mut().zip(&self.0.machines).for_each(|(score, machine)| *score = machine.value(row));
            }
        }
        scores
    }
}

impl<D: Data<Elem = f64>> PredictInplace<ArrayBase<D, Ix2>, Array1<f64>> for Restored {
    fn predict_inplace(&self, x: &ArrayBase<D, Ix2>, y: &mut Array1<f64>) {
        for (row, y) in x.outer_iter().zip(y.iter_mut()) {
            check();
            *y = self.0.machines[0].value(row);
        }
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
