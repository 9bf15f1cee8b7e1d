//! How good predictions are, and how far two sets of them are apart.

use ndarray::Array2;

use crate::data::Target;
use crate::model::Predictions;
use crate::stats::{matching_z, mean};

/// One less the loss as a share of that of the train rows' mean, or of their class shares: 1 is perfect, 0 no better than
/// without features. Squared error for numbers, Brier's score for probabilities, errors where there are labels alone.
/// `None` where the mean makes no error.
pub fn skill(predicted: &Predictions, truth: &Target, train: &Target) -> Option<f64> {
    let (loss, base) = match (predicted, truth, train) {
        (Predictions::Values(p), Target::Regression { values: y }, Target::Regression { values: train }) => {
            let centre = mean(train);
            let loss = p.iter().zip(y).map(|(p, y)| (p - y).powi(2)).sum::<f64>();
            (loss, y.iter().map(|y| (centre - y).powi(2)).sum::<f64>())
        }
        (Predictions::Classes { probabilities: Some(p), .. }, Target::Classification { codes, .. }, _) => {
            let prior = shares(train);
            let loss = |of: &dyn Fn(usize, usize) -> f64| -> f64 {
                let row = |(row, code): (usize, &u32)| -> f64 {
                    (0..prior.len()).map(|c| (of(row, c) - f64::from(u8::from(*code as usize == c))).powi(2)).sum()
                };
                codes.iter().enumerate().map(row).sum()
            };
            (loss(&|row, c| p[[row, c]]), loss(&|_, c| prior[c]))
        }
        (Predictions::Classes { .. }, ..) => return label_skill(predicted, truth, train),
        _ => return None,
    };
    (base > 0.0).then(|| 1.0 - loss / base)
}

/// [`skill`] by labels alone: one less the errors as a share of those of the commonest class of the train rows.
pub fn label_skill(predicted: &Predictions, truth: &Target, train: &Target) -> Option<f64> {
    let (Predictions::Classes { labels, .. }, Target::Classification { codes, .. }) = (predicted, truth) else {
        return skill(predicted, truth, train);
    };
    let shares = shares(train);
    let commonest = (0..shares.len()).fold(0, |best, c| if shares[c] > shares[best] { c } else { best });
    let errors = labels.iter().zip(codes).filter(|(p, y)| p != y).count() as f64;
    let base = codes.iter().filter(|y| **y as usize != commonest).count() as f64;
    (base > 0.0).then(|| 1.0 - errors / base)
}

/// The share of each class.
fn shares(target: &Target) -> Vec<f64> {
    let Target::Classification { codes, labels, .. } = target else { return Vec::new() };
    let mut shares = vec![0.0; labels.len()];
    codes.iter().for_each(|code| shares[*code as usize] += 1.0 / codes.len() as f64);
    shares
}

/// How much more predictions go with the truth than they would with the same truths dealt out to the rows at random: a
/// z-score, `None` where dealing changes nothing.
pub fn association(predicted: &Predictions, truth: &Target) -> Option<f64> {
    let n = truth.len();
    let table = match (predicted, truth) {
        (Predictions::Values(p), Target::Regression { values: y }) => {
            // What differs by rounding alone is one value.
            if spread(p) <= ROUNDING * p.iter().fold(0.0f64, |most, p| most.max(p.abs())) {
                return None;
            }
            let (of_p, of_y) = (mean(p), mean(y));
            Array2::from_shape_fn((n, n), |(i, j)| (p[i] - of_p) * (y[j] - of_y))
        }
        (Predictions::Classes { labels, probabilities, .. }, Target::Classification { codes, .. }) => {
            let of = |row: usize, code: u32| match probabilities {
                Some(p) => p[[row, code as usize]],
                None => f64::from(u8::from(labels[row] == code)),
            };
            Array2::from_shape_fn((n, n), |(i, j)| of(i, codes[j]))
        }
        _ => return None,
    };
    matching_z(table.view())
}

/// The mean of predictions for the same rows, classes as probabilities.
pub fn averaged(all: &[Predictions], classes: usize) -> Option<Predictions> {
    let share = 1.0 / all.len().max(1) as f64;
    if let Predictions::Values(first) = all.first()? {
        let mut sums = vec![0.0; first.len()];
        for predictions in all {
            let Predictions::Values(values) = predictions else { return None };
            sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += share * value);
        }
        return Some(Predictions::Values(sums));
    }
    let mut sums = Array2::zeros((all[0].rows(), classes));
    for predictions in all {
        let of = as_table(predictions, classes)?;
        sums.scaled_add(share, &of);
    }
    Some(Predictions::Classes { labels: vec![0; sums.nrows()], probabilities: Some(sums), decision: None })
}

/// Rows × classes, or × 1 for numbers.
fn as_table(predictions: &Predictions, classes: usize) -> Option<Array2<f64>> {
    match predictions {
        Predictions::Values(values) => Array2::from_shape_vec((values.len(), 1), values.clone()).ok(),
        Predictions::Classes { probabilities: Some(p), .. } => Some(p.clone()),
        Predictions::Classes { labels, .. } => Some(Array2::from_shape_fn((labels.len(), classes), |(row, c)| {
            f64::from(u8::from(labels[row] as usize == c))
        })),
    }
}

