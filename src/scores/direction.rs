//! Which way a metric gets better, by its name alone.

use crate::metric::{Direction, find};

/// Scores of scikit-learn, yardstick and caret that are not computed here, better when higher.
const HIGHER: &[&str] = &[
    // What an estimator's own `score` is called.
    "score",
    "d2_absolute_error_score",
    "d2_brier_score",
    "d2_log_loss_score",
    "f1_micro",
    "f1_samples",
    "jaccard",
    "jaccard_macro",
    "jaccard_micro",
    "jaccard_samples",
    "jaccard_weighted",
    "npv",
    "ppv",
    "prauc",
    "precision_micro",
    "precision_samples",
    "recall_micro",
    "recall_samples",
    "roc",
    "sens",
    "spec",
    "specificity",
    "top_k_accuracy",
    "value_per_row",
    "value_per_year",
];

/// The same, better when lower.
const LOWER: &[&str] = &["ece", "huber_loss", "mase", "pinball_loss", "rmsle", "smape"];

/// Which way the metric of a name gets better, where that is known. A label in brackets is left aside.
pub(super) fn direction_of(metric: &str) -> Option<Direction> {
    let name = metric.split('[').next().unwrap_or(metric);
    if let Some(info) = find(name) {
        return Some(info.direction);
    }
    let plain = name.to_lowercase();
    // What scikit-learn turns, so that all of its scores are better when higher.
    if HIGHER.contains(&plain.as_str()) || plain.starts_with("neg_") {
        return Some(Direction::Higher);
    }
    LOWER.contains(&plain.as_str()).then_some(Direction::Lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_other_programs_tell_the_direction() {
        for (metric, direction) in [
            ("roc_auc", Some(Direction::Higher)),
            ("RMSE", Some(Direction::Lower)),
            ("Rsquared", Some(Direction::Higher)),
            ("neg_root_mean_squared_error", Some(Direction::Higher)),
            ("neg_mean_gamma_deviance", Some(Direction::Higher)),
            ("recall[spam]", Some(Direction::Higher)),
            ("Sens", Some(Direction::Higher)),
            ("score", Some(Direction::Higher)),
            ("rmsle", Some(Direction::Lower)),
            ("gini", None),
            ("fit_time", None),
        ] {
            assert_eq!(direction_of(metric), direction, "{metric}");
        }
    }
}
