//! Whether the names in a claim mean something in a run: an unknown one is an error, never a pass.

use super::expression::{Expression, Place, Score, Statement, Statistic, Term};
use super::parse::pointed;
use super::token::Mistake;
use crate::error::{Result, suggestion_or_list};
use crate::metric::METRICS;

/// The names that a run knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known<'a> {
    /// Metrics that are computed.
    pub metrics: Vec<&'a str>,
    /// Models, the baseline included.
    pub models: Vec<&'a str>,
    /// Constants.
    pub constants: Vec<&'a str>,
}

/// Checks every name in a claim that was written as `text`.
///
/// # Errors
/// An input error that points at the first unknown name.
pub fn check(statement: &Statement, text: &str, known: &Known) -> Result<()> {
    let sides = check_expression(&statement.left, known).and_then(|()| check_expression(&statement.right, known));
    sides.map_err(|mistake| pointed(text, &mistake))
}

fn check_expression(expression: &Expression, known: &Known) -> Result<(), Mistake> {
    match expression {
        Expression::Number(_) | Expression::Percent(_) => Ok(()),
        Expression::Constant(name, place) => check_constant(name, *place, known),
        Expression::Score(score) => check_score(score, known),
        Expression::Negative(inner) => check_expression(inner, known),
        Expression::Arithmetic(left, _, right) => {
            check_expression(left, known).and_then(|()| check_expression(right, known))
        }
        Expression::Term(Term { statistic, score }) => {
            check_score(score, known)?;
            if let Statistic::Share(_, than) = statistic { check_expression(than, known) } else { Ok(()) }
        }
    }
}

fn check_constant(name: &str, place: Place, known: &Known) -> Result<(), Mistake> {
    if known.constants.contains(&name) {
        return Ok(());
    }
    let what = if known.metrics.contains(&name) {
        format!("'{name}' is a metric; say which statistic of it, as in mean({name})")
    } else if name == "cost" {
        "'cost' is cost_per_year in the [value] table of a claims file, and none is given; use --claims FILE".into()
    } else if let Some((before, after)) = name.split_once('-') {
        format!("no number goes by '{name}'; if it is a difference, write {before} - {after} with spaces")
    } else {
        format!("no number goes by '{name}'; write a number, or a statistic of a metric as in mean(r2)")
    };
    Err(Mistake::new(place.0, what))
}

fn check_score(score: &Score, known: &Known) -> Result<(), Mistake> {
    if let Some(model) = score.model.as_deref().filter(|m| !known.models.contains(m)) {
        let list = suggestion_or_list(model, || known.models.iter().copied());
        let list = list.replacen("; it has", "; there are", 1);
        return Err(Mistake::new(score.model_place.0, format!("no model '{model}' in this run{list}")));
    }
    let metric = score.metric.as_str();
    if known.metrics.contains(&metric) {
        return Ok(());
    }
    let computed = known.metrics.join(", ");
    let base = metric.split('[').next().unwrap_or(metric);
    let what = if METRICS.iter().any(|m| m.name == base) || base == "support" {
        format!("metric '{metric}' is not computed in this run (it computes {computed}); add --metric {metric}")
    } else if base.starts_with("value_per_") {
        format!("'{metric}' needs a [value] table in a claims file that the run was given; use eval --claims FILE")
    } else {
        let near = crate::error::did_you_mean(metric, known.metrics.iter().copied());
        let list = if near.is_empty() { format!("; this run computes {computed}") } else { near };
        format!("no metric '{metric}'{list}")
    };
    Err(Mistake::new(score.place.0, what))
}
