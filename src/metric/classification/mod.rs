//! Metrics of labels.

pub(super) mod accuracy;
pub(super) mod balanced_accuracy;
mod confusion;
pub(super) mod f1;
pub(super) mod kappa;
pub(super) mod mcc;
pub(super) mod precision;
pub(super) mod recall;
pub(super) mod support;

pub use confusion::MOST_TABLED;
pub(crate) use confusion::rates_of_class;
pub(super) use confusion::{Confusion, counts};
