//! Encodings fitted on the train rows of one split, and the matrices they give.
//!
//! Nothing here looks at a row that is not among the train rows it is given: medians, means,
//! standard deviations, level sets and frequencies all come from those rows alone.

use ndarray::Array2;

use super::{Encoding, FeatureColumn, Features, MISSING};
use crate::stats::median_in_place;

/// Whether numbers are brought to mean 0 and standard deviation 1 over the train rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scaling {
    /// As they are, gaps filled with the median.
    Raw,
    /// As they are, gaps left as NaN.
    Gaps,
    /// As they are with gaps; one-hot columns as one column of level codes, missing being the last.
    Codes,
    /// Standardised; 0/1 columns of a one-hot encoding are left as they are.
    Standard,
}

impl Scaling {
    /// The most columns that features of a table are encoded as.
    pub fn width(self, features: &Features) -> usize {
        let of = |part: &FeatureColumn| match part {
            FeatureColumn::Levels { levels, encoding: Encoding::OneHot, .. } if self != Self::Codes => levels.len() + 1,
            FeatureColumn::Number { .. } | FeatureColumn::Levels { .. } => 1,
        };
        features.parts.iter().map(of).sum()
    }
}

/// One fitted part.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Fitted {
    Number {
        median: f64,
        mean: f64,
        scale: f64,
    },
    /// Encoded column of each level, [`MISSING`] for a level that no train row has; last for missing.
    OneHot {
        slot: Vec<u32>,
        width: usize,
    },
    /// Encoded value of each level, then of missing; unknown levels have the value of `unknown`.
    Value {
        of_level: Vec<f64>,
        unknown: f64,
        mean: f64,
        scale: f64,
    },
}

/// A fitted part, for those who encode rows themselves.
pub(crate) enum PartEncoding {
    /// Gaps become `fill`; then the mean is taken off, and the rest divided by the scale.
    Number { fill: f64, mean: f64, scale: f64 },
    /// One-hot over the known levels, missing being the last.
    Levels { known: Vec<bool> },
}

/// The encoding of one split.
#[derive(Debug, Clone, PartialEq)]
pub struct Encoder {
    parts: Vec<Fitted>,
    width: usize,
}

/// The median as numpy has it, 0 for no values. Reorders.
fn median(values: &mut [f64]) -> f64 {
    if values.is_empty() { 0.0 } else { median_in_place(values) }
}

/// Mean and the divisor of standardisation: the population standard deviation, or 1 where the
/// values do not differ beyond rounding (scikit-learn's rule, `_is_constant_feature`).
pub fn mean_and_scale(n: usize, values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    if n == 0 {
        return (0.0, 1.0);
    }
    let count = n as f64;
    let mean = values.clone().sum::<f64>() / count;
    // Two passes, with the correction of Chan, Golub and LeVeque (1983).
    let (mut square, mut rest) = (0.0, 0.0);
    for x in values {
        let d = x - mean;
        square += d * d;
        rest += d;
    }
    let variance = (square - rest * rest / count) / count;
    let rounding = count * f64::EPSILON * variance + (count * mean * f64::EPSILON).powi(2);
    (mean, if variance <= rounding { 1.0 } else { variance.sqrt() })
}

/// The number that stands for each level (then for missing) under the ordinal or frequency encoding,
/// and that of a level without train rows. `counts` are the train rows of each level, then of missing.
pub fn value_of_levels(counts: &[u32], encoding: Encoding, n: usize) -> (Vec<f64>, f64) {
    if encoding == Encoding::Frequency {
        return (counts.iter().map(|c| f64::from(*c) / n.max(1) as f64).collect(), 0.0);
    }
    let levels = counts.len() - 1;
    let mut place = 0.0;
    let mut of: Vec<f64> = counts[..levels]
        .iter()
        .map(|c| {
            if *c == 0 {
                f64::NAN
            } else {
                place += 1.0;
                place - 1.0
            }
        })
        .collect();
    // Missing and unknown levels stand at the median train level.
    let mut seen: Vec<f64> = (0..levels).flat_map(|l| std::iter::repeat_n(of[l], counts[l] as usize)).collect();
    let middle = median(&mut seen);
    of.iter_mut().filter(|x| x.is_nan()).for_each(|x| *x = middle);
    of.push(middle);
    (of, middle)
}

impl Encoder {
    /// Fits every part on the given rows.
    pub fn fit(features: &Features, train: &[u32], scaling: Scaling) -> Self {
        let mut width = 0;
        let parts = features
            .parts
            .iter()
            .map(|part| {
                let (fitted, columns) = Self::fit_part(part, train, scaling);
                width += columns;
                fitted
            })
            .collect();
        Self { parts, width }
    }

