//! Strata: rows of one class (or one range of a number), and how many of each a part gets.

use super::draw::Quota;
use crate::data::{MISSING, Values};
use crate::error::{Error, Result};

/// Number of quantile bins for a number that is stratified on.
const BINS: usize = 10;

/// A stratum for each used row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strata {
    /// The stratum of each row.
    pub of_row: Vec<u32>,
    /// The name of each stratum, for messages.
    pub names: Vec<String>,
    /// Rows in each stratum.
    pub sizes: Vec<usize>,
}

impl Strata {
    /// Strata from codes; levels that no row has are left out.
    pub fn from_codes(codes: &[u32], levels: &[String]) -> Self {
        // Missing is a stratum of its own, the last.
        let slot = |c: u32| (c as usize).min(levels.len());
        let mut sizes = vec![0usize; levels.len() + 1];
        codes.iter().for_each(|c| sizes[slot(*c)] += 1);
        let kept: Vec<usize> = (0..sizes.len()).filter(|i| sizes[*i] > 0).collect();
        let mut rank = vec![0u32; sizes.len()];
        kept.iter().enumerate().for_each(|(new, old)| rank[*old] = new as u32);
        Self {
            of_row: codes.iter().map(|c| rank[slot(*c)]).collect(),
            names: kept.iter().map(|i| levels.get(*i).map_or("(missing)".into(), Clone::clone)).collect(),
            sizes: kept.iter().map(|i| sizes[*i]).collect(),
        }
    }

    /// Strata from any column: the levels of text and booleans, quantile bins of numbers with more
    /// than ten distinct values.
    pub fn from_values(values: &Values) -> Self {
        let (codes, levels) = values.as_levels();
        match values {
            Values::Number(v) | Values::Time(v) if levels.len() > BINS => Self::from_quantiles(v),
            _ => Self::from_codes(&codes, &levels),
        }
    }

    /// Up to ten bins of about equal size, never fewer than five rows on average; equal values share
    /// a bin, and a bin of one row is joined to its neighbour.
    pub fn from_quantiles(values: &[f64]) -> Self {
        let mut order: Vec<f64> = values.iter().copied().filter(|v| !v.is_nan()).collect();
        order.sort_unstable_by(f64::total_cmp);
        let bins = BINS.min(order.len() / 5).max(1);
        let bin = |v: f64| (order.partition_point(|x| *x < v) * bins / order.len().max(1)) as u32;
        let mut codes: Vec<u32> = values.iter().map(|v| if v.is_nan() { MISSING } else { bin(*v) }).collect();
        let mut sizes = vec![0usize; bins];
        codes.iter().filter(|c| **c != MISSING).for_each(|c| sizes[*c as usize] += 1);
        let mut joined: Vec<u32> = (0..bins as u32).collect();
        for b in 1..bins {
            if sizes[b] == 1 || sizes[joined[b - 1] as usize] == 1 {
                joined[b] = joined[b - 1];
                sizes[joined[b] as usize] += sizes[b];
            }
        }
        codes.iter_mut().filter(|c| **c != MISSING).for_each(|c| *c = joined[*c as usize]);
        Self::from_codes(&codes, &(1..=bins).map(|b| format!("bin {b} of {bins}")).collect::<Vec<_>>())
    }

    /// Quotas that meet the totals with each stratum within one row of its share (largest
    /// remainders, ties to the earlier stratum), and that leave each stratum a row to train on.
    ///
    /// # Errors
    /// An input error for a stratum with one row.
    pub fn quotas(
        &self,
        test: usize,
        train: Option<usize>,
        what: &str,
        place: impl Fn(usize) -> String,
    ) -> Result<Vec<Quota>> {
        if let Some(i) = self.sizes.iter().position(|s| *s < 2) {
            let row = self.of_row.iter().position(|s| *s as usize == i).unwrap_or(0);
            return Err(Error::input(format!(
                "{what} '{}' has a single row, {}, and stratified splits need two; remove that row or use --scheme shuffle",
                self.names[i],
                place(row)
            )));
        }
        let caps: Vec<usize> = self.sizes.iter().map(|s| s - 1).collect();
        let test = largest_remainders(&self.sizes, &caps, test);
        let rest: Vec<usize> = self.sizes.iter().zip(&test).map(|(s, t)| s - t).collect();
        let train = match train {
            Some(total) => largest_remainders(&self.sizes, &rest, total),
            None => rest,
        };
        Ok((0..self.sizes.len()).map(|i| Quota { rows: self.sizes[i], test: test[i], train: train[i] }).collect())
    }
}

/// Divides `total` in proportion to `sizes`, none above its cap, by largest remainders.
fn largest_remainders(sizes: &[usize], caps: &[usize], total: usize) -> Vec<usize> {
    let all: usize = sizes.iter().sum();
    let mut given: Vec<usize> = sizes.iter().zip(caps).map(|(s, cap)| (s * total / all).min(*cap)).collect();
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    // Remainders compared as whole numbers: s·total mod all.
    order.sort_by_key(|i| std::cmp::Reverse(sizes[*i] * total % all));
    let mut left = total.saturating_sub(given.iter().sum());
    while left > 0 {
        let before = left;
        for i in &order {
            if left > 0 && given[*i] < caps[*i] {
                given[*i] += 1;
                left -= 1;
            }
        }
        if left == before {
            break;
        }
    }
    given
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remainders_go_to_the_largest_first() {
        assert_eq!(largest_remainders(&[50, 30, 20], &[49, 29, 19], 7), [4, 2, 1]);
        assert_eq!(largest_remainders(&[5, 5], &[4, 4], 3), [2, 1]);
        // A stratum of two keeps one row to train on even at a test share of 0.9.
        assert_eq!(largest_remainders(&[2, 18], &[1, 17], 18), [1, 17]);
    }

    #[test]
    fn quantile_bins_hold_equal_values_together() {
        let values: Vec<f64> = (0..50).map(|i| f64::from(i / 3)).collect();
        let s = Strata::from_quantiles(&values);
        for i in 1..50 {
            if values[i] == values[i - 1] {
                assert_eq!(s.of_row[i], s.of_row[i - 1]);
            }
        }
        assert!(s.sizes.iter().all(|n| *n >= 2));
        assert_eq!(s.sizes.iter().sum::<usize>(), 50);
    }
}
