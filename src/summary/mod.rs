//! What the scores over all splits amount to: pure statistics, knowing no output.

mod bounds;
mod compare;
mod comparison;
mod distribution;
mod interval;
mod outlier;
mod quantile;

pub use bounds::{UNBOUNDED, draws_for_tail, quantile_bounds, sd_bounds, share_bounds};
pub use compare::{cramer_von_mises, interquartile_range, kolmogorov_smirnov, ranks, shorth, spearman};
pub use comparison::{Difference, Posterior, holm, ranks_from_largest};
pub use distribution::{Extreme, QUANTILES, Sample, Summary, summarise};
pub use interval::{bounded_interval, corrected_interval, share_below_worst};
pub use outlier::{Fences, LEAST_SCORES, OUTLIER_Z, Outlier, Outliers, Side, expected_outliers, outliers};
pub use quantile::{median, quantile};

pub use crate::sum::{mean, mean_and_variance, standard_deviation, weighted_mean};
