//! What one row costs: the loss that belongs to a metric.

use statrs::distribution::{ContinuousCDF, Normal};

use crate::data::Target;
use crate::metric::{NamedMetric, Needs};
use crate::model::Predictions;
use crate::stats::median;

/// A loss of one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// (true - predicted)².
    Squared,
    /// |true - predicted|.
    Absolute,
    /// -ln of the probability given to the true class, which is kept a machine epsilon away from 0.
    Log,
    /// 1 for a wrong class, 0 for the right one.
    Wrong,
}

impl Loss {
    /// The loss in which the rows of a metric are measured. Metrics of ranks and probabilities are
    /// measured by the log loss where the model gives probabilities, other metrics of classes by errors.
    pub fn of_metric(metric: &NamedMetric, probabilities: bool) -> Self {
        match metric.needs() {
            Needs::Numbers if metric.is_absolute() => Self::Absolute,
            Needs::Numbers => Self::Squared,
            Needs::Ranks | Needs::Probabilities if probabilities => Self::Log,
            Needs::Ranks | Needs::Probabilities | Needs::Labels => Self::Wrong,
        }
    }

    /// Its name in the output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Squared => "squared error",
            Self::Absolute => "absolute error",
            Self::Log => "log loss",
            Self::Wrong => "wrong class",
        }
    }

    /// Which rows cost more than noise does, held against all rows at 0.05: an error beyond what the largest of n
    /// normal errors would be, their spread taken from the median; a log loss that a row whose probabilities are
    /// right has with a chance below 0.05 / n. Of `losses` NaN is unknown. A wrong class alone is never gross.
    pub fn gross(self, losses: &[f64]) -> Vec<bool> {
        let known: Vec<f64> = losses.iter().copied().filter(|l| !l.is_nan()).collect();
        let n = known.len().max(1) as f64;
        let beyond = |error: f64, most: f64| error > most;
        let spread = |error: fn(f64) -> f64| {
            let errors: Vec<f64> = known.iter().map(|l| error(*l)).collect();
            let factor = Normal::new(0.0, 1.0).map_or(f64::INFINITY, |d| d.inverse_cdf(1.0 - 0.025 / n));
            median(&errors) / 0.6745 * factor
        };
        match self {
            Self::Squared => {
                let most = spread(f64::sqrt);
                losses.iter().map(|l| beyond(l.sqrt(), most)).collect()
            }
            Self::Absolute => {
                let most = spread(|l| l);
                losses.iter().map(|l| beyond(*l, most)).collect()
            }
            Self::Log => losses.iter().map(|l| beyond(*l, (n / 0.05).ln())).collect(),
            Self::Wrong => vec![false; losses.len()],
        }
    }

    /// The loss of each of `rows`, whose predictions are given in that order.
    pub fn of(self, target: &Target, rows: &[u32], predictions: &Predictions) -> Vec<f64> {
        let losses = rows.iter().enumerate();
        match (target, predictions) {
            (Target::Regression { values }, Predictions::Values(predicted)) => losses
                .map(|(i, r)| {
                    let error = values[*r as usize] - predicted[i];
                    if self == Self::Absolute { error.abs() } else { error * error }
                })
                .collect(),
            (Target::Classification { codes, .. }, Predictions::Classes { labels, probabilities, .. }) => losses
                .map(|(i, r)| {
                    let truth = codes[*r as usize];
                    match probabilities {
                        Some(p) if self == Self::Log => {
                            -p[[i, truth as usize]].clamp(f64::EPSILON, 1.0 - f64::EPSILON).ln()
                        }
                        _ => f64::from(u8::from(labels[i] != truth)),
                    }
                })
                .collect(),
            _ => vec![f64::NAN; rows.len()],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn only_errors_beyond_noise_are_gross() {
        // Quantiles of a normal sample of 1,000: the largest is 3.3, the limit Φ⁻¹(1 - 0.025/1001) is 4.06.
        let normal = Normal::new(0.0, 1.0).unwrap();
        let mut errors: Vec<f64> = (0..1000).map(|i| normal.inverse_cdf((f64::from(i) + 0.5) / 1000.0)).collect();
        errors.push(4.2);
        let squares: Vec<f64> = errors.iter().map(|e| e * e).collect();
        let gross = Loss::Squared.gross(&squares);
        assert_eq!(gross.iter().filter(|g| **g).count(), 1);
        assert!(gross[1000]);
        assert_eq!(Loss::Log.gross(&[0.1, 4.0, 3.5]), [false, false, false]);
        assert_eq!(Loss::Log.gross(&[0.1, 4.2, f64::NAN]), [false, true, false]);
    }

    #[test]
    fn losses_are_those_of_the_rows_given() {
        let loss = |name: &str, target: &Target| Loss::of_metric(&NamedMetric::parse(name, target).unwrap(), true);
        let target = Target::Regression { values: vec![1.0, 2.0, 5.0] };
        let predicted = Predictions::Values(vec![4.0, 1.5]);
        assert_eq!(loss("rmse", &target).of(&target, &[2, 0], &predicted), [1.0, 0.25]);
        assert_eq!(loss("mae", &target).of(&target, &[2, 0], &predicted), [1.0, 0.5]);
        let target =
            Target::Classification { codes: vec![0, 1], labels: vec!["a".into(), "b".into()], positive: Some(1) };
        let predicted = Predictions::Classes {
            labels: vec![0, 0],
            probabilities: Some(array![[0.75, 0.25], [1.0, 0.0]]),
            decision: None,
        };
        assert_eq!(loss("f1[b]", &target).of(&target, &[0, 1], &predicted), [0.0, 1.0]);
        let log = loss("log_loss", &target).of(&target, &[0, 1], &predicted);
        assert!((log[0] + 0.75f64.ln()).abs() < 1e-15 && (log[1] + f64::EPSILON.ln()).abs() < 1e-9);
    }
}
