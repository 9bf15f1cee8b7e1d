//! The metrics by name.

use serde::{Deserialize, Serialize};

use crate::data::{Spelling, Task, place_of_label};
use crate::error::did_you_mean_one_of;
use crate::names::{Relative, advice, same};

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
    /// Names that others have for it.
    pub aliases: &'static [&'static str],
    /// Names that others have for something near.
    pub related: &'static [Relative],
}

impl MetricInfo {
    /// The same with names that others have for it.
    const fn or(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }

    /// The same with names that others have for something near.
    const fn near(self, related: &'static [Relative]) -> Self {
        Self { related, ..self }
    }

    /// Whether it goes by a name, in any case or as others have it.
    fn is_called(&self, name: &str) -> bool {
        same(self.name, name) || self.aliases.iter().any(|a| same(a, name))
    }
}

const fn regression(name: &'static str, direction: Direction, help: &'static str) -> MetricInfo {
    MetricInfo { name, task: Task::Regression, direction, help, aliases: &[], related: &[] }
}

const fn classification(name: &'static str, direction: Direction, help: &'static str) -> MetricInfo {
    MetricInfo { name, task: Task::Classification, direction, help, aliases: &[], related: &[] }
}

const fn relative(names: &'static [&'static str], advice: &'static str) -> Relative {
    Relative { names, advice }
}

use Direction::{Higher, Lower};

