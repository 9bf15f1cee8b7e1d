//! Scores of one split: what metrics there are, and their values for predictions on some rows.
//!
//! Definitions and edge cases are scikit-learn's, but a score that does not exist (R² of a constant
//! target, ROC AUC of one class) is [`Undefined`] with a reason where scikit-learn gives NaN, 0 or 1.

mod check;
mod classification;
mod contract;
mod named;
mod probability;
mod ranking;
mod rare;
mod registry;
mod regression;
mod rows;
mod score;
mod totals;
mod value;

pub use check::check_metric;
pub use classification::MOST_TABLED;
pub(crate) use classification::rates_of_class;
pub use contract::{Direction, Metric, Needs, Undefined};
pub use named::{MetricSpec, NamedMetric};
pub(crate) use ranking::Ranking;
pub(crate) use rare::rare_class_note;
pub use registry::{METRICS, MetricInfo, bounds, is_known};
pub(crate) use registry::{find, place_of_metric, unknown_metric};
pub use rows::ScoredRows;
pub use score::Scorer;
pub use totals::{NOT_A_SUM, Totals, deviation_of, is_sum};
pub use value::{OfErrors, StatedThreshold, Terms, Threshold, Value, ValueSpec};
