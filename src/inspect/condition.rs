//! Conditions on columns that describe sets of rows: `carat > 2.1`, `cut = Fair`, `age is missing`.

use super::columns::{Content, Watched};

/// Bins of a column of numbers: their limits are the deciles of its values.
const BINS: usize = 10;
/// Levels of a text column that get a condition of their own: the most frequent ones.
const MAX_LEVELS: usize = 20;

/// A column cut into bins, and the runs of bins that have a name.
pub struct Binned {
    /// By row.
    pub bin: Vec<u8>,
    /// Number of bins.
    pub bins: usize,
    /// The conditions.
    pub conditions: Vec<Condition>,
}

/// A named run of bins of one column.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// What is true of its rows.
    pub text: String,
    /// The bins, from the first to before the second.
    pub from: usize,
    /// See `from`.
    pub to: usize,
}

/// The number with the fewest digits that is not below `least` but below `next`: no value of the column lies
/// between it and `least`, so that it says the same.
fn shortest(least: f64, next: f64) -> String {
    let shown = |v: f64| if v != 0.0 && (v.abs() < 1e-4 || v.abs() >= 1e9) { format!("{v:e}") } else { format!("{v}") };
    if least < next && least < 0.0 && next > 0.0 {
        return "0".into();
    }
    let size = if least == 0.0 { next.abs() } else { least.abs() };
    let first = size.log10().floor() as i32;
    for digits in 1..17 {
        let unit = 10f64.powi((first + 1 - digits).abs());
        let up = if first + 1 > digits { (least / unit).ceil() * unit } else { (least * unit).ceil() / unit };
        if up >= least && up < next {
            return shown(up);
        }
    }
    shown(least)
}

impl Binned {
    /// Cuts a column.
    pub fn new(column: &Watched) -> Self {
        match &column.content {
            Content::Numbers { values, .. } => Self::numbers(column, values),
            Content::Levels { codes, levels, .. } => {
                let mut frequent: Vec<usize> = (0..levels.len()).filter(|l| column.counts[*l] > 0).collect();
                frequent.sort_by_key(|l| (std::cmp::Reverse(column.counts[*l]), *l));
                frequent.truncate(MAX_LEVELS);
                // Bin 0 holds the rest.
                let mut bin_of = vec![0u8; levels.len() + 1];
                frequent.iter().enumerate().for_each(|(i, l)| bin_of[*l] = i as u8 + 1);
                let missing = frequent.len() + 1;
                bin_of[levels.len()] = missing as u8;
                let mut conditions: Vec<Condition> = frequent
                    .iter()
                    .enumerate()
                    .map(|(i, l)| Condition {
                        text: format!("{} = {}", column.name, levels[*l]),
                        from: i + 1,
                        to: i + 2,
                    })
                    .collect();
                conditions.extend(missing_condition(column, missing));
                let bin = codes.iter().map(|c| bin_of[(*c as usize).min(levels.len())]).collect();
                Self { bin, bins: missing + 1, conditions }
            }
        }
    }

    fn numbers(column: &Watched, values: &[f64]) -> Self {
        let mut sorted: Vec<f64> = values.iter().copied().filter(|v| !v.is_nan()).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        // The limits are values of the column: each bin holds what is up to its limit.
        let mut limits: Vec<f64> = (1..BINS).filter_map(|i| sorted.get(i * sorted.len() / BINS).copied()).collect();
        limits.dedup();
        limits.retain(|l| Some(l) != sorted.last());
        let present = limits.len() + 1;
        let mut conditions = Vec::new();
        for (i, limit) in limits.iter().enumerate() {
            let above = sorted.get(sorted.partition_point(|v| v <= limit)).copied().unwrap_or(*limit);
            // Where only two numbers occur, they are named.
            let (low, high) = if limits.len() == 1 && sorted.first() == Some(limit) && sorted.last() == Some(&above) {
                (format!("{} = {limit}", column.name), format!("{} = {above}", column.name))
            } else {
                {
                    let limit = shortest(*limit, above);
                    (format!("{} <= {limit}", column.name), format!("{} > {limit}", column.name))
                }
            };
            conditions.push(Condition { text: low, from: 0, to: i + 1 });
            conditions.push(Condition { text: high, from: i + 1, to: present });
        }
        conditions.extend(missing_condition(column, present));
        let bin = values
            .iter()
            .map(|v| if v.is_nan() { present as u8 } else { limits.partition_point(|l| l < v) as u8 })
            .collect();
        Self { bin, bins: present + 1, conditions }
    }

