//! Metrics of an order: ROC AUC and average precision.

use super::Undefined;

/// Rows by descending score, as runs of equal scores: (rows, of these positive) for each run.
fn runs(positive: &[bool], scores: &[f64]) -> Vec<(f64, f64)> {
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
            run.1 += f64::from(u8::from(positive[i]));
        }
    }
    runs
}

/// Area under the ROC curve: the share of (positive, negative) pairs in the right order, ties half
/// (Mann and Whitney).
pub fn roc_auc(positive: &[bool], scores: &[f64]) -> Result<f64, Undefined> {
    let pos = positive.iter().filter(|p| **p).count() as f64;
    let neg = positive.len() as f64 - pos;
    if pos == 0.0 || neg == 0.0 {
        return Err(Undefined("a class is absent from the rows"));
    }
    let (mut above, mut area) = (0.0, 0.0);
    for (rows, hits) in runs(positive, scores) {
        area += (rows - hits) * (above + 0.5 * hits);
        above += hits;
    }
    Ok(area / (pos * neg))
}

/// Σ (recall step) × precision over the distinct scores.
pub fn average_precision(positive: &[bool], scores: &[f64]) -> Result<f64, Undefined> {
    let pos = positive.iter().filter(|p| **p).count() as f64;
    if pos == 0.0 {
        return Err(Undefined("a class is absent from the rows"));
    }
    let (mut seen, mut hits, mut sum) = (0.0, 0.0, 0.0);
    for (rows, found) in runs(positive, scores) {
        seen += rows;
        hits += found;
        sum += found / pos * (hits / seen);
    }
    Ok(sum)
}
