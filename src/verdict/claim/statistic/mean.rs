//! The mean score, and the mean by which the train rows score better.
//!
//! A mean, and a sum of means on the same splits, has Nadeau and Bengio's corrected bounds (new data).

use std::sync::Arc;

use super::{Read, Statistic, StatisticInfo};
use crate::stats::mean;
use crate::verdict::claim::evaluate::{Value, View};
use crate::verdict::claim::expression::Term;
use crate::verdict::claim::judge::{Level, mean_bounds};

pub(super) const MEAN_INFO: StatisticInfo = StatisticInfo {
    name: "mean",
    form: "mean(METRIC)",
    summary: "the mean over splits",
    listed: "mean",
    read: Read::Name(|name| (name == "mean").then(|| Arc::new(Mean) as Arc<dyn Statistic>)),
};

pub(super) const GAP_INFO: StatisticInfo = StatisticInfo {
    name: "gap",
    form: "gap(METRIC)",
    summary: "how much better the train rows score, on average over splits",
    listed: "gap",
    read: Read::Name(|name| (name == "gap").then(|| Arc::new(Gap) as Arc<dyn Statistic>)),
};

/// The mean.
#[derive(Debug, Clone, Copy)]
pub struct Mean;

/// How much better the train rows score, on average.
#[derive(Debug, Clone, Copy)]
pub struct Gap;

/// The mean over the splits that have a value.
fn mean_of(term: &Term, view: View) -> Option<Value> {
    let values: Vec<f64> = view.series(term).into_iter().flatten().collect();
    (!values.is_empty()).then(|| Value { value: mean(&values), split: None })
}

impl Statistic for Mean {
    fn name(&self) -> String {
        "mean".into()
    }

    fn is_mean(&self) -> bool {
        true
    }

    fn value(&self, term: &Term, view: View) -> Option<Value> {
        mean_of(term, view)
    }

    fn bounds(&self, term: &Term, view: View, level: Level) -> [f64; 2] {
        mean_bounds(&[(1.0, term)], view, level)
    }
}

impl Statistic for Gap {
    fn name(&self) -> String {
        "gap".into()
    }

    fn is_mean(&self) -> bool {
        true
    }

    fn needs_train(&self) -> bool {
        true
    }

    fn range(&self, [least, most]: [f64; 2]) -> [f64; 2] {
        [least - most, most - least]
    }

    fn value(&self, term: &Term, view: View) -> Option<Value> {
        mean_of(term, view)
    }

    fn bounds(&self, term: &Term, view: View, level: Level) -> [f64; 2] {
        mean_bounds(&[(1.0, term)], view, level)
    }
}
