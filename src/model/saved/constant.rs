//! A model that says the same of every row.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Checked, Size};
use crate::model::Fitted;
use crate::model::baseline::FittedBaseline;

/// What the baseline says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Constant {
    /// The mean of the train targets.
    Mean(f64),
    /// The share of each class among the train rows, in the order of the labels; the largest share is the prediction.
    Shares(Vec<f64>),
}

impl Constant {
    pub(super) fn restored(&self, size: Size) -> Checked<Box<dyn Fitted>> {
        match self {
            Self::Mean(mean) => {
                size.check_task(false)?;
                Ok(Box::new(FittedBaseline::Mean(*mean)))
            }
            Self::Shares(shares) if shares.len() == size.classes => {
                size.check_task(true)?;
                Ok(Box::new(FittedBaseline::Prior(shares.clone())))
            }
            Self::Shares(shares) => Err(format!("{} shares for {} classes", shares.len(), size.classes)),
        }
    }
}
