//! Whether two sets of rows differ in a column: statistics of two samples and of several tests at once.

use statrs::distribution::{ChiSquared, ContinuousCDF, Normal, StudentsT};
use statrs::function::factorial::ln_factorial;

use crate::stats;
pub use crate::stats::ranks;

/// P(|Z| > z) of a standard normal Z.
pub fn two_sided_normal(z: f64) -> f64 {
    // Twice the lower tail: 1 - cdf has no digits far out.
    Normal::new(0.0, 1.0).map_or(f64::NAN, |n| 2.0 * n.cdf(-z.abs())).min(1.0)
}

/// The quantile of a standard normal number.
pub fn normal_quantile(share: f64) -> f64 {
    Normal::new(0.0, 1.0).map_or(f64::INFINITY, |n| n.inverse_cdf(share))
}

/// P(T > t) of Student's T with `df` degrees of freedom.
pub fn upper_student(t: f64, df: f64) -> f64 {
    StudentsT::new(0.0, 1.0, df).map_or(f64::NAN, |d| d.cdf(-t))
}

/// The quantile of Student's T with `df` degrees of freedom.
pub fn student_quantile(share: f64, df: f64) -> f64 {
    StudentsT::new(0.0, 1.0, df).map_or(f64::NAN, |d| d.inverse_cdf(share))
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

/// Pooled rows times rows of the smaller sample up to which the distance is judged exactly.
const EXACT_PATHS: f64 = 200_000.0;

/// The exact p-value of a distance `d`, given the rows of each sample at each value in ascending order: the share of all
/// ways to deal the pooled rows out to two samples of these sizes whose distance is as large, ties as they are. `None`
/// for samples that are too large for it, which the limit distribution serves.
pub fn kolmogorov_smirnov_exact(counts: impl Iterator<Item = (f64, f64)>, d: f64, a: f64, b: f64) -> Option<f64> {
    let all = a + b;
    if all * a > EXACT_PATHS {
        return None;
    }
    // By number of rows in the first sample: the share of ways that have stayed nearer so far.
    let mut inside = vec![0.0; a as usize + 1];
    inside[0] = 1.0;
    let (mut dealt, mut outside) = (0.0, 0.0);
    for (in_a, in_b) in counts {
        for _ in 0..(in_a + in_b) as usize {
            for own in (0..inside.len()).rev() {
                let to_b = (b - (dealt - own as f64)).max(0.0) / (all - dealt);
                let from_a = if own > 0 { inside[own - 1] * (a - (own as f64 - 1.0)) / (all - dealt) } else { 0.0 };
                inside[own] = inside[own] * to_b + from_a;
            }
            dealt += 1.0;
        }
        for (own, share) in inside.iter_mut().enumerate() {
            if (own as f64 / a - (dealt - own as f64) / b).abs() >= d - 1e-9 {
                outside += std::mem::take(share);
            }
        }
    }
    Some(f64::min(outside, 1.0))
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

/// Tables that are gone through for an exact p-value.
const EXACT_TABLES: f64 = 20_000.0;

/// The exact p-value of χ² where some level is expected fewer than five times: the share of all ways to deal the rows out
/// to samples of these sizes whose χ² is as large (Freeman and Halton 1951; Fisher's test orders by probability instead).
/// `None` where the limit distribution serves, or the tables are too many.
pub fn chi_square_exact(counts: &[(f64, f64)]) -> Option<f64> {
    let occurring: Vec<f64> = counts.iter().map(|c| c.0 + c.1).filter(|n| *n > 0.0).collect();
    let a: f64 = counts.iter().map(|c| c.0).sum();
    let all: f64 = occurring.iter().sum();
    let (least, smaller) = (occurring.iter().copied().fold(f64::INFINITY, f64::min), a.min(all - a));
    let tables: f64 = occurring.iter().map(|n| n.min(smaller) + 1.0).product();
    if occurring.len() < 2 || smaller <= 0.0 || least * smaller / all >= 5.0 || tables > EXACT_TABLES {
        return None;
    }
    // With the margins fixed, χ² grows with Σ x²/n over the levels.
    let statistic = |x: f64, n: f64| x * x / n;
    let observed: f64 = counts.iter().filter(|c| c.0 + c.1 > 0.0).map(|c| statistic(c.0, c.0 + c.1)).sum();
    let ln_choose = |n: f64, k: f64| ln_factorial(n as u64) - ln_factorial(k as u64) - ln_factorial((n - k) as u64);
    // Levels before this one: rows that are left for the sample, Σ so far, and ln of the ways so far.
    let mut open = vec![(a, 0.0, 0.0)];
    for (i, n) in occurring.iter().enumerate() {
        let behind: f64 = occurring[i + 1..].iter().sum();
        let mut next = Vec::with_capacity(open.len());
        for (left, sum, ways) in &open {
            let mut x = (left - behind).max(0.0);
            while x <= n.min(*left) {
                next.push((left - x, sum + statistic(x, *n), ways + ln_choose(*n, x)));
                x += 1.0;
            }
        }
        open = next;
    }
    let every = ln_choose(all, a);
    let extreme = open.iter().filter(|(_, sum, _)| *sum >= observed * (1.0 - 1e-9));
    Some(extreme.map(|(.., ways)| (ways - every).exp()).sum::<f64>().min(1.0))
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

/// Pairs up to which the p-value of a rank correlation is exact.
const EXACT_PAIRS: usize = 9;

/// Spearman's rank correlation, and its two-sided p-value: up to nine pairs the share of all orders of one side whose
/// correlation is as far from 0, ties as they are; beyond by Student's distribution with n - 2 degrees of freedom, but no
/// less than the 2 of n! orders that reach ±1. `None` where one side does not vary, or for fewer than 5 pairs.
pub fn spearman(a: &[f64], b: &[f64]) -> Option<(f64, f64)> {
    let n = a.len();
    if n < 5 {
        return None;
    }
    let r = stats::spearman(a, b)?.clamp(-1.0, 1.0);
    if n <= EXACT_PAIRS {
        return Some((r, exact_spearman(&ranks(a), &ranks(b))));
    }
    let df = n as f64 - 2.0;
    let p = if r.abs() >= 1.0 { 0.0 } else { 2.0 * upper_student((r * r * df / (1.0 - r * r)).sqrt(), df) };
    Some((r, p.max((2.0f64.ln() - ln_factorial(n as u64)).exp())))
}

/// The share of all orders of `b` in which Σ ab is as far from its mean as it is.
fn exact_spearman(a: &[f64], b: &[f64]) -> f64 {
    let middle = (a.len() as f64 + 1.0) / 2.0;
    let a: Vec<f64> = a.iter().map(|x| x - middle).collect();
    let mut b: Vec<f64> = b.iter().map(|x| x - middle).collect();
    let mut sum: f64 = a.iter().zip(&b).map(|(x, y)| x * y).sum();
    let far = sum.abs() - 1e-9;
    let (mut extreme, mut orders) = (1u32, 1u32);
    // Heap's algorithm: each order is one swap away from the one before.
    let (mut counters, mut i) = (vec![0; b.len()], 1);
    while i < b.len() {
        if counters[i] < i {
            let j = if i % 2 == 0 { 0 } else { counters[i] };
            sum += (a[i] - a[j]) * (b[j] - b[i]);
            b.swap(i, j);
            orders += 1;
            extreme += u32::from(sum.abs() >= far);
            counters[i] += 1;
            i = 1;
        } else {
            counters[i] = 0;
            i += 1;
        }
    }
    f64::from(extreme) / f64::from(orders)
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
        // scipy.stats.spearmanr, and scipy.stats.permutation_test over all orders for its p.
        let cases: [(&[f64], &[f64], f64, f64); 4] = [
            (&[1.0, 2.0, 3.0, 4.0, 5.0], &[2.0, 3.0, 4.0, 5.0, 6.0], 1.0, 2.0 / 120.0),
            (&[1.0, 2.0, 3.0, 4.0, 5.0, 5.0], &[2.0, 1.0, 4.0, 3.0, 7.0, 9.0], 0.869_656_553_478_672_7, 1.0 / 30.0),
            (
                &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0],
                &[2.0, 1.0, 3.0, 5.0, 4.0, 7.0, 6.0],
                0.892_857_142_857_142_8,
                0.012_301_587_301_587_301,
            ),
            (
                &[3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0],
                &[2.0, 7.0, 1.0, 8.0, 2.0, 8.0, 1.0],
                f64::NAN,
                0.857_142_857_142_857_1,
            ),
        ];
        for (a, b, want, p) in cases {
            let (r, found) = spearman(a, b).unwrap();
            assert!(want.is_nan() || (r - want).abs() < 1e-12, "{r}");
            near(found, p, 1e-12);
        }
        assert_eq!(spearman(&[1.0; 6], &[2.0, 1.0, 4.0, 3.0, 7.0, 9.0]), None);
        assert_eq!(ranks(&[5.0, 1.0, 5.0]), [2.5, 1.0, 2.5]);
        // Of ten pairs, two of 10! orders are perfect; scipy.stats.spearmanr for one that is not.
        let up: Vec<f64> = (0..10).map(f64::from).collect();
        near(spearman(&up, &up).unwrap().1, 2.0 / 3_628_800.0, 1e-9);
        let (r, p) = spearman(&up, &[1.0, 0.0, 2.0, 5.0, 3.0, 4.0, 9.0, 7.0, 8.0, 6.0]).unwrap();
        near(r, 0.842_424_242_424_242_3, 1e-12);
        near(p, 0.002_220_031_225_916_843, 1e-9);
    }

    #[test]
    fn small_samples_are_judged_exactly() {
        // scipy.stats.ks_2samp(method="exact"): 1, 3, 5 against 2, 4, 6 … 24, and the first four of 16 against the others.
        let odd = (0..24)
            .map(|i| if [1, 3, 5].contains(&i) { (1.0, 0.0) } else { (0.0, f64::from(u8::from(i % 2 == 0 && i > 0))) });
        let odd = odd.chain([(0.0, 1.0)]);
        near(kolmogorov_smirnov_exact(odd, 10.0 / 12.0, 3.0, 12.0).unwrap(), 0.043_956_043_956_043_946, 1e-9);
        let apart = (0..16).map(|i| if i < 4 { (1.0, 0.0) } else { (0.0, 1.0) });
        near(kolmogorov_smirnov_exact(apart, 1.0, 4.0, 12.0).unwrap(), 0.001_098_901_098_901_099, 1e-9);
        // With ties: all ways to choose 3 of the 7 pooled rows, gone through in Python.
        let ties = [(2.0, 0.0), (1.0, 2.0), (0.0, 2.0)];
        near(kolmogorov_smirnov_exact(ties.into_iter(), 2.0 / 3.0, 3.0, 4.0).unwrap(), 10.0 / 35.0, 1e-12);
        assert_eq!(kolmogorov_smirnov_exact(std::iter::empty(), 0.5, 1000.0, 1000.0), None);
        // All ways gone through in Python; scipy.stats.fisher_exact gives the same for the first.
        near(chi_square_exact(&[(3.0, 2.0), (0.0, 9.0)]).unwrap(), 0.027_472_527_472_527_472, 1e-9);
        near(chi_square_exact(&[(3.0, 2.0), (1.0, 5.0), (0.0, 6.0)]).unwrap(), 0.065_126_050_420_168_07, 1e-9);
        // Where every level is expected five times, the limit serves.
        assert_eq!(chi_square_exact(&[(10.0, 20.0), (20.0, 20.0), (30.0, 20.0)]), None);
        assert_eq!(chi_square_exact(&[(3.0, 4.0), (0.0, 0.0)]), None);
    }
}
