//! What is said about new rows.

use crate::data::RowNames;
use crate::stats::{mean, quantile, standard_deviation};

/// What several models say about one number: the choice of train rows alone makes them differ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// The quantile 2.5 %.
    pub low: f64,
    /// The quantile 97.5 %.
    pub high: f64,
    /// Standard deviation (divisor n - 1); `None` of one model.
    pub sd: Option<f64>,
}

impl Range {
    /// Mean and range of values, which are brought into order.
    pub(super) fn of(values: &mut [f64]) -> (f64, Self) {
        let mean = mean(values);
        values.sort_unstable_by(f64::total_cmp);
        let range =
            Self { low: quantile(values, 0.025), high: quantile(values, 0.975), sd: standard_deviation(values) };
        (mean, range)
    }
}

/// The probability of one class.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClassProbability {
    /// The probability.
    pub probability: f64,
    /// The quantiles 2.5 % and 97.5 % over split models, where there are some.
    pub range: Option<Range>,
}

/// What is said about one row.
#[derive(Debug, Clone, PartialEq)]
pub enum RowPrediction {
    /// A number.
    Number {
        /// The prediction: that of the model, or the mean over split models.
        prediction: f64,
        /// What split models say, where there are some.
        range: Option<Range>,
    },
    /// A class.
    Class {
        /// That of the model, or the one that most split models say; of equals, that of larger mean probability, then the
        /// first.
        label: u32,
        /// The share of split models that say it, where there are some.
        agreement: Option<f64>,
        /// Of each class; empty where the model gives none.
        probabilities: Vec<ClassProbability>,
    },
}

/// The predictions.
#[derive(Debug, Clone, PartialEq)]
pub struct Predicted {
    /// Row by row.
    pub rows: Vec<RowPrediction>,
    /// Numbers of the splits whose models were asked, ascending.
    pub splits: Vec<u64>,
    /// Split models that are left out: they could not be fitted, or have no finite prediction for some row.
    pub failed: usize,
    /// Where labels are by a threshold of the positive class and not the model's own: lowest, median and highest over
    /// the models.
    pub thresholds: Option<[f64; 3]>,
    /// Half the width of the interval around each number, where there is one.
    pub half_width: Option<f64>,
    /// Why there is no interval, where one could be looked for.
    pub no_interval: Option<&'static str>,
    /// What the rows are called, where they have names.
    pub row_names: Option<RowNames>,
}
