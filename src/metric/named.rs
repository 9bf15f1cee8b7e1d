//! Metrics as asked for in a run.

use std::collections::HashSet;
use std::sync::Arc;

use super::contract::{Direction, Metric, Needs, Undefined};
use super::rare::usual_metrics;
use super::registry::{Formula, METRICS, MetricInfo, find, is_known, name_and_label, unknown_metric, usual};
use super::rows::ScoredRows;
use super::value::{Value, ValueMetric};
use crate::data::{Target, Task, place_of_label};
use crate::error::{Error, Result, Subject, did_you_mean};
use crate::names::listed;

/// A metric that is asked for: by name, or a user's own.
#[derive(Debug, Clone)]
pub enum MetricSpec {
    /// By name, such as `r2`, `recall[fraud]` or `f1[*]`.
    Named(String),
    /// A user's own.
    Own(Arc<dyn Metric>),
    /// A user's own that is computed otherwise of numbers than of labels.
    OfTask {
        /// For a target of numbers.
        numbers: Arc<dyn Metric>,
        /// For a target of labels.
        labels: Arc<dyn Metric>,
    },
}

impl From<&str> for MetricSpec {
    fn from(name: &str) -> Self {
        Self::Named(name.to_owned())
    }
}

impl From<String> for MetricSpec {
    fn from(name: String) -> Self {
        Self::Named(name)
    }
}

impl<M: Metric + 'static> From<M> for MetricSpec {
    fn from(metric: M) -> Self {
        Self::Own(Arc::new(metric))
    }
}

impl MetricSpec {
    /// Checks that it, if there is one of that name, is for a task.
    ///
    /// # Errors
    /// An input error that says which metrics are.
    pub(crate) fn check_task(&self, task: Task) -> Result<()> {
        let (name, needs) = match self {
            Self::Named(name) => match find(name_and_label(name).0) {
                Some(info) => (info.name.to_owned(), info.needs),
                None => return Ok(()),
            },
            Self::Own(metric) => (metric.name(), metric.needs()),
            Self::OfTask { .. } => return Ok(()),
        };
        if needs.task() == task {
            return Ok(());
        }
        let (of, is) = match task {
            Task::Regression => ("labels (classification)", "a number"),
            Task::Classification => ("numbers (regression)", "a label"),
        };
        Err(Error::metric(format!(
            "metric '{name}' is for {of}, and the target is {is}: use {}, or another of `randsplit metrics`",
            usual(task, 2).map(|m| m.name).collect::<Vec<_>>().join(", ")
        ))
        .about(Subject::Metric(name.to_string())))
    }
}

/// One of the [`METRICS`], with its class where it is of one.
#[derive(Debug)]
struct Known {
    info: &'static MetricInfo,
    /// As it stands in reports.
    name: String,
    class: Option<u32>,
}

impl Metric for Known {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn direction(&self) -> Direction {
        self.info.direction
    }

    fn needs(&self) -> Needs {
        self.info.needs
    }

    fn bounds(&self) -> [f64; 2] {
        self.info.bounds
    }

    fn is_absolute(&self) -> bool {
        self.info.is_absolute
    }

    fn score(&self, rows: &ScoredRows) -> Result<f64, Undefined> {
        match (self.info.formula, self.class) {
            (Formula::OfRows(score), _) => score(rows),
            (Formula::OfClass(score), Some(class)) => score(rows, class),
            (Formula::OfClass(_), None) => Err(Undefined("it is of one class, and none is named")),
        }
    }
}

/// A metric of a run: its name, with the label where it is of one class.
#[derive(Debug, Clone)]
pub struct NamedMetric {
    /// Name in reports, such as `r2` or `recall[fraud]`.
    pub name: String,
    /// Which way it gets better.
    pub direction: Direction,
    /// The least and the largest value that it can have.
    pub bounds: [f64; 2],
    pub(super) metric: Arc<dyn Metric>,
    value: Option<Arc<Value>>,
}

impl NamedMetric {
    fn new(metric: Arc<dyn Metric>) -> Self {
        let (name, direction, bounds) = (metric.name(), metric.direction(), metric.bounds());
        Self { name, direction, bounds, metric, value: None }
    }

    /// Reads the metrics asked for; with none, the usual ones of the task. `recall[*]` stands for one metric a class.
    ///
    /// # Errors
    /// An input error for an unknown metric or label, one of the other task, and a name of a user's own metric that
    /// cannot stand in a claim or is another one's.
    pub fn parse_all(specs: &[MetricSpec], target: &Target) -> Result<Vec<Self>> {
        let mut metrics: Vec<Self> = Vec::new();
        let (task, labels) = (target.task(), target.labels());
        let standard: Vec<MetricSpec> = usual_metrics(target).into_iter().map(MetricSpec::from).collect();
        for spec in if specs.is_empty() { &standard } else { specs } {
            match spec {
                MetricSpec::Own(metric) => metrics.push(Self::own(metric, &metrics, target)?),
                MetricSpec::OfTask { numbers, labels } => {
                    let metric = if task == Task::Regression { numbers } else { labels };
                    metrics.push(Self::own(metric, &metrics, target)?);
                }
                MetricSpec::Named(name) => match name.strip_suffix("[*]").filter(|_| task == Task::Classification) {
                    Some(base) => {
                        for label in labels {
                            metrics.push(Self::parse(&format!("{base}[{label}]"), target)?);
                        }
                    }
                    None => metrics.push(Self::parse(name, target)?),
                },
            }
        }
        let mut seen = HashSet::new();
        metrics.retain(|m| seen.insert(m.name.clone()));
        Ok(metrics)
    }

