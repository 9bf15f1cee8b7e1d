//! Whether the names in a claim mean something in a run: an unknown one is an error, never a pass.

use super::expression::{Expression, Figure, Offset, Score, Statement, Term};
use super::parse::pointed;
use super::possible::check_possible;
use super::token::Mistake;
use crate::error::{Result, did_you_mean, suggestion_or_all, suggestion_or_list};
use crate::metric::{Direction, find, place_of_metric};
use crate::setting::{CLAIMS, METRIC};
use crate::verdict::place_of_reading;

/// The names that a run knows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Known<'a> {
    /// Metrics that are computed.
    pub metrics: Vec<&'a str>,
    /// Models, the baseline included.
    pub models: Vec<&'a str>,
    /// Constants.
    pub constants: Vec<&'a str>,
    /// Numbers that probes read on each split, with the way in which each gets better.
    pub readings: Vec<(&'a str, Direction)>,
    /// Families of readings with names in brackets that are not known before a model is fitted.
    pub open: Vec<&'a str>,
    /// What probes say of all splits together.
    pub figures: Vec<&'a str>,
    /// Families of names that probes can give, each with what has to be asked for.
    pub offered: Vec<(&'a str, String)>,
    /// Whether there is nothing but scores, so that no other metric can be asked for.
    pub scores_alone: bool,
}

impl Known<'_> {
    /// The reading of that name.
    fn reading(&self, name: &str) -> Option<&(&str, Direction)> {
        self.readings.get(place_of_reading(name, self.readings.iter().map(|r| r.0))?)
    }
}

/// Checks every name in a claim that was written as `text`.
///
/// # Errors
/// An input error that points at the first unknown name.
pub fn check(statement: &Statement, text: &str, known: &Known) -> Result<()> {
    let sides = check_expression(&statement.left, known).and_then(|()| check_expression(&statement.right, known));
    sides.and_then(|()| check_possible(statement)).map_err(|mistake| pointed(text, &mistake))
}

fn check_expression(expression: &Expression, known: &Known) -> Result<(), Mistake> {
    match expression {
        Expression::Number(_) | Expression::Percent(_) => Ok(()),
        Expression::Constant(name, place) => check_constant(name, *place, known),
        Expression::Figure(figure) => check_figure(figure, known),
        Expression::Score(score) => check_score(score, known),
        Expression::Negative(inner) => check_expression(inner, known),
        Expression::Arithmetic(left, _, right) => {
            check_expression(left, known).and_then(|()| check_expression(right, known))
        }
        Expression::Term(term) => {
            check_score(&term.score, known)?;
            check_reading(term, known)?;
            term.statistic.compared().map_or(Ok(()), |(_, than)| check_expression(than, known))
        }
    }
}

fn check_constant(name: &str, place: Offset, known: &Known) -> Result<(), Mistake> {
    if known.constants.contains(&name) {
        return Ok(());
    }
    let what = format!(
        "'{name}' is cost_per_year in the [value] table of a claims file, and none is given; use {}",
        CLAIMS.to("FILE")
    );
    Err(Mistake::new(place.0, what))
}

/// What has to be asked for, to have a name.
fn offer<'k>(name: &str, known: &'k Known) -> Option<&'k str> {
    let family = name.split(['[', '.']).next().unwrap_or(name);
    known.offered.iter().find(|(offered, _)| *offered == family).map(|(_, ask)| ask.as_str())
}

