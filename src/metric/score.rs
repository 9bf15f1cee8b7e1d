//! Metrics as asked for, and their values.

use std::cell::OnceCell;
use std::sync::Arc;

use super::classification::{Average, Confusion, Rate, brier, log_loss};
use super::ranking::{average_precision, roc_auc};
use super::registry::{Direction, defaults, find, name_and_label, unknown_metric};
use super::regression as reg;
use super::value::Value;
use crate::data::{Target, Task, place_of_label};
use crate::error::{Error, Result, did_you_mean};
use crate::model::Predictions;
use crate::stats::mean;

/// Why a score does not exist on some rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Undefined(pub &'static str);

/// A metric as asked for: its name, with the label where it is of one class.
#[derive(Debug, Clone)]
pub struct NamedMetric {
    /// Name in reports, such as `r2` or `recall[fraud]`.
    pub name: String,
    /// Which way it gets better.
    pub direction: Direction,
    kind: Kind,
    value: Option<Arc<Value>>,
}

type OfSquares = fn(f64, &dyn Fn() -> Result<f64, Undefined>, f64) -> Result<f64, Undefined>;

#[derive(Debug, Clone, Copy)]
enum Kind {
    Values(fn(&[f64], &[f64]) -> Result<f64, Undefined>),
    /// Of the sum of squared errors, the squared deviation of the true values, and the rows.
    Squares(OfSquares),
    Labels(fn(&Confusion) -> Result<f64, Undefined>),
    Rate(Rate, Average),
    Support(u32),
    RocAuc,
    AveragePrecision,
    LogLoss,
    Brier,
    /// So many rows' worth.
    Value(f64),
}

fn kind(base: &str, class: Option<u32>) -> Option<Kind> {
    let rate = |name: &str| match name {
        "precision" => Some(Rate::Precision),
        "recall" => Some(Rate::Recall),
        "f1" => Some(Rate::F1),
        _ => None,
    };
    Some(match base {
        "r2" => Kind::Squares(|squares, total, _| Ok(1.0 - squares / total()?)),
        "rmse" => Kind::Squares(|squares, _, n| Ok((squares / n).sqrt())),
        "mse" => Kind::Squares(|squares, _, n| Ok(squares / n)),
        "mae" => Kind::Values(|t, p| Ok(reg::mae(t, p))),
        "medae" => Kind::Values(|t, p| Ok(reg::medae(t, p))),
        "mape" => Kind::Values(|t, p| Ok(reg::mape(t, p))),
        "max_error" => Kind::Values(|t, p| Ok(reg::max_error(t, p))),
        "explained_variance" => Kind::Values(reg::explained_variance),
        "poisson_deviance" => Kind::Values(reg::poisson_deviance),
        "accuracy" => Kind::Labels(|c| Ok(c.accuracy())),
        "balanced_accuracy" => Kind::Labels(|c| Ok(c.balanced_accuracy())),
        "mcc" => Kind::Labels(|c| Ok(c.mcc())),
        "kappa" => Kind::Labels(Confusion::kappa),
        "roc_auc" => Kind::RocAuc,
        "average_precision" => Kind::AveragePrecision,
        "log_loss" => Kind::LogLoss,
        "brier" => Kind::Brier,
        "support" => Kind::Support(class?),
        _ => {
            if let Some(name) = base.strip_suffix("_macro") {
                Kind::Rate(rate(name)?, Average::Macro)
            } else if let Some(name) = base.strip_suffix("_weighted") {
                Kind::Rate(rate(name)?, Average::Weighted)
            } else {
                Kind::Rate(rate(base)?, Average::Class(class?))
            }
        }
    })
}

/// Checks that a metric, if there is one of that name, is for a task.
///
/// # Errors
/// An input error that says which metrics are.
pub(crate) fn check_metric_task(spec: &str, task: Task) -> Result<()> {
    let Some(info) = find(name_and_label(spec).0).filter(|info| info.task != task) else { return Ok(()) };
    let (of, is) = match task {
        Task::Regression => ("labels (classification)", "a number"),
        Task::Classification => ("numbers (regression)", "a label"),
    };
    let usual = defaults(task, 2);
    Err(Error::input(format!(
        "metric '{}' is for {of}, and the target is {is}: use {}, or another of `randsplit metrics`",
        info.name,
        usual.join(", ")
    )))
}

