//! Where the model is weakest: slices of the rows, described by one or two conditions, whose
//! out-of-sample loss is larger than that of the rest.
//!
//! Thousands of slices are looked at, so the worst of them looks bad by chance alone. Rows are
//! therefore dealt to two halves: slices are found on one (by Welch's t of the mean losses, from tables of
//! two binned columns at a time) and judged on the other, held against the few that were found (Bonferroni):
//! by Welch's t, whose interval is shown, and by Wilcoxon's rank sum, which a few large losses do not sway. Both
//! must pass. Sizes come from the second half as well.

use rayon::prelude::*;

use super::columns::Watched;
use super::condition::{Binned, Condition};
use super::document::SliceFinding;
use crate::stats::mean_and_variance;
use crate::stats::p_values::{ranks, student_quantile, two_sided_normal, upper_student};

/// Slices that are found on the first half and judged on the second.
const CANDIDATES: usize = 5;
/// The smallest slice, as rows of a half and as a share of it.
const LEAST_ROWS: usize = 15;
const LEAST_SHARE: f64 = 0.01;
/// The largest slice as a share of a half: weak is what most rows are not.
const MOST_SHARE: f64 = 0.5;
/// Columns of which pairs are looked at: those with the strongest conditions of their own.
const PAIRED: usize = 30;
/// Two conditions must beat each of them alone by this factor of t.
const BETTER: f64 = 1.15;
/// The level at which a slice is reported: a strict one, since rows near each other share what a model makes of
/// single train rows, and are less independent than the test takes them to be.
pub const LEVEL: f64 = 0.001;

/// A weak slice. Means and the interval are over the half of the rows that did not find it.
#[derive(Debug, Clone, PartialEq)]
pub struct Slice {
    /// What is true of its rows, such as `cut = Fair and carat > 2.1`.
    pub text: String,
    /// Its rows, among the used rows that were tested.
    pub rows: Vec<u32>,
    /// Mean loss of its rows, and of the rest.
    pub means: [f64; 2],
    /// 95 % interval of the difference of the means (Welch).
    pub interval: [f64; 2],
    /// One-sided p-value of the same t, times the slices judged, at most 1.
    pub p: f64,
}

