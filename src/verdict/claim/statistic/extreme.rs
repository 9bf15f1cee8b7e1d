//! The worst, best, smallest and largest score.
//!
//! The worst of N is a counterexample where it breaks the claim; where it keeps it, the claim holds once N is large
//! enough for a share of 1 - c of all splits at most to be worse (Wilks 1941).

use std::sync::Arc;

use super::{Read, Statistic, StatisticInfo};
use crate::stats::{UNBOUNDED, draws_for_tail};
use crate::verdict::claim::evaluate::{Value, View};
use crate::verdict::claim::expression::Term;
use crate::verdict::claim::judge::Level;

/// An extreme score.
#[derive(Debug, Clone, Copy)]
pub struct Extreme {
    name: &'static str,
    /// Whether it is the smallest score, where higher is better and where lower is.
    smallest: [bool; 2],
}

/// The worst split, by the metric's direction.
pub const WORST: Extreme = Extreme { name: "worst", smallest: [true, false] };
/// The best split.
pub const BEST: Extreme = Extreme { name: "best", smallest: [false, true] };
/// The smallest score.
pub const MIN: Extreme = Extreme { name: "min", smallest: [true, true] };
/// The largest score.
pub const MAX: Extreme = Extreme { name: "max", smallest: [false, false] };

const fn info(
    form: &'static str,
    summary: &'static str,
    of: Extreme,
    read: fn(&str) -> Option<Arc<dyn Statistic>>,
) -> StatisticInfo {
    StatisticInfo { name: of.name, form, summary, listed: of.name, read: Read::Name(read) }
}

fn read(name: &str, of: Extreme) -> Option<Arc<dyn Statistic>> {
    (name == of.name).then(|| Arc::new(of) as Arc<dyn Statistic>)
}

pub(super) const WORST_INFO: StatisticInfo =
    info("worst(METRIC)", "the worst split's score, by the metric's direction", WORST, |name| read(name, WORST));
pub(super) const BEST_INFO: StatisticInfo =
    info("best(METRIC)", "the best split's score", BEST, |name| read(name, BEST));
pub(super) const MIN_INFO: StatisticInfo = info("min(METRIC)", "the smallest score", MIN, |name| read(name, MIN));
pub(super) const MAX_INFO: StatisticInfo = info("max(METRIC)", "the largest score", MAX, |name| read(name, MAX));

impl Statistic for Extreme {
    fn name(&self) -> String {
        self.name.to_owned()
    }

    fn smallest(&self, lower_is_better: bool) -> Option<bool> {
        Some(self.smallest[usize::from(lower_is_better)])
    }

    fn needs_direction(&self) -> bool {
        self.smallest[0] != self.smallest[1]
    }

    fn value(&self, term: &Term, view: View) -> Option<Value> {
        let smallest = term.smallest(view.board)?;
        // The first of equal scores, as in the report.
        let first = |a: (usize, f64), b: (usize, f64)| if (b.1 < a.1) == smallest && b.1 != a.1 { b } else { a };
        let (split, value) = view.known(&term.score).into_iter().reduce(first)?;
        Some(Value { value, split: Some(split) })
    }

    fn bounds(&self, term: &Term, view: View, level: Level) -> [f64; 2] {
        let (Some(Value { value, .. }), Some(smallest)) = (self.value(term, view), term.smallest(view.board)) else {
            return UNBOUNDED;
        };
        let enough = view.sorted(&term.score).len() >= draws_for_tail(1.0 - level.confidence, 1.0 - level.error);
        match (smallest, enough) {
            (_, true) => [value, value],
            (true, false) => [f64::NEG_INFINITY, value],
            (false, false) => [value, f64::INFINITY],
        }
    }
}
