//! Targets that are easy functions of the features.
//!
//! Rows are put together anew: the columns that carry a target go up and down together, along one hidden quantity or two
//! that have nothing to do with each other, and every cell is one that the column has. A function of the hidden quantity is
//! then easy for all kinds of models: a line sees it in the sum of the columns, a tree in any of them, and neighbours in all
//! that they compare.

use rand_chacha::ChaCha8Rng;

use super::rows::{ComposedRows, is_missing};
use super::score::ends;
use super::subject::{Ground, Subject};
use crate::data::{DatePart, Encoding, FeatureColumn, Features, Target};
use crate::split::{below, unit};
use crate::stats::{mean, quantile};

/// Rows that are taught and rows that are asked.
pub const TAUGHT: usize = 300;
pub const ASKED: usize = 150;
/// How far a column strays from the hidden quantity, which is in 0..1.
const STRAY: f64 = 0.1;
/// A column of numbers with fewer distinct values is taken where there is no other.
const DISTINCT: usize = 10;
/// How straight the values of a column rise with their ranks, as a squared correlation, for a column to carry a target
/// beside others.
const STRAIGHT: f64 = 0.5;

/// A column that can carry a target.
#[derive(Debug, Clone, PartialEq)]
struct Carrier {
    /// The place of the used column.
    column: usize,
    /// Used rows by ascending value.
    ascending: Vec<u32>,
    /// By used row, the value with mean 0 and spread 1; NaN where it is missing.
    value: Vec<f64>,
    /// How readily it is taken: the smaller the sooner.
    class: u8,
    /// How straight it rises.
    straight: f64,
}

/// The columns that planted targets are functions of, in two groups.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Carriers {
    first: Vec<Carrier>,
    /// Empty where there is one column alone.
    second: Vec<Carrier>,
}

/// An easy function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// The sum of the columns.
    Line,
    /// Low below a threshold of one quantity, high above it.
    Step,
    /// High where one of two quantities is high, and low where both or neither is.
    Interaction,
}

/// Rows with a planted target.
pub struct Planted {
    /// To learn from.
    pub train: ComposedRows,
    /// What they teach.
    pub train_target: Target,
    /// To be asked.
    pub test: ComposedRows,
    /// What should be answered.
    pub test_target: Target,
    /// The share of the target's variance that a straight line in the sum of the columns has.
    pub straight: f64,
}

impl Planted {
    /// The same rows with other numbers as their targets.
    pub fn with_numbers(&self, new: impl Fn(f64) -> f64) -> Self {
        let other = |target: &Target| match target {
            Target::Regression { values } => Target::Regression { values: values.iter().map(|y| new(*y)).collect() },
            classes @ Target::Classification { .. } => classes.clone(),
        };
        Self {
            train: self.train.clone(),
            train_target: other(&self.train_target),
            test: self.test.clone(),
            test_target: other(&self.test_target),
            straight: self.straight,
        }
    }
}

fn keys(features: &Features, column: usize) -> Option<(Vec<f64>, u8)> {
    let parts = features.parts_of_columns()[column].clone();
    let feature = &features.used[column];
    let days = feature.calendar.iter().position(|part| *part == DatePart::Days).unwrap_or(0);
    match &features.parts[parts.start + days] {
        FeatureColumn::Number { values, .. } if !feature.calendar.is_empty() => Some((values.to_vec(), 1)),
        FeatureColumn::Number { values, .. } => Some((values.to_vec(), 0)),
        // Levels of one frequency are one number to a model.
        FeatureColumn::Levels { encoding: Encoding::Frequency, .. } => None,
        FeatureColumn::Levels { codes, levels, .. } => {
            let code = |code: &u32| if (*code as usize) < levels.len() { f64::from(*code) } else { f64::NAN };
            Some((codes.iter().map(code).collect(), 3))
        }
    }
}

fn squared_correlation(a: &[f64], b: &[f64]) -> f64 {
    let (of_a, of_b) = (mean(a), mean(b));
    let sum = |term: &dyn Fn(f64, f64) -> f64| a.iter().zip(b).map(|(a, b)| term(a - of_a, b - of_b)).sum::<f64>();
    let (ab, aa, bb) = (sum(&|a, b| a * b), sum(&|a, _| a * a), sum(&|_, b| b * b));
    if aa > 0.0 && bb > 0.0 { ab * ab / (aa * bb) } else { 0.0 }
}

