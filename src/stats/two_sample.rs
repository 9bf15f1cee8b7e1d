//! Two samples of scores on the same splits, compared.

use super::quantile::quantile;
use super::ranks::ranks;
use super::sum::mean;

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
}

/// Of values in pairs the sum of products of their deviations from the means, and the product of the two sums of squared
/// deviations; `None` where one side does not vary.
fn products(a: &[f64], b: &[f64]) -> Option<(f64, f64)> {
    let means = [mean(a), mean(b)];
    let product =
        |x: &[f64], of_x: f64, y: &[f64], of_y: f64| x.iter().zip(y).map(|(x, y)| (x - of_x) * (y - of_y)).sum::<f64>();
    let (own, other) = (product(a, means[0], a, means[0]), product(b, means[1], b, means[1]));
    (own > 0.0 && other > 0.0).then(|| (product(a, means[0], b, means[1]), own * other))
}

/// The square of Pearson's correlation of values in pairs; `None` where one side does not vary.
pub fn squared_correlation(a: &[f64], b: &[f64]) -> Option<f64> {
    products(a, b).map(|(both, alone)| both * both / alone)
}

/// Spearman's rank correlation of values in pairs; `None` where one side does not vary.
pub fn spearman(a: &[f64], b: &[f64]) -> Option<f64> {
    products(&ranks(a), &ranks(b)).map(|(both, alone)| both / alone.sqrt())
}

/// The two-sample statistic of Kolmogorov and Smirnov: the largest distance of the distribution functions.
pub fn kolmogorov_smirnov(a: &[f64], b: &[f64]) -> f64 {
    let (a, b) = (sorted(a), sorted(b));
    let up_to = |of: &[f64], x: f64| of.partition_point(|v| *v <= x) as f64 / of.len() as f64;
    a.iter().chain(&b).map(|x| (up_to(&a, *x) - up_to(&b, *x)).abs()).fold(0.0, f64::max)
}

/// The two-sample statistic T of Cramér and von Mises (Anderson 1962), with mean ranks for ties.
pub fn cramer_von_mises(a: &[f64], b: &[f64]) -> f64 {
    let (n, m) = (a.len() as f64, b.len() as f64);
    let all = ranks(&[sorted(a), sorted(b)].concat());
    let part = |ranks: &[f64]| ranks.iter().zip(1..).map(|(r, i)| (r - f64::from(i)).powi(2)).sum::<f64>();
    let u = n * part(&all[..a.len()]) + m * part(&all[a.len()..]);
    let all = n + m;
    u / (n * m * all) - (4.0 * n * m - 1.0) / (6.0 * all)
}

/// Width of the narrowest interval that holds half of the values (the shorth; Andrews and others 1972).
pub fn shorth(values: &[f64]) -> f64 {
    let v = sorted(values);
    let half = v.len() / 2;
    v.iter().zip(v.iter().skip(half)).map(|(low, high)| high - low).fold(f64::INFINITY, f64::min)
}

/// First to third quartile.
pub fn interquartile_range(values: &[f64]) -> f64 {
    let v = sorted(values);
    quantile(&v, 0.75) - quantile(&v, 0.25)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_are_those_of_scipy() {
        let (a, b) = ([1.0, 2.0, 2.0, 5.0, 3.0], [2.0, 1.0, 4.0, 9.0, 4.0]);
        assert!((spearman(&a, &b).unwrap() - 0.763_157_894_736_842_1).abs() < 1e-12);
        assert_eq!(spearman(&[1.0, 1.0], &[1.0, 2.0]), None);
        // In fractions: 17² / (46/5 · 38).
        assert!((squared_correlation(&a, &b).unwrap() - 1445.0 / 1748.0).abs() < 1e-12);
        assert_eq!(squared_correlation(&[0.1; 3], &[1.0, 2.0, 3.0]), None);
        // scipy.stats.ks_2samp and cramervonmises_2samp of the same.
        assert!((kolmogorov_smirnov(&a, &b) - 0.4).abs() < 1e-12);
        assert!((cramer_von_mises(&a, &b) - 0.09000000000000008).abs() < 1e-12, "{}", cramer_von_mises(&a, &b));
    }

    #[test]
    fn the_shorth_is_the_narrowest_half() {
        assert_eq!(shorth(&[0.0, 10.0, 11.0, 12.0, 30.0]), 2.0);
        assert_eq!(interquartile_range(&[1.0, 2.0, 3.0, 4.0, 5.0]), 2.0);
    }
}
