//! Splits whose test rows are later than all train rows, and of groups that no train row is of: new customers next year.

use rand_chacha::ChaCha8Rng;

use super::Split;
use super::group::GroupDraw;
use super::permute::Blocks;
use super::random::{below, shuffle};
use super::strata::Strata;
use super::timeline::Timeline;
use crate::setting::{GAP, TEST_SIZE, TRAIN_SIZE};

/// Without a train size, origins are those whose train part has at least this share of the largest that there can be.
const LEAST_SHARE: f64 = 0.75;

/// Draws of held-out groups that are tried before a group is set aside to train on.
const TRIES: usize = 50;

/// What is needed to draw a time and the groups that are held out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupTimeline {
    pub(super) groups: Strata,
    timeline: Timeline,
    origins: Vec<u32>,
    n_test: usize,
    gap: usize,
    window: Option<usize>,
    /// Train rows that an origin must leave, as counted with the mean share of the groups held out.
    pub(super) n_train: usize,
}

impl GroupTimeline {
    /// Origins with at least `n_test` later rows. With `n_test` of these held out, as large a share of the groups is held
    /// out on average, and the others must have `n_train` rows before the gap. A rolling origin trains on the last
    /// `n_train` rows of these.
    ///
    /// # Errors
    /// A sentence where no origin fits.
    pub fn new(
        groups: Strata,
        timeline: Timeline,
        n_test: usize,
        n_train: Option<usize>,
        gap: usize,
        rolling: bool,
    ) -> Result<Self, String> {
        let n = timeline.order.len();
        let trained = |origin: usize| {
            let held_out = n_test as f64 / (n - origin) as f64;
            (origin - gap) as f64 * (1.0 - held_out)
        };
        let mut here =
            Self { groups, timeline, origins: Vec::new(), n_test, gap, window: None, n_train: n_train.unwrap_or(1) };
        let possible: Vec<usize> = (gap + 1..(n + 1).saturating_sub(n_test))
            .filter(|o| here.timeline.later[*o] && trained(*o) >= 1.0 && here.parts(*o))
            .collect();
        let most = possible.iter().map(|o| trained(*o)).fold(0.0, f64::max);
        here.n_train = n_train.unwrap_or(((LEAST_SHARE * most) as usize).max(1));
        let wide: Vec<usize> = possible.into_iter().filter(|o| trained(*o) >= here.n_train as f64).collect();
        if wide.is_empty() {
            let shorter = if gap > 0 { format!(", a smaller {GAP}") } else { String::new() };
            return Err(if most < 1.0 {
                format!(
                    "no time has {n_test} rows after it and, before a gap of {gap}, rows of groups that can be left out of the \
                     test part; give a smaller {TEST_SIZE}{shorter} or groups and times that overlap"
                )
            } else {
                format!(
                    "no time leaves {} train rows of groups that are not tested; give at most {}, or a smaller \
                     {TEST_SIZE}{shorter}",
                    here.n_train,
                    TRAIN_SIZE.to(most as usize)
                )
            });
        }
        here.origins = wide.into_iter().map(|o| o as u32).collect();
        here.window = rolling.then_some(here.n_train);
        Ok(here)
    }

    /// Rows of each group among some.
    fn sizes(&self, rows: &[u32]) -> Vec<usize> {
        let mut sizes = vec![0; self.groups.sizes.len()];
        rows.iter().for_each(|row| sizes[self.groups.of_row[*row as usize] as usize] += 1);
        sizes
    }

    /// Whether one group has rows before the gap and another has rows from the origin on.
    fn parts(&self, origin: usize) -> bool {
        let of = |row: &u32| self.groups.of_row[*row as usize];
        let (early, late) = (&self.timeline.order[..origin - self.gap], &self.timeline.order[origin..]);
        match (early.first(), late.first()) {
            (Some(a), Some(b)) => of(a) != of(b) || early.iter().chain(late).any(|row| of(row) != of(a)),
            _ => false,
        }
    }

