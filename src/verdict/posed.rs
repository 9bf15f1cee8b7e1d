//! A claim as it was posed, ready to be judged.

use super::claim::{Expression, Known, Level, Statement, check, judge_statement};
use super::{Allowed, ClaimResult, ScoreTable, Verdict};
use crate::error::{Error, Result};

/// A claim before it is judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// Its name, where it has one.
    pub name: Option<String>,
    /// Why it is made.
    pub why: Option<String>,
    /// What it says.
    pub statement: Statement,
    /// The confidence at which it is to be judged; without one what is observed decides.
    pub confidence: Option<f64>,
    /// How many splits may have no score.
    pub allowed: Allowed,
}

impl Claim {
    /// Reads a claim and checks its names.
    ///
    /// # Errors
    /// An input error that points at the character.
    pub fn parse(text: &str, confidence: Option<f64>, known: &Known) -> Result<Self> {
        let statement = Statement::parse(text)?;
        check(&statement, text, known)?;
        // A figure of all splits has no bounds, so that only what is observed can decide.
        let confidence = confidence.filter(|_| statement.figures().is_empty());
        Ok(Self { name: None, why: None, statement, confidence, allowed: Allowed::default() })
    }

    /// The verdicts: one for each model but the baseline, or a single one where all models are named.
    /// `looks` is the number of judgements among which the error is shared.
    pub fn judge(&self, board: &ScoreTable, looks: usize) -> Vec<ClaimResult> {
        let level = self.confidence.map(|c| {
            let once = Level::once(c);
            Level { error: once.error / looks.max(1) as f64, ..once }
        });
        let mut named: Vec<&str> = Vec::new();
        let mut open = false;
        for term in self.statement.terms() {
            match term.score.model.as_deref() {
                Some(model) if !named.contains(&model) => named.push(model),
                Some(_) => {}
                None => open = true,
            }
        }
        for figure in self.statement.figures() {
            let is_figure = |name: &str| board.models.iter().any(|m| m.figures.iter().any(|f| f.0 == name));
            match figure.resolve(is_figure) {
                Some((Some(model), _)) if !named.contains(&model) => named.push(model),
                Some((Some(_), _)) => {}
                _ => open = true,
            }
        }
        let claim = |model: usize, name: String| {
            let v = judge_statement(&self.statement, board, model, level, self.allowed);
            ClaimResult {
                text: self.statement.to_string(),
                model: name,
                verdict: v.verdict,
                observed: v.observed,
                threshold: v.threshold,
                margin: v.margin,
                split: v.split,
                name: self.name.clone(),
                why: self.why.clone(),
                confidence: self.confidence,
                margin_bounds: v.margin_bounds,
                unscored: v.unscored,
                reason: v.reason,
            }
        };
        if open {
            board.asked().iter().enumerate().map(|(m, model)| claim(m, model.name.clone())).collect()
        } else {
            vec![claim(0, named.join(", "))]
        }
    }

    /// Whether this one split breaks it, whatever the others score: it bounds the worst case, and the split
    /// is beyond the bound.
    pub fn broken_by(&self, split: &ScoreTable) -> bool {
        let (left, right) = (&self.statement.left, &self.statement.right);
        let (extreme, upward) = match (left, right) {
            (Expression::Term(term), other) if !other.observes() => (term, self.statement.comparison.upward()),
            (other, Expression::Term(term)) if !other.observes() => (term, !self.statement.comparison.upward()),
            _ => return false,
        };
        // More splits make the smallest smaller and the largest larger, and nothing else is for good.
        if extreme.smallest(split) != Some(upward) {
            return false;
        }
        // A split without a score breaks it too, where none may lack one.
        let lacks = |c: &ClaimResult| c.unscored > 0 && self.allowed == Allowed::Splits(0);
        let plain = Self { confidence: None, allowed: Allowed::Share(1.0), ..self.clone() };
        plain.judge(split, 1).iter().any(|c| lacks(c) || (c.verdict == Verdict::Fails && c.observed.is_some()))
    }
}

/// Checks that the confidence is in (0.5, 1).
///
/// # Errors
/// An input error for anything outside 0.5 to 1.
pub fn check_confidence(confidence: f64, place: &str) -> Result<f64> {
    // Below a half a bound would lie on the wrong side of what was observed.
    if confidence > 0.5 && confidence < 1.0 {
        return Ok(confidence);
    }
    // What was meant as percent.
    let meant =
        if (50.0..100.0).contains(&confidence) { format!("write {confidence}%") } else { "0.95 is usual".into() };
    Err(Error::claim(format!("confidence {confidence} is not between 0.5 and 1")).at(place).advise(&meant))
}