impl Carrier {
    fn new(features: &Features, column: usize, rng: &mut ChaCha8Rng) -> Option<Self> {
        let (keys, mut class) = keys(features, column)?;
        let parts = &features.parts[features.parts_of_columns()[column].clone()];
        let known = |row: &u32| !keys[*row as usize].is_nan() && !parts.iter().any(|part| is_missing(part, *row));
        let mut ascending: Vec<u32> = (0..features.rows as u32).filter(known).collect();
        ascending.sort_by(|a, b| keys[*a as usize].total_cmp(&keys[*b as usize]));
        let groups: Vec<Vec<u32>> =
            ascending.chunk_by(|a, b| keys[*a as usize] == keys[*b as usize]).map(<[u32]>::to_vec).collect();
        if groups.len() < 2 {
            return None;
        }
        if groups.len() < DISTINCT {
            class = class.max(2);
            // Each value as often as the others: a rare one would say little.
            let each = ascending.len().div_ceil(groups.len());
            let draw = |group: &Vec<u32>| group[below(rng, group.len() as u32) as usize];
            ascending =
                groups.iter().flat_map(|group| (0..each).map(|_| group).collect::<Vec<_>>()).map(draw).collect();
        }
        let values: Vec<f64> = ascending.iter().map(|row| keys[*row as usize]).collect();
        let ranks: Vec<f64> = (0..values.len()).map(|rank| rank as f64).collect();
        let n = values.len() as f64;
        let centre = mean(&values);
        let spread = (values.iter().map(|x| (x - centre).powi(2)).sum::<f64>() / n).sqrt();
        let value = keys.iter().map(|x| (x - centre) / spread).collect();
        Some(Self { column, straight: squared_correlation(&values, &ranks), ascending, value, class })
    }

    /// The row of the value at a quantile.
    fn at(&self, u: f64) -> u32 {
        self.ascending[((u * self.ascending.len() as f64) as usize).min(self.ascending.len() - 1)]
    }
}

impl Carriers {
    /// The columns of a table that do: numbers with many values where there are some.
    pub fn new(features: &Features, mut rng: ChaCha8Rng) -> Self {
        let mut all: Vec<Carrier> =
            (0..features.used.len()).filter_map(|column| Carrier::new(features, column, &mut rng)).collect();
        // Steady: columns of one kind stay in the table's order.
        all.sort_by_key(|carrier| carrier.class);
        let Some(class) = all.first().map(|carrier| carrier.class) else { return Self::default() };
        let straightest = |all: &[Carrier]| all.iter().map(|c| c.straight).fold(0.0, f64::max);
        let (mut chosen, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|carrier| carrier.class == class);
        let enough = straightest(&chosen).min(STRAIGHT);
        let straight = chosen.iter().filter(|carrier| carrier.straight >= enough).count();
        if straight > 1 {
            chosen.retain(|carrier| carrier.straight >= enough);
        }
        if chosen.len() == 1 {
            return Self { first: chosen, second: others.into_iter().take(1).collect() };
        }
        let (first, second): (Vec<_>, Vec<_>) = chosen.into_iter().enumerate().partition(|(at, _)| at % 2 == 0);
        let carriers = |of: Vec<(usize, Carrier)>| of.into_iter().map(|(_, carrier)| carrier).collect();
        Self { first: carriers(first), second: carriers(second) }
    }

    /// Whether there are columns for a function.
    pub fn carry(&self, function: Function) -> bool {
        !self.first.is_empty() && (function != Function::Interaction || !self.second.is_empty())
    }

    /// The used columns that carry targets, by their places.
    pub fn columns(&self) -> Vec<usize> {
        self.first.iter().chain(&self.second).map(|carrier| carrier.column).collect()
    }
}

/// A number in 0..1 from one a little outside, mirrored at the ends.
fn mirrored(u: f64) -> f64 {
    let u = u.abs();
    if u > 1.0 { 2.0 - u } else { u }
}

/// The rows that a group of columns takes its cells from, and the mean of their values, by row.
fn draw(group: &[Carrier], hidden: &[f64], rows: &mut ComposedRows, rng: &mut ChaCha8Rng) -> Vec<f64> {
    let mut means = vec![0.0; hidden.len()];
    for carrier in group {
        let stray = |u: &f64, rng: &mut ChaCha8Rng| mirrored(u + STRAY * (2.0 * unit(rng) - 1.0));
        let from: Vec<u32> = hidden.iter().map(|u| carrier.at(stray(u, rng))).collect();
        let value = |row: &u32| carrier.value[*row as usize] / group.len() as f64;
        means.iter_mut().zip(&from).for_each(|(mean, row)| *mean += value(row));
        rows.set(carrier.column, from);
    }
    means
}

/// The place between two values that parts them most evenly; `None` where they are all equal.
fn threshold(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rises = (1..sorted.len()).filter(|i| sorted[i - 1] < sorted[*i]);
    let at = rises.min_by_key(|i| i.abs_diff(sorted.len() / 2))?;
    Some(0.5 * (sorted[at - 1] + sorted[at]))
}

