//! Accuracy.

use crate::metric::contract::{Direction, Needs};
use crate::metric::registry::{MetricInfo, relative};

pub(in crate::metric) const INFO: MetricInfo =
    MetricInfo::new("accuracy", Needs::Labels, Direction::Higher, "share of rows with the right label", |rows| {
        Ok(rows.confusion()?.accuracy())
    })
    .between(0.0, 1.0)
    .usual(|_| true)
    .or(&["acc", "accuracy_score"])
    .near(&[
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
    ])
    .source("sklearn.metrics.accuracy_score");
