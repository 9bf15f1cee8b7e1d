//! The value of a claim's two sides on a score_table.

use super::expression::{Comparison, Expression, Figure, Operation, Score, Statement, Statistic, Term};
use crate::metric::Direction;
use crate::stats::{mean, quantile, standard_deviation};
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

/// Both sides of a share on one split.
type Sides = (Option<f64>, Option<f64>);

impl Term {
    /// Of an extreme: whether it is the smallest score rather than the largest.
    pub fn smallest(&self, board: &ScoreTable) -> Option<bool> {
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
        for term in statement.terms().iter().filter(|t| !matches!(t.statistic, Statistic::Share(..))) {
            let entrant = self.entrant(term.score.model.as_deref());
            let values = match (&term.statistic, self.board.metric(&term.score.metric), entrant) {
                (Statistic::Gap, ..) => self.gaps(&term.score),
                (_, None, Some(entrant)) if !self.board.metrics.is_empty() => {
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
    fn all_scores(&self, score: &Score) -> Vec<Option<f64>> {
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

    /// How much better the train rows score, on each split.
    pub fn gaps(&self, score: &Score) -> Vec<Option<f64>> {
        let (Some(entrant), Some(metric)) = (self.entrant(score.model.as_deref()), self.board.metric(&score.metric))
        else {
            return Vec::new();
        };
        let sign = self.board.direction(&score.metric).sign();
        let pairs = entrant.train[metric].iter().zip(entrant.test[metric].iter());
        self.kept(pairs.map(|(a, b)| Some(sign * (a? - b?))).collect())
    }

    /// The scores that there are, each with its split.
    fn known(&self, score: &Score) -> Vec<(usize, f64)> {
        self.scores(score).into_iter().enumerate().filter_map(|(i, s)| Some((i, s?))).collect()
    }

    /// The scores on different splits, ascending.
    pub fn sorted(&self, score: &Score) -> Vec<f64> {
        let mut values = self.board.different(&self.scores(score));
        values.sort_unstable_by(f64::total_cmp);
        values
    }

    /// For a share: the comparison, and both its sides on each split.
    fn sides(&self, term: &Term) -> Option<(Comparison, Vec<Sides>)> {
        let Statistic::Share(comparison, than) = &term.statistic else { return None };
        let others = match than.as_ref() {
            Expression::Score(other) => self.all_scores(other),
            number => vec![self.expression(number).map(|v| v.value); self.all_scores(&term.score).len()],
        };
        Some((*comparison, self.all_scores(&term.score).into_iter().zip(others).collect()))
    }

    /// For a share: whether each split meets it, as 1 or 0. A split without a score does not.
    fn met(&self, term: &Term) -> Vec<Option<f64>> {
        let Some((comparison, sides)) = self.sides(term) else { return Vec::new() };
        let met = |(a, b): &Sides| matches!((a, b), (Some(a), Some(b)) if comparison.holds(*a, *b));
        sides.iter().map(|sides| Some(f64::from(u8::from(met(sides))))).collect()
    }

    /// For a share: the different splits that meet it, and all.
    pub fn hits(&self, term: &Term) -> (usize, usize) {
        let met = self.board.different(&self.met(term));
        (met.iter().filter(|met| **met > 0.0).count(), met.len())
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
        let mean = |values: &[f64]| (!values.is_empty()).then(|| mean(values));
        match &term.statistic {
            Statistic::Gap => plain(mean(&self.gaps(&term.score).into_iter().flatten().collect::<Vec<_>>())?),
            Statistic::Mean => plain(mean(&known.iter().map(|k| k.1).collect::<Vec<_>>())?),
            Statistic::Sd => {
                let values: Vec<f64> = known.iter().map(|k| k.1).collect();
                plain(standard_deviation(&values)?)
            }
            Statistic::Median => self.quantile(&known, 0.5),
            Statistic::Quantile(percent) => self.quantile(&known, percent / 100.0),
            Statistic::Share(..) => {
                let met: Vec<f64> = self.met(term).into_iter().flatten().collect();
                let (comparison, sides) = self.sides(term)?;
                // The split that is farthest on the wrong side, or nearest to it.
                let sign = if comparison.upward() { 1.0 } else { -1.0 };
                let distances = sides.iter().enumerate().filter_map(|(i, (a, b))| Some((i, sign * ((*a)? - (*b)?))));
                let split = distances.reduce(|a, b| if b.1 < a.1 { b } else { a })?.0;
                Some(Value {
                    value: met.iter().filter(|met| **met > 0.0).count() as f64 / met.len() as f64,
                    split: Some(split),
                })
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
