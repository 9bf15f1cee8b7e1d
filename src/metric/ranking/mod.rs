//! Metrics of an order of rows.

pub(super) mod average_precision;
pub(super) mod roc_auc;

use ndarray::ArrayView1;

/// Rows by descending score of one class.
#[derive(Debug)]
pub struct Ranking {
    /// Rows of the class.
    pub positives: f64,
    /// Other rows.
    pub negatives: f64,
    /// Runs of equal scores, the highest first: (rows, of these positive) for each.
    pub runs: Vec<(f64, f64)>,
}

impl Ranking {
    /// Of the true classes and the score of one of them.
    pub fn new(truth: &[u32], class: u32, scores: ArrayView1<f64>) -> Self {
        let (mut own, mut other) = (Vec::new(), Vec::with_capacity(truth.len()));
        for (score, of) in scores.iter().zip(truth) {
            if *of == class { own.push(descending(*score)) } else { other.push(descending(*score)) }
        }
        // Two sorts of bare numbers take less time than one of rows.
        own.sort_unstable();
        other.sort_unstable();
        let (positives, negatives) = (own.len() as f64, other.len() as f64);
        let mut runs: Vec<(f64, f64)> = Vec::with_capacity(truth.len());
        let (mut own, mut other) = (own.as_slice(), other.as_slice());
        while let Some(next) = [own, other].iter().filter_map(|keys| keys.first()).min() {
            let take = |keys: &mut &[u64]| {
                let count = keys.iter().take_while(|key| *key == next).count();
                *keys = &keys[count..];
                count as f64
            };
            let (of_class, others) = (take(&mut own), take(&mut other));
            runs.push((of_class + others, of_class));
        }
        Self { positives, negatives, runs }
    }
}

/// A number whose ascending order is the descending order of scores; -0.0 and 0.0 are one score.
fn descending(score: f64) -> u64 {
    let bits = (score + 0.0).to_bits();
    if bits >> 63 == 1 { bits } else { !bits ^ 1 << 63 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_those_of_equal_scores_from_the_highest_on() {
        let scores = [0.0, f64::INFINITY, -2.5, -0.0, 1e-300, -1e300, f64::NEG_INFINITY, 7.0, -2.5];
        let truth = [1, 0, 1, 0, 0, 2, 1, 1, 1];
        let ranking = Ranking::new(&truth, 1, ArrayView1::from(&scores));
        assert_eq!((ranking.positives, ranking.negatives), (5.0, 4.0));
        let descending = [(1.0, 0.0), (1.0, 1.0), (1.0, 0.0), (2.0, 1.0), (2.0, 2.0), (1.0, 0.0), (1.0, 1.0)];
        assert_eq!(ranking.runs, descending);
    }
}