/// How two sets of predictions for the same rows differ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// Rows that differ beyond rounding.
    pub rows: usize,
    /// The largest difference: as a share of the spread of numbers, or of a probability.
    pub largest: f64,
}

/// Differences up to this share of the spread, or of a probability, are rounding.
const ROUNDING: f64 = 1e-9;

/// How two sets of predictions differ.
pub fn change(one: &Predictions, other: &Predictions, classes: usize) -> Change {
    let (Some(a), Some(b)) = (as_table(one, classes), as_table(other, classes)) else {
        return Change { rows: one.rows(), largest: f64::INFINITY };
    };
    if a.dim() != b.dim() {
        return Change { rows: one.rows().max(other.rows()), largest: f64::INFINITY };
    }
    let scale = match one {
        Predictions::Values(values) => spread(values).max(spread_of_size(values)),
        Predictions::Classes { .. } => 1.0,
    };
    let of_row = |row: usize| {
        let apart = a.row(row).iter().zip(b.row(row)).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        // Labels are what is used of classes.
        let labels = match (one, other) {
            (Predictions::Classes { labels: a, .. }, Predictions::Classes { labels: b, .. }) => a[row] != b[row],
            _ => false,
        };
        if labels { f64::max(apart / scale, 2.0 * ROUNDING) } else { apart / scale }
    };
    let all: Vec<f64> = (0..a.nrows()).map(of_row).collect();
    Change {
        rows: all.iter().filter(|apart| **apart > ROUNDING).count(),
        largest: all.iter().copied().fold(0.0, f64::max),
    }
}

/// Largest less smallest.
pub fn spread(values: &[f64]) -> f64 {
    let (low, high) = ends(values);
    high - low
}

/// What a constant prediction is measured by.
fn spread_of_size(values: &[f64]) -> f64 {
    let largest = values.iter().fold(0.0f64, |most, v| most.max(v.abs()));
    if largest > 0.0 { 1e-6 * largest } else { 1.0 }
}

/// The smallest and the largest of some numbers.
pub fn ends(values: &[f64]) -> (f64, f64) {
    values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(*v), high.max(*v)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    fn classes(codes: &[u32]) -> Target {
        Target::Classification { codes: codes.to_vec(), labels: vec!["a".into(), "b".into()], positive: Some(1) }
    }

    #[test]
    fn skill_is_that_over_the_mean() {
        let numbers = |values: &[f64]| Target::Regression { values: values.to_vec() };
        let train = numbers(&[0.0, 4.0]);
        // The mean makes errors of 1 and 3, the predictions of 1 and 1: 1 - 2/10.
        let found = skill(&Predictions::Values(vec![2.0, 4.0]), &numbers(&[3.0, 5.0]), &train).unwrap();
        assert!((found - 0.8).abs() < 1e-15);
        assert_eq!(skill(&Predictions::Values(vec![2.0]), &numbers(&[2.0]), &train), None);
        let labels =
            |labels: &[u32]| Predictions::Classes { labels: labels.to_vec(), probabilities: None, decision: None };
        // The commonest class is wrong twice, the predictions once.
        let train = classes(&[0, 0, 1]);
        assert_eq!(skill(&labels(&[0, 1, 0]), &classes(&[0, 1, 1]), &train), Some(0.5));
        // Brier: shares of a half each lose 0.5 a row, the predictions 2 · 0.2² and 2 · 0.4².
        let p = array![[0.8, 0.2], [0.4, 0.6]];
        let p = Predictions::Classes { labels: vec![0, 1], probabilities: Some(p), decision: None };
        let found = skill(&p, &classes(&[0, 1]), &classes(&[0, 1])).unwrap();
        assert!((found - (1.0 - 0.4)).abs() < 1e-12, "{found}");
    }

    #[test]
    fn association_is_high_for_the_truth_itself_and_none_for_one_value() {
        let y: Vec<f64> = (0..40).map(|i| f64::from(i * 7 % 40)).collect();
        let truth = Target::Regression { values: y.clone() };
        // r √(n - 1) for a correlation of 1.
        let z = association(&Predictions::Values(y.clone()), &truth).unwrap();
        assert!((z - 39f64.sqrt()).abs() < 1e-9, "{z}");
        let constant = (0..40).map(|i| 3.0 + 1e-15 * f64::from(i)).collect();
        assert_eq!(association(&Predictions::Values(constant), &truth), None);
    }

    #[test]
    fn changes_are_counted_in_the_spread() {
        let values = |v: &[f64]| Predictions::Values(v.to_vec());
        let found = change(&values(&[0.0, 10.0, 5.0]), &values(&[0.0, 10.0, 6.0]), 0);
        assert_eq!(found, Change { rows: 1, largest: 0.1 });
        assert_eq!(change(&values(&[1.0]), &values(&[1.0]), 0).rows, 0);
        assert_eq!(change(&values(&[0.0]), &values(&[1e-3]), 0).rows, 1);
    }
}
