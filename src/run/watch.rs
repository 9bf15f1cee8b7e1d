//! A place for those who look at fitted models while a run has them.

use super::fit::{Evaluation, Fit, Fitter, NamedModel};
use crate::data::{Features, Target};
use crate::metric::{Direction, Scorer, Undefined};
use crate::model::RowModel;
use crate::split::Split;

/// Another question about the same splits that someone who looks wants answered besides.
pub struct Aside {
    /// Its features.
    pub features: Features,
    /// Its target, where it is another one.
    pub target: Option<Target>,
    /// Its models, where they are others.
    pub models: Option<Vec<NamedModel>>,
}

/// One model fitted to one split.
pub struct Seen<'s> {
    /// The run.
    pub question: &'s Evaluation<'s>,
    /// For further fits of the model.
    pub fitter: &'s Fitter<'s>,
    /// The questions besides, ready to be fitted to splits.
    pub asides: &'s [Fitter<'s>],
    /// The split's place in the plan.
    pub k: usize,
    /// The split.
    pub split: &'s Split,
    /// The model's place among those of the run.
    pub model: usize,
    /// Its predictions.
    pub fit: &'s Fit,
    /// The model itself, where it was wanted.
    pub rows: Option<&'s RowModel<'s>>,
    /// The probability from which a row is positive, where a metric has one chosen.
    pub threshold: Option<f64>,
    /// Its scores on the test rows, in the order of the metrics.
    pub test: &'s [Result<f64, Undefined>],
    /// Its scores on the train rows.
    pub train: &'s [Result<f64, Undefined>],
}

impl Seen<'_> {
    /// What scores predictions for the test rows by the primary metric.
    pub fn scorer(&self) -> Scorer<'_> {
        Scorer::new(&self.question.metrics[..1], self.question.target, &self.split.test)
    }

    /// A seed of this split's own, another for each `purpose`.
    pub fn seed(&self, purpose: u64) -> u64 {
        self.question.plan.model_seed(self.k) ^ purpose.wrapping_mul(0x9e37_79b9_7f4a_7c15)
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
pub struct Tally {
    /// The probe that counts.
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
pub struct Sight {
    /// Numbers of this split.
    pub readings: Vec<Reading>,
    /// What is added up over splits.
    pub tallies: Vec<Tally>,
    /// Why looking failed, where it did.
    pub failed: Option<String>,
}

/// What is added up over the splits that were done.
#[derive(Debug, Clone, PartialEq)]
pub struct Total {
    /// The probe that counts.
    pub probe: &'static str,
    /// Numbers a row.
    pub width: usize,
    /// rows × width.
    pub sums: Vec<f64>,
}

/// Adds a split's tallies; always in the order of splits, so that sums do not depend on threads.
pub(super) fn add_up(totals: &mut Vec<Total>, tallies: Vec<Tally>) {
    for tally in tallies {
        let at = totals.iter().position(|t| t.probe == tally.probe).unwrap_or_else(|| {
            let sums = vec![0.0; tally.rows * tally.width];
            totals.push(Total { probe: tally.probe, width: tally.width, sums });
            totals.len() - 1
        });
        for (row, values) in tally.at.iter().zip(tally.values.chunks_exact(tally.width)) {
            let sums = &mut totals[at].sums[*row as usize * tally.width..][..tally.width];
            sums.iter_mut().zip(values).for_each(|(s, v)| *s += v);
        }
    }
}

/// Someone who looks at every model but the baseline, split by split, from several threads.
pub trait Watcher: Sync {
    /// Whether the `k`-th split of the plan is looked at.
    fn watches(&self, k: usize) -> bool {
        let _ = k;
        true
    }

    /// Questions besides, whose shared work is done once.
    fn asides(&self) -> &[Aside] {
        &[]
    }

    /// Whether the fitted model is wanted, and not only its predictions.
    fn wants_rows(&self) -> bool;

    /// Looks at one.
    fn watch(&self, seen: &Seen) -> Sight;
}
