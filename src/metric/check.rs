//! The contract of a metric as a test suite, in the manner of scikit-learn's `check_estimator`.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::contract::{Direction, Metric, Needs, Undefined};
use super::named::check_name;
use super::rows::{ScoredRows, Truth};
use crate::data::{Target, Task};
use crate::model::Predictions;
use ndarray::Array2;

/// Rows of the tables that a metric is tried on.
const ROWS: usize = 60;

/// Scores in other orders of the rows may differ by rounding, up to this share of them.
const ROUNDING: f64 = 1e-9;

/// A table with predictions.
struct Case {
    what: &'static str,
    target: Target,
    predictions: Predictions,
}

/// Checks a metric: that its name can stand in a claim and its bounds are in order, that its score is the same each
/// time and in any order of the rows, lies in its bounds, is better where predictions are right than where they are
/// not, that it is [`Undefined`] rather than not finite, that it can do without probabilities where it says so and says
/// that they are missing where it does not, and that it does not panic: on one row, a constant target, one class, a
/// class without rows, and predictions of the other task.
/// # Errors
/// A sentence about the first thing that is wrong.
pub fn check_metric(metric: &dyn Metric) -> Result<(), String> {
    let checked = check_name(&metric.name()).and_then(|()| check_contract(metric));
    checked.map_err(|what| format!("metric '{}': {what}", metric.name()))
}

/// The same of a metric whatever its name.
fn check_contract(metric: &dyn Metric) -> Result<(), String> {
    let [least, most] = metric.bounds();
    if least.is_nan() || most.is_nan() || least >= most {
        return Err(format!("its bounds, {least} and {most}, are not in order"));
    }
    let cases = cases(metric.needs());
    for case in &cases {
        check_case(metric, case).map_err(|what| format!("{what}, with {}", case.what))?;
    }
    let whole = |case: &Case| score(metric, &case.target, &case.predictions, &all_rows(&case.target));
    let (right, off) = (whole(&cases[0])?, whole(&cases[1])?);
    let better = match (right, off, metric.direction()) {
        (Err(Undefined(why)), ..) => return Err(format!("right predictions have no score: {why}")),
        (Ok(right), Ok(off), direction @ (Direction::Higher | Direction::Lower)) => {
            direction.sign() * (right - off) > 0.0
        }
        (_, _, Direction::None) | (_, Err(_), _) => true,
    };
    if !better {
        return Err(format!("right predictions score {right:?}, no better than the {off:?} of wrong ones"));
    }
    check_needs(metric, &cases[0])?;
    let other = if metric.needs().task() == Task::Regression { Needs::Labels } else { Needs::Numbers };
    match whole(&self::cases(other)[0])? {
        Ok(score) => Err(format!("it needs {:?}, and scores the other task {score}", metric.needs())),
        Err(_) => Ok(()),
    }
}

/// Checks that a metric of classes does without what it does not need, and says so where what it needs is missing.
fn check_needs(metric: &dyn Metric, case: &Case) -> Result<(), String> {
    let Predictions::Classes { labels, probabilities, .. } = &case.predictions else { return Ok(()) };
    let of = |probabilities: Option<Array2<f64>>, decision: Option<Array2<f64>>| {
        let predictions = Predictions::Classes { labels: labels.clone(), probabilities, decision };
        score(metric, &case.target, &predictions, &all_rows(&case.target))
    };
    let (bare, ranked) = (of(None, None)?, of(None, probabilities.clone())?);
    match (metric.needs(), bare, ranked) {
        (Needs::Labels, Err(Undefined(why)), _) => {
            Err(format!("it needs labels alone, and without probabilities: {why}"))
        }
        (Needs::Probabilities | Needs::Ranks, Ok(score), _) => {
            Err(format!("it needs {:?}, and scores {score} without", metric.needs()))
        }
        (Needs::Probabilities, _, Ok(score)) => Err(format!("it needs probabilities, and scores {score} without")),
        (Needs::Ranks, _, Err(Undefined(why))) => {
            Err(format!("it needs ranks, and of a model that gives these: {why}"))
        }
        (Needs::Numbers | Needs::Labels, ..) | (Needs::Probabilities, _, Err(_)) | (Needs::Ranks, _, Ok(_)) => Ok(()),
    }
}

fn all_rows(target: &Target) -> Vec<u32> {
    (0..target.len() as u32).collect()
}

