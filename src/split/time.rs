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
        let last = (times.len() + 1).saturating_sub(n_test);
        let origins: Vec<u32> = (n_train + gap..last).filter(|o| time(o - 1) < time(*o)).map(|o| o as u32).collect();
        if origins.is_empty() {
            return Err(Error::input(format!(
                "no time split fits: {} rows cannot give {n_train} train rows, a gap of {gap} and {n_test} later test rows; \
                 lower --test-size, --train-size or --gap",
                times.len()
            )));
        }
        Ok(Self { order, origins, n_test, gap, window: rolling.then_some(n_train) })
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
}
