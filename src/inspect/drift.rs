//! How the test rows of a split differ from its train rows, column by column.
//!
//! Numbers: the two-sample Kolmogorov-Smirnov distance and the standardised difference of means. Text:
//! Pearson's χ² and Cramér's V, missing being a level. A column that has both numbers and gaps is also
//! compared by its share of gaps (χ² of two by two). p-values are corrected over all comparisons of the
//! split (Benjamini and Hochberg).

use super::columns::{Content, Watched};
use crate::data::MISSING;
use crate::split::Split;
use crate::stats::p_values::{
    benjamini_hochberg, chi_square, chi_square_exact, kolmogorov_smirnov, kolmogorov_smirnov_exact,
    kolmogorov_smirnov_p, standardised_difference,
};

/// One column on one split. Differences are those of the test rows less the train rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Drift {
    /// Kolmogorov-Smirnov distance or Cramér's V; NaN where there is nothing to compare.
    pub strength: f64,
    /// Its p-value.
    pub p: f64,
    /// Standardised difference of means of a number; NaN for text.
    pub difference: f64,
    /// Mean of the test and of the train rows, for a number.
    pub means: [f64; 2],
    /// Standard deviations likewise.
    pub spreads: [f64; 2],
    /// Share of missing values among the test rows less that among the train rows.
    pub missing: f64,
    /// The p-value of that difference; NaN where nothing is missing, or for text, where it is a level.
    pub missing_p: f64,
    /// For text: the level whose share differs most, with its share in test and train.
    pub level: Option<(u32, [f64; 2])>,
    /// For text: difference of the shares of the followed levels.
    pub shares: Vec<f64>,
}

/// Whether train and test part are all rows, each once.
pub fn is_partition(split: &Split, rows: usize) -> bool {
    split.train.len() + split.test.len() == rows && split.train.windows(2).all(|w| w[0] < w[1])
}

/// Sums over all rows of each column of numbers: rows with a value, sum and sum of squares of the
/// values less their mean.
pub struct Totals(Vec<(f64, [f64; 3])>);

fn moments(values: &[f64], centre: f64, rows: impl Iterator<Item = u32>) -> [f64; 3] {
    let mut sums = [0.0; 3];
    for value in rows.map(|r| values[r as usize]).filter(|v| !v.is_nan()) {
        let d = value - centre;
        sums[0] += 1.0;
        sums[1] += d;
        sums[2] += d * d;
    }
    sums
}

impl Totals {
    /// Of these columns.
    pub fn new(columns: &[Watched]) -> Self {
        let total = |column: &Watched| match &column.content {
            Content::Numbers { values, .. } => {
                let n = values.len() as u32;
                let [count, sum, _] = moments(values, 0.0, 0..n);
                let centre = if count > 0.0 { sum / count } else { 0.0 };
                (centre, moments(values, centre, 0..n))
            }
            Content::Levels { .. } => (0.0, [0.0; 3]),
        };
        Self(columns.iter().map(total).collect())
    }
}

/// Compares test and train rows of a split in every column.
pub fn drift(columns: &[Watched], totals: &Totals, split: &Split, rows: usize) -> Vec<Drift> {
    let partition = is_partition(split, rows);
    columns.iter().zip(&totals.0).map(|(column, total)| one(column, total, split, partition)).collect()
}

/// The same comparison of one split with p-values that hold for small samples: exact ones, where the samples are not so
/// large that the limit distributions serve.
pub fn exact(columns: &[Watched], split: &Split, rows: usize, drifts: &[Drift]) -> Vec<Drift> {
    let partition = is_partition(split, rows);
    let one = |(column, drift): (&Watched, &Drift)| {
        let (test, train) = counts(column, split, partition);
        let pairs: Vec<(f64, f64)> = test.iter().zip(&train).map(|(a, b)| (f64::from(*a), f64::from(*b))).collect();
        let (known, gaps) = (&pairs[..pairs.len() - 1], pairs[pairs.len() - 1]);
        let mut drift = drift.clone();
        if let Content::Levels { .. } = column.content {
            drift.p = chi_square_exact(&pairs).unwrap_or(drift.p);
            return drift;
        }
        let (a, b) = known.iter().fold((0.0, 0.0), |sums, pair| (sums.0 + pair.0, sums.1 + pair.1));
        if !drift.p.is_nan() {
            drift.p = kolmogorov_smirnov_exact(known.iter().copied(), drift.strength, a, b).unwrap_or(drift.p);
        }
        if !drift.missing_p.is_nan() {
            drift.missing_p = chi_square_exact(&[gaps, (a, b)]).unwrap_or(drift.missing_p);
        }
        drift
    };
    columns.iter().zip(drifts).map(one).collect()
}

