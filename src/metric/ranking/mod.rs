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
        let scores = scores.to_vec();
        let mut order: Vec<u32> = (0..scores.len() as u32).collect();
        order.sort_unstable_by(|a, b| scores[*b as usize].total_cmp(&scores[*a as usize]));
        let mut runs: Vec<(f64, f64)> = Vec::new();
        let mut last = None;
        for i in order.into_iter().map(|i| i as usize) {
            // -0.0 and 0.0 are one score.
            if last != Some(scores[i]) {
                runs.push((0.0, 0.0));
                last = Some(scores[i]);
            }
            if let Some(run) = runs.last_mut() {
                run.0 += 1.0;
                run.1 += f64::from(u8::from(truth[i] == class));
            }
        }
        let positives = truth.iter().filter(|t| **t == class).count() as f64;
        Self { positives, negatives: truth.len() as f64 - positives, runs }
    }
}
