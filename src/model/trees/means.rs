//! Means that scores stand for, several at a time.
//!
//! Sums and products are not fused, so that results are the same on every processor.

use pulp::{Arch, Simd, WithSimd};

use crate::model::exponential::{exp, sigmoid};

/// What a score says of the mean.
#[derive(Clone, Copy)]
pub(super) enum Mean<'a> {
    /// exp(score), infinite above 709.
    Exponential,
    /// 1 / (1 + exp(−score)).
    Logistic,
    /// exp(score − norm), with a norm for each score.
    Share(&'a [f64]),
}

/// Writes the mean of each score over `means`, which are as many.
pub(super) fn means(mean: Mean, scores: &[f64], means: &mut [f64]) {
    Arch::new().dispatch(Means { mean, scores, means });
}

/// Writes the logarithm of each row's sum of exp(score) over `norms`; `scores` are outputs × rows.
pub(super) fn log_sums(scores: &[f64], norms: &mut [f64]) {
    Arch::new().dispatch(LogSums { scores, norms });
}

// Structs, since a closure given to the dispatch is not compiled for the processor that it finds.
struct Means<'a> {
    mean: Mean<'a>,
    scores: &'a [f64],
    means: &'a mut [f64],
}

impl WithSimd for Means<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let pairs = self.means.iter_mut().zip(self.scores);
        match self.mean {
            Mean::Exponential => pairs.for_each(|(mean, s)| *mean = if *s > 709.0 { f64::INFINITY } else { exp(*s) }),
            Mean::Logistic => pairs.for_each(|(mean, s)| *mean = sigmoid(*s)),
            Mean::Share(norms) => pairs.zip(norms).for_each(|((mean, s), norm)| *mean = exp(s - norm)),
        }
    }
}

struct LogSums<'a> {
    scores: &'a [f64],
    norms: &'a mut [f64],
}

impl WithSimd for LogSums<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        const CHUNK: usize = 512;
        let rows = self.norms.len();
        let (mut tops, mut totals) = ([0.0; CHUNK], [0.0; CHUNK]);
        for (at, norms) in self.norms.chunks_mut(CHUNK).enumerate() {
            let n = norms.len();
            let of_output = |output: usize| &self.scores[output * rows + at * CHUNK..][..n];
            let outputs = self.scores.len() / rows;
            let (tops, totals) = (&mut tops[..n], &mut totals[..n]);
            tops.copy_from_slice(of_output(0));
            for output in 1..outputs {
                for (top, s) in tops.iter_mut().zip(of_output(output)) {
                    *top = if *s > *top { *s } else { *top };
                }
            }
            totals.fill(0.0);
            for output in 0..outputs {
                for ((total, top), s) in totals.iter_mut().zip(&*tops).zip(of_output(output)) {
                    *total += exp(s - top);
                }
            }
            for ((norm, top), total) in norms.iter_mut().zip(&*tops).zip(&*totals) {
                *norm = top + total.ln();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::loss::{log_sum_exp, logistic};
    use super::*;

    #[test]
    fn means_are_those_of_plain_functions() {
        let scores: Vec<f64> = (-1500..1500).map(|i| f64::from(i) * 0.47).collect();
        let mut norms = vec![0.0; 1000];
        log_sums(&scores, &mut norms);
        for (i, norm) in norms.iter().enumerate() {
            let plain = log_sum_exp((0..3).map(|k| scores[1000 * k + i]));
            assert!((norm - plain).abs() < 1e-14 * plain.abs().max(1.0));
        }
        let mut made = vec![0.0; scores.len()];
        let mut close = |mean: Mean, plain: &dyn Fn(usize) -> f64| {
            means(mean, &scores, &mut made);
            for (i, m) in made.iter().enumerate() {
                let plain = plain(i);
                assert!(*m == plain || (m / plain - 1.0).abs() < 2e-15, "{m} {plain}");
            }
        };
        close(Mean::Exponential, &|i| scores[i].exp());
        close(Mean::Logistic, &|i| logistic(scores[i]));
        let shifts: Vec<f64> = scores.iter().map(|s| s.max(0.0)).collect();
        close(Mean::Share(&shifts), &|i| (scores[i] - shifts[i]).exp());
    }
}