impl NamedMetric {
    /// Reads the metrics asked for; with none, the defaults of the task. `recall[*]` stands for one
    /// metric a class.
    ///
    /// # Errors
    /// An input error for an unknown metric or label, or one of the other task.
    pub fn parse_all(specs: &[String], target: &Target) -> Result<Vec<Self>> {
        let mut metrics: Vec<Self> = Vec::new();
        let standard = defaults(target.task(), target.labels().len());
        let standard: Vec<String> = standard.iter().map(|s| (*s).to_owned()).collect();
        for spec in if specs.is_empty() { &standard } else { specs } {
            if let Some(base) = spec.strip_suffix("[*]").filter(|_| target.task() == Task::Classification) {
                for label in target.labels() {
                    metrics.push(Self::parse(&format!("{base}[{label}]"), target)?);
                }
            } else {
                metrics.push(Self::parse(spec, target)?);
            }
        }
        let mut seen = std::collections::HashSet::new();
        metrics.retain(|m| seen.insert(m.name.clone()));
        Ok(metrics)
    }

    /// Reads one metric.
    ///
    /// # Errors
    /// As [`NamedMetric::parse_all`].
    pub fn parse(spec: &str, target: &Target) -> Result<Self> {
        let (base, label) = name_and_label(spec);
        let info = find(base).ok_or_else(|| Error::input(unknown_metric(base, target.task())))?;
        let base = info.name;
        check_metric_task(base, target.task())?;
        let class = match (label, target) {
            (Some(label), Target::Classification { labels, .. }) => {
                if !matches!(base, "precision" | "recall" | "f1" | "support") {
                    return Err(Error::input(format!(
                        "metric '{base}' takes no label; precision, recall, f1 and support do"
                    )));
                }
                Some(place_of_label(label, labels.iter().map(String::as_str)).map(|i| i as u32).ok_or_else(|| {
                    Error::input(format!(
                        "no label '{label}' for metric '{base}'{}; the labels are {}",
                        did_you_mean(label, labels.iter().map(String::as_str)),
                        labels.join(", ")
                    ))
                })?)
            }
            (None, Target::Classification { positive, .. }) => *positive,
            (Some(_), Target::Regression { .. }) => {
                return Err(Error::input(format!("metric '{base}' takes no label")));
            }
            (None, Target::Regression { .. }) => None,
        };
        if base == "support" && label.is_none() {
            return Err(Error::input("metric 'support' needs a label, as in support[yes]"));
        }
        let kind = kind(base, class).ok_or_else(|| {
            Error::input(format!(
                "metric '{base}' needs a positive class, and the target has {} classes; use {base}_macro, {base}_weighted or {base}[LABEL]",
                target.labels().len()
            ))
        })?;
        // Named by the label as the file spells it.
        let name = match (label, class) {
            (Some(_), Some(class)) => format!("{base}[{}]", target.labels()[class as usize]),
            _ => base.to_owned(),
        };
        Ok(Self { name, direction: info.direction, kind, value: None })
    }

    /// The metrics of what predictions are worth: a row, and a year.
    pub fn of_value(value: &Arc<Value>) -> [Self; 2] {
        [("value_per_row", 1.0), ("value_per_year", value.rows_per_year)].map(|(name, rows)| Self {
            name: name.to_owned(),
            direction: Direction::Higher,
            kind: Kind::Value(rows),
            value: Some(Arc::clone(value)),
        })
    }

    /// What predictions are worth, where it is a metric of that.
    pub fn value(&self) -> Option<&Value> {
        self.value.as_deref()
    }

    /// Whether it needs a threshold that train rows choose.
    pub fn needs_threshold(&self) -> bool {
        self.value.as_ref().is_some_and(|v| v.chooses())
    }
}

/// The true values of some rows.
#[derive(Debug)]
enum Truth<'a> {
    Values(Vec<f64>),
    Classes { codes: Vec<u32>, labels: &'a [String], positive: Option<u32> },
}

/// Computes several metrics at once, for the predictions of any number of models for the same rows.
#[derive(Debug)]
pub struct Scorer<'a> {
    metrics: &'a [NamedMetric],
    truth: Truth<'a>,
    /// Squared deviation of the true values from their mean: the same for every model.
    deviation: OnceCell<Result<f64, Undefined>>,
}

impl<'a> Scorer<'a> {
    /// For the given rows (used rows, possibly repeated) of a target.
    pub fn new(metrics: &'a [NamedMetric], target: &'a Target, rows: &[u32]) -> Self {
        let truth = match target {
            Target::Regression { values } => Truth::Values(rows.iter().map(|r| values[*r as usize]).collect()),
            Target::Classification { codes, labels, positive } => {
                let codes = rows.iter().map(|r| codes[*r as usize]).collect();
                Truth::Classes { codes, labels, positive: *positive }
            }
        };
        Self { metrics, truth, deviation: OnceCell::new() }
    }

