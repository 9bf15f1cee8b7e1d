//! Results that come from several threads at once, taken in order beside the work.

use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, SyncSender};

use crate::error::Result;

/// Results with their places, from 0.
pub(super) type Placed<T> = Vec<(usize, T)>;

/// Lets workers run on a pool of threads, and gives what they send to `take`, in the order of its places and while they go
/// on, until that says that a result is the last one; says whether one was.
///
/// # Errors
/// A run error if threads cannot be started, and what `take` returns.
pub(super) fn collect<T: Send>(
    pool: &rayon::ThreadPool,
    workers: usize,
    halt: &AtomicBool,
    worker: impl Fn(&SyncSender<Placed<T>>) + Sync,
    take: &mut impl FnMut(T) -> Result<bool>,
) -> Result<bool> {
    // Results that nobody takes yet are few: a reader of lines may be slower than the fits.
    let (sender, results) = mpsc::sync_channel(4 * workers.max(1));
    std::thread::scope(|threads| {
        let worker = &worker;
        let work = move || {
            pool.scope(|scope| {
                for _ in 0..workers {
                    let sender = sender.clone();
                    scope.spawn(move |_| worker(&sender));
                }
            });
        };
        let working = std::thread::Builder::new().spawn_scoped(threads, work).map_err(crate::threads::refused)?;
        let taking = || {
            let mut waiting: BTreeMap<usize, T> = BTreeMap::new();
            let mut taken = 0;
            for (i, result) in results.into_iter().flatten() {
                waiting.insert(i, result);
                while let Some(result) = waiting.remove(&taken) {
                    let ends = take(result);
                    taken += 1;
                    if !matches!(ends, Ok(false)) {
                        halt.store(true, Ordering::Relaxed);
                        return ends;
                    }
                }
            }
            Ok(false)
        };
        let ended = taking();
        match working.join() {
            // Work that is given up unwinds.
            Err(panic) if !halt.load(Ordering::Relaxed) => resume_unwind(panic),
            _ => ended,
        }
    })
}
