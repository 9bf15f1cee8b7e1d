//! Observers: what looks at fitted models while a run has them.

use super::context::{NamedModel, RunContext};
use super::fit::Fit;
use super::fitter::Fitter;
use crate::data::{Features, Target};
use crate::metric::{Direction, Scorer, Undefined};
use crate::model::FittedPredictor;
use crate::split::Split;

/// Further fits on the same splits, which an observer needs.
pub struct AuxiliaryFit {
    /// Its features.
    pub features: Features,
    /// Its target, where it is another one.
    pub target: Option<Target>,
    /// Its models, where they are others.
    pub models: Option<Vec<NamedModel>>,
}

/// One model fitted to one split.
pub struct FittedSplit<'s> {
    /// The run.
    pub context: &'s RunContext<'s>,
    /// For further fits of the model.
    pub fitter: &'s Fitter<'s>,
    /// The auxiliary fits, ready to be fitted to splits.
    pub auxiliary: &'s [Fitter<'s>],
    /// The split's place in the plan.
    pub k: usize,
    /// The split.
    pub split: &'s Split,
    /// The model's place among those of the run.
    pub model: usize,
    /// Its predictions.
    pub fit: &'s Fit,
    /// The model itself, where it was wanted.
    pub rows: Option<&'s FittedPredictor<'s>>,
    /// The probability from which a row is positive, where a metric has one chosen.
    pub threshold: Option<f64>,
    /// Its scores on the test rows, in the order of the metrics.
    pub test: &'s [Result<f64, Undefined>],
    /// Its scores on the train rows.
    pub train: &'s [Result<f64, Undefined>],
}

impl FittedSplit<'_> {
    /// What scores predictions for the test rows by the primary metric.
    pub fn scorer(&self) -> Scorer<'_> {
        Scorer::new(&self.context.metrics[..1], self.context.target, &self.split.test)
    }

    /// A seed of this split's own, another for each `purpose`.
    pub fn seed(&self, purpose: u64) -> u64 {
        self.context.plan.model_seed(self.k) ^ purpose.wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

/// A number read off a model on one split.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The probe that read it.
    pub probe: &'static str,
    /// Its name in reports, such as `importance[carat]`.
    pub name: String,
    /// Which way it gets better.
    pub direction: Direction,
    /// The number, or why there is none.
    pub value: Result<f64, Undefined>,
}

/// Numbers to be added up over splits, a few for each of some rows.
#[derive(Debug, Clone, PartialEq)]
pub struct RowSums {
    /// The probe that counts; behind a point what it counts, where it counts several things.
    pub probe: &'static str,
    /// Number of rows there are.
    pub rows: usize,
    /// Numbers a row.
    pub width: usize,
    /// The rows that are added to.
    pub at: Vec<u32>,
    /// `width` numbers for each of them.
    pub values: Vec<f64>,
}

/// What was seen on one split.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Observation {
    /// Numbers of this split.
    pub readings: Vec<Reading>,
    /// What is added up over splits.
    pub row_sums: Vec<RowSums>,
    /// Probes that have nothing to read off the model, with the reason.
    pub unfit: Vec<(&'static str, String)>,
    /// Curves of this split by name, to seven digits.
    pub curves: Vec<(String, Vec<f32>)>,
    /// Why looking failed, where it did.
    pub failed: Option<String>,
}

/// Looks at every fitted model but the baseline, split by split, from several threads.
pub trait SplitObserver: Sync {
    /// Whether the `k`-th split of the plan is looked at.
    fn observes(&self, k: usize) -> bool {
        let _ = k;
        true
    }

    /// Auxiliary fits, whose shared work is done once.
    fn auxiliary(&self) -> &[AuxiliaryFit] {
        &[]
    }

    /// Whether the fitted model is wanted, and not only its predictions.
    fn needs_model(&self) -> bool;

    /// Looks at one fitted model.
    fn observe(&self, fitted: &FittedSplit) -> Observation;
}