    fn value(&self) -> Option<&Value> {
        self.metrics.iter().find_map(NamedMetric::value)
    }

    /// The scores of predictions for these rows, in the order of the metrics.
    pub fn score(&self, predictions: &Predictions) -> Vec<Result<f64, Undefined>> {
        self.score_at(predictions, None)
    }

    /// The same with a threshold that inner folds of the train rows have chosen.
    pub fn score_at(&self, predictions: &Predictions, threshold: Option<f64>) -> Vec<Result<f64, Undefined>> {
        let worth = |one: &dyn Fn(&Value) -> Result<f64, Undefined>| {
            self.value().map_or(Err(Undefined("no value is given")), one)
        };
        match (&self.truth, predictions) {
            (Truth::Values(truth), Predictions::Values(predicted)) => {
                let finite = predicted.iter().all(|p| p.is_finite());
                let squares = OnceCell::new();
                let total = || *self.deviation.get_or_init(|| reg::total_deviation(truth));
                self.each(|kind| match kind {
                    _ if !finite => Err(Undefined("a prediction is not a finite number")),
                    Kind::Values(f) => f(truth, predicted),
                    Kind::Squares(f) => {
                        let squares = *squares.get_or_init(|| reg::squared_error(truth, predicted));
                        f(squares, &total, truth.len() as f64)
                    }
                    Kind::Value(rows) => worth(&|v| Ok(rows * v.of_numbers(truth, predicted)?)),
                    _ => Err(Undefined("it is for classification")),
                })
            }
            (Truth::Classes { codes: truth, labels, positive }, Predictions::Classes { labels: predicted, .. }) => {
                let confusion = Confusion::new(truth, predicted, labels.len());
                self.each(|kind| match kind {
                    Kind::Labels(f) => f(&confusion),
                    Kind::Rate(rate, average) => Ok(confusion.rate(rate, average)),
                    Kind::Support(class) => Ok(confusion.support(class as usize)),
                    Kind::RocAuc => ranked(truth, labels.len(), *positive, predictions, roc_auc),
                    Kind::AveragePrecision => ranked(truth, labels.len(), *positive, predictions, average_precision),
                    Kind::LogLoss => probabilities(predictions).map(|p| log_loss(truth, p)),
                    Kind::Brier => probabilities(predictions).map(|p| brier(truth, p)),
                    Kind::Value(rows) => worth(&|v| Ok(rows * v.of_classes(truth, predictions, threshold)?)),
                    Kind::Values(_) | Kind::Squares(_) => Err(Undefined("it is for regression")),
                })
            }
            _ => self.each(|_| Err(Undefined("the predictions are of the other task"))),
        }
    }

    fn each(&self, score: impl Fn(Kind) -> Result<f64, Undefined>) -> Vec<Result<f64, Undefined>> {
        let finite = |s: f64| if s.is_finite() { Ok(s) } else { Err(Undefined("the result is not a finite number")) };
        self.metrics.iter().map(|m| score(m.kind).and_then(finite)).collect()
    }
}

fn probabilities(predictions: &Predictions) -> Result<ndarray::ArrayView2<'_, f64>, Undefined> {
    match predictions {
        Predictions::Classes { probabilities: Some(p), .. } => Ok(p.view()),
        _ => Err(Undefined("the model gives no probabilities")),
    }
}

/// One ranking metric: of the positive class, or the mean over one-vs-rest of all classes.
fn ranked(
    truth: &[u32],
    classes: usize,
    positive: Option<u32>,
    predictions: &Predictions,
    metric: fn(&[bool], &[f64]) -> Result<f64, Undefined>,
) -> Result<f64, Undefined> {
    let Predictions::Classes { probabilities, decision, .. } = predictions else {
        return Err(Undefined("it is for classification"));
    };
    let scores = probabilities.as_ref().or(decision.as_ref()).ok_or(Undefined("the model ranks no rows"))?;
    let of = |class: u32| {
        let is: Vec<bool> = truth.iter().map(|t| *t == class).collect();
        metric(&is, &scores.column(class as usize).to_vec())
    };
    match positive {
        Some(class) => of(class),
        None => {
            let each = (0..classes as u32).map(of).collect::<Result<Vec<f64>, _>>()?;
            Ok(mean(&each))
        }
    }
}
