//! Log loss.

use ndarray::ArrayView2;

use crate::metric::contract::{Direction, Needs, Undefined};
use crate::metric::registry::MetricInfo;
use crate::metric::rows::ScoredRows;

pub(in crate::metric) const INFO: MetricInfo = MetricInfo::new(
    "log_loss",
    Needs::Probabilities,
    Direction::Lower,
    "mean negative log of the probability given to the true label, in nats",
    score,
)
.between(0.0, f64::INFINITY)
.usual(|_| true)
.or(&["cross_entropy", "mn_log_loss", "mlogloss", "binary_logloss", "multi_logloss", "nll"])
.source("sklearn.metrics.log_loss");

fn score(rows: &ScoredRows) -> Result<f64, Undefined> {
    Ok(rows.log_loss()? / rows.count() as f64)
}

/// Probabilities that are multiplied before a logarithm is taken: the least product is 2⁻⁸³², no denormal.
const FACTORS: usize = 16;

/// The sum over rows. Probabilities are kept a machine epsilon away from 0 and 1, as in scikit-learn.
///
/// The logarithm of a product is the sum of logarithms, and a product takes a fraction of the time. It is off by at most 16
/// roundings of numbers below 1, as single logarithms of probabilities near 1 are.
pub fn of_log_loss(truth: &[u32], probabilities: ArrayView2<f64>) -> f64 {
    let clip = |p: f64| p.clamp(f64::EPSILON, 1.0 - f64::EPSILON);
    let of = |row: usize| clip(probabilities[[row, truth[row] as usize]]);
    let product = |first: usize| (first..truth.len().min(first + FACTORS)).map(of).product::<f64>();
    (0..truth.len()).step_by(FACTORS).map(|first| -product(first).ln()).sum()
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    #[test]
    fn products_have_the_logarithms_of_their_factors() {
        for (rows, shape) in [(0, 1.0), (1, 0.3), (16, 0.0), (50, 1e-16), (500, 1e-3), (997, 1.0)] {
            let p = |i: usize| (shape * ((i * 37 % 101) as f64 / 101.0)).min(1.0);
            let probabilities = Array2::from_shape_fn((rows, 2), |(i, k)| if k == 0 { p(i) } else { 1.0 - p(i) });
            for class in [0, 1] {
                let truth = vec![class as u32; rows];
                let plain: f64 =
                    probabilities.column(class).iter().map(|p| -p.clamp(f64::EPSILON, 1.0 - f64::EPSILON).ln()).sum();
                let made = of_log_loss(&truth, probabilities.view());
                assert!((made - plain).abs() <= 1e-15 * rows as f64 + 1e-14 * plain, "{rows} {class}: {made} {plain}");
            }
        }
    }
}
