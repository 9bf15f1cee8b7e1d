//! How long each model takes: asked for, since a report has no duration otherwise.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Time spent on each model, summed over threads, and the splits that it was spent on.
#[derive(Debug, Default)]
pub struct Clock {
    nanoseconds: Vec<AtomicU64>,
    splits: AtomicU64,
}

impl Clock {
    /// For so many models.
    pub fn new(models: usize) -> Self {
        Self { nanoseconds: (0..models).map(|_| AtomicU64::new(0)).collect(), splits: AtomicU64::new(0) }
    }

    /// Does some work for a model, and counts its time.
    fn count<T>(&self, model: usize, work: impl FnOnce() -> T) -> T {
        let started = Instant::now();
        let done = work();
        let spent = u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX);
        if let Some(all) = self.nanoseconds.get(model) {
            all.fetch_add(spent, Ordering::Relaxed);
        }
        done
    }

    /// Counts a split.
    pub(super) fn split(&self) {
        self.splits.fetch_add(1, Ordering::Relaxed);
    }

    /// Seconds a split that a model took, on one thread; `None` before the first split.
    pub fn seconds(&self, model: usize) -> Option<f64> {
        let splits = self.splits.load(Ordering::Relaxed);
        let spent = self.nanoseconds.get(model)?.load(Ordering::Relaxed);
        (splits > 0).then(|| spent as f64 * 1e-9 / splits as f64)
    }
}

/// Does some work for a model, and counts its time where there is a clock.
pub(super) fn timed<T>(clock: Option<&Clock>, model: usize, work: impl FnOnce() -> T) -> T {
    match clock {
        Some(clock) => clock.count(model, work),
        None => work(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn time_is_shared_out_over_splits_and_counted_by_model() {
        let clock = Clock::new(2);
        assert_eq!(clock.seconds(0), None);
        let nap = Duration::from_millis(20);
        assert_eq!(
            timed(Some(&clock), 1, || {
                std::thread::sleep(nap);
                7
            }),
            7
        );
        timed(None, 0, || std::thread::sleep(nap));
        (0..4).for_each(|_| clock.split());
        assert_eq!(clock.seconds(0), Some(0.0));
        assert!(clock.seconds(1).unwrap() >= 0.005 && clock.seconds(2).is_none());
    }
}