    /// Whether a row meets a condition.
    pub fn holds(&self, condition: &Condition, row: usize) -> bool {
        (condition.from..condition.to).contains(&(self.bin[row] as usize))
    }
}

fn missing_condition(column: &Watched, bin: usize) -> Option<Condition> {
    let text = format!("{} is missing", column.name);
    (column.missing() > 0).then_some(Condition { text, from: bin, to: bin + 1 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Encoding, FeatureColumn, Features, MISSING, Target};
    use crate::inspect::columns::watched;

    #[test]
    fn every_condition_says_what_is_true_of_its_rows() {
        let x: Vec<f64> = (0..40).map(|i| if i % 7 == 0 { f64::NAN } else { f64::from(i * i % 23) / 4.0 }).collect();
        let codes: Vec<u32> = (0..40).map(|i| if i == 3 { MISSING } else { i % 2 }).collect();
        let parts = vec![
            FeatureColumn::Number { name: "x".into(), values: x.clone().into(), has_missing: true },
            FeatureColumn::Number {
                name: "two".into(),
                values: (0..40).map(|i| f64::from(i % 2)).collect(),
                has_missing: false,
            },
            FeatureColumn::Levels {
                name: "t".into(),
                codes: codes.clone().into(),
                levels: vec!["a".into(), "b".into()],
                encoding: Encoding::OneHot,
            },
        ];
        let features = Features { used: vec![], dropped: vec![], parts, rows: 40 };
        let target = Target::Regression { values: vec![0.0; 40] };
        let columns = watched(&features, &target, "y");
        let numbers = Binned::new(&columns[1]);
        assert!(numbers.conditions.len() > 10);
        for condition in &numbers.conditions {
            for (row, value) in x.iter().enumerate() {
                let words: Vec<&str> = condition.text.split(' ').collect();
                let wanted = match words[1..] {
                    ["<=", limit] => *value <= limit.parse().unwrap(),
                    [">", limit] => *value > limit.parse().unwrap(),
                    ["is", "missing"] => value.is_nan(),
                    _ => panic!("{}", condition.text),
                };
                assert_eq!(numbers.holds(condition, row), wanted, "{} {value}", condition.text);
            }
        }
        let texts =
            |i: usize| -> Vec<String> { Binned::new(&columns[i]).conditions.iter().map(|c| c.text.clone()).collect() };
        assert_eq!(texts(2), ["two = 0", "two = 1"]);
        assert_eq!(texts(3), ["t = a", "t = b", "t is missing"]);
        let levels = Binned::new(&columns[3]);
        assert!((0..40).all(|r| levels.holds(&levels.conditions[1], r) == (codes[r] == 1)));
    }

    #[test]
    fn numbers_are_short_but_not_wrong() {
        let cases = [
            (2.1, 2.2, "2.1"),
            (-3.0, -2.0, "-3"),
            (0.0, 0.4, "0"),
            (0.063_851_83, 0.064_9, "0.064"),
            (-0.2, 0.3, "0"),
            (1234.56, 1234.57, "1234.56"),
            (1234.56, 1301.0, "1300"),
            (1.25e-9, 1.26e-9, "1.25e-9"),
        ];
        for (least, next, text) in cases {
            assert_eq!(shortest(least, next), text);
        }
        for i in 0..2000 {
            let (least, step) = (f64::from(i * i % 977) / 7.0 - 60.0, f64::from(i % 13 + 1) / 97.0);
            let told: f64 = shortest(least, least + step).parse().unwrap();
            assert!(told >= least && told < least + step, "{least} {step} {told}");
        }
    }
}