/// The score of predictions for rows of a target, each time of the same.
fn score(
    metric: &dyn Metric,
    target: &Target,
    predictions: &Predictions,
    rows: &[u32],
) -> Result<Result<f64, Undefined>, String> {
    let truth = Truth::new(target, rows);
    let once = || metric.score(&ScoredRows::new(&truth, predictions, None));
    let both = catch_unwind(AssertUnwindSafe(|| (once(), once())));
    let (first, second) = both.map_err(|_| "it panics".to_owned())?;
    let same = match (first, second) {
        (Ok(a), Ok(b)) => a.to_bits() == b.to_bits(),
        (a, b) => a == b,
    };
    if same { Ok(first) } else { Err(format!("it gives {first:?}, and then {second:?}")) }
}

/// Checks the score of one table, and that it is that of its rows in another order.
fn check_case(metric: &dyn Metric, case: &Case) -> Result<(), String> {
    let rows = all_rows(&case.target);
    let found = score(metric, &case.target, &case.predictions, &rows)?;
    let reversed: Vec<usize> = rows.iter().rev().map(|row| *row as usize).collect();
    let turned: Vec<u32> = rows.iter().rev().copied().collect();
    let other = score(metric, &case.target, &case.predictions.pick(&reversed), &turned)?;
    match (found, other) {
        (Ok(a), Ok(b)) => {
            let [least, most] = metric.bounds();
            if !a.is_finite() {
                return Err(format!("its score is {a}; return Undefined with the reason"));
            }
            if a < least || a > most {
                return Err(format!("its score {a} is not from {least} to {most}"));
            }
            if (a - b).abs() > ROUNDING * a.abs().max(1.0) {
                return Err(format!("its score {a} becomes {b} in another order of the rows"));
            }
            Ok(())
        }
        (Err(_), Err(_)) => Ok(()),
        (a, b) => Err(format!("it gives {a:?}, and {b:?} in another order of the rows")),
    }
}

