//! Strata: rows of one class, or of one range of a number.

use crate::data::{MISSING, Values};

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
    /// than ten distinct values, and of fewer each value.
    pub fn from_values(values: &Values) -> Self {
        let (codes, levels) = values.as_levels();
        match values {
            Values::Number(v) | Values::Time(v, _) if levels.len() > BINS => Self::from_quantiles(v),
            Values::Number(v) | Values::Time(v, _) => Self::from_bins(v, codes.into_vec(), &levels),
            Values::Boolean(..) | Values::Text { .. } => Self::from_codes(&codes, &levels),
        }
    }

    /// Up to ten bins of about equal size, never fewer than five rows on average; equal values share
    /// a bin, and a bin of one row is joined to the nearer of its neighbours.
    pub fn from_quantiles(values: &[f64]) -> Self {
        let mut order: Vec<f64> = values.iter().copied().filter(|v| !v.is_nan()).collect();
        order.sort_unstable_by(f64::total_cmp);
        let bins = BINS.min(order.len() / 5).max(1);
        let bin = |v: f64| (order.partition_point(|x| *x < v) * bins / order.len().max(1)) as u32;
        let codes = values.iter().map(|v| if v.is_nan() { MISSING } else { bin(*v) }).collect();
        Self::from_bins(values, codes, &(1..=bins).map(|b| format!("bin {b} of {bins}")).collect::<Vec<_>>())
    }

    /// Strata from bins of numbers, in ascending order. Bins are of our own making, so that one of a single row is no
    /// reason to refuse the table: it joins the neighbour whose values are nearer, among those that have rows. A single
    /// row without a value joins the largest bin.
    fn from_bins(values: &[f64], mut codes: Vec<u32>, names: &[String]) -> Self {
        struct Bin {
            codes: Vec<u32>,
            rows: usize,
            least: f64,
            most: f64,
        }
        let mut bins: Vec<Bin> = Vec::new();
        for code in 0..names.len() as u32 {
            let mut bin = Bin { codes: vec![code], rows: 0, least: f64::INFINITY, most: f64::NEG_INFINITY };
            for (value, _) in values.iter().zip(&codes).filter(|(_, c)| **c == code) {
                bin.rows += 1;
                (bin.least, bin.most) = (bin.least.min(*value), bin.most.max(*value));
            }
            if bin.rows > 0 {
                bins.push(bin);
            }
        }
        while let Some(at) = bins.iter().position(|b| b.rows == 1).filter(|_| bins.len() > 1) {
            let below = at.checked_sub(1).map(|b| bins[at].least - bins[b].most);
            let above = bins.get(at + 1).map(|b| b.least - bins[at].most);
            let joins_below = match (below, above) {
                (Some(below), Some(above)) => below <= above,
                (below, _) => below.is_some(),
            };
            let mut upper = bins.remove(if joins_below { at } else { at + 1 });
            let lower = &mut bins[if joins_below { at - 1 } else { at }];
            // The bin keeps the name of its larger part.
            if upper.rows > lower.rows {
                std::mem::swap(&mut upper.codes, &mut lower.codes);
            }
            lower.codes.append(&mut upper.codes);
            lower.rows += upper.rows;
            lower.most = upper.most;
        }
        let mut joined: Vec<u32> = (0..names.len() as u32).collect();
        for bin in &bins {
            bin.codes.iter().for_each(|code| joined[*code as usize] = bin.codes[0]);
        }
        codes.iter_mut().filter(|c| **c != MISSING).for_each(|c| *c = joined[*c as usize]);
        let largest = bins.iter().rev().max_by_key(|b| b.rows).map(|b| b.codes[0]);
        let mut missing = codes.iter_mut().filter(|c| **c == MISSING);
        if let (Some(lone), None, Some(largest)) = (missing.next(), missing.next(), largest) {
            *lone = largest;
        }
        Self::from_codes(&codes, names)
    }

    /// The first stratum with a single row, and that row.
    pub fn lone(&self) -> Option<(&str, usize)> {
        let stratum = self.sizes.iter().position(|s| *s < 2)?;
        let row = self.of_row.iter().position(|s| *s as usize == stratum)?;
        Some((&self.names[stratum], row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn a_lone_value_joins_the_nearest_bin_that_has_rows() {
        let many = |value: f64, n: usize| vec![value; n];
        for (values, sizes) in [
            // One value above all others, below all others, and between two that are heavy.
            ([many(0.0, 29), many(9.0, 1)].concat(), vec![30]),
            ([many(0.0, 1), many(9.0, 29)].concat(), vec![30]),
            ([many(0.0, 20), many(8.0, 1), many(9.0, 20)].concat(), vec![20, 21]),
            ([many(0.0, 20), many(1.0, 1), many(9.0, 20)].concat(), vec![21, 20]),
            ([many(0.0, 20), many(5.0, 20), many(7.0, 1)].concat(), vec![20, 21]),
            // All lone: together they are enough.
            (vec![1.0, 2.0, 3.0], vec![3]),
            (vec![1.0], vec![1]),
            // A lone gap, and several.
            ([many(f64::NAN, 1), many(1.0, 10), many(2.0, 30)].concat(), vec![10, 31]),
            ([many(f64::NAN, 2), many(1.0, 10), many(2.0, 30)].concat(), vec![10, 30, 2]),
            ([many(f64::NEG_INFINITY, 1), many(0.0, 20), many(1.0, 20), many(f64::INFINITY, 1)].concat(), vec![21, 21]),
        ] {
            assert_eq!(Strata::from_quantiles(&values).sizes, sizes, "{values:?}");
            // A column that is stratified on has its own values for strata where these are few.
            assert_eq!(
                Strata::from_values(&Values::Number(values.clone().into())).sizes.iter().sum::<usize>(),
                values.len()
            );
            assert!(values.len() < 4 || Strata::from_values(&Values::Number(values.into())).lone().is_none());
        }
        // The top decile is a lone value that shares its bin with none.
        let mut values: Vec<f64> = (0..40).map(f64::from).collect();
        values.extend([39.0; 9]);
        values.push(1000.0);
        let s = Strata::from_quantiles(&values);
        assert_eq!(s.of_row[49], s.of_row[48]);
        assert!(s.sizes.iter().all(|n| *n >= 2), "{:?}", s.sizes);
    }
}