/// How many test and train rows there are at each place of a column.
fn counts(column: &Watched, split: &Split, partition: bool) -> (Vec<u32>, Vec<u32>) {
    let mut test = vec![0u32; column.counts.len()];
    split.test.iter().for_each(|r| test[column.place(*r)] += 1);
    let train: Vec<u32> = if partition {
        column.counts.iter().zip(&test).map(|(all, test)| all - test).collect()
    } else {
        let mut train = vec![0u32; column.counts.len()];
        split.train.iter().for_each(|r| train[column.place(*r)] += 1);
        train
    };
    (test, train)
}

fn one(column: &Watched, (centre, all): &(f64, [f64; 3]), split: &Split, partition: bool) -> Drift {
    let (test, train) = counts(column, split, partition);
    let (n_test, n_train) = (split.test.len() as f64, split.train.len() as f64);
    let gaps = column.counts.len() - 1;
    let missing = f64::from(test[gaps]) / n_test - f64::from(train[gaps]) / n_train;
    let pair = |i: usize| (f64::from(test[i]), f64::from(train[i]));
    match &column.content {
        Content::Numbers { values, .. } => {
            let (a, b) = (n_test - f64::from(test[gaps]), n_train - f64::from(train[gaps]));
            let comparable = a > 0.0 && b > 0.0;
            let strength = if comparable { kolmogorov_smirnov((0..gaps).map(pair), a, b) } else { f64::NAN };
            let in_test = moments(values, *centre, split.test.iter().copied());
            let in_train = if partition {
                [all[0] - in_test[0], all[1] - in_test[1], (all[2] - in_test[2]).max(0.0)]
            } else {
                moments(values, *centre, split.train.iter().copied())
            };
            let mean = |s: [f64; 3]| centre + s[1] / s[0];
            let spread = |s: [f64; 3]| ((s[2] - s[1] * s[1] / s[0]) / (s[0] - 1.0)).max(0.0).sqrt();
            let two_by_two = [pair(gaps), (a, b)];
            Drift {
                strength,
                p: if comparable { kolmogorov_smirnov_p(strength, a, b) } else { f64::NAN },
                difference: if comparable { standardised_difference(in_test, in_train) } else { f64::NAN },
                means: [mean(in_test), mean(in_train)],
                spreads: [spread(in_test), spread(in_train)],
                missing,
                missing_p: chi_square(&two_by_two).map_or(f64::NAN, |c| c.p),
                level: None,
                shares: Vec::new(),
            }
        }
        Content::Levels { followed, .. } => {
            let counts: Vec<(f64, f64)> = (0..=gaps).map(pair).collect();
            let found = chi_square(&counts);
            let shares = |i: usize| [counts[i].0 / n_test, counts[i].1 / n_train];
            let by = |i: usize| shares(i)[0] - shares(i)[1];
            let level = (0..=gaps).reduce(|best, i| if by(i).abs() > by(best).abs() { i } else { best });
            Drift {
                strength: found.map_or(f64::NAN, |c| c.v),
                p: found.map_or(f64::NAN, |c| c.p),
                difference: f64::NAN,
                means: [f64::NAN; 2],
                spreads: [f64::NAN; 2],
                missing,
                missing_p: f64::NAN,
                level: level.map(|l| (if l == gaps { MISSING } else { l as u32 }, shares(l))),
                shares: followed.iter().map(|l| by(*l as usize)).collect(),
            }
        }
    }
}

