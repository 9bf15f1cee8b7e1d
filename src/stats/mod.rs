//! Statistics, each formula once: pure functions of numbers that know no model, metric or output.

mod bounds;
mod comparison;
mod digit_sort;
mod distribution;
mod exact_sum;
mod interval;
mod matching;
mod outlier;
pub mod p_values;
mod quantile;
mod ranks;
mod sum;
mod two_sample;

pub use bounds::{UNBOUNDED, draws_for_tail, quantile_bounds, sd_bounds, share_bounds};
pub use comparison::{Difference, Posterior, holm};
pub use digit_sort::sort_by_digit;
pub use distribution::{Extreme, QUANTILES, Sample, Summary, summarise};
pub use exact_sum::{ExactSums, Long, NotFinite};
pub use interval::{bounded_interval, corrected_interval, share_below_worst};
pub use matching::matching_z;
pub use outlier::{Fences, LEAST_SCORES, OUTLIER_Z, Outlier, Outliers, Side, expected_outliers, outliers};
pub use quantile::{median, median_in_place, quantile};
pub use ranks::{ranks, ranks_from_largest};
pub use sum::{
    compensated_sum, mean, mean_and_variance, population_deviation, standard_deviation, sum_of, sum_of_pairs,
    weighted_mean,
};
pub use two_sample::{
    cramer_von_mises, interquartile_range, kolmogorov_smirnov, shorth, spearman, squared_correlation,
};