    fn fit_part(part: &FeatureColumn, train: &[u32], scaling: Scaling) -> (Fitted, usize) {
        match part {
            FeatureColumn::Number { values, has_missing, .. } => {
                let at = |r: &u32| values[*r as usize];
                let median = if matches!(scaling, Scaling::Gaps | Scaling::Codes) {
                    f64::NAN
                } else if *has_missing {
                    median(&mut train.iter().map(at).filter(|x| !x.is_nan()).collect::<Vec<_>>())
                } else {
                    0.0
                };
                let filled = train.iter().map(at).map(|x| if x.is_nan() { median } else { x });
                let (mean, scale) = match scaling {
                    Scaling::Raw | Scaling::Gaps | Scaling::Codes => (0.0, 1.0),
                    Scaling::Standard => mean_and_scale(train.len(), filled),
                };
                (Fitted::Number { median, mean, scale }, 1)
            }
            FeatureColumn::Levels { levels, encoding: Encoding::OneHot, .. } if scaling == Scaling::Codes => {
                let of_level = (0..=levels.len()).map(|l| l as f64).collect();
                (Fitted::Value { of_level, unknown: levels.len() as f64, mean: 0.0, scale: 1.0 }, 1)
            }
            FeatureColumn::Levels { codes, levels, encoding, .. } => {
                // Counts by level, the last one for missing.
                let mut counts = vec![0u32; levels.len() + 1];
                for r in train {
                    let code = codes[*r as usize];
                    counts[if code == MISSING { levels.len() } else { code as usize }] += 1;
                }
                if *encoding == Encoding::OneHot {
                    let mut width = 0;
                    let slot = counts
                        .iter()
                        .map(|n| {
                            if *n == 0 {
                                MISSING
                            } else {
                                width += 1;
                                width as u32 - 1
                            }
                        })
                        .collect();
                    return (Fitted::OneHot { slot, width }, width);
                }
                (Self::fit_values(&counts, *encoding, train.len(), scaling), 1)
            }
        }
    }

    /// Ordinal and frequency encodings: one number for each level. `counts` has one entry for each
    /// level and a last one for missing.
    fn fit_values(counts: &[u32], encoding: Encoding, n: usize, scaling: Scaling) -> Fitted {
        let (of_level, unknown) = value_of_levels(counts, encoding, n);
        let (mean, scale) = match scaling {
            Scaling::Standard => {
                let all = of_level.iter().zip(counts).flat_map(|(v, c)| std::iter::repeat_n(*v, *c as usize));
                mean_and_scale(n, all)
            }
            _ => (0.0, 1.0),
        };
        Fitted::Value { of_level, unknown, mean, scale }
    }

    /// What was fitted, part by part; text that stands for a number is not among them.
    pub(crate) fn parts(&self) -> impl Iterator<Item = PartEncoding> {
        self.parts.iter().filter_map(|part| match part {
            Fitted::Number { median, mean, scale } => {
                Some(PartEncoding::Number { fill: *median, mean: *mean, scale: *scale })
            }
            Fitted::OneHot { slot, .. } => {
                Some(PartEncoding::Levels { known: slot.iter().map(|s| *s != MISSING).collect() })
            }
            Fitted::Value { .. } => None,
        })
    }

    /// The length of what was a row of zeros before scaling, text apart.
    pub fn origin(&self) -> f64 {
        let of = |part: PartEncoding| match part {
            PartEncoding::Number { mean, scale, .. } => (mean / scale) * (mean / scale),
            PartEncoding::Levels { .. } => 0.0,
        };
        self.parts().map(of).sum::<f64>().sqrt()
    }

    /// From fitted parts that make so many columns.
    pub(super) fn of(parts: Vec<Fitted>, width: usize) -> Self {
        Self { parts, width }
    }

    /// The fitted parts.
    pub(super) fn fitted(&self) -> &[Fitted] {
        &self.parts
    }

    /// Number of encoded columns.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The encoded matrix of the given rows: `rows.len()` × [`Encoder::width`], row-major.
    pub fn transform(&self, features: &Features, rows: &[u32]) -> Array2<f64> {
        let width = self.width;
        let mut flat = vec![0.0; rows.len() * width];
        let mut column = 0;
        for (part, fitted) in features.parts.iter().zip(&self.parts) {
            let cells = || rows.iter().enumerate().map(move |(i, r)| (i * width + column, *r as usize));
            match (part, fitted) {
                (FeatureColumn::Number { values, .. }, Fitted::Number { median, mean, scale }) => {
                    for (at, r) in cells() {
                        let x = values[r];
                        flat[at] = (if x.is_nan() { *median } else { x } - mean) / scale;
                    }
                    column += 1;
                }
                (FeatureColumn::Levels { codes, levels, .. }, Fitted::OneHot { slot, width: w }) => {
                    for (at, r) in cells() {
                        let s = slot[(codes[r] as usize).min(levels.len())];
                        if s != MISSING {
                            flat[at + s as usize] = 1.0;
                        }
                    }
                    column += w;
                }
                (FeatureColumn::Levels { codes, levels, .. }, Fitted::Value { of_level, unknown, mean, scale }) => {
                    for (at, r) in cells() {
                        let x = of_level.get((codes[r] as usize).min(levels.len())).unwrap_or(unknown);
                        flat[at] = (x - mean) / scale;
                    }
                    column += 1;
                }
                _ => unreachable!("parts are fitted in order"),
            }
        }
        Array2::from_shape_vec((rows.len(), width), flat).unwrap_or_default()
    }

