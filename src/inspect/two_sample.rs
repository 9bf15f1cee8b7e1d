//! Whether two sets of rows differ in a column: statistics of two samples and of several tests at once.

use statrs::distribution::{ChiSquared, ContinuousCDF, Normal, StudentsT};

use crate::summary;
pub use crate::summary::ranks;

/// P(|Z| > z) of a standard normal Z.
pub fn two_sided_normal(z: f64) -> f64 {
    // Twice the lower tail: 1 - cdf has no digits far out.
    Normal::new(0.0, 1.0).map_or(f64::NAN, |n| 2.0 * n.cdf(-z.abs())).min(1.0)
}

/// P(T > t) of Student's T with `df` degrees of freedom.
pub fn upper_student(t: f64, df: f64) -> f64 {
    StudentsT::new(0.0, 1.0, df).map_or(f64::NAN, |d| d.cdf(-t))
}

/// The limit distribution of √n·D: P(K > x) = 2 Σ (-1)^(j-1) exp(-2 j² x²) (Kolmogorov 1933).
fn kolmogorov_tail(x: f64) -> f64 {
    if x < 0.3 {
        // The series needs many terms here, and the tail differs from 1 by less than 1e-5.
        return 1.0;
    }
    let term = |j: i32| {
        let sign = if j % 2 == 1 { 2.0 } else { -2.0 };
        sign * (-2.0 * f64::from(j * j) * x * x).exp()
    };
    (1..=20).map(term).sum::<f64>().clamp(0.0, 1.0)
}

/// The p-value of a two-sample Kolmogorov-Smirnov distance `d` between `a` and `b` rows, by the limit
/// distribution with Stephens's correction for small samples (Stephens, JRSS B 32, 1970): ties make it
/// too large, never too small.
pub fn kolmogorov_smirnov_p(d: f64, a: f64, b: f64) -> f64 {
    let root = (a * b / (a + b)).sqrt();
    kolmogorov_tail((root + 0.12 + 0.11 / root) * d)
}

/// The largest distance between two distribution functions, given the rows of each sample at each
/// value in ascending order.
pub fn kolmogorov_smirnov(counts: impl Iterator<Item = (f64, f64)>, a: f64, b: f64) -> f64 {
    let (mut below_a, mut below_b, mut most) = (0.0, 0.0, 0.0f64);
    for (in_a, in_b) in counts {
        below_a += in_a;
        below_b += in_b;
        most = most.max((below_a / a - below_b / b).abs());
    }
    most
}

/// Pearson's χ² of a table with two rows, its degrees of freedom and Cramér's V. Levels that neither
/// sample has do not count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChiSquare {
    /// Cramér's V, from 0 to 1.
    pub v: f64,
    /// The p-value.
    pub p: f64,
}

/// Compares how often levels occur in two samples; `None` where fewer than two levels occur.
pub fn chi_square(counts: &[(f64, f64)]) -> Option<ChiSquare> {
    let a: f64 = counts.iter().map(|c| c.0).sum();
    let b: f64 = counts.iter().map(|c| c.1).sum();
    let occurring = counts.iter().filter(|c| c.0 + c.1 > 0.0);
    let levels = occurring.clone().count();
    if levels < 2 || a == 0.0 || b == 0.0 {
        return None;
    }
    let total = a + b;
    let statistic: f64 = occurring
        .map(|(in_a, in_b)| {
            let share = (in_a + in_b) / total;
            (in_a - share * a).powi(2) / (share * a) + (in_b - share * b).powi(2) / (share * b)
        })
        .sum();
    let tail = ChiSquared::new((levels - 1) as f64).map_or(f64::NAN, |d| d.sf(statistic));
    Some(ChiSquare { v: (statistic / total).sqrt(), p: tail })
}

/// Difference of two means in units of the pooled standard deviation, √((s₁² + s₂²)/2); 0 where
/// neither sample varies. Each sample as rows, sum and sum of squares.
pub fn standardised_difference(a: [f64; 3], b: [f64; 3]) -> f64 {
    let mean = |s: [f64; 3]| s[1] / s[0];
    let variance = |s: [f64; 3]| ((s[2] - s[1] * s[1] / s[0]) / (s[0] - 1.0).max(1.0)).max(0.0);
    let pooled = (0.5 * (variance(a) + variance(b))).sqrt();
    let scale = (mean(a).abs()).max(mean(b).abs());
    if pooled <= 1e-12 * scale || !pooled.is_finite() { 0.0 } else { (mean(a) - mean(b)) / pooled }
}

