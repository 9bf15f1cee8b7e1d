//! The metrics by name.

use serde::{Deserialize, Serialize};

use crate::data::{Spelling, Task, place_of_label};

/// Which way a metric gets better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Higher is better.
    Higher,
    /// Lower is better.
    Lower,
    /// Neither: a description, whose `best` is its largest value and `worst` its smallest.
    None,
}

impl Direction {
    /// -1 where lower is better, else 1: a score times it gets better as it grows.
    pub fn sign(self) -> f64 {
        if self == Self::Lower { -1.0 } else { 1.0 }
    }
}

/// One entry of the list of metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MetricInfo {
    /// Name on the command line and in reports.
    pub name: &'static str,
    /// The task it belongs to.
    pub task: Task,
    /// Which way it gets better.
    pub direction: Direction,
    /// One line of help.
    pub help: &'static str,
}

const fn regression(name: &'static str, direction: Direction, help: &'static str) -> MetricInfo {
    MetricInfo { name, task: Task::Regression, direction, help }
}

const fn classification(name: &'static str, direction: Direction, help: &'static str) -> MetricInfo {
    MetricInfo { name, task: Task::Classification, direction, help }
}

use Direction::{Higher, Lower};

/// All metrics, in the order in which they are listed. `precision`, `recall`, `f1` and `support`
/// also take a label in brackets.
pub const METRICS: [MetricInfo; 26] = [
    regression("r2", Higher, "coefficient of determination: 1 - squared error / squared deviation of the test target"),
    regression("rmse", Lower, "root mean squared error, in units of the target"),
    regression("mse", Lower, "mean squared error"),
    regression("mae", Lower, "mean absolute error"),
    regression("medae", Lower, "median absolute error"),
    regression("mape", Lower, "mean absolute error as a share of the true value (1 = 100 %)"),
    regression("max_error", Lower, "largest absolute error"),
    regression("explained_variance", Higher, "1 - variance of the errors / variance of the test target"),
    regression("poisson_deviance", Lower, "mean Poisson deviance; needs positive predictions"),
    classification("accuracy", Higher, "share of rows with the right label"),
    classification("balanced_accuracy", Higher, "mean recall over the classes in the test rows"),
    classification("precision", Higher, "of the rows called positive, the share that is; [LABEL] for one class"),
    classification("precision_macro", Higher, "mean precision over classes"),
    classification("precision_weighted", Higher, "mean precision weighted by class size"),
    classification("recall", Higher, "of the positive rows, the share found; [LABEL] for one class"),
    classification("recall_macro", Higher, "mean recall over classes"),
    classification("recall_weighted", Higher, "mean recall weighted by class size"),
    classification("f1", Higher, "harmonic mean of precision and recall; [LABEL] for one class"),
    classification("f1_macro", Higher, "mean F1 over classes"),
    classification("f1_weighted", Higher, "mean F1 weighted by class size"),
    classification("roc_auc", Higher, "area under the ROC curve; mean of one-vs-rest for several classes"),
    classification(
        "average_precision",
        Higher,
        "area under the precision-recall curve; mean of one-vs-rest for several classes",
    ),
    classification("log_loss", Lower, "mean negative log of the probability given to the true label, in nats"),
    classification("brier", Lower, "mean squared error of the probabilities (two classes: of the positive one)"),
    classification("mcc", Higher, "Matthews correlation coefficient"),
    classification("kappa", Higher, "Cohen's kappa: agreement beyond chance"),
];

/// The support of a class: listed apart because it needs a label.
pub const SUPPORT: MetricInfo =
    classification("support", Direction::None, "support[LABEL]: number of test rows of a class");

/// A metric's name and the label in its brackets.
pub(super) fn name_and_label(metric: &str) -> (&str, Option<&str>) {
    match metric.strip_suffix(']').and_then(|s| s.split_once('[')) {
        Some((name, label)) => (name, Some(label)),
        None => (metric, None),
    }
}

/// The place of a metric among others; the label of one class, where it is a boolean, may be in any spelling.
pub fn place_of_metric<'a>(metric: &str, metrics: impl Iterator<Item = &'a str> + Clone) -> Option<usize> {
    metrics.clone().position(|m| m == metric).or_else(|| {
        let (name, label) = name_and_label(metric);
        let label = label.filter(|l| Spelling::read(l).is_some())?;
        // Those of another name have the empty label, which is no boolean.
        let label_of = |other| match name_and_label(other) {
            (n, Some(l)) if n == name => l,
            _ => "",
        };
        place_of_label(label, metrics.map(label_of))
    })
}

/// The least and the largest value that a metric can have; infinite where there is none, and for unknown names.
pub fn bounds(metric: &str) -> [f64; 2] {
    let (least, most) = (f64::NEG_INFINITY, f64::INFINITY);
    match name_and_label(metric).0 {
        "r2" | "explained_variance" => [least, 1.0],
        "rmse" | "mse" | "mae" | "medae" | "mape" | "max_error" | "poisson_deviance" | "log_loss" | "support" => {
            [0.0, most]
        }
        "brier" => [0.0, 2.0],
        "mcc" | "kappa" => [-1.0, 1.0],
        name if METRICS.iter().any(|m| m.name == name && m.task == Task::Classification) => [0.0, 1.0],
        _ => [least, most],
    }
}

/// The metrics that are reported when none is asked for; the first is the primary one.
pub fn defaults(task: Task, classes: usize) -> &'static [&'static str] {
    match task {
        Task::Regression => &["r2", "rmse", "mae"],
        Task::Classification if classes == 2 => &["accuracy", "balanced_accuracy", "f1", "roc_auc", "log_loss"],
        Task::Classification => &["accuracy", "balanced_accuracy", "f1_macro", "roc_auc", "log_loss"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_those_of_the_definitions() {
        assert_eq!((bounds("recall[a b]"), bounds("roc_auc"), bounds("mcc")), ([0.0, 1.0], [0.0, 1.0], [-1.0, 1.0]));
        assert_eq!((bounds("r2")[1], bounds("rmse")[0], bounds("support[x]")[0]), (1.0, 0.0, 0.0));
        assert!(METRICS.iter().all(|m| bounds(m.name).iter().any(|b| b.is_finite())));
        assert_eq!(bounds("value_per_row"), [f64::NEG_INFINITY, f64::INFINITY]);
    }

    #[test]
    fn metrics_of_a_boolean_class_are_found_in_any_spelling() {
        let place =
            |metric| place_of_metric(metric, ["f1", "f1[false]", "recall[true]", "f1[true]", "f1[yes]"].into_iter());
        assert_eq!(["f1[true]", "f1[TRUE]", "f1[True]"].map(place), [Some(3); 3]);
        assert_eq!([place("f1"), place("recall[True]"), place("f1[False]")], [Some(0), Some(2), Some(1)]);
        assert_eq!(["f1[tRUE]", "f1[Yes]", "recall[FALSE]", "precision[true]", "f1[]"].map(place), [None; 5]);
    }
}