    /// Names of the encoded columns: the source's name, with `=level` for one-hot columns.
    pub fn names(&self, features: &Features) -> Vec<String> {
        let mut names = Vec::with_capacity(self.width);
        for (part, fitted) in features.parts.iter().zip(&self.parts) {
            match (part, fitted) {
                (FeatureColumn::Levels { name, levels, .. }, Fitted::OneHot { slot, .. }) => {
                    for (i, _) in slot.iter().enumerate().filter(|(_, s)| **s != MISSING) {
                        names.push(format!("{name}={}", levels.get(i).map_or("(missing)", String::as_str)));
                    }
                }
                (FeatureColumn::Number { name, .. } | FeatureColumn::Levels { name, .. }, _) => {
                    names.push(name.clone())
                }
            }
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    fn features(parts: Vec<FeatureColumn>, rows: usize) -> Features {
        Features { used: vec![], dropped: vec![], parts, rows }
    }

    #[test]
    fn medians_are_those_of_numpy() {
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&mut [4.0, 1.0, 2.0, 3.0]), 2.5);
    }

    #[test]
    fn numbers_are_filled_and_scaled_by_train_rows_alone() {
        let part = |last| FeatureColumn::Number {
            name: "a".into(),
            values: vec![1.0, 3.0, f64::NAN, 100.0, last].into(),
            has_missing: true,
        };
        let train = [0, 1, 2];
        let f = features(vec![part(7.0)], 5);
        let e = Encoder::fit(&f, &train, Scaling::Raw);
        assert_eq!(e.transform(&f, &[2, 4]), array![[2.0], [7.0]]);
        let scaled = Encoder::fit(&f, &train, Scaling::Standard);
        let sd = (2.0f64 / 3.0).sqrt();
        assert_eq!(scaled.transform(&f, &[0, 1, 2]), array![[-1.0 / sd], [1.0 / sd], [0.0]]);
        assert_eq!(scaled, Encoder::fit(&features(vec![part(-1e9)], 5), &train, Scaling::Standard));
    }

    #[test]
    fn one_hot_knows_train_levels_and_missing_alone() {
        let levels: Vec<String> = ["a", "b", "c"].map(String::from).to_vec();
        let part = FeatureColumn::Levels {
            name: "t".into(),
            codes: vec![2, 0, MISSING, 1].into(),
            levels,
            encoding: Encoding::OneHot,
        };
        let f = features(vec![part], 4);
        let e = Encoder::fit(&f, &[0, 1, 2], Scaling::Standard);
        assert_eq!(e.names(&f), ["t=a", "t=c", "t=(missing)"]);
        let want = array![[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]];
        assert_eq!(e.transform(&f, &[0, 1, 2, 3]), want);
    }

    #[test]
    fn ordinal_and_frequency_give_one_number() {
        let levels: Vec<String> = ["a", "b", "c"].map(String::from).to_vec();
        let part = |encoding| FeatureColumn::Levels {
            name: "t".into(),
            codes: vec![2, 0, 2, 1, MISSING].into(),
            levels: levels.clone(),
            encoding,
        };
        let f = features(vec![part(Encoding::Ordinal), part(Encoding::Frequency)], 5);
        let e = Encoder::fit(&f, &[0, 1, 2], Scaling::Raw);
        // Train levels a = 0 and c = 1; b and missing are unknown: the median level 1, share 0.
        let third = 1.0 / 3.0;
        let want = array![[1.0, 2.0 * third], [0.0, third], [1.0, 0.0], [1.0, 0.0]];
        assert_eq!(e.transform(&f, &[0, 1, 3, 4]), want);
    }

    #[test]
    fn columns_that_do_not_vary_in_train_are_centred_not_blown_up() {
        let part =
            FeatureColumn::Number { name: "a".into(), values: vec![0.1, 0.1, 0.1, 5.0].into(), has_missing: false };
        let f = features(vec![part], 4);
        let e = Encoder::fit(&f, &[0, 1, 2], Scaling::Standard);
        let x = e.transform(&f, &[0, 3]);
        assert!(x[[0, 0]].abs() < 1e-15 && (x[[1, 0]] - 4.9).abs() < 1e-12);
    }
}