    /// A split at a random origin: the rows from there on of random groups, and the earlier ones of all others.
    pub fn draw(&self, rng: &mut ChaCha8Rng) -> Split {
        let origin = self.origins[below(rng, self.origins.len() as u32) as usize] as usize;
        let (early, late) = (&self.timeline.order[..origin - self.gap], &self.timeline.order[origin..]);
        let mut sizes = self.sizes(late);
        let draw = GroupDraw::new(sizes.clone(), None, self.n_test);
        let of = |row: &u32| self.groups.of_row[*row as usize] as usize;
        let mut held_out = draw.draw(rng);
        let mut tries = 1;
        while early.iter().all(|row| held_out[of(row)]) {
            tries += 1;
            if tries > TRIES {
                // A group is set aside that leaves others to test.
                let mut keepers: Vec<usize> = early.iter().map(of).collect();
                keepers.sort_unstable();
                keepers.dedup();
                keepers.retain(|k| late.iter().any(|row| of(row) != *k));
                sizes[keepers[below(rng, keepers.len() as u32) as usize]] = 0;
                held_out = GroupDraw::new(sizes, None, self.n_test).draw(rng);
                break;
            }
            held_out = draw.draw(rng);
        }
        let mut train: Vec<u32> = early.iter().copied().filter(|row| !held_out[of(row)]).collect();
        if let Some(window) = self.window {
            train.drain(..train.len().saturating_sub(window));
        }
        let mut test: Vec<u32> = late.iter().copied().filter(|row| held_out[of(row)]).collect();
        train.sort_unstable();
        test.sort_unstable();
        Split { train, test }
    }

    /// Parts train rows (ascending, of this table) at the time nearest to their middle. The groups that have rows from
    /// there on are dealt out into folds of about as many such rows; a fold learns from the earlier rows, less the gap, of
    /// all groups but its own. Fewer folds where one would be without rows; `None` where there are not two.
    pub fn inner(&self, rng: &mut ChaCha8Rng, train: &[u32], folds: usize) -> Option<Vec<Split>> {
        let (rows, starts) = self.timeline.among(train);
        let middle = (rows.len() + self.gap) / 2;
        let origin = starts.into_iter().filter(|s| *s > self.gap).min_by_key(|s| s.abs_diff(middle))?;
        let (early, late) = (&rows[..origin - self.gap], &rows[origin..]);
        let sizes = self.sizes(late);
        let mut order: Vec<usize> = (0..sizes.len()).filter(|g| sizes[*g] > 0).collect();
        shuffle(rng, &mut order);
        order.sort_by_key(|g| std::cmp::Reverse(sizes[*g]));
        for folds in (2..=folds.min(order.len())).rev() {
            let mut fold_of: Vec<Option<usize>> = vec![None; sizes.len()];
            let mut filled = vec![0; folds];
            for group in &order {
                let least = (0..folds).min_by_key(|f| filled[*f])?;
                filled[least] += sizes[*group];
                fold_of[*group] = Some(least);
            }
            let fold = |row: &u32| fold_of[self.groups.of_row[*row as usize] as usize];
            let split = |f: usize| {
                let mut split = Split {
                    train: early.iter().copied().filter(|row| fold(row) != Some(f)).collect(),
                    test: late.iter().copied().filter(|row| fold(row) == Some(f)).collect(),
                };
                split.train.sort_unstable();
                split.test.sort_unstable();
                split
            };
            let made: Vec<Split> = (0..folds).map(split).collect();
            // A fold of a single row has no r2.
            let least = if folds > 2 { 2 } else { 1 };
            if made.iter().all(|s| !s.train.is_empty() && s.test.len() >= least) {
                return Some(made);
            }
        }
        None
    }

    /// Rows of one group within one stretch of time, or whole groups where the target does not vary within any.
    pub fn exchangeable(&self, targets: Vec<u32>) -> Blocks {
        let groups = Blocks::groups(&self.groups.of_row, targets.clone());
        if groups.kind == "whole groups" {
            return groups;
        }
        // A stretch is as long as the later part of a split whose train part is largest.
        let length = ((self.timeline.order.len() * self.n_test) as f64).sqrt().ceil() as usize;
        let mut rows = Vec::new();
        for stretch in self.timeline.order.chunks(length.max(2)) {
            let mut of_group = std::collections::BTreeMap::<u32, Vec<u32>>::new();
            stretch.iter().for_each(|r| of_group.entry(self.groups.of_row[*r as usize]).or_default().push(*r));
            rows.extend(of_group.into_values());
        }
        Blocks::stretches(rows, targets)
    }

    /// Groups that no test part can be of: those without rows after the first origin.
    pub fn untested(&self) -> Vec<usize> {
        let first = self.origins.first().map_or(0, |o| *o as usize);
        let sizes = self.sizes(&self.timeline.order[first..]);
        (0..sizes.len()).filter(|g| sizes[*g] == 0).collect()
    }
}
