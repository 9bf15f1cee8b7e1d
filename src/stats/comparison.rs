//! Two models on the same splits, or two sets of scores on different ones.
//!
//! The corrected resampled t test (Nadeau and Bengio, Machine Learning 52, 2003) and the Bayesian
//! correlated t test with a region of practical equivalence (Corani and Benavoli, Machine Learning 100,
//! 2015; Benavoli, Corani, Demšar and Zaffalon, JMLR 18, 2017) lean on the same variance, s²(1/N + r) with
//! r = n_test / n_train. Several tests share one error by Holm (Scandinavian Journal of Statistics 6, 1979).

use statrs::distribution::{ContinuousCDF, StudentsT};

use crate::stats::mean_and_variance;

/// What the differences of scores say; positive is better for the first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// Mean difference.
    pub mean: f64,
    /// Its corrected 95 % interval.
    pub ci95: [f64; 2],
    /// Mean over corrected standard error; `None` where differences do not vary.
    pub t: Option<f64>,
    /// Degrees of freedom.
    pub df: f64,
    /// Two-sided p-value.
    pub p: f64,
    /// The standard error, corrected.
    pub error: f64,
}

/// Probabilities of better, equal and worse.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Posterior {
    /// That the difference is above the region of equivalence.
    pub better: f64,
    /// That it is within.
    pub equal: f64,
    /// That it is below.
    pub worse: f64,
}

impl Difference {
    fn new(mean: f64, variance: f64, df: f64) -> Option<Self> {
        let error = variance.sqrt();
        // What is rounding of equal differences is no spread.
        if error <= 1e-14 * mean.abs() || error == 0.0 {
            let p = if mean == 0.0 { 1.0 } else { 0.0 };
            return Some(Self { mean, ci95: [mean, mean], t: None, df, p, error: 0.0 });
        }
        let student = StudentsT::new(0.0, 1.0, df).ok()?;
        let (t, half) = (mean / error, student.inverse_cdf(0.975) * error);
        Some(Self { mean, ci95: [mean - half, mean + half], t: Some(t), df, p: 2.0 * student.cdf(-t.abs()), error })
    }

    /// From differences on the same splits; `None` for fewer than two.
    pub fn paired(differences: &[f64], test_to_train: f64) -> Option<Self> {
        if differences.len() < 2 {
            return None;
        }
        let n = differences.len() as f64;
        let (mean, variance) = mean_and_variance(differences);
        Self::new(mean, variance * (1.0 / n + test_to_train), n - 1.0)
    }

    /// From scores on different splits, each with its own ratio of test to train rows: Welch's test with
    /// the corrected variances. `None` for fewer than two scores on a side.
    pub fn unpaired(a: (&[f64], f64), b: (&[f64], f64)) -> Option<Self> {
        if a.0.len() < 2 || b.0.len() < 2 {
            return None;
        }
        let part = |(values, ratio): (&[f64], f64)| {
            let n = values.len() as f64;
            let (mean, variance) = mean_and_variance(values);
            (mean, variance * (1.0 / n + ratio), n - 1.0)
        };
        let ((ma, va, da), (mb, vb, db)) = (part(a), part(b));
        let df = if va + vb > 0.0 { (va + vb).powi(2) / (va * va / da + vb * vb / db) } else { da + db };
        Self::new(ma - mb, va + vb, df)
    }

    /// The chance of a difference at least this low if the true one were `-tolerance`: one-sided.
    pub fn p_worse_than(&self, tolerance: f64) -> f64 {
        let from = self.mean + tolerance;
        if self.error == 0.0 {
            return if from < 0.0 { 0.0 } else { 1.0 };
        }
        StudentsT::new(0.0, 1.0, self.df).map_or(f64::NAN, |student| student.cdf(from / self.error))
    }

    /// Probabilities of better, equal and worse, with differences within ± `rope` taken as equal.
    pub fn posterior(&self, rope: f64) -> Posterior {
        if self.error == 0.0 {
            let one = |yes: bool| f64::from(u8::from(yes));
            return Posterior {
                better: one(self.mean > rope),
                equal: one(self.mean.abs() <= rope),
                worse: one(self.mean < -rope),
            };
        }
        let below = |x: f64| {
            StudentsT::new(0.0, 1.0, self.df).map_or(f64::NAN, |student| student.cdf((x - self.mean) / self.error))
        };
        let (worse, better) = (below(-rope), 1.0 - below(rope));
        Posterior { better, equal: (1.0 - better - worse).max(0.0), worse }
    }
}

/// Holm's adjusted p-values, in the order given.
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
    let mut adjusted = vec![0.0; p.len()];
    let mut least = 0.0f64;
    for (rank, i) in order.into_iter().enumerate() {
        least = least.max((p[i] * (p.len() - rank) as f64).min(1.0));
        adjusted[i] = least;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holm_steps_down() {
        // statsmodels.stats.multitest.multipletests([.01, .04, .03, .005], method="holm")
        let adjusted = holm(&[0.01, 0.04, 0.03, 0.005]);
        for (a, want) in adjusted.iter().zip([0.03, 0.06, 0.06, 0.02]) {
            assert!((a - want).abs() < 1e-12, "{adjusted:?}");
        }
    }

    #[test]
    fn differences_that_do_not_vary_are_certain() {
        let none = Difference::paired(&[0.0; 5], 0.25).unwrap();
        assert_eq!((none.p, none.t, none.posterior(0.01).equal), (1.0, None, 1.0));
        let some = Difference::paired(&[0.5; 5], 0.25).unwrap();
        assert_eq!((some.p, some.posterior(0.01).better, some.p_worse_than(0.0)), (0.0, 1.0, 1.0));
        assert!(Difference::paired(&[0.5], 0.25).is_none());
    }

    #[test]
    fn unpaired_without_correction_is_welchs_test() {
        // scipy.stats.ttest_ind([1, 2, 4, 5], [3, 5, 9], equal_var=False)
        let d = Difference::unpaired((&[1.0, 2.0, 4.0, 5.0], 0.0), (&[3.0, 5.0, 9.0], 0.0)).unwrap();
        assert!((d.t.unwrap() + 1.342_690_173_3).abs() < 1e-9 && (d.p - 0.270_069_116_4).abs() < 1e-6, "{d:?}");
    }
}
