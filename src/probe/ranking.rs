//! Whether splits agree on which columns matter.
//!
//! Kendall's W with correction for ties (Kendall and Babington Smith 1939); mean Jaccard index of the top k over pairs
//! of splits (Kalousis, Prados and Hilario 2007); Nogueira's index, which takes chance agreement into account
//! (Nogueira, Sechidis and Brown, On the stability of feature selection algorithms, JMLR 18, 2018).

use std::collections::BTreeMap;

use super::{Conclusion, ProbeResults};
use crate::stats::{mean, ranks_from_largest};

/// Kendall's W of splits × columns: 1 where all splits rank alike, 0 where they have nothing in common.
fn kendall_w(values: &[Vec<f64>]) -> Option<f64> {
    let (m, n) = (values.len() as f64, values.first()?.len() as f64);
    if values.len() < 2 || n < 2.0 {
        return None;
    }
    let mut sums = vec![0.0; values[0].len()];
    let mut ties = 0.0;
    for row in values {
        let ranks = ranks_from_largest(row);
        sums.iter_mut().zip(&ranks).for_each(|(s, r)| *s += r);
        let mut sorted = row.clone();
        sorted.sort_by(f64::total_cmp);
        for run in sorted.chunk_by(|a, b| a == b) {
            let t = run.len() as f64;
            ties += t * t * t - t;
        }
    }
    let mean = m * (n + 1.0) / 2.0;
    let spread: f64 = sums.iter().map(|s| (s - mean) * (s - mean)).sum();
    let most = m * m * (n * n * n - n) - m * ties;
    (most > 0.0).then(|| 12.0 * spread / most)
}

/// The columns of the `k` largest values, ascending; of equal ones the earlier columns.
fn top(values: &[f64], k: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*b].total_cmp(&values[*a]).then(a.cmp(b)));
    order.truncate(k);
    order.sort_unstable();
    order
}

/// Mean Jaccard index over all pairs of splits; equal sets are compared once.
fn jaccard(tops: &[Vec<usize>]) -> Option<f64> {
    let mut counts: BTreeMap<&[usize], f64> = BTreeMap::new();
    tops.iter().for_each(|t| *counts.entry(t).or_default() += 1.0);
    let n = tops.len() as f64;
    if tops.len() < 2 {
        return None;
    }
    let sets: Vec<(&[usize], f64)> = counts.into_iter().collect();
    let mut sum = 0.0;
    for (i, (a, in_a)) in sets.iter().enumerate() {
        sum += in_a * (in_a - 1.0) / 2.0;
        for (b, in_b) in &sets[..i] {
            let both = a.iter().filter(|c| b.binary_search(c).is_ok()).count() as f64;
            sum += in_a * in_b * both / ((a.len() + b.len()) as f64 - both);
        }
    }
    Some(sum / (n * (n - 1.0) / 2.0))
}

/// Nogueira's index of how often each of the columns is chosen: 1 for always the same, 0 for chance.
fn nogueira(shares: &[f64], splits: usize) -> Option<f64> {
    let m = splits as f64;
    let chosen = mean(shares);
    let variance = mean(&shares.iter().map(|s| m / (m - 1.0) * s * (1.0 - s)).collect::<Vec<_>>());
    (splits > 1 && chosen > 0.0 && chosen < 1.0).then(|| 1.0 - variance / (chosen * (1.0 - chosen)))
}

/// Concludes about the ranking of the columns by the readings `prefix[column]`.
pub fn conclude(prefix: &str, k: usize, over: &ProbeResults, conclusion: &mut Conclusion) {
    let columns = over.bracketed(prefix);
    let splits = columns.first().map_or(0, |(_, values)| values.len());
    let of_split = |s: usize| columns.iter().map(|(_, values)| values[s]).collect::<Option<Vec<f64>>>();
    let values: Vec<Vec<f64>> = (0..splits).filter_map(of_split).collect();
    let k = k.min(columns.len().saturating_sub(1));
    if values.is_empty() || k == 0 {
        return;
    }
    let tops: Vec<Vec<usize>> = values.iter().map(|v| top(v, k)).collect();
    let share = |c: usize| tops.iter().filter(|t| t.contains(&c)).count() as f64 / tops.len() as f64;
    let shares: Vec<f64> = (0..columns.len()).map(share).collect();
    let measures = [
        ("kendall_w".to_owned(), kendall_w(&values)),
        (format!("jaccard_top{k}"), jaccard(&tops)),
        (format!("nogueira_top{k}"), nogueira(&shares, tops.len())),
    ];
    for (name, value) in &measures {
        conclusion.figures.extend(value.map(|v| (format!("{prefix}.{name}"), v)));
    }
    let named = columns.iter().zip(&shares).map(|((name, _), share)| (format!("{prefix}.top{k}[{name}]"), *share));
    conclusion.figures.extend(named);
    let mut order: Vec<usize> = (0..columns.len()).filter(|c| shares[*c] > 0.0).collect();
    order.sort_by(|a, b| shares[*b].total_cmp(&shares[*a]).then(a.cmp(b)));
    let list: Vec<String> =
        order.iter().take(5).map(|c| format!("{} in {:.0} %", columns[*c].0, shares[*c] * 100.0)).collect();
    let agreement = measures[0].1.map_or(String::new(), |w| format!(" (Kendall's W {w:.2})"));
    let among = if k == 1 { "first".into() } else { format!("in the top {k}") };
    conclusion.lines.push(format!("{prefix}: {among} of the columns over splits{agreement}: {}", list.join(", ")));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kendall_w_is_friedmans_chi_square_over_its_largest() {
        // scipy: friedmanchisquare of the columns of these rows is 6.5 without ties; W = 6.5 / (m (n - 1)).
        let rows = vec![vec![1.0, 2.0, 3.0], vec![1.0, 3.0, 2.0], vec![1.0, 2.0, 3.0], vec![1.0, 2.0, 3.0]];
        assert!((kendall_w(&rows).unwrap() - 6.5 / 8.0).abs() < 1e-12);
        // Ties: friedmanchisquare([1,1,2], [1,2,2], [3,3,3]) = 5.6 with m = 3.
        let rows = vec![vec![1.0, 1.0, 3.0], vec![1.0, 2.0, 3.0], vec![2.0, 2.0, 3.0]];
        assert!((kendall_w(&rows).unwrap() - 5.6 / 6.0).abs() < 1e-12);
        assert_eq!(kendall_w(&[vec![1.0, 1.0], vec![1.0, 1.0]]), None);
    }

    #[test]
    fn sets_are_compared_pair_by_pair() {
        let tops = [vec![0, 1], vec![0, 1], vec![0, 2], vec![2, 3]];
        // Pairs: 1, 1/3, 0, 1/3, 0, 1/3.
        assert!((jaccard(&tops).unwrap() - 2.0 / 6.0).abs() < 1e-12);
        // Always the same is 1; as often as chance would is -1 / (m - 1) at worst.
        assert_eq!(nogueira(&[1.0, 1.0, 0.0, 0.0], 4), Some(1.0));
        assert!((nogueira(&[0.5, 0.5, 0.5, 0.5], 4).unwrap() - (1.0 - 4.0 / 3.0)).abs() < 1e-12);
        assert_eq!(top(&[1.0, 3.0, 3.0, 2.0], 2), [1, 2]);
    }
}