impl Slice {
    /// The slice as a document has it, of a table of so many used rows.
    pub fn found(self, rows: usize) -> SliceFinding {
        SliceFinding {
            rows: self.rows.len(),
            share: self.rows.len() as f64 / rows as f64,
            slice: self.text,
            loss: self.means[0],
            loss_rest: self.means[1],
            ci95: self.interval,
            p: self.p,
        }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Sums([f64; 3]);

impl Sums {
    fn add(&mut self, loss: f64) {
        self.0[0] += 1.0;
        self.0[1] += loss;
        self.0[2] += loss * loss;
    }

    fn plus(self, other: Self, sign: f64) -> Self {
        Self(std::array::from_fn(|i| self.0[i] + sign * other.0[i]))
    }

    fn n(self) -> f64 {
        self.0[0]
    }

    fn mean(self) -> f64 {
        self.0[1] / self.0[0]
    }

    /// Variance of the mean.
    fn error(self) -> f64 {
        ((self.0[2] - self.0[1] * self.0[1] / self.0[0]) / (self.0[0] - 1.0)).max(0.0) / self.0[0]
    }

    /// Welch's t against the rest of `all`; `None` where the slice is too small or too large, or nothing varies.
    fn t(self, all: Self) -> Option<f64> {
        let rest = all.plus(self, -1.0);
        let least = (LEAST_SHARE * all.n()).max(LEAST_ROWS as f64);
        if self.n() < least || self.n() > MOST_SHARE * all.n() {
            return None;
        }
        let error = (self.error() + rest.error()).sqrt();
        (error > 0.0).then(|| (self.mean() - rest.mean()) / error)
    }
}

/// A slice as conditions of columns.
#[derive(Debug, Clone, PartialEq)]
struct Found {
    t: f64,
    parts: Vec<(usize, Condition)>,
}

impl Found {
    fn holds(&self, binned: &[Binned], row: usize) -> bool {
        self.parts.iter().all(|(column, condition)| binned[*column].holds(condition, row))
    }

    fn text(&self) -> String {
        self.parts.iter().map(|(_, c)| c.text.as_str()).collect::<Vec<_>>().join(" and ")
    }
}

/// Whether a row finds slices or judges them: half of the rows each, whatever their order (the finaliser
/// of splitmix64; Steele, Lea and Flood 2014).
fn judges(unit: u64) -> bool {
    let mut z = unit.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z ^ (z >> 31)) & 1 == 1
}

/// The weakest slices by the mean loss of each row (NaN for rows that were never tested). Rows of one unit (a
/// group, or equal rows) go to the same half.
pub fn weakest(columns: &[Watched], losses: &[f64], units: &[u32]) -> Vec<Slice> {
    let unit = |row: usize| u64::from(units[row]);
    let tested = || (0..losses.len()).filter(|r| !losses[*r].is_nan());
    let finding: Vec<usize> = tested().filter(|r| !judges(unit(*r))).collect();
    let judging: Vec<usize> = tested().filter(|r| judges(unit(*r))).collect();
    if finding.len() < 2 * LEAST_ROWS || judging.len() < 2 * LEAST_ROWS {
        return Vec::new();
    }
    let features: Vec<&Watched> = columns.iter().filter(|c| !c.is_target).collect();
    let binned: Vec<Binned> = features.par_iter().map(|c| Binned::new(c)).collect();
    let found = candidates(&binned, losses, &finding);
    let rank = {
        let of_judges: Vec<f64> = judging.iter().map(|r| losses[*r]).collect();
        ranks(&of_judges)
    };
    let (middle, variance) = mean_and_variance(&rank);
    let judged = found.iter().filter_map(|slice| {
        let (mut inside, mut all, mut above) = (Sums::default(), Sums::default(), 0.0);
        for (row, rank) in judging.iter().zip(&rank) {
            all.add(losses[*row]);
            if slice.holds(&binned, *row) {
                inside.add(losses[*row]);
                above += rank - middle;
            }
        }
        let rest = all.plus(inside, -1.0);
        if inside.n() < 5.0 || rest.n() < 5.0 || variance <= 0.0 {
            return None;
        }
        let z = above / inside.n() * (1.0 + inside.n() / rest.n())
            / (variance * (1.0 / inside.n() + 1.0 / rest.n())).sqrt();
        // One-sided: only larger losses make a slice weak.
        let by_ranks = if z > 0.0 { 0.5 * two_sided_normal(z) } else { 1.0 };
        let (difference, error) = (inside.mean() - rest.mean(), (inside.error() + rest.error()).sqrt());
        if by_ranks * found.len() as f64 > LEVEL || error <= 0.0 {
            return None;
        }
        let part = |sums: Sums| sums.error().powi(2) / (sums.n() - 1.0);
        let df = error.powi(4) / (part(inside) + part(rest));
        let half = student_quantile(0.975, df) * error;
        Some(Slice {
            text: slice.text(),
            rows: tested().filter(|r| slice.holds(&binned, *r)).map(|r| r as u32).collect(),
            means: [inside.mean(), rest.mean()],
            interval: [difference - half, difference + half],
            p: (upper_student(difference / error, df) * found.len() as f64).min(1.0),
        })
    });
    judged.filter(|s| s.p <= LEVEL && s.means[0] > s.means[1]).collect()
}

/// The strongest slices of the rows given, strongest first, none of them mostly within another.
fn candidates(binned: &[Binned], losses: &[f64], rows: &[usize]) -> Vec<Found> {
    let mut all = Sums::default();
    rows.iter().for_each(|r| all.add(losses[*r]));
    let singles: Vec<Vec<Option<f64>>> = binned
        .par_iter()
        .map(|column| {
            let mut table = vec![Sums::default(); column.bins];
            rows.iter().for_each(|r| table[column.bin[*r] as usize].add(losses[*r]));
            let sum = |c: &Condition| table[c.from..c.to].iter().fold(Sums::default(), |a, b| a.plus(*b, 1.0));
            column.conditions.iter().map(|c| sum(c).t(all)).collect()
        })
        .collect();
    let strongest = |i: usize| singles[i].iter().flatten().fold(0.0f64, |m, t| m.max(*t));
    let mut order: Vec<usize> = (0..binned.len()).collect();
    order.sort_by(|a, b| strongest(*b).total_cmp(&strongest(*a)).then(a.cmp(b)));
    order.truncate(PAIRED);
    let pairs: Vec<(usize, usize)> = (0..order.len())
        .flat_map(|i| (0..i).map(move |j| (i, j)))
        .map(|(i, j)| (order[i].min(order[j]), order[i].max(order[j])))
        .collect();
    let of_pairs = pairs.par_iter().flat_map_iter(|(a, b)| pair(binned, losses, rows, (*a, *b), &singles, all));
    let mut found: Vec<Found> = of_pairs.collect();
    for (i, column) in binned.iter().enumerate() {
        let strong =
            column.conditions.iter().zip(&singles[i]).filter_map(|(c, t)| Some((c, (*t).filter(|t| *t > 2.0)?)));
        found.extend(strong.map(|(c, t)| Found { t, parts: vec![(i, c.clone())] }));
    }
    found.sort_by(|a, b| b.t.total_cmp(&a.t).then_with(|| a.text().cmp(&b.text())));
    let mut kept: Vec<Found> = Vec::new();
    for slice in found {
        if kept.len() == CANDIDATES {
            break;
        }
        let mostly = |other: &Found| {
            let (mut both, mut sizes) = (0usize, [0usize; 2]);
            for r in rows {
                let (a, b) = (slice.holds(binned, *r), other.holds(binned, *r));
                both += usize::from(a && b);
                sizes[0] += usize::from(a);
                sizes[1] += usize::from(b);
            }
            2 * both > sizes[0].min(sizes[1])
        };
        if !kept.iter().any(mostly) {
            kept.push(slice);
        }
    }
    kept
}

/// Slices of two columns that are stronger than either condition alone: the three strongest.
fn pair(
    binned: &[Binned],
    losses: &[f64],
    rows: &[usize],
    (a, b): (usize, usize),
    singles: &[Vec<Option<f64>>],
    all: Sums,
) -> Vec<Found> {
    let (first, second) = (&binned[a], &binned[b]);
    // Sums over all bins before (i, j) on both sides, so that any block is four look-ups.
    let width = second.bins + 1;
    let mut table = vec![Sums::default(); (first.bins + 1) * width];
    for r in rows {
        table[(first.bin[*r] as usize + 1) * width + second.bin[*r] as usize + 1].add(losses[*r]);
    }
    for i in 1..=first.bins {
        for j in 1..=second.bins {
            let before = table[(i - 1) * width + j].plus(table[i * width + j - 1], 1.0);
            table[i * width + j] = table[i * width + j].plus(before, 1.0).plus(table[(i - 1) * width + j - 1], -1.0);
        }
    }
    let block = |c: &Condition, d: &Condition| {
        let at = |i: usize, j: usize| table[i * width + j];
        at(c.to, d.to).plus(at(c.from, d.to), -1.0).plus(at(c.to, d.from), -1.0).plus(at(c.from, d.from), 1.0)
    };
    let mut found: Vec<Found> = Vec::new();
    for (c, alone_c) in first.conditions.iter().zip(&singles[a]) {
        for (d, alone_d) in second.conditions.iter().zip(&singles[b]) {
            let alone = alone_c.unwrap_or(0.0).max(alone_d.unwrap_or(0.0)).max(2.0 / BETTER);
            if let Some(t) = block(c, d).t(all).filter(|t| *t > BETTER * alone) {
                found.push(Found { t, parts: vec![(a, c.clone()), (b, d.clone())] });
            }
        }
    }
    found.sort_by(|x, y| y.t.total_cmp(&x.t));
    found.truncate(3);
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Encoding, FeatureColumn, Features, Target};
    use crate::inspect::columns::watched;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    fn table(seed: u64, rows: usize) -> (Features, Target) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut number = |name: &str| FeatureColumn::Number {
            name: name.into(),
            values: (0..rows).map(|_| rng.r#gen::<f64>()).collect(),
            has_missing: false,
        };
        let mut parts = vec![number("u"), number("v")];
        parts.push(FeatureColumn::Levels {
            name: "t".into(),
            codes: (0..rows).map(|_| rng.gen_range(0..4)).collect(),
            levels: ["a", "b", "c", "d"].map(String::from).to_vec(),
            encoding: Encoding::OneHot,
        });
        (
            Features { used: vec![], dropped: vec![], parts, rows },
            Target::Regression { values: (0..rows).map(|i| i as f64).collect() },
        )
    }