    /// Takes a user's own metric beside `others`.
    fn own(metric: &Arc<dyn Metric>, others: &[Self], target: &Target) -> Result<Self> {
        MetricSpec::Own(Arc::clone(metric)).check_task(target.task())?;
        let own = Self::new(Arc::clone(metric));
        let name = &own.name;
        let about = Subject::Metric(name.clone());
        check_name(name).map_err(|why| Error::metric(format!("metric '{name}': {why}")).about(about.clone()))?;
        if others.iter().any(|other| other.name == *name) {
            return Err(Error::metric(format!("there are two metrics '{name}'"))
                .about(about)
                .advise("give one another name"));
        }
        Ok(own)
    }

    /// Reads one metric by its name.
    ///
    /// # Errors
    /// As [`NamedMetric::parse_all`].
    pub fn parse(spec: &str, target: &Target) -> Result<Self> {
        Self::read(spec, target).map_err(|e| e.about(Subject::Metric(spec.to_owned())))
    }

    fn read(spec: &str, target: &Target) -> Result<Self> {
        let (base, label) = name_and_label(spec);
        let info = find(base).ok_or_else(|| Error::metric(unknown_metric(base, Some(target.task()))))?;
        let base = info.name;
        MetricSpec::from(base).check_task(target.task())?;
        let class = match (label, target) {
            (Some(label), Target::Classification { labels, .. }) => {
                if !info.takes_label() {
                    return Err(Error::metric(format!("metric '{base}' takes no label"))
                        .advise(format!("{} do", with_labels())));
                }
                Some(place_of_label(label, labels.iter().map(String::as_str)).map(|i| i as u32).ok_or_else(|| {
                    Error::metric(format!(
                        "no label '{label}' for metric '{base}'{}",
                        did_you_mean(label, labels.iter().map(String::as_str))
                    ))
                    .advise(format!("the labels are {}", labels.join(", ")))
                })?)
            }
            (None, Target::Classification { positive, .. }) => *positive,
            (Some(_), Target::Regression { .. }) => {
                return Err(Error::metric(format!("metric '{base}' takes no label")));
            }
            (None, Target::Regression { .. }) => None,
        };
        if info.needs_label && label.is_none() {
            return Err(Error::metric(format!("metric '{base}' needs a label, as in {base}[yes]")));
        }
        if info.takes_label() && class.is_none() {
            return Err(Error::metric(format!(
                "metric '{base}' needs a positive class, and the target has {} classes",
                target.labels().len()
            ))
            .advise(format!("use {}", of_several_classes(base))));
        }
        // Named by the label as the file spells it.
        let name = match (label, class) {
            (Some(_), Some(class)) => format!("{base}[{}]", target.labels()[class as usize]),
            _ => base.to_owned(),
        };
        Ok(Self::new(Arc::new(Known { info, name, class })))
    }

    /// The metrics of what predictions are worth: a row, and a year.
    pub fn of_value(value: &Arc<Value>) -> [Self; 2] {
        [("value_per_row", 1.0), ("value_per_year", value.rows_per_year)].map(|(name, rows)| Self {
            value: Some(Arc::clone(value)),
            ..Self::new(Arc::new(ValueMetric { name, rows, value: Arc::clone(value) }))
        })
    }

    /// Whether a row costs the size of its error, and not its square.
    pub fn is_absolute(&self) -> bool {
        self.metric.is_absolute()
    }

    /// The bounds of a user's own metric that has some: those of others follow from their names.
    pub fn own_bounds(&self) -> Option<[f64; 2]> {
        (!is_known(&self.name) && self.bounds.iter().any(|bound| bound.is_finite())).then_some(self.bounds)
    }

    /// What it is computed from.
    pub fn needs(&self) -> Needs {
        self.metric.needs()
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

/// The metrics that take a label, in a sentence.
fn with_labels() -> String {
    let names: Vec<&str> = METRICS.iter().filter(|m| m.takes_label()).map(|m| m.name).collect();
    listed(&names, "and")
}

/// What takes the place of a metric of one class where there are several.
fn of_several_classes(base: &str) -> String {
    let average = |m: &&MetricInfo| m.name.strip_prefix(base).is_some_and(|rest| rest.starts_with('_'));
    let averages: Vec<&str> = METRICS.iter().filter(average).map(|m| m.name).collect();
    if averages.is_empty() { format!("{base}[LABEL]") } else { format!("{} or {base}[LABEL]", averages.join(", ")) }
}

/// Checks that a user's own name can stand in a claim, and means nothing else.
pub(super) fn check_name(name: &str) -> Result<(), String> {
    let (base, label) = name_and_label(name);
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if !base.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') || !base.chars().all(fits) {
        return Err(
            "a name is letters, digits and _, as in pinball_90, with a label in brackets where it has one".into()
        );
    }
    if label.is_some_and(|label| label.contains(['[', ']']) || label.contains(char::is_control)) {
        return Err("the label in its brackets is one line without brackets".into());
    }
    if base.starts_with("value_per_") {
        return Err("that is the name of what predictions are worth; give it another one".into());
    }
    match find(base) {
        Some(info) => Err(format!("that is a name of the metric {}; give it another one", info.name)),
        None => Ok(()),
    }
}