/// All metrics, in the order in which they are listed. `precision`, `recall`, `f1` and `support`
/// also take a label in brackets.
pub const METRICS: [MetricInfo; 26] = [
    regression("r2", Higher, "coefficient of determination: 1 - squared error / squared deviation of the test target")
        .or(&["r2_score", "r_squared", "rsq", "coefficient_of_determination"])
        .near(&[relative(&["adj_r2", "adjusted_r2", "adj_r_squared"], "use r2: test rows need no adjustment")]),
    regression("rmse", Lower, "root mean squared error, in units of the target")
        .or(&["root_mean_squared_error", "root_mean_square_error", "rmsd"])
        .near(&[
            relative(
                &["rmsle", "root_mean_squared_log_error", "msle", "mean_squared_log_error"],
                "take the log of the target in the data, and use rmse",
            ),
            relative(&["nrmse"], "use rmse, which is in units of the target, or r2, which has none"),
        ]),
    regression("mse", Lower, "mean squared error").or(&["mean_squared_error", "mean_square_error", "l2_loss"]),
    regression("mae", Lower, "mean absolute error").or(&["mean_absolute_error", "mean_abs_error", "l1_loss"]),
    regression("medae", Lower, "median absolute error").or(&["median_absolute_error"]),
    regression("mape", Lower, "mean absolute error as a share of the true value (1 = 100 %)")
        .or(&["mean_absolute_percentage_error"])
        .near(&[relative(&["smape", "mase", "wape"], "use mape or mae")]),
    regression("max_error", Lower, "largest absolute error").or(&["maximum_error", "max_abs_error"]),
    regression("explained_variance", Higher, "1 - variance of the errors / variance of the test target")
        .or(&["explained_variance_score", "evs"]),
    regression("poisson_deviance", Lower, "mean Poisson deviance; needs positive predictions")
        .or(&["mean_poisson_deviance"])
        .near(&[relative(
            &["mean_gamma_deviance", "gamma_deviance", "mean_tweedie_deviance", "d2_tweedie_score"],
            "the only deviance of numbers is poisson_deviance",
        )]),
    classification("accuracy", Higher, "share of rows with the right label").or(&["acc", "accuracy_score"]).near(&[
        relative(
            &[
                "f1_micro",
                "precision_micro",
                "recall_micro",
                "micro_f1",
                "micro_precision",
                "micro_recall",
                "micro_avg_f1",
            ],
            "over all classes that is accuracy",
        ),
        relative(
            &["error_rate", "classification_error", "misclassification", "zero_one_loss", "merror"],
            "use accuracy, which is 1 less the error rate",
        ),
    ]),
    classification("balanced_accuracy", Higher, "mean recall over the classes in the test rows").or(&[
        "balanced_accuracy_score",
        "balanced_acc",
        "bal_acc",
        "bal_accuracy",
        "bacc",
    ]),
    classification("precision", Higher, "of the rows called positive, the share that is; [LABEL] for one class")
        .or(&["precision_score", "ppv", "positive_predictive_value"])
        .near(&[relative(&["npv", "negative_predictive_value"], "that is precision[LABEL] with the other label")]),
    classification("precision_macro", Higher, "mean precision over classes")
        .or(&["macro_precision", "precision_macro_avg"]),
    classification("precision_weighted", Higher, "mean precision weighted by class size")
        .or(&["weighted_precision", "precision_weighted_avg"]),
    classification("recall", Higher, "of the positive rows, the share found; [LABEL] for one class")
        .or(&["recall_score", "sensitivity", "tpr", "true_positive_rate", "hit_rate"])
        .near(&[
            relative(
                &["specificity", "spec", "tnr", "true_negative_rate", "selectivity"],
                "that is recall[LABEL] with the other label",
            ),
            relative(
                &["fpr", "fnr", "false_positive_rate", "false_negative_rate"],
                "use recall[LABEL] of either label",
            ),
        ]),
    classification("recall_macro", Higher, "mean recall over classes").or(&["macro_recall", "recall_macro_avg", "uar"]),
    classification("recall_weighted", Higher, "mean recall weighted by class size")
        .or(&["weighted_recall", "recall_weighted_avg"]),
    classification("f1", Higher, "harmonic mean of precision and recall; [LABEL] for one class")
        .or(&["f1_score", "f1_binary", "f_score", "f_measure", "f_meas"])
        .near(&[relative(
            &["f2", "f_beta", "fbeta_score", "f0.5", "jaccard", "jaccard_score"],
            "use f1, precision or recall",
        )]),
    classification("f1_macro", Higher, "mean F1 over classes").or(&["macro_f1", "f1_macro_avg", "f1_score_macro"]),
    classification("f1_weighted", Higher, "mean F1 weighted by class size").or(&[
        "weighted_f1",
        "f1_weighted_avg",
        "f1_score_weighted",
    ]),
    classification("roc_auc", Higher, "area under the ROC curve; mean of one-vs-rest for several classes")
        .or(&["auc", "auroc", "roc_auc_score", "roc_auc_ovr", "area_under_roc", "auc_roc", "c_statistic"])
        .near(&[
            relative(
                &["roc_auc_ovo", "roc_auc_ovr_weighted", "roc_auc_ovo_weighted"],
                "of several classes roc_auc is the mean of one-vs-rest",
            ),
            relative(&["gini", "gini_coefficient"], "use roc_auc: Gini is 2 roc_auc - 1"),
        ]),
    classification(
        "average_precision",
        Higher,
        "area under the precision-recall curve; mean of one-vs-rest for several classes",
    )
    .or(&["average_precision_score", "ap"])
    .near(&[relative(
        &["pr_auc", "aucpr", "auprc", "aupr"],
        "use average_precision, the area by steps instead of straight lines",
    )]),
    classification("log_loss", Lower, "mean negative log of the probability given to the true label, in nats").or(&[
        "cross_entropy",
        "mn_log_loss",
        "mlogloss",
        "binary_logloss",
        "multi_logloss",
        "nll",
    ]),
    classification("brier", Lower, "mean squared error of the probabilities (two classes: of the positive one)").or(&[
        "brier_score",
        "brier_score_loss",
        "brier_loss",
        "brier_class",
    ]),
    classification("mcc", Higher, "Matthews correlation coefficient").or(&[
        "matthews_corrcoef",
        "matthews_correlation",
        "matthews_correlation_coefficient",
        "phi_coefficient",
    ]),
    classification("kappa", Higher, "Cohen's kappa: agreement beyond chance").or(&[
        "cohen_kappa",
        "cohens_kappa",
        "cohen_kappa_score",
        "kap",
    ]),
];

/// The support of a class: listed apart because it needs a label.
pub const SUPPORT: MetricInfo =
    classification("support", Direction::None, "support[LABEL]: number of test rows of a class");

/// The entry of that name, in any case, or of a name that others have for it.
pub fn find(name: &str) -> Option<&'static MetricInfo> {
    let all = || METRICS.iter().chain(std::iter::once(&SUPPORT));
    all().find(|m| m.name == name).or_else(|| all().find(|m| m.is_called(name)))
}

