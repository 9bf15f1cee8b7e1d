//! `--fail-below` and `--fail-above`: a bound on the worst split.

use super::{Claim, Verdict};
use crate::error::{Error, Result};
use crate::metric::{Direction, Metric};

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
pub struct Gate {
    /// The metric's name.
    pub metric: String,
    /// Which side fails.
    pub bound: Bound,
    /// The bound.
    pub threshold: f64,
}

impl Gate {
    /// Reads `METRIC=VALUE` against the metrics of the run.
    ///
    /// # Errors
    /// An input error for anything else, for a metric that is not computed, and for the bound that
    /// does not fit the metric's direction.
    pub fn parse(text: &str, bound: Bound, metrics: &[Metric]) -> Result<Self> {
        let (option, other) = match bound {
            Bound::Below => ("--fail-below", "--fail-above"),
            Bound::Above => ("--fail-above", "--fail-below"),
        };
        let (name, value) = text.rsplit_once('=').ok_or_else(|| {
            Error::input(format!("{option} {text}: write METRIC=VALUE, as in {option} {}=0.5", metrics[0].name))
        })?;
        let (name, value) = (name.trim(), value.trim());
        let threshold: f64 = value
            .parse()
            .ok()
            .filter(|v: &f64| v.is_finite())
            .ok_or_else(|| Error::input(format!("{option} {text}: '{value}' is not a number")))?;
        let metric = metrics.iter().find(|m| m.name == name).ok_or_else(|| {
            let computed: Vec<&str> = metrics.iter().map(|m| m.name.as_str()).collect();
            Error::input(format!(
                "{option} {text}: metric '{name}' is not computed in this run (it computes {}); add --metric {name}",
                computed.join(", ")
            ))
        })?;
        let fits = match metric.direction {
            Direction::Higher => bound == Bound::Below,
            Direction::Lower => bound == Bound::Above,
            Direction::None => true,
        };
        if !fits {
            let better = if metric.direction == Direction::Higher { "higher" } else { "lower" };
            return Err(Error::input(format!(
                "{option} {text}: {name} is better when {better}, so its worst case is bounded by {other} {name}={value}"
            )));
        }
        Ok(Self { metric: name.to_owned(), bound, threshold })
    }
}

/// Judges a gate for one model, given the lowest and highest score with their split numbers: it holds
/// if the one that matters is on the right side of the bound or on it. Where no split has a score, it
/// fails.
pub fn judge(gate: &Gate, model: &str, lowest: Option<(f64, u64)>, highest: Option<(f64, u64)>) -> Claim {
    let (extreme, sign, symbol) = match gate.bound {
        Bound::Below => (lowest, 1.0, ">="),
        Bound::Above => (highest, -1.0, "<="),
    };
    let margin = extreme.map(|(score, _)| sign * (score - gate.threshold));
    Claim {
        text: format!("worst({}) {symbol} {}", gate.metric, gate.threshold),
        model: model.to_owned(),
        verdict: if margin.is_some_and(|m| m >= 0.0) { Verdict::Holds } else { Verdict::Fails },
        observed: extreme.map(|e| e.0),
        threshold: gate.threshold,
        margin,
        split: extreme.map(|e| e.1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Target;

    fn metrics() -> Vec<Metric> {
        Metric::parse_all(&[], &Target::Regression { values: vec![1.0, 2.0] }).unwrap()
    }

    #[test]
    fn the_bound_must_fit_the_direction_and_the_metric_must_be_computed() {
        let err = |t, b| Gate::parse(t, b, &metrics()).unwrap_err().to_string();
        assert!(err("rmse=3", Bound::Below).contains("--fail-above rmse=3"));
        assert!(err("r2=0.5", Bound::Above).contains("--fail-below r2=0.5"));
        assert!(err("mape=0.5", Bound::Above).contains("--metric mape"));
        assert!(err("r2=high", Bound::Below).contains("not a number"));
        assert!(err("r2", Bound::Below).contains("METRIC=VALUE"));
    }

    #[test]
    fn the_worst_split_decides_and_no_score_fails() {
        let gate = Gate::parse("rmse=3", Bound::Above, &metrics()).unwrap();
        let claim = judge(&gate, "ridge", Some((1.0, 4)), Some((3.5, 7)));
        assert_eq!(
            (claim.verdict, claim.observed, claim.margin, claim.split),
            (Verdict::Fails, Some(3.5), Some(-0.5), Some(7))
        );
        assert_eq!(judge(&gate, "ridge", Some((1.0, 4)), Some((3.0, 7))).verdict, Verdict::Holds);
        assert_eq!(judge(&gate, "ridge", None, None).verdict, Verdict::Fails);
    }
}