/// The tables that a metric is tried on; predictions of the first are right, and those of the second mostly wrong.
fn cases(needs: Needs) -> Vec<Case> {
    if needs == Needs::Numbers {
        let truth: Vec<f64> = (0..ROWS).map(|i| ((i * 7) % 13 + 1) as f64).collect();
        let off: Vec<f64> = (0..ROWS).map(|i| ((i * 5) % 11 + 2) as f64).collect();
        let below: Vec<f64> = truth.iter().map(|t| 5.0 - t).collect();
        let numbers = |what, truth: &[f64], predicted: &[f64]| Case {
            what,
            target: Target::Regression { values: truth.to_vec() },
            predictions: Predictions::Values(predicted.to_vec()),
        };
        return vec![
            numbers("right predictions", &truth, &truth),
            numbers("wrong predictions", &truth, &off),
            numbers("numbers below 0", &below, &off),
            numbers("predictions below 0", &truth, &below),
            numbers("a constant target", &[3.0; 8], &off[..8]),
            numbers("a constant target that is predicted", &[3.0; 8], &[3.0; 8]),
            numbers("predictions that do not vary", &truth, &[4.5; ROWS]),
            numbers("one row", &truth[..1], &off[..1]),
            numbers("a prediction that is not finite", &truth[..2], &[1.0, f64::NAN]),
        ];
    }
    let two: Vec<u32> = (0..ROWS).map(|i| u32::from(i % 3 == 0)).collect();
    let three: Vec<u32> = (0..ROWS).map(|i| (i % 3) as u32).collect();
    let other = |truth: &[u32], classes: u32| -> Vec<u32> {
        truth.iter().enumerate().map(|(i, t)| if i % 4 == 0 { *t } else { (t + 1) % classes }).collect()
    };
    let classes = |what, truth: &[u32], predicted: &[u32], classes: u32| {
        let sure = |(i, c): (usize, usize)| {
            let sure = 0.6 + 0.3 * (i % 5) as f64 / 5.0;
            if predicted[i] as usize == c { sure } else { (1.0 - sure) / f64::from(classes - 1) }
        };
        Case {
            what,
            target: Target::Classification {
                codes: truth.to_vec(),
                labels: ('a'..='z').take(classes as usize).map(String::from).collect(),
                positive: (classes == 2).then_some(1),
            },
            predictions: Predictions::Classes {
                labels: predicted.to_vec(),
                probabilities: Some(Array2::from_shape_fn((predicted.len(), classes as usize), sure)),
                decision: None,
            },
        }
    };
    vec![
        classes("right predictions", &two, &two, 2),
        classes("wrong predictions", &two, &other(&two, 2), 2),
        classes("rows of one class", &[1; 8], &two[..8], 2),
        classes("rows of the other class", &[0; 8], &two[..8], 2),
        classes("predictions of one class", &two, &[0; ROWS], 2),
        classes("one class alone", &[1; 8], &[1; 8], 2),
        classes("one row", &two[..1], &two[1..2], 2),
        classes("three classes", &three, &other(&three, 3), 3),
        classes("a class without rows", &two, &other(&two, 3), 3),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::{METRICS, NamedMetric};

    #[test]
    fn every_metric_keeps_the_contract() {
        for info in METRICS {
            let target = &cases(info.needs)[0].target;
            let mut names = vec![info.name.to_owned()];
            if info.takes_label() {
                names = vec![format!("{}[a]", info.name), format!("{}[b]", info.name)];
            }
            for name in names {
                let metric = NamedMetric::parse(&name, target).unwrap();
                assert_eq!(check_contract(metric.metric.as_ref()), Ok(()));
            }
        }
    }

    /// A metric of numbers that is wrong in one way.
    #[derive(Debug)]
    struct Wrong {
        name: &'static str,
        direction: Direction,
        needs: Needs,
        bounds: [f64; 2],
        score: fn(&ScoredRows) -> Result<f64, Undefined>,
    }

    impl Metric for Wrong {
        fn name(&self) -> String {
            self.name.to_owned()
        }

        fn direction(&self) -> Direction {
            self.direction
        }

        fn needs(&self) -> Needs {
            self.needs
        }

        fn bounds(&self) -> [f64; 2] {
            self.bounds
        }

        fn score(&self, rows: &ScoredRows) -> Result<f64, Undefined> {
            (self.score)(rows)
        }
    }

    #[test]
    fn what_breaks_the_contract_is_named() {
        use std::sync::atomic::{AtomicUsize, Ordering};
        static CALLS: AtomicUsize = AtomicUsize::new(0);
        let mae = |rows: &ScoredRows| {
            let (truth, predicted) = rows.numbers()?;
            Ok(truth.iter().zip(predicted).map(|(t, p)| (t - p).abs()).sum::<f64>() / truth.len() as f64)
        };
        let good = || Wrong {
            name: "own",
            direction: Direction::Lower,
            needs: Needs::Numbers,
            bounds: [0.0, f64::INFINITY],
            score: mae,
        };
        assert_eq!(check_metric(&good()), Ok(()));
        let accuracy = |rows: &ScoredRows| {
            let (truth, called) = rows.labels()?;
            Ok(truth.iter().zip(called).filter(|(t, c)| t == c).count() as f64 / truth.len() as f64)
        };
        for (metric, words) in [
            (Wrong { name: "a name", ..good() }, "letters, digits"),
            (Wrong { name: "rmse", ..good() }, "a name of the metric rmse"),
            (Wrong { bounds: [1.0, 0.0], ..good() }, "not in order"),
            (Wrong { bounds: [0.0, 2.0], ..good() }, "is not from 0 to 2"),
            (Wrong { direction: Direction::Higher, ..good() }, "no better than"),
            (
                Wrong { score: |rows| Ok(rows.numbers()?.0[0]), bounds: crate::stats::UNBOUNDED, ..good() },
                "another order",
            ),
            (Wrong { score: |_| Ok(CALLS.fetch_add(1, Ordering::Relaxed) as f64), ..good() }, "and then"),
            (Wrong { score: |rows| Ok(1.0 / (rows.count() as f64 - 1.0)), ..good() }, "its score is inf"),
            (
                Wrong { score: |rows| Ok(rows.numbers()?.0[1]), bounds: crate::stats::UNBOUNDED, ..good() },
                "another order",
            ),
            (
                Wrong {
                    score: |rows| {
                        Ok(rows.numbers().map_or(0.5, |(t, p)| t.iter().zip(p).map(|(t, p)| (t - p).abs()).sum()))
                    },
                    ..good()
                },
                "scores the other task",
            ),
            (
                Wrong { needs: Needs::Probabilities, direction: Direction::Higher, score: accuracy, ..good() },
                "scores 1 without",
            ),
            (
                Wrong { needs: Needs::Labels, score: |rows| rows.probabilities().map(|p| p[[0, 0]]), ..good() },
                "another order",
            ),
        ] {
            let what = check_metric(&metric).unwrap_err();
            assert!(what.contains(words) && what.starts_with("metric '"), "{what}");
        }
        let panics = Wrong { score: |rows| Ok(rows.numbers()?.0[1]), ..good() };
        let one = &cases(Needs::Numbers)[7];
        assert!(score(&panics, &one.target, &one.predictions, &[0]).unwrap_err().contains("panics"));
    }
}
