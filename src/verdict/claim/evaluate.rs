//! The value of a claim's two sides on a scoreboard.

use super::expression::{Comparison, Expression, Figure, Operation, Score, Statistic, Term};
use crate::metric::Direction;
use crate::summary::quantile;
use crate::verdict::{Entrant, Scoreboard};

/// A scoreboard, and the model for which scores without a model are read.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    pub board: &'a Scoreboard,
    pub model: usize,
}

/// A value, and the position of the split that has it where one does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Value {
    pub value: f64,
    pub split: Option<usize>,
}

/// Both sides of a share on one split.
type Sides = (Option<f64>, Option<f64>);

impl Term {
    /// Of an extreme: whether it is the smallest score rather than the largest.
    pub fn smallest(&self, board: &Scoreboard) -> Option<bool> {
        let lower = board.direction(&self.score.metric) == Direction::Lower;
        match self.statistic {
            Statistic::Worst => Some(!lower),
            Statistic::Best => Some(lower),
            Statistic::Min => Some(true),
            Statistic::Max => Some(false),
            _ => None,
        }
    }
}

impl View<'_> {
    fn entrant(&self, model: Option<&str>) -> Option<&Entrant> {
        let at = model.map_or(Some(self.model), |name| self.board.model(name))?;
        self.board.models.get(at)
    }

    /// A score on each split, or what a probe read on each split that it was shown.
    pub fn scores(&self, score: &Score) -> Vec<Option<f64>> {
        let Some(entrant) = self.entrant(score.model.as_deref()) else { return Vec::new() };
        let found = match self.board.metric(&score.metric) {
            Some(metric) => entrant.test.get(metric),
            None => self.board.reading(&score.metric).and_then(|r| entrant.readings.get(r)),
        };
        found.cloned().unwrap_or_default()
    }

    fn figure(&self, figure: &Figure) -> Option<f64> {
        let of =
            |model: Option<&str>, name: &str| self.entrant(model)?.figures.iter().find(|f| f.0 == name).map(|f| f.1);
        let (model, name) =
            figure.resolve(|name| self.board.models.iter().any(|m| m.figures.iter().any(|f| f.0 == name)))?;
        of(model, &name)
    }

    /// How much better the train rows score, on each split.
    pub fn gaps(&self, score: &Score) -> Vec<Option<f64>> {
        let (Some(entrant), Some(metric)) = (self.entrant(score.model.as_deref()), self.board.metric(&score.metric))
        else {
            return Vec::new();
        };
        let sign = self.board.direction(&score.metric).sign();
        entrant.train[metric].iter().zip(&entrant.test[metric]).map(|(a, b)| Some(sign * ((*a)? - (*b)?))).collect()
    }

    /// The scores that there are, each with its split.
    fn known(&self, score: &Score) -> Vec<(usize, f64)> {
        self.scores(score).into_iter().enumerate().filter_map(|(i, s)| Some((i, s?))).collect()
    }

    /// The scores that there are, ascending.
    pub fn sorted(&self, score: &Score) -> Vec<f64> {
        let mut values: Vec<f64> = self.scores(score).into_iter().flatten().collect();
        values.sort_unstable_by(f64::total_cmp);
        values
    }

    /// For a share: the comparison, and both its sides on each split.
    fn sides(&self, term: &Term) -> Option<(Comparison, Vec<Sides>)> {
        let Statistic::Share(comparison, than) = &term.statistic else { return None };
        let others = match than.as_ref() {
            Expression::Score(other) => self.scores(other),
            number => vec![self.expression(number).map(|v| v.value); self.scores(&term.score).len()],
        };
        Some((*comparison, self.scores(&term.score).into_iter().zip(others).collect()))
    }

    /// For a share: the splits that meet it, and all. A split without a score does not meet it.
    pub fn hits(&self, term: &Term) -> (usize, usize) {
        let Some((comparison, sides)) = self.sides(term) else { return (0, 0) };
        let met = |(a, b): &&Sides| matches!((a, b), (Some(a), Some(b)) if comparison.holds(*a, *b));
        (sides.iter().filter(met).count(), sides.len())
    }

    /// A statistic; `None` where no split has a score.
    pub fn term(&self, term: &Term) -> Option<Value> {
        let plain = |value: f64| Some(Value { value, split: None });
        let known = self.known(&term.score);
        if let Some(smallest) = term.smallest(self.board) {
            // The first of equal scores, as in the report.
            let pick = known.into_iter().reduce(|a, b| if (b.1 < a.1) == smallest && b.1 != a.1 { b } else { a })?;
            return Some(Value { value: pick.1, split: Some(pick.0) });
        }
        let mean = |values: &[f64]| (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64);
        match &term.statistic {
            Statistic::Gap => plain(mean(&self.gaps(&term.score).into_iter().flatten().collect::<Vec<_>>())?),
            Statistic::Mean => plain(mean(&known.iter().map(|k| k.1).collect::<Vec<_>>())?),
            Statistic::Sd => {
                let values: Vec<f64> = known.iter().map(|k| k.1).collect();
                let centre = mean(&values).filter(|_| values.len() > 1)?;
                let squares: f64 = values.iter().map(|v| (v - centre).powi(2)).sum();
                plain((squares / (values.len() - 1) as f64).sqrt())
            }
            Statistic::Median => self.quantile(&known, 0.5),
            Statistic::Quantile(percent) => self.quantile(&known, percent / 100.0),
            Statistic::Share(..) => {
                let (hits, all) = self.hits(term);
                let (comparison, sides) = self.sides(term)?;
                // The split that is farthest on the wrong side, or nearest to it.
                let sign = if comparison.upward() { 1.0 } else { -1.0 };
                let distances = sides.iter().enumerate().filter_map(|(i, (a, b))| Some((i, sign * ((*a)? - (*b)?))));
                let split = distances.reduce(|a, b| if b.1 < a.1 { b } else { a })?.0;
                Some(Value { value: hits as f64 / all as f64, split: Some(split) })
            }
            _ => None,
        }
    }

    /// A quantile, with the split whose score is nearest to it.
    fn quantile(&self, known: &[(usize, f64)], q: f64) -> Option<Value> {
        let mut values: Vec<f64> = known.iter().map(|k| k.1).collect();
        values.sort_unstable_by(f64::total_cmp);
        let value = quantile(&values, q);
        let nearest =
            known.iter().copied().reduce(|a, b| if (b.1 - value).abs() < (a.1 - value).abs() { b } else { a })?;
        Some(Value { value, split: Some(nearest.0) })
    }

    /// One side; `None` where it has no value. The split is that of its first statistic that has one.
    pub fn expression(&self, expression: &Expression) -> Option<Value> {
        let plain = |value: f64| Some(Value { value, split: None });
        let value = match expression {
            Expression::Number(v) => plain(*v),
            Expression::Percent(v) => plain(v / 100.0),
            Expression::Constant(name, _) => plain(self.board.constant(name)?),
            Expression::Figure(figure) => plain(self.figure(figure)?),
            Expression::Term(term) => self.term(term),
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