impl Subject<'_> {
    /// Rows with a target that is an easy function of their features, on the scale of the true target; for classes, two of
    /// them. `None` where the columns carry none.
    pub fn plant(&self, function: Function, purpose: u64) -> Option<Planted> {
        let ground = self.ground;
        let carriers = &ground.carriers;
        if !carriers.carry(function) {
            return None;
        }
        let mut rng = ground.random(purpose);
        let n = TAUGHT + ASKED;
        let base = (0..n).map(|_| below(&mut rng, ground.features.rows as u32)).collect();
        let mut rows = ComposedRows::of_table(base, ground.features);
        let first: Vec<f64> = (0..n).map(|_| unit(&mut rng)).collect();
        let other: Vec<f64> = (0..n).map(|_| unit(&mut rng)).collect();
        let second = if function == Function::Step { &first } else { &other };
        let a = draw(&carriers.first, &first, &mut rows, &mut rng);
        let b = draw(&carriers.second, second, &mut rows, &mut rng);
        let sum: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a + b).collect();
        let is_high = |values: &[f64]| -> Option<Vec<f64>> {
            let at = threshold(values)?;
            Some(values.iter().map(|v| f64::from(u8::from(*v > at))).collect())
        };
        let level = match function {
            Function::Line if ground.classes() == 0 => {
                let (low, high) = ends(&sum);
                sum.iter().map(|s| (s - low) / (high - low)).collect()
            }
            Function::Line | Function::Step => is_high(&sum)?,
            Function::Interaction => {
                let (a, b) = (is_high(&a)?, is_high(&b)?);
                a.iter().zip(&b).map(|(a, b)| f64::from(u8::from(a != b))).collect()
            }
        };
        let rows = self.without_gaps(rows, &(0..ground.features.rows as u32).collect::<Vec<_>>());
        let target = on_scale(ground, &level);
        let part = |from: usize, to: usize| {
            let places: Vec<usize> = (from..to).collect();
            let numbers: Vec<u32> = places.iter().map(|at| *at as u32).collect();
            (rows.take(&places), target.take(&numbers))
        };
        let ((train, train_target), (test, test_target)) = (part(0, TAUGHT), part(TAUGHT, n));
        Some(Planted { train, train_target, test, test_target, straight: squared_correlation(&sum, &level) })
    }
}

/// Levels in 0..1 as a target: between the 5 % and the 95 % quantile of the true one, or the first two classes.
fn on_scale(ground: &Ground, level: &[f64]) -> Target {
    let Target::Regression { values } = ground.target else {
        return ground.with_codes(level.iter().map(|level| u32::from(*level > 0.5)).collect());
    };
    let mut sorted = values.clone();
    sorted.sort_by(f64::total_cmp);
    let (mut low, mut high) = (quantile(&sorted, 0.05), quantile(&sorted, 0.95));
    if low >= high {
        (low, high) = ends(&sorted);
    }
    Target::Regression { values: level.iter().map(|level| low + (high - low) * level).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Feature;
    use crate::split::stream;

    fn number(values: Vec<f64>) -> FeatureColumn {
        FeatureColumn::Number {
            name: "x".into(),
            has_missing: values.iter().any(|x| x.is_nan()),
            values: values.into(),
        }
    }

    fn features(columns: Vec<FeatureColumn>) -> Features {
        let rows = 60;
        let feature = |_: &FeatureColumn| Feature {
            name: "x".into(),
            kind: "number",
            encoding: Encoding::Numeric,
            missing: 0,
            calendar: Vec::new(),
        };
        Features { used: columns.iter().map(feature).collect(), dropped: Vec::new(), parts: columns, rows }
    }

    #[test]
    fn numbers_with_many_values_carry_targets_before_others() {
        let line = || number((0..60).map(f64::from).collect());
        let flag = number((0..60).map(|i| f64::from(u8::from(i == 7))).collect());
        let tail = number((0..60).map(|i| f64::from(i).powi(12)).collect());
        let carriers = Carriers::new(&features(vec![flag.clone(), line(), tail.clone(), line()]), stream(0, 0));
        assert_eq!(carriers.columns(), [1, 3]);
        // One alone takes another kind beside it, where there is one.
        let carriers = Carriers::new(&features(vec![flag.clone(), line()]), stream(0, 0));
        assert_eq!(carriers.columns(), [1, 0]);
        assert!(carriers.carry(Function::Interaction));
        // A rare value is drawn as often as the other.
        let ones = carriers.second[0].ascending.iter().filter(|row| **row == 7).count();
        assert_eq!(ones, 30);
        let carriers = Carriers::new(&features(vec![line()]), stream(0, 0));
        assert!(carriers.carry(Function::Step) && !carriers.carry(Function::Interaction));
        assert!(!Carriers::new(&features(vec![number(vec![1.0; 60])]), stream(0, 0)).carry(Function::Line));
    }

    #[test]
    fn a_threshold_parts_values_evenly() {
        assert_eq!(threshold(&[1.0, 2.0, 3.0, 4.0]), Some(2.5));
        assert_eq!(threshold(&[0.0, 1.0, 1.0, 1.0, 1.0]), Some(0.5));
        assert_eq!(threshold(&[1.0, 1.0]), None);
    }

    #[test]
    fn what_strays_beyond_the_ends_comes_back() {
        assert_eq!((mirrored(-0.25), mirrored(1.25), mirrored(0.5)), (0.25, 0.75, 0.5));
    }
}
