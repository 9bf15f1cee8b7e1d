//! Nearest neighbours: the train rows themselves.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Checked, Size, matrix};
use crate::model::Fitted;
use crate::model::adapter::{fitted_classifier, fitted_regressor};
use crate::model::knn::{FittedKnn, Knn, Weights};

/// The train rows, of which the nearest are asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct KnownRows {
    /// Number of neighbours.
    pub n_neighbors: usize,
    /// How they are weighted.
    pub weights: SavedWeights,
    /// Length of what was a row of zeros before scaling, from which follows what rounding does to distances.
    pub origin: f64,
    /// Train rows × encoded columns.
    pub rows: Vec<Vec<f64>>,
    /// The target of each row: a number, or a place in `classes`.
    pub targets: Vec<f64>,
}

/// How neighbours are weighted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SavedWeights {
    /// All alike.
    Uniform,
    /// By 1 / distance; neighbours at distance 0, if any, decide alone.
    Distance,
}

impl KnownRows {
    pub(super) fn restored(&self, size: Size) -> Checked<Box<dyn Fitted>> {
        if self.n_neighbors == 0 || self.n_neighbors > self.rows.len() || self.targets.len() != self.rows.len() {
            return Err(format!("{} neighbours of {} rows", self.n_neighbors, self.rows.len()));
        }
        let x = matrix(&self.rows, size.columns)?;
        let weights = match self.weights {
            SavedWeights::Uniform => Weights::Uniform,
            SavedWeights::Distance => Weights::Distance,
        };
        let params = Knn { n_neighbors: self.n_neighbors, weights, origin: self.origin };
        if size.classes == 0 {
            return Ok(fitted_regressor(FittedKnn::restored(x.view(), self.targets.clone(), params)));
        }
        let known = size.present.len();
        let class = |target: &f64| {
            let class = *target as usize;
            if class as f64 == *target && class < known { Ok(class) } else { Err(format!("a row of class {target:?}")) }
        };
        let classes = self.targets.iter().map(class).collect::<Checked<Vec<usize>>>()?;
        if classes.iter().max().is_none_or(|most| most + 1 != known) {
            return Err("a class without rows".into());
        }
        Ok(fitted_classifier(FittedKnn::restored(x.view(), classes, params), size.present, size.classes))
    }
}
