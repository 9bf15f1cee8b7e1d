//! Scores of one split: what metrics there are, and their values for predictions on some rows.
//!
//! Definitions and edge cases are scikit-learn's, but a score that does not exist (R² of a constant
//! target, ROC AUC of one class) is [`Undefined`] with a reason where scikit-learn gives NaN, 0 or 1.

mod classification;
mod ranking;
mod registry;
mod regression;
mod score;
mod value;

pub use registry::{Direction, METRICS, MetricInfo, SUPPORT, bounds};
pub(crate) use registry::{find, place_of_metric, unknown_metric};
pub(crate) use score::check_metric_task;
pub use score::{NamedMetric, Scorer, Undefined};
pub use value::{OfErrors, StatedThreshold, Terms, Threshold, Value, ValueSpec};