    #[test]
    fn a_planted_slice_of_two_conditions_is_found_with_its_size() {
        let (features, target) = table(1, 2_000);
        let columns = watched(&features, &target, "y");
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let (FeatureColumn::Number { values: u, .. }, FeatureColumn::Levels { codes, .. }) =
            (&features.parts[0], &features.parts[2])
        else {
            unreachable!()
        };
        let weak = |r: usize| u[r] > 0.7 && codes[r] == 2;
        let losses: Vec<f64> = (0..2_000)
            .map(|r| {
                let noise: f64 = rng.r#gen::<f64>();
                if weak(r) { 3.0 + noise } else { noise }
            })
            .collect();
        let found = weakest(&columns, &losses, &(0..losses.len() as u32).collect::<Vec<_>>());
        assert!(found[0].text.contains("t = c") && found[0].text.contains("u > 0.7"), "{}", found[0].text);
        let planted = (0..2_000).filter(|r| weak(*r)).count() as f64;
        let hit = found[0].rows.iter().filter(|r| weak(**r as usize)).count() as f64;
        assert!(hit > 0.9 * planted && hit > 0.9 * found[0].rows.len() as f64);
        assert!(found[0].interval[0] > 2.5 && found[0].interval[1] < 3.5);
    }

    #[test]
    fn a_slice_is_told_by_the_mean_that_is_shown_and_not_by_ranks_alone() {
        let (features, target) = table(5, 2_000);
        let columns = watched(&features, &target, "y");
        let FeatureColumn::Number { values: u, .. } = &features.parts[0] else { unreachable!() };
        let units: Vec<u32> = (0..2_000).collect();
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        // Where u is large every loss is a little larger; a few huge ones elsewhere make the means alike.
        let losses: Vec<f64> = (0..2_000)
            .map(|r| {
                let huge = u[r] <= 0.8 && rng.r#gen::<f64>() < 0.02;
                let small = rng.r#gen::<f64>() + if u[r] > 0.8 { 0.5 } else { 0.0 };
                if huge { 25.0 } else { small }
            })
            .collect();
        for slice in weakest(&columns, &losses, &units) {
            assert!(slice.interval[0] > 0.0 && slice.p <= LEVEL, "{slice:?}");
        }
        // Without them it is told, with p and interval of the same t.
        let plain: Vec<f64> = losses.iter().map(|l| l.min(1.5)).collect();
        let found = weakest(&columns, &plain, &units);
        assert!(found.iter().any(|s| s.text.contains("u > 0.8") && s.interval[0] > 0.3 && s.p < 1e-6), "{found:?}");
    }

    #[test]
    fn untouched_noise_has_a_weak_slice_no_more_often_than_its_level() {
        let mut alarms = 0;
        for seed in 0..200 {
            let (features, target) = table(100 + seed, 300);
            let columns = watched(&features, &target, "y");
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            // Squares of squares: a heavy right tail.
            let losses: Vec<f64> = (0..300).map(|_| (rng.r#gen::<f64>() - 0.5).powi(4)).collect();
            alarms +=
                usize::from(!weakest(&columns, &losses, &(0..losses.len() as u32).collect::<Vec<_>>()).is_empty());
        }
        // The level is 0.001: more than 3 of 200 have a chance below 0.0001.
        assert!(alarms <= 3, "{alarms}");
    }
}
