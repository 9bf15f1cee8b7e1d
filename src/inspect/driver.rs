//! What about the test rows goes with the score over all splits: the mean of a number, the spread of the
//! target, the share of a level or of gaps, each test less train, against the score by Spearman's rank
//! correlation. Corrected over all that is looked at (Benjamini and Hochberg).

use rayon::prelude::*;

use super::columns::{Content, Watched};
use super::drift::Drift;
use crate::digits::Digits;
use crate::stats::median;
use crate::stats::p_values::{benjamini_hochberg, spearman};

/// The level at which a driver is told.
pub const LEVEL: f64 = 0.05;

/// What of a column is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Mean,
    Spread,
    Share(usize),
    Missing,
}

/// Something that is measured on each split.
pub struct Signal {
    /// Which of the columns.
    pub column: usize,
    kind: Kind,
    /// By split, test less train.
    pub values: Vec<f64>,
    /// Rank correlation with how good the score is.
    pub correlation: f64,
    /// Its p-value, corrected over all signals.
    pub q: f64,
    middle: f64,
    unit: f64,
}

fn value(kind: Kind, drift: &Drift) -> f64 {
    match kind {
        Kind::Mean => drift.difference,
        Kind::Spread => (drift.spreads[0] / drift.spreads[1]).ln(),
        Kind::Share(i) => drift.shares[i],
        Kind::Missing => drift.missing,
    }
}

/// The places of splits that differ: one that was drawn twice, as few groups or times make it, tells nothing new.
fn distinct(drifts: &[Vec<Drift>], goodness: &[f64]) -> Vec<usize> {
    // Splits of the same score and the same distances in every column are the same; a few columns tell them apart.
    let key = |i: usize| {
        let distances = drifts[i].iter().take(16).map(|d| d.strength.to_bits());
        std::iter::once(goodness[i].to_bits()).chain(distances).collect::<Vec<u64>>()
    };
    let mut seen = std::collections::HashSet::new();
    (0..goodness.len()).filter(|i| seen.insert(key(*i))).collect()
}

/// All signals of these splits, given each split's drift and how good it is; strongest first.
pub fn signals(columns: &[Watched], drifts: &[Vec<Drift>], goodness: &[f64]) -> Vec<Signal> {
    let mut kinds = Vec::new();
    for (c, column) in columns.iter().enumerate() {
        match &column.content {
            Content::Numbers { .. } => {
                kinds.push((c, Kind::Mean));
                kinds.extend(column.is_target.then_some((c, Kind::Spread)));
                kinds.extend((column.missing() > 0).then_some((c, Kind::Missing)));
            }
            Content::Levels { followed, .. } => {
                kinds.extend((0..followed.len()).map(|i| (c, Kind::Share(i))));
                kinds.extend((column.missing() > 0).then_some((c, Kind::Missing)));
            }
        }
    }
    let distinct = distinct(drifts, goodness);
    let some = |of: &[f64]| distinct.iter().map(|i| of[*i]).collect::<Vec<f64>>();
    let good = some(goodness);
    let found = kinds.into_par_iter().filter_map(|(column, kind)| {
        let values: Vec<f64> = drifts.iter().map(|d| value(kind, &d[column])).collect();
        // Stratification and groups hold some of them still, and some splits have nothing to compare.
        if values.iter().any(|v| !v.is_finite()) {
            return None;
        }
        let seen = some(&values);
        let (correlation, q) = spearman(&seen, &good)?;
        let middle = median(&seen);
        let deviations: Vec<f64> = seen.iter().map(|v| (v - middle).abs()).collect();
        let unit = median(&deviations) / 0.6745;
        (unit > 0.0).then_some(Signal { column, kind, values, correlation, q, middle, unit })
    });
    let mut found: Vec<Signal> = found.collect();
    let q = benjamini_hochberg(&found.iter().map(|s| s.q).collect::<Vec<_>>());
    found.iter_mut().zip(q).for_each(|(s, q)| s.q = q);
    found.sort_by(|a, b| b.correlation.abs().total_cmp(&a.correlation.abs()).then(a.column.cmp(&b.column)));
    found
}

impl Signal {
    /// What it measures.
    pub fn what(&self, columns: &[Watched]) -> String {
        let column = &columns[self.column];
        match (self.kind, &column.content) {
            (Kind::Share(i), Content::Levels { followed, levels, .. }) => {
                format!("share of {} = {}", column.name, levels[followed[i] as usize])
            }
            (Kind::Missing, _) => format!("share of missing {}", column.name),
            (Kind::Spread, _) => format!("spread of {}", column.name),
            _ => format!("mean of {}", column.name),
        }
    }

    /// How far a split's value is from the median, in robust standard deviations.
    pub fn z(&self, split: usize) -> f64 {
        (self.values[split] - self.middle) / self.unit
    }

    /// Its values on the test and the train rows of a split, as text.
    pub fn sides(&self, drift: &Drift) -> String {
        match self.kind {
            Kind::Mean => format!("{} against {}", number(drift.means[0]), number(drift.means[1])),
            Kind::Spread => format!("sd {} against {}", number(drift.spreads[0]), number(drift.spreads[1])),
            Kind::Share(i) => format!("{:+.1} points", 100.0 * drift.shares[i]),
            Kind::Missing => format!("{:+.1} points", 100.0 * drift.missing),
        }
    }
}

/// A number with four significant digits.
pub fn number(value: f64) -> String {
    if !value.is_finite() {
        return "–".into();
    }
    // No "-0".
    Digits { significant: 4, decimals: 12, plain: 1e-9..1e15 }.text(value + 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_that_were_drawn_twice_count_once() {
        let drift = |x: f64| Drift {
            strength: x,
            p: f64::NAN,
            difference: x,
            means: [x; 2],
            spreads: [1.0; 2],
            missing: 0.0,
            missing_p: f64::NAN,
            level: None,
            shares: Vec::new(),
        };
        let values: Vec<f64> = (0..100).map(|i| f64::from(i % 5)).collect();
        let column = crate::data::Features { used: vec![], dropped: vec![], parts: vec![], rows: 100 };
        let target = crate::data::Target::Regression { values: values.clone() };
        let columns = super::super::columns::watched(&column, &target, "y");
        let drifts: Vec<Vec<Drift>> = values.iter().map(|x| vec![drift(*x)]).collect();
        let found = signals(&columns, &drifts, &values);
        // The mean goes with the score on the five splits there are: 2 of 5! orders would do as well.
        assert!((found[0].correlation - 1.0).abs() < 1e-12);
        assert!((found[0].q - 2.0 / 120.0).abs() < 1e-12, "{}", found[0].q);
    }

    #[test]
    fn numbers_have_four_digits() {
        for (value, text) in
            [(1234.5678, "1235"), (0.012_346, "0.01235"), (3.0, "3"), (-2.5, "-2.5"), (0.0, "0"), (1e-12, "1.000e-12")]
        {
            assert_eq!(number(value), text);
        }
    }
}