/// Why there is no metric of that name, and what to write instead; `task` is the target's.
pub fn unknown_metric(name: &str, task: Task) -> String {
    if let Some(what) = METRICS.iter().find_map(|m| advice(m.related, name)) {
        return format!("no metric '{name}': {what}");
    }
    // scikit-learn turns what is better when lower, so that all of its scores are better when higher.
    if let Some(info) = name.to_lowercase().strip_prefix("neg_").and_then(find) {
        return format!(
            "no metric '{name}': scores keep their own sign here, so use {} and --fail-above, better when lower",
            info.name
        );
    }
    let of_task = || METRICS.iter().filter(|m| m.task == task);
    let spellings = |m: &'static MetricInfo| [m.name].into_iter().chain(m.aliases.iter().copied()).map(|s| (s, m.name));
    let near = did_you_mean_one_of(name, of_task().flat_map(spellings));
    let all = || of_task().map(|m| m.name).collect::<Vec<_>>().join(", ");
    format!("no metric '{name}'{}", if near.is_empty() { format!("; there are {}", all()) } else { near })
}

/// A metric's name and the label in its brackets.
pub(super) fn name_and_label(metric: &str) -> (&str, Option<&str>) {
    match metric.strip_suffix(']').and_then(|s| s.split_once('[')) {
        Some((name, label)) => (name, Some(label)),
        None => (metric, None),
    }
}

/// The place of a metric among others, by a name in any case or one that others have for it; the label of one class,
/// where it is a boolean, may be in any spelling.
pub fn place_of_metric<'a>(metric: &str, metrics: impl Iterator<Item = &'a str> + Clone) -> Option<usize> {
    let place = |metric: &str| metrics.clone().position(|m| m == metric);
    place(metric).or_else(|| {
        let (name, label) = name_and_label(metric);
        let name = find(name).map_or(name, |info| info.name);
        let Some(label) = label else { return place(name) };
        if let Some(at) = place(&format!("{name}[{label}]")) {
            return Some(at);
        }
        let label = Some(label).filter(|l| Spelling::read(l).is_some())?;
        // Those of another name have the empty label, which is no boolean.
        let label_of = |other| match name_and_label(other) {
            (n, Some(l)) if n == name => l,
            _ => "",
        };
        place_of_label(label, metrics.clone().map(label_of))
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
    use crate::names::plain;

    #[test]
    fn no_name_stands_for_two_things() {
        let all = || METRICS.iter().chain([&SUPPORT]);
        let aliases = all().flat_map(|m| m.aliases.iter().copied());
        let related = all().flat_map(|m| m.related.iter().flat_map(|r| r.names.iter().copied()));
        let mut names: Vec<String> = all().map(|m| m.name).chain(aliases).chain(related).map(plain).collect();
        names.sort();
        names.windows(2).for_each(|two| assert_ne!(two[0], two[1]));
    }

    #[test]
    fn metrics_go_by_the_names_of_other_programs() {
        for (theirs, ours) in [
            ("RMSE", "rmse"),
            ("R²", "r2"),
            ("R_squared", "r2"),
            ("mean_absolute_error", "mae"),
            ("AUROC", "roc_auc"),
            ("roc_auc_ovr", "roc_auc"),
            ("logLoss", "log_loss"),
            ("balanced-accuracy", "balanced_accuracy"),
            ("Sensitivity", "recall"),
            ("macro F1", "f1_macro"),
            ("brier_score_loss", "brier"),
        ] {
            assert_eq!(find(theirs).map(|m| m.name), Some(ours), "{theirs}");
        }
        assert!(find("specificity").is_none() && find("neg_log_loss").is_none());
    }

    #[test]
    fn other_metrics_are_told_apart() {
        for (name, words) in [
            ("neg_root_mean_squared_error", "use rmse"),
            ("neg_mean_absolute_error", "use mae"),
            ("neg_log_loss", "use log_loss"),
            ("neg_brier_score", "use brier"),
            ("specificity", "recall[LABEL]"),
            ("f1_micro", "accuracy"),
            ("PR-AUC", "average_precision"),
            ("rmsle", "log of the target"),
            ("root_mean_sqared_error", "did you mean 'rmse'?"),
            ("quality", "; there are r2, rmse"),
        ] {
            let text = unknown_metric(name, Task::Regression);
            assert!(text.contains(words), "{text}");
        }
    }

    #[test]
    fn a_metric_of_a_run_is_found_by_any_of_its_names() {
        let place = |metric| place_of_metric(metric, ["rmse", "f1[yes]", "recall"].into_iter());
        assert_eq!(
            ["RMSE", "f1_score[yes]", "sensitivity", "F1[yes]"].map(place),
            [Some(0), Some(1), Some(2), Some(1)]
        );
        assert_eq!(["mae", "f1", "f1[no]"].map(place), [None; 3]);
    }

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
