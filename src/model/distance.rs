//! How far two predictions for the same rows are apart.

use ndarray::Array2;

use super::Predictions;
use crate::stats::standard_deviation;

impl Predictions {
    /// The largest difference of a prediction: of numbers, and of decision values, in standard deviations of them; of
    /// probabilities as it is; of labels alone 1 where any is another. Infinite for predictions of other rows or another kind.
    pub fn distance(&self, other: &Self) -> f64 {
        match (self, other) {
            (Self::Values(one), Self::Values(other)) => scaled(one, other),
            (
                Self::Classes { labels, probabilities, decision },
                Self::Classes { labels: others, probabilities: other, decision: other_decision },
            ) => {
                // Of a class that cannot be, the decision value is minus infinity.
                let all =
                    |of: &Array2<f64>| of.iter().map(|v| if v.is_finite() { *v } else { 0.0 }).collect::<Vec<_>>();
                match ((probabilities, other), (decision, other_decision)) {
                    ((Some(one), Some(other)), _) => largest(&all(one), &all(other)),
                    (_, (Some(one), Some(other))) => scaled(&all(one), &all(other)),
                    _ => f64::from(u8::from(labels != others)),
                }
            }
            _ => f64::INFINITY,
        }
    }
}

fn scaled(one: &[f64], other: &[f64]) -> f64 {
    let size = || one.iter().fold(0.0, |most: f64, v| most.max(v.abs()));
    let scale = standard_deviation(one).filter(|sd| *sd > 0.0).unwrap_or_else(size);
    largest(one, other) / if scale > 0.0 { scale } else { 1.0 }
}

fn largest(one: &[f64], other: &[f64]) -> f64 {
    if one.len() != other.len() {
        return f64::INFINITY;
    }
    one.iter().zip(other).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use ndarray::arr2;

    use super::*;

    #[test]
    fn numbers_are_held_against_their_spread_and_probabilities_are_not() {
        let values = |v: &[f64]| Predictions::Values(v.to_vec());
        // The standard deviation of 1, 3 is √2.
        assert!((values(&[1.0, 3.0]).distance(&values(&[1.0, 4.0])) - 0.5f64.sqrt()).abs() < 1e-12);
        assert_eq!(values(&[2.0, 2.0]).distance(&values(&[2.0, 3.0])), 0.5);
        assert_eq!(values(&[1.0]).distance(&values(&[1.0, 2.0])), f64::INFINITY);
        let classes = |p: Option<f64>, label| Predictions::Classes {
            labels: vec![label],
            probabilities: p.map(|p| arr2(&[[p, 1.0 - p]])),
            decision: None,
        };
        assert_eq!(classes(Some(0.25), 0).distance(&classes(Some(0.75), 1)), 0.5);
        assert_eq!(classes(None, 0).distance(&classes(None, 1)), 1.0);
        assert_eq!(classes(None, 0).distance(&classes(None, 0)), 0.0);
    }
}
