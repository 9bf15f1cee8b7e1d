//! One pass over the splits of a run: work on several threads, results in the order of the splits.

use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::run::{heed, until_stopped};

/// Splits a thread has ahead of the one that is taken: enough to keep it busy, few enough to hold.
const AHEAD: usize = 8;

/// Calls `make` for each split on the threads of `pool`, and `take` with what it made, in order. What was
/// made of more than a few splits is never held.
///
/// # Errors
/// A run error where `stop` was set, and whatever `make` returns.
pub fn over_splits<T: Send>(
    pool: &rayon::ThreadPool,
    splits: &[usize],
    stop: &AtomicBool,
    make: impl Fn(usize) -> Result<T> + Sync,
    mut take: impl FnMut(usize, T),
) -> Result<()> {
    until_stopped(stop, |halt| {
        heed(pool, halt);
        for some in splits.chunks(AHEAD * pool.current_num_threads()) {
            let made: Result<Vec<T>> = pool.install(|| some.par_iter().map(|k| make(*k)).collect());
            if halt.load(Ordering::Relaxed) {
                return Err(Error::run("stopped before all splits were looked at").advise("nothing is reported"));
            }
            some.iter().zip(made?).for_each(|(k, made)| take(*k, made));
        }
        Ok(())
    })
}
