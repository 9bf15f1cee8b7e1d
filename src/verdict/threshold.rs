//! `--fail-below` and `--fail-above`: a bound on the worst split.

use std::sync::Arc;

use super::claim::statistic::{MAX, WORST};
use super::claim::{Comparison, Expression, Offset, Score, Statement, Term, check_possible};
use super::{Allowed, Claim, read_share};
use crate::data::Task;
use crate::error::{Error, Result};
use crate::metric::{Direction, find, place_of_metric, unknown_metric};
use crate::setting::{FAIL_ABOVE, FAIL_BELOW, METRIC};

/// Which side of the bound fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// Scores below it fail.
    Below,
    /// Scores above it fail.
    Above,
}

/// A bound on the worst case of one metric.
#[derive(Debug, Clone, PartialEq)]
pub struct WorstCaseBound {
    /// The metric's name.
    pub metric: String,
    /// Which side fails.
    pub bound: Bound,
    /// The bound.
    pub threshold: f64,
    /// Whether the metric has a better and a worse end.
    directed: bool,
}

impl WorstCaseBound {
    /// Reads `METRIC=VALUE` against the metrics of the run, one or more; `task` is the target's, where there is one.
    ///
    /// # Errors
    /// An input error for anything else, for a metric that is not computed, and for the bound that
    /// does not fit the metric's direction.
    pub fn parse(text: &str, bound: Bound, metrics: &[(String, Direction)], task: Option<Task>) -> Result<Self> {
        let (option, other) = match bound {
            Bound::Below => (FAIL_BELOW, FAIL_ABOVE),
            Bound::Above => (FAIL_ABOVE, FAIL_BELOW),
        };
        let place = option.to(text);
        let (name, value) = text.rsplit_once('=').unwrap_or((text, ""));
        let (name, value) = (name.trim(), value.trim());
        if name.is_empty() || value.is_empty() {
            return Err(Error::claim(example(text, bound, metrics)).at(place));
        }
        let threshold = read_share(value).map_err(|_| Error::claim(format!("'{value}' is not a number")).at(&place))?;
        let computed_at = place_of_metric(name, metrics.iter().map(|m| m.0.as_str()));
        let (metric, direction) = computed_at.map(|at| &metrics[at]).ok_or_else(|| {
            let computed: Vec<&str> = metrics.iter().map(|m| m.0.as_str()).collect();
            let base = name.split('[').next().unwrap_or(name);
            let Some(info) = find(base) else {
                let what = unknown_metric(base, task);
                return Error::claim(what).at(&place);
            };
            let name = name.replacen(base, info.name, 1);
            Error::claim(format!("metric '{name}' is not computed in this run (it computes {})", computed.join(", ")))
                .at(&place)
                .advise(format!("add {}", METRIC.to(&name)))
        })?;
        let fits = match direction {
            Direction::Higher => bound == Bound::Below,
            Direction::Lower => bound == Bound::Above,
            Direction::None => true,
        };
        if !fits {
            let better = if *direction == Direction::Higher { "higher" } else { "lower" };
            return Err(Error::claim(format!(
                "{name} is better when {better}, so its worst case is bounded by {}",
                other.to(format!("{name}={value}"))
            ))
            .at(place));
        }
        let gate = Self { metric: metric.clone(), bound, threshold, directed: *direction != Direction::None };
        check_possible(&gate.claim().statement).map_err(|why| Error::claim(why.what).at(place))?;
        Ok(gate)
    }
}

/// What to write, where it is not `METRIC=VALUE`: with the metric and the number that are there, if they are.
fn example(text: &str, bound: Bound, metrics: &[(String, Direction)]) -> String {
    let words = || text.split(['=', ':', '<', '>', ' ']).map(str::trim).filter(|w| !w.is_empty());
    let number = words().find(|w| w.parse::<f64>().is_ok()).unwrap_or("0.5");
    let named = words().find_map(|w| {
        let base = w.split('[').next().unwrap_or(w);
        find(base).map(|info| (w.replacen(base, info.name, 1), info.direction))
    });
    let fits = |m: &&(String, Direction)| match bound {
        Bound::Below => m.1 != Direction::Lower,
        Bound::Above => m.1 != Direction::Higher,
    };
    let fitting = || metrics.iter().find(fits).unwrap_or(&metrics[0]);
    let (name, direction) = named.unwrap_or_else(|| fitting().clone());
    let option = if direction == Direction::Lower { FAIL_ABOVE } else { FAIL_BELOW };
    format!("write METRIC=VALUE, as in {}", option.to(format!("{name}={number}")))
}

impl WorstCaseBound {
    /// The claim that a gate stands for.
    pub fn claim(&self) -> Claim {
        let smallest = self.bound == Bound::Below;
        // The worst of a metric without direction is its smallest score.
        let statistic = Arc::new(if self.directed || smallest { WORST } else { MAX });
        let score = Score {
            model: None,
            metric: self.metric.clone(),
            place: Offset::default(),
            model_place: Offset::default(),
        };
        Claim {
            name: None,
            why: None,
            statement: Statement {
                left: Expression::Term(Term { statistic, score }),
                comparison: if smallest { Comparison::AtLeast } else { Comparison::AtMost },
                right: if self.threshold < 0.0 {
                    Expression::Negative(Box::new(Expression::Number(-self.threshold)))
                } else {
                    Expression::Number(self.threshold)
                },
            },
            confidence: None,
            allowed: Allowed::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str, bound: Bound) -> Result<WorstCaseBound> {
        let metrics = [("r2", Direction::Higher), ("rmse", Direction::Lower), ("mae", Direction::Lower)];
        let metrics = metrics.map(|(name, direction)| (name.to_owned(), direction));
        WorstCaseBound::parse(text, bound, &metrics, Some(Task::Regression))
    }

    #[test]
    fn the_bound_must_fit_the_direction_and_the_metric_must_be_computed() {
        let err = |t, b| parse(t, b).unwrap_err().to_string();
        assert!(err("rmse=3", Bound::Below).contains("--fail-above rmse=3"));
        assert!(err("r2=0.5", Bound::Above).contains("--fail-below r2=0.5"));
        assert!(err("mape=0.5", Bound::Above).contains("--metric mape"));
        assert!(err("r2=high", Bound::Below).contains("not a number"));
        for (text, bound, advice) in [
            ("r2", Bound::Below, "as in --fail-below r2=0.5"),
            ("R2", Bound::Below, "as in --fail-below r2=0.5"),
            ("rmse", Bound::Below, "as in --fail-above rmse=0.5"),
            ("0.3", Bound::Below, "as in --fail-below r2=0.3"),
            ("0.3", Bound::Above, "as in --fail-above rmse=0.3"),
            ("r2>0.3", Bound::Below, "as in --fail-below r2=0.3"),
            ("=0.3", Bound::Below, "as in --fail-below r2=0.3"),
            ("mae=", Bound::Above, "as in --fail-above mae=0.5"),
        ] {
            assert!(err(text, bound).ends_with(advice), "{}", err(text, bound));
        }
        assert!(err("neg_mae=3", Bound::Above).contains("use mae"));
        assert_eq!(parse("RMSE=3", Bound::Above).unwrap().metric, "rmse");
    }

    #[test]
    fn a_gate_is_a_claim_on_the_worst_split() {
        let text = |t: &str, b| parse(t, b).unwrap().claim().statement.to_string();
        assert_eq!(text("rmse=3", Bound::Above), "worst(rmse) <= 3");
        assert_eq!(text("r2=-0.50", Bound::Below), "worst(r2) >= -0.5");
    }
}