/// p-values corrected for their number, so that among those below q a share q is false on average
/// (Benjamini and Hochberg, JRSS B 57, 1995). In the order given; NaN stays and does not count.
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).filter(|i| !p[*i].is_nan()).collect();
    order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
    let n = order.len() as f64;
    let mut q = vec![f64::NAN; p.len()];
    let mut least = 1.0f64;
    for (rank, i) in order.iter().enumerate().rev() {
        least = least.min(p[*i] * n / (rank + 1) as f64);
        q[*i] = least;
    }
    q
}

/// Spearman's rank correlation, and its two-sided p-value by Student's distribution with n - 2 degrees
/// of freedom. `None` where one side does not vary, or for fewer than 5 pairs.
pub fn spearman(a: &[f64], b: &[f64]) -> Option<(f64, f64)> {
    let n = a.len();
    if n < 5 {
        return None;
    }
    let r = summary::spearman(a, b)?.clamp(-1.0, 1.0);
    let df = n as f64 - 2.0;
    let p = if r.abs() >= 1.0 { 0.0 } else { 2.0 * upper_student((r * r * df / (1.0 - r * r)).sqrt(), df) };
    Some((r, p))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64, tolerance: f64) {
        assert!((a - b).abs() <= tolerance * b.abs().max(1e-300), "{a} {b}");
    }

    #[test]
    fn distances_and_their_tails_are_scipys() {
        // Values 1..=6; sample a has 1, 2, 2, 3 and sample b 2, 4, 5, 6: ks_2samp gives 0.75.
        let counts = [(1.0, 0.0), (2.0, 1.0), (1.0, 0.0), (0.0, 1.0), (0.0, 1.0), (0.0, 1.0)];
        near(kolmogorov_smirnov(counts.into_iter(), 4.0, 4.0), 0.75, 1e-15);
        // scipy.special.kolmogorov
        for (x, want) in
            [(0.5, 0.963_945_243_664_875), (1.0, 0.269_999_671_677_354_56), (2.0, 6.709_252_557_796_953e-4)]
        {
            near(kolmogorov_tail(x), want, 1e-12);
        }
        // scipy.stats.kstwo.sf(0.15, 80), what ks_2samp(method="asymp") gives for 100 and 400 rows.
        assert!((kolmogorov_smirnov_p(0.15, 100.0, 400.0) - 0.049_020).abs() < 0.001, "p");
    }

    #[test]
    fn chi_square_is_scipys() {
        // scipy.stats.chi2_contingency([[10, 20, 30], [20, 20, 20]], correction=False)
        let found = chi_square(&[(10.0, 20.0), (20.0, 20.0), (30.0, 20.0), (0.0, 0.0)]).unwrap();
        near(found.p, 0.069_483_451_222_801_21, 1e-9);
        near(found.v, (5.333_333_333_333_333_f64 / 120.0).sqrt(), 1e-12);
        assert_eq!(chi_square(&[(3.0, 4.0), (0.0, 0.0)]), None);
    }

    #[test]
    fn differences_of_means_in_units_of_spread() {
        // 1, 2, 3 against 3, 4, 5: both have variance 1.
        near(standardised_difference([3.0, 6.0, 14.0], [3.0, 12.0, 50.0]), -2.0, 1e-12);
        assert_eq!(standardised_difference([2.0, 2.0, 2.0], [3.0, 3.0, 3.0]), 0.0);
    }

    #[test]
    fn corrected_p_values_are_scipys() {
        // scipy.stats.false_discovery_control([0.01, 0.04, 0.03, 0.5])
        let q = benjamini_hochberg(&[0.01, 0.04, f64::NAN, 0.03, 0.5]);
        for (got, want) in [(q[0], 0.04), (q[1], 0.16 / 3.0), (q[3], 0.16 / 3.0), (q[4], 0.5)] {
            near(got, want, 1e-12);
        }
        assert!(q[2].is_nan());
    }

    #[test]
    fn rank_correlation_is_scipys() {
        // scipy.stats.spearmanr([1, 2, 3, 4, 5, 5], [2, 1, 4, 3, 7, 9])
        let (r, p) = spearman(&[1.0, 2.0, 3.0, 4.0, 5.0, 5.0], &[2.0, 1.0, 4.0, 3.0, 7.0, 9.0]).unwrap();
        near(r, 0.869_656_553_478_672_7, 1e-9);
        near(p, 0.024_376_891_685_690_78, 1e-6);
        assert_eq!(spearman(&[1.0; 6], &[2.0, 1.0, 4.0, 3.0, 7.0, 9.0]), None);
        assert_eq!(ranks(&[5.0, 1.0, 5.0]), [2.5, 1.0, 2.5]);
    }
}
