//! Linear predictors.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Checked, Layout, check_present};
use crate::data::{FeatureColumn, Term};
use crate::model::rows::Predictor;
use crate::model::{InverseLink, LinearPredictor};

/// One or more sums of an intercept and a term for each column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SavedLinear {
    /// What becomes of the sums.
    pub link: SavedLink,
    /// The classes of the outputs (of a single one: both, and it is for the second), as places in the target's labels;
    /// empty for numbers.
    pub classes: Vec<u32>,
    /// The sums.
    pub outputs: Vec<SavedOutput>,
}

/// What becomes of linear predictors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SavedLink {
    /// The sum is the prediction.
    Identity,
    /// The exponential of the sum is.
    Exponential,
    /// `1 / (1 + exp(-sum))` is the probability of the second class.
    Logistic,
    /// Probabilities are the softmax of the sums, one a class.
    Softmax,
}

/// One sum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SavedOutput {
    /// The sum where every term is 0.
    pub intercept: f64,
    /// A term for each column of the features, in their order.
    pub terms: Vec<SavedTerm>,
}

/// What one column adds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SavedTerm {
    /// `slope · (number - centre)`, or `missing` where there is no number.
    Number {
        /// Per unit of the number.
        slope: f64,
        /// What is taken off the number: its mean over the train rows.
        centre: f64,
        /// What a missing number adds.
        missing: f64,
    },
    /// One number for each level, and last for a missing one.
    Levels(Vec<f64>),
}

impl SavedLinear {
    pub(super) fn of(model: &LinearPredictor) -> Self {
        let term = |term: &Term| match term {
            Term::Number { slope, centre, missing } => {
                SavedTerm::Number { slope: *slope, centre: *centre, missing: *missing }
            }
            Term::Levels(shares) => SavedTerm::Levels(shares.clone()),
        };
        let output = |output: &Predictor| SavedOutput {
            intercept: output.intercept,
            terms: output.terms.iter().map(term).collect(),
        };
        Self {
            link: match model.response {
                InverseLink::Identity => SavedLink::Identity,
                InverseLink::Exponential => SavedLink::Exponential,
                InverseLink::Logistic => SavedLink::Logistic,
                InverseLink::Softmax => SavedLink::Softmax,
            },
            classes: model.present.clone(),
            outputs: model.outputs.iter().map(output).collect(),
        }
    }

    pub(super) fn restored(&self, layout: Layout) -> Checked<LinearPredictor> {
        let parts = &layout.features.parts;
        check_present(&self.classes, layout.classes)?;
        let (response, numbers, outputs) = match self.link {
            SavedLink::Identity => (InverseLink::Identity, true, 1),
            SavedLink::Exponential => (InverseLink::Exponential, true, 1),
            SavedLink::Logistic if self.classes.len() == 2 => (InverseLink::Logistic, false, 1),
            SavedLink::Logistic => return Err("a logistic model that is not of two classes".into()),
            SavedLink::Softmax => (InverseLink::Softmax, false, self.classes.len()),
        };
        if numbers != (layout.classes == 0) || self.outputs.len() != outputs {
            return Err("outputs that do not suit the target".into());
        }
        let term = |(term, part): (&SavedTerm, &FeatureColumn)| match (term, part) {
            (SavedTerm::Number { slope, centre, missing }, FeatureColumn::Number { .. }) => {
                Ok(Term::Number { slope: *slope, centre: *centre, missing: *missing })
            }
            (SavedTerm::Levels(shares), FeatureColumn::Levels { levels, .. }) if shares.len() == levels.len() + 1 => {
                Ok(Term::Levels(shares.clone()))
            }
            _ => Err("a term that is not one of its column".to_owned()),
        };
        let output = |output: &SavedOutput| {
            if output.terms.len() != parts.len() {
                return Err(format!("{} terms for {} columns", output.terms.len(), parts.len()));
            }
            let terms = output.terms.iter().zip(parts).map(term).collect::<Checked<_>>()?;
            Ok(Predictor { intercept: output.intercept, terms })
        };
        Ok(LinearPredictor {
            outputs: self.outputs.iter().map(output).collect::<Checked<_>>()?,
            response,
            present: self.classes.clone(),
            classes: layout.classes,
        })
    }
}
