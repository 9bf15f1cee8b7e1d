//! The value of a claim's two sides on a score_table.

use super::expression::{Expression, Figure, Operation, Score, Statement, Term};
use crate::metric::Direction;
use crate::verdict::{ModelColumn, ScoreTable};

/// A score_table, and the model for which scores without a model are read.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    pub board: &'a ScoreTable,
    pub model: usize,
    /// The splits on which all that the claim speaks of has a score; statistics but shares are over these.
    pub used: Option<&'a [bool]>,
}

/// A value, and the position of the split that has it where one does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Value {
    pub value: f64,
    pub split: Option<usize>,
}

impl Term {
    /// Of an extreme: whether it is the smallest score rather than the largest.
    pub fn smallest(&self, board: &ScoreTable) -> Option<bool> {
        self.statistic.smallest(board.direction(&self.score.metric) == Direction::Lower)
    }
}

impl View<'_> {
    fn entrant(&self, model: Option<&str>) -> Option<&ModelColumn> {
        let at = model.map_or(Some(self.model), |name| self.board.model(name))?;
        self.board.models.get(at)
    }

    /// Only what stands on splits that are used.
    fn kept(&self, mut values: Vec<Option<f64>>) -> Vec<Option<f64>> {
        if let Some(used) = self.used {
            values.iter_mut().zip(used).filter(|(_, used)| !**used).for_each(|(value, _)| *value = None);
        }
        values
    }

    /// A score on each split that is used.
    pub fn scores(&self, score: &Score) -> Vec<Option<f64>> {
        self.kept(self.all_scores(score))
    }

    /// The splits on which something that the claim speaks of has no score, shares left aside: they count such
    /// splits themselves. What a probe reads may be undefined on a split; only a failed fit counts there.
    pub fn unscored(&self, statement: &Statement) -> Vec<usize> {
        let mut without = vec![false; self.board.splits.len()];
        for term in statement.terms().iter().filter(|t| t.statistic.compared().is_none()) {
            let entrant = self.entrant(term.score.model.as_deref());
            let values = match (self.board.metric(&term.score.metric), entrant) {
                _ if term.statistic.needs_train() => self.gaps(&term.score),
                (None, Some(entrant)) if !self.board.metrics.is_empty() => {
                    let fitted = |k: usize| entrant.test.iter().find_map(|scores| scores.at(k));
                    (0..without.len()).map(fitted).collect()
                }
                _ => self.all_scores(&term.score),
            };
            values.iter().zip(&mut without).filter(|(v, _)| v.is_none()).for_each(|(_, without)| *without = true);
        }
        without.iter().enumerate().filter(|(_, without)| **without).map(|(k, _)| k).collect()
    }

    /// Why an expression has no value though splits have scores; `None` where that is not the reason.
    pub fn trouble(&self, expression: &Expression) -> Option<String> {
        match expression {
            Expression::Negative(inner) => self.trouble(inner),
            Expression::Arithmetic(left, operation, right) => {
                let inner = self.trouble(left).or_else(|| self.trouble(right));
                if inner.is_some() {
                    return inner;
                }
                let (a, b) = (self.expression(left)?.value, self.expression(right)?.value);
                if *operation == Operation::Over && b == 0.0 {
                    let instead = if left.observes() && right.observes() {
                        format!("; compare the difference, as in {left} - {right}")
                    } else {
                        String::new()
                    };
                    return Some(format!("{right} is 0, so that the ratio {expression} does not exist{instead}"));
                }
                self.expression(expression)
                    .is_none()
                    .then(|| format!("{expression} is too large for a number, with {left} = {a:e} and {right} = {b:e}"))
            }
            _ => None,
        }
    }

    /// A score on each split, or what a probe read on each split that it was shown.
    pub fn all_scores(&self, score: &Score) -> Vec<Option<f64>> {
        let Some(entrant) = self.entrant(score.model.as_deref()) else { return Vec::new() };
        let found = match self.board.metric(&score.metric) {
            Some(metric) => entrant.test.get(metric),
            None => self.board.reading(&score.metric).and_then(|r| entrant.readings.get(r)),
        };
        found.map(|column| column.iter().collect()).unwrap_or_default()
    }

    fn figure(&self, figure: &Figure) -> Option<f64> {
        let of =
            |model: Option<&str>, name: &str| self.entrant(model)?.figures.iter().find(|f| f.0 == name).map(|f| f.1);
        let (model, name) =
            figure.resolve(|name| self.board.models.iter().any(|m| m.figures.iter().any(|f| f.0 == name)))?;
        of(model, &name)
    }

    /// What a statistic is of, on each split that is used: a score, or how much better the train rows score.
    pub fn series(&self, term: &Term) -> Vec<Option<f64>> {
        if term.statistic.needs_train() { self.gaps(&term.score) } else { self.scores(&term.score) }
    }

    /// How much better the train rows score, on each split.
    fn gaps(&self, score: &Score) -> Vec<Option<f64>> {
        let (Some(entrant), Some(metric)) = (self.entrant(score.model.as_deref()), self.board.metric(&score.metric))
        else {
            return Vec::new();
        };
        let sign = self.board.direction(&score.metric).sign();
        let pairs = entrant.train[metric].iter().zip(entrant.test[metric].iter());
        self.kept(pairs.map(|(a, b)| Some(sign * (a? - b?))).collect())
    }

    /// The scores that there are, each with its split.
    pub fn known(&self, score: &Score) -> Vec<(usize, f64)> {
        self.scores(score).into_iter().enumerate().filter_map(|(i, s)| Some((i, s?))).collect()
    }

    /// The scores on different splits, ascending.
    pub fn sorted(&self, score: &Score) -> Vec<f64> {
        let mut values = self.board.different(&self.scores(score));
        values.sort_unstable_by(f64::total_cmp);
        values
    }

    /// One side; `None` where it has no value. The split is that of its first statistic that has one.
    pub fn expression(&self, expression: &Expression) -> Option<Value> {
        let plain = |value: f64| Some(Value { value, split: None });
        let value = match expression {
            Expression::Number(v) => plain(*v),
            Expression::Percent(v) => plain(v / 100.0),
            Expression::Constant(name, _) => plain(self.board.constant(name)?),
            Expression::Figure(figure) => plain(self.figure(figure)?),
            Expression::Term(term) => term.statistic.value(term, *self),
            Expression::Score(_) => None,
            Expression::Negative(inner) => self.expression(inner).map(|v| Value { value: -v.value, ..v }),
            Expression::Arithmetic(left, operation, right) => {
                let (a, b) = (self.expression(left)?, self.expression(right)?);
                let value = match operation {
                    Operation::Plus => a.value + b.value,
                    Operation::Minus => a.value - b.value,
                    Operation::Times => a.value * b.value,
                    Operation::Over => a.value / b.value,
                };
                Some(Value { value, split: a.split.or(b.split) })
            }
        };
        value.filter(|v| v.value.is_finite())
    }
}
