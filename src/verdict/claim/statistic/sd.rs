//! The standard deviation.

use std::sync::Arc;

use super::{Read, Statistic, StatisticInfo};
use crate::stats::{sd_bounds, standard_deviation};
use crate::verdict::claim::evaluate::{Value, View};
use crate::verdict::claim::expression::Term;
use crate::verdict::claim::judge::Level;

pub(super) const INFO: StatisticInfo = StatisticInfo {
    name: "sd",
    form: "sd(METRIC)",
    summary: "the standard deviation over splits",
    listed: "sd",
    read: Read::Name(|name| (name == "sd").then(|| Arc::new(Sd) as Arc<dyn Statistic>)),
};

/// The standard deviation.
#[derive(Debug, Clone, Copy)]
pub struct Sd;

impl Statistic for Sd {
    fn name(&self) -> String {
        "sd".into()
    }

    fn range(&self, [least, most]: [f64; 2]) -> [f64; 2] {
        // Of two scores, one at each end; of more it is less.
        [0.0, (most - least) * 0.5f64.sqrt()]
    }

    fn value(&self, term: &Term, view: View) -> Option<Value> {
        let values: Vec<f64> = view.known(&term.score).iter().map(|k| k.1).collect();
        Some(Value { value: standard_deviation(&values)?, split: None })
    }

    fn bounds(&self, term: &Term, view: View, level: Level) -> [f64; 2] {
        sd_bounds(&view.sorted(&term.score), 1.0 - level.error)
    }
}