/// The corrected p-values of a split: of each column's values, and of its gaps.
pub fn corrected(drifts: &[Drift]) -> Vec<[f64; 2]> {
    let p: Vec<f64> = drifts.iter().flat_map(|d| [d.p, d.missing_p]).collect();
    benjamini_hochberg(&p).chunks(2).map(|q| [q[0], q[1]]).collect()
}

/// The share of `others` below `strength`; ties count half. NaN where there is none.
pub fn place_among(strength: f64, others: impl Iterator<Item = f64>) -> f64 {
    let (mut n, mut below) = (0.0, 0.0);
    for other in others.filter(|o| !o.is_nan()) {
        n += 1.0;
        // Equal distances may differ by rounding.
        let equal = (other - strength).abs() <= 1e-12;
        below += if equal { 0.5 } else { f64::from(u8::from(other < strength)) };
    }
    if n == 0.0 || strength.is_nan() { f64::NAN } else { below / n }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Encoding, FeatureColumn, Features, Target};
    use crate::inspect::columns::watched;

    fn table() -> (Features, Target) {
        let x = vec![1.0, 2.0, f64::NAN, 4.0, 5.0, 6.0, 7.0, f64::NAN];
        let parts = vec![
            FeatureColumn::Number { name: "x".into(), values: x.into(), has_missing: true },
            FeatureColumn::Levels {
                name: "t".into(),
                codes: vec![0, 0, 1, 1, 1, 0, MISSING, 0].into(),
                levels: vec!["a".into(), "b".into()],
                encoding: Encoding::OneHot,
            },
        ];
        let values = (0..8).map(|i| f64::from(i * i)).collect();
        (Features { used: vec![], dropped: vec![], parts, rows: 8 }, Target::Regression { values })
    }

    #[test]
    fn a_split_is_compared_column_by_column() {
        let (features, target) = table();
        let columns = watched(&features, &target, "y");
        let totals = Totals::new(&columns);
        let split = Split { test: vec![0, 1, 2], train: vec![3, 4, 5, 6, 7] };
        let found = drift(&columns, &totals, &split, 8);
        // The target of the test rows is 0, 1, 4, of the train rows 9 to 49: no overlap.
        assert_eq!(found[0].strength, 1.0);
        assert!((found[0].means[0] - 5.0 / 3.0).abs() < 1e-12 && (found[0].means[1] - 27.0).abs() < 1e-12);
        // x: 1, 2 and a gap against 4, 5, 6, 7 and a gap.
        assert_eq!(found[1].strength, 1.0);
        assert!((found[1].missing - (1.0 / 3.0 - 1.0 / 5.0)).abs() < 1e-12);
        assert!((found[1].difference - (1.5 - 5.5) / (0.5 * (0.5 + 5.0 / 3.0f64)).sqrt()).abs() < 1e-12);
        // t: two a and one b against two a, two b and one missing.
        assert_eq!(found[2].level, Some((0, [2.0 / 3.0, 0.4])));
        assert_eq!(found[2].shares.len(), 1);
        assert!((found[2].shares[0] - (2.0 / 3.0 - 0.4)).abs() < 1e-12);
    }

    #[test]
    fn sums_of_all_rows_less_the_test_rows_give_what_the_train_rows_do() {
        let (features, target) = table();
        let columns = watched(&features, &target, "y");
        let totals = Totals::new(&columns);
        let split = Split { test: vec![1, 3, 7], train: vec![0, 2, 4, 5, 6] };
        for (column, total) in columns.iter().zip(&totals.0) {
            let (a, b) = (one(column, total, &split, true), one(column, total, &split, false));
            assert_eq!((a.strength, a.p, a.level), (b.strength, b.p, b.level));
            assert!((a.difference - b.difference).abs() < 1e-12 || a.difference.is_nan());
        }
        let bootstrap = Split { test: vec![0, 1, 2], train: vec![3, 3, 4, 4, 5] };
        assert!(is_partition(&split, 8) && !is_partition(&bootstrap, 8));
    }

    #[test]
    fn a_place_counts_those_below_and_half_of_those_that_tie() {
        assert_eq!(place_among(0.5, [0.1, 0.5, 0.9, f64::NAN, 0.2].into_iter()), 0.625);
        assert!(place_among(0.5, std::iter::empty()).is_nan());
    }
}
