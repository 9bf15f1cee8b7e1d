//! Scores of the labels that a threshold gives: a row is taken for positive where its probability is at least as large.

use ndarray::ArrayView1;

use super::{STEPS, steps};
use crate::metric::rates_of_class;

/// The scores, in the order of [`curves`].
pub(super) const SCORES: [&str; 5] = ["accuracy", "balanced_accuracy", "f1", "precision", "recall"];

/// The name of the curve of a score.
pub(super) fn curve_name(score: &str) -> String {
    format!("threshold.{score}")
}

/// The number of thresholds that a probability reaches.
fn reached(probability: f64) -> usize {
    let mut count = (probability * STEPS as f64).clamp(0.0, STEPS as f64) as usize;
    // The product may be rounded to the wrong side of a threshold.
    while count <= STEPS && probability >= count as f64 / STEPS as f64 {
        count += 1;
    }
    while count > 0 && probability < (count - 1) as f64 / STEPS as f64 {
        count -= 1;
    }
    count
}

/// The scores at each threshold from 0 to 1, of rows of both kinds. Precision and F1 are 0 where no row is taken for
/// positive, as the metrics have it.
pub(super) fn curves(probabilities: ArrayView1<f64>, came: &[bool]) -> [Vec<f64>; SCORES.len()] {
    // Rows by the number of thresholds that they reach: positive ones, and others.
    let mut rows = [[0.0; 2]; STEPS + 2];
    for (p, came) in probabilities.iter().zip(came) {
        rows[reached(*p)][usize::from(!came)] += 1.0;
    }
    let [positives, negatives] = [0, 1].map(|kind| rows.iter().map(|rows| rows[kind]).sum::<f64>());
    let mut curves = [const { Vec::new() }; SCORES.len()];
    let [mut hits, mut alarms] = [positives, negatives];
    for (i, _) in steps().enumerate() {
        hits -= rows[i][0];
        alarms -= rows[i][1];
        let [precision, recall, f1] = rates_of_class(hits, positives, hits + alarms);
        let spared = negatives - alarms;
        let accuracy = (hits + spared) / (positives + negatives);
        let scores = [accuracy, 0.5 * (recall + spared / negatives), f1, precision, recall];
        curves.iter_mut().zip(scores).for_each(|(curve, score)| curve.push(score));
    }
    curves
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threshold_is_reached_by_the_probability_that_equals_it() {
        for i in 0..=STEPS {
            let p = i as f64 / STEPS as f64;
            assert_eq!((reached(p), reached(p.next_down())), (i + 1, i), "{p}");
        }
        assert_eq!((reached(-0.5), reached(1.5)), (0, STEPS + 1));
    }

    #[test]
    fn scores_of_four_rows_by_hand() {
        let p = ndarray::array![0.1, 0.4, 0.6, 1.0];
        let [accuracy, balanced, f1, precision, recall] = curves(p.view(), &[false, true, false, true]);
        for (curve, at, want) in [
            (&accuracy, 0, 0.5),
            (&accuracy, 20, 0.75),
            (&balanced, 50, 0.5),
            (&accuracy, 61, 0.75),
            (&f1, 20, 0.8),
            (&f1, 61, 2.0 / 3.0),
            (&precision, 41, 0.5),
            (&precision, 61, 1.0),
            (&recall, 40, 1.0),
            (&recall, 41, 0.5),
            (&recall, 100, 0.5),
        ] {
            assert!((curve[at] - want).abs() < 1e-12, "{at}: {}", curve[at]);
        }
        assert!([&accuracy, &balanced, &f1, &precision, &recall].iter().all(|curve| curve.len() == STEPS + 1));
    }
}
