//! Splits along time: every test row is later than every train row.

use rand_chacha::ChaCha8Rng;

use super::Split;
use super::permute::Blocks;
use super::random::below;
use crate::error::{Error, Result};

/// Rows in time order and the points at which a test part may begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline {
    order: Vec<u32>,
    /// For each row in time order, whether it is later than the one before it.
    later: Vec<bool>,
    origins: Vec<u32>,
    n_test: usize,
    gap: usize,
    /// Train rows of a rolling origin; `None` trains on all rows before the gap.
    window: Option<usize>,
}

impl Timeline {
    /// The origins of test parts of `n_test` rows with at least `n_train` train rows and `gap` rows
    /// in between. An origin never parts rows of equal time.
    ///
    /// # Errors
    /// An input error where no origin fits.
    pub fn new(times: &[f64], n_test: usize, n_train: usize, gap: usize, rolling: bool) -> Result<Self> {
        let mut order: Vec<u32> = (0..times.len() as u32).collect();
        order.sort_by(|a, b| times[*a as usize].total_cmp(&times[*b as usize]));
        let time = |i: usize| times[order[i] as usize];
        let later: Vec<bool> = (0..times.len()).map(|i| i == 0 || time(i - 1) < time(i)).collect();
        let last = (times.len() + 1).saturating_sub(n_test);
        let origins: Vec<u32> = (n_train + gap..last).filter(|o| later[*o]).map(|o| o as u32).collect();
        if origins.is_empty() {
            return Err(Error::input(format!(
                "no time split fits: {} rows cannot give {n_train} train rows, a gap of {gap} and {n_test} later test rows; \
                 lower --test-size, --train-size or --gap",
                times.len()
            )));
        }
        Ok(Self { order, later, origins, n_test, gap, window: rolling.then_some(n_train) })
    }

    /// Stretches of time as long as a test part.
    pub fn stretches(&self) -> Blocks {
        Blocks::stretches(&self.order, self.n_test)
    }

    /// A split at a random origin.
    pub fn draw(&self, rng: &mut ChaCha8Rng) -> Split {
        let origin = self.origins[below(rng, self.origins.len() as u32) as usize] as usize;
        let end = origin - self.gap;
        let start = self.window.map_or(0, |w| end - w);
        let sorted = |range: std::ops::Range<usize>| {
            let mut rows = self.order[range].to_vec();
            rows.sort_unstable();
            rows
        };
        Split { train: sorted(start..end), test: sorted(origin..origin + self.n_test) }
    }

    /// Where each of the folds of `n` train rows begins, out of the places where one may begin.
    fn origins(&self, starts: &[usize], n: usize, folds: usize) -> Vec<usize> {
        let mut size = n / (folds + 1);
        // A gap that would leave the first fold little to learn from is made up for by all folds.
        if n < folds * size + self.gap + size.div_ceil(2) {
            size = (n - self.gap) / (folds + 1);
        }
        if n > 2 * folds + self.gap {
            size = size.max(2);
        }
        let mut origins = Vec::with_capacity(folds);
        let mut from = 0;
        for fold in 0..folds {
            let wanted = n - (folds - fold) * size;
            // Each of the later folds keeps a start of its own.
            let open = &starts[from..starts.len() - (folds - fold - 1)];
            let after = open.partition_point(|s| *s < wanted).min(open.len() - 1);
            let nearer_before = after > 0 && wanted.abs_diff(open[after - 1]) < open[after].abs_diff(wanted);
            let at = after - usize::from(nearer_before);
            origins.push(open[at]);
            from += at + 1;
        }
        origins
    }

    /// Parts train rows (ascending, of this table) along time as scikit-learn's `TimeSeriesSplit` does: folds of equal
    /// size at the end, each learned from all rows before it less the gap. A fold begins where a time begins, at the
    /// one nearest to its place, and there are fewer folds where there are fewer times. `None` where there are not two.
    pub fn inner(&self, train: &[u32], folds: usize) -> Option<Vec<Split>> {
        let mut is_train = vec![false; self.order.len()];
        train.iter().for_each(|row| is_train[*row as usize] = true);
        let (mut rows, mut starts, mut begins) = (Vec::with_capacity(train.len()), Vec::new(), false);
        for (row, later) in self.order.iter().zip(&self.later) {
            begins |= later;
            if is_train[*row as usize] {
                // A fold needs a row to learn from before its gap.
                if begins && rows.len() > self.gap {
                    starts.push(rows.len());
                }
                rows.push(*row);
                begins = false;
            }
        }
        let folds = folds.min(starts.len());
        // Each fold has two rows, where there are rows for that and the first to learn from.
        let folds = folds.min((rows.len() / 2).saturating_sub(1).max(2));
        if folds < 2 {
            return None;
        }
        let n = rows.len();
        // A fold of a single row has no r2, and rows of one time do not part: fewer folds until each has two rows.
        let lone = |origins: &[usize]| origins.windows(2).any(|w| w[1] - w[0] < 2) || origins.last() == Some(&(n - 1));
        let mut origins = self.origins(&starts, n, folds);
        while origins.len() > 2 && lone(&origins) {
            origins = self.origins(&starts, n, origins.len() - 1);
        }
        let sorted = |range: std::ops::Range<usize>| {
            let mut rows = rows[range].to_vec();
            rows.sort_unstable();
            rows
        };
        let end = |fold: usize| origins.get(fold + 1).copied().unwrap_or(n);
        let split = |(fold, origin): (usize, &usize)| Split {
            train: sorted(0..origin - self.gap),
            test: sorted(*origin..end(fold)),
        };
        Some(origins.iter().enumerate().map(split).collect())
    }
}
