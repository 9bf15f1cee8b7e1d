//! The share of splits on which a score compares so to a number or to another score.

use std::sync::Arc;

use super::{Read, Statistic, StatisticInfo};
use crate::stats::share_bounds;
use crate::verdict::claim::evaluate::{Value, View};
use crate::verdict::claim::expression::{Comparison, Expression, Term};
use crate::verdict::claim::judge::Level;

pub(super) const INFO: StatisticInfo = StatisticInfo {
    name: "share",
    form: "share(METRIC > X)",
    summary: "the share of splits on which a score compares so to a number or to another score",
    listed: "share",
    read: Read::Comparison(|comparison, than| Arc::new(Share { comparison, than })),
};

/// The share of splits on which the score stands so to the other side: a number or a score.
#[derive(Debug, Clone)]
pub struct Share {
    /// How.
    pub comparison: Comparison,
    /// To what.
    pub than: Expression,
}

/// Both sides of a share on one split.
type Sides = (Option<f64>, Option<f64>);

impl Share {
    /// Both sides on each split.
    fn sides(&self, term: &Term, view: View) -> Vec<Sides> {
        let scores = view.all_scores(&term.score);
        let others = match &self.than {
            Expression::Score(other) => view.all_scores(other),
            number => vec![view.expression(number).map(|v| v.value); scores.len()],
        };
        scores.into_iter().zip(others).collect()
    }

    /// Whether each split meets it, as 1 or 0. A split without a score does not.
    fn met(&self, sides: &[Sides]) -> Vec<Option<f64>> {
        let met = |(a, b): &Sides| matches!((a, b), (Some(a), Some(b)) if self.comparison.holds(*a, *b));
        sides.iter().map(|sides| Some(f64::from(u8::from(met(sides))))).collect()
    }
}

impl Statistic for Share {
    fn name(&self) -> String {
        "share".into()
    }

    fn compared(&self) -> Option<(Comparison, &Expression)> {
        Some((self.comparison, &self.than))
    }

    fn range(&self, _: [f64; 2]) -> [f64; 2] {
        [0.0, 1.0]
    }

    fn value(&self, term: &Term, view: View) -> Option<Value> {
        let sides = self.sides(term, view);
        let met: Vec<f64> = self.met(&sides).into_iter().flatten().collect();
        // The split that is farthest on the wrong side, or nearest to it.
        let sign = if self.comparison.upward() { 1.0 } else { -1.0 };
        let distances = sides.iter().enumerate().filter_map(|(i, (a, b))| Some((i, sign * ((*a)? - (*b)?))));
        let split = distances.reduce(|a, b| if b.1 < a.1 { b } else { a })?.0;
        let value = met.iter().filter(|met| **met > 0.0).count() as f64 / met.len() as f64;
        Some(Value { value, split: Some(split) })
    }

    fn bounds(&self, term: &Term, view: View, level: Level) -> [f64; 2] {
        let met = view.board.different(&self.met(&self.sides(term, view)));
        share_bounds(met.iter().filter(|met| **met > 0.0).count(), met.len(), 1.0 - level.error)
    }
}
