//! The columns of a table made ready for comparing any two sets of its rows.

use crate::data::{FeatureColumn, Features, MISSING, Target};

/// A column with more distinct numbers than this is compared by that many groups of neighbours: a
/// Kolmogorov-Smirnov distance is then at most 1/4096 too small.
const MAX_GROUPS: usize = 4096;

/// The levels of a text column whose shares are followed over splits: the most frequent ones.
const MAX_SHARES: usize = 12;

/// What a column holds.
pub enum Content<'a> {
    /// Numbers; NaN is missing. `group` numbers the distinct values (or groups of them) in ascending order.
    Numbers {
        /// By row.
        values: &'a [f64],
        /// By row; [`MISSING`] where the value is.
        group: Vec<u32>,
    },
    /// Levels.
    Levels {
        /// By row; [`MISSING`] where the value is.
        codes: &'a [u32],
        /// The levels' texts.
        levels: &'a [String],
        /// The levels whose shares are followed, most frequent first.
        followed: Vec<u32>,
    },
}

/// One column.
pub struct Watched<'a> {
    /// Its name.
    pub name: &'a str,
    /// Whether it is what is predicted.
    pub is_target: bool,
    /// Its values.
    pub content: Content<'a>,
    /// Rows of each group or level, the last one being the missing ones.
    pub counts: Vec<u32>,
}

impl<'a> Watched<'a> {
    fn numbers(name: &'a str, is_target: bool, values: &'a [f64]) -> Self {
        let mut order: Vec<u32> = (0..values.len() as u32).filter(|r| !values[*r as usize].is_nan()).collect();
        order.sort_by(|a, b| values[*a as usize].total_cmp(&values[*b as usize]));
        let starts_value = |i: usize| i == 0 || values[order[i] as usize] != values[order[i - 1] as usize];
        let distinct = (0..order.len()).filter(|i| starts_value(*i)).count();
        // A group starts at the first new value once it has its share of the rows.
        let size = if distinct > MAX_GROUPS { order.len().div_ceil(MAX_GROUPS) } else { 0 };
        let mut group = vec![MISSING; values.len()];
        let mut counts: Vec<u32> = Vec::new();
        for (i, row) in order.iter().enumerate() {
            if counts.last().is_none_or(|n| starts_value(i) && *n as usize >= size) {
                counts.push(0);
            }
            let last = counts.len() - 1;
            counts[last] += 1;
            group[*row as usize] = last as u32;
        }
        counts.push((values.len() - order.len()) as u32);
        Self { name, is_target, content: Content::Numbers { values, group }, counts }
    }

    /// A feature.
    pub fn of(part: &'a FeatureColumn) -> Self {
        match part {
            FeatureColumn::Number { name, values, .. } => Self::numbers(name, false, values),
            FeatureColumn::Levels { name, codes, levels, .. } => Self::levels(name, false, codes, levels),
        }
    }

    fn levels(name: &'a str, is_target: bool, codes: &'a [u32], levels: &'a [String]) -> Self {
        let mut counts = vec![0; levels.len() + 1];
        codes.iter().for_each(|c| counts[(*c as usize).min(levels.len())] += 1);
        let mut followed: Vec<u32> = (0..levels.len() as u32).filter(|l| counts[*l as usize] > 0).collect();
        followed.sort_by_key(|l| (std::cmp::Reverse(counts[*l as usize]), *l));
        // The share of the second of two levels says nothing that the first does not.
        if followed.len() == 2 {
            followed.truncate(1);
        }
        followed.truncate(MAX_SHARES);
        Self { name, is_target, content: Content::Levels { codes, levels, followed }, counts }
    }

    /// The group or level of a row, the last one being missing.
    pub fn place(&self, row: u32) -> usize {
        let code = match &self.content {
            Content::Numbers { group, .. } => group[row as usize],
            Content::Levels { codes, .. } => codes[row as usize],
        };
        (code as usize).min(self.counts.len() - 1)
    }

    /// Rows without a value.
    pub fn missing(&self) -> u32 {
        self.counts[self.counts.len() - 1]
    }
}

/// The target, then the features.
pub fn watched<'a>(features: &'a Features, target: &'a Target, target_name: &'a str) -> Vec<Watched<'a>> {
    let target = match target {
        Target::Regression { values } => Watched::numbers(target_name, true, values),
        Target::Classification { codes, labels, .. } => Watched::levels(target_name, true, codes, labels),
    };
    std::iter::once(target).chain(features.parts.iter().map(Watched::of)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_follow_the_order_of_values_and_gaps_come_last() {
        let values = [3.0, f64::NAN, 1.0, 3.0, -2.0];
        let column = Watched::numbers("x", false, &values);
        assert_eq!(column.counts, [1, 1, 2, 1]);
        assert_eq!((0..5).map(|r| column.place(r)).collect::<Vec<_>>(), [2, 3, 1, 2, 0]);
        assert_eq!(column.missing(), 1);
    }

    #[test]
    fn many_distinct_values_are_grouped_without_parting_equal_ones() {
        let values: Vec<f64> = (0..50_000).map(|i| f64::from((i * 7919) % 25_000)).collect();
        let column = Watched::numbers("x", false, &values);
        assert!(column.counts.len() <= MAX_GROUPS + 1 && column.counts.len() > MAX_GROUPS / 2);
        assert_eq!(column.counts.iter().sum::<u32>(), 50_000);
        for (a, b) in [(0, 25_000), (17, 25_017)] {
            assert_eq!((values[a], column.place(a as u32)), (values[b], column.place(b as u32)));
        }
    }
}