fn check_figure(figure: &Figure, known: &Known) -> Result<(), Mistake> {
    let wrong = |what: String| Err(Mistake::new(figure.place.0, what));
    if let Some((model, name)) = figure.resolve(|name| known.figures.contains(&name)) {
        return match model {
            Some("baseline") => wrong("the baseline is not probed; name another model".into()),
            Some(model) if !known.models.contains(&model) => check_model(model, figure.place, known),
            _ if name.is_empty() => wrong("a name is expected here".into()),
            _ => Ok(()),
        };
    }
    let name = figure.parts.join(".");
    let of_model = figure.parts.len() > 1 && known.models.contains(&figure.parts[0].as_str());
    let rest = if of_model { figure.parts[1..].join(".") } else { name.clone() };
    wrong(if known.metrics.contains(&name.as_str()) || known.readings.iter().any(|r| r.0 == name) {
        format!("'{name}' has a value on every split; say which statistic of it, as in mean({name})")
    } else if of_model && known.metrics.contains(&rest.as_str()) {
        format!("a statistic is expected here, as in {}.mean({rest})", figure.parts[0])
    } else if let Some((reading, _)) = known.readings.iter().find(|r| r.0.split('[').next() == Some(rest.as_str())) {
        format!(
            "'{rest}' has a value on every split for each in its brackets; say which statistic of which, as in mean({reading})"
        )
    } else if let Some(ask) = offer(&rest, known) {
        let near = did_you_mean(&rest, known.figures.iter().copied());
        let asked = known.figures.iter().any(|f| offer(f, known) == Some(ask));
        let list = if asked { suggestion_or_list(&rest, || known.figures.iter().copied()) } else { near };
        if asked { format!("no figure '{rest}' in this run{list}") } else { format!("'{rest}' needs {ask}{list}") }
    } else if let Some((before, after)) = name.split_once('-') {
        format!("no number goes by '{name}'; if it is a difference, write {before} - {after} with spaces")
    } else {
        format!("no number goes by '{name}'; write a number, or a statistic of a metric as in mean(r2)")
    })
}

fn check_model(model: &str, place: Offset, known: &Known) -> Result<(), Mistake> {
    if known.models.contains(&model) {
        return Ok(());
    }
    let list = suggestion_or_all(model, || known.models.iter().copied());
    Err(Mistake::new(place.0, format!("no model '{model}' in this run{list}")))
}

/// What cannot be asked of a number that a probe reads.
fn check_reading(term: &Term, known: &Known) -> Result<(), Mistake> {
    let Term { statistic, score } = term;
    if place_of_metric(&score.metric, known.metrics.iter().copied()).is_some() {
        return Ok(());
    }
    let Some((name, direction)) = known.reading(&score.metric) else { return Ok(()) };
    if statistic.needs_train() {
        let what = format!("'{name}' is not a metric, so it has no train scores");
        return Err(Mistake::new(score.place.0, what));
    }
    if statistic.needs_direction() && *direction == Direction::None {
        let what = format!("'{name}' has no direction; use min({name}) or max({name})");
        return Err(Mistake::new(score.place.0, what));
    }
    Ok(())
}

fn check_score(score: &Score, known: &Known) -> Result<(), Mistake> {
    if let Some(model) = &score.model {
        check_model(model, score.model_place, known)?;
    }
    let metric = score.metric.as_str();
    if place_of_metric(metric, known.metrics.iter().copied()).is_some() {
        return Ok(());
    }
    if known.reading(metric).is_some() {
        let baseline = score.model.as_deref() == Some("baseline");
        let what = "the baseline is not probed; name another model";
        return if baseline { Err(Mistake::new(score.model_place.0, what)) } else { Ok(()) };
    }
    let computed = known.metrics.join(", ");
    let base = metric.split('[').next().unwrap_or(metric);
    if metric.contains('[') && known.open.contains(&base) {
        return Ok(());
    }
    let family = || known.readings.iter().map(|r| r.0).filter(|r| r.split('[').next() == Some(base));
    let what = if family().next().is_some() {
        format!("no '{metric}' in this run{}", suggestion_or_list(metric, family).replacen("it has", "there is", 1))
    } else if let Some(ask) = offer(metric, known) {
        format!("'{metric}' needs {ask}")
    } else if known.scores_alone {
        let there = suggestion_or_list(metric, || known.metrics.iter().copied());
        format!("no metric '{metric}' among these scores{there}")
    } else if let Some(info) = find(base) {
        let name = metric.replacen(base, info.name, 1);
        format!("metric '{name}' is not computed in this run (it computes {computed}); add {}", METRIC.to(&name))
    } else if base.starts_with("value_per_") {
        format!(
            "'{metric}' needs a [value] table in a claims file that the run was given; use {} when evaluating",
            CLAIMS.to("FILE")
        )
    } else {
        let near = did_you_mean(metric, known.metrics.iter().copied().chain(known.readings.iter().map(|r| r.0)));
        let list = if near.is_empty() { format!("; this run computes {computed}") } else { near };
        format!("no metric '{metric}'{list}")
    };
    Err(Mistake::new(score.place.0, what))
}
