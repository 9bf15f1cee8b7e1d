//! Processes that were forked, such as those of a `ProcessPoolExecutor`: they have none of the threads of their parent.

use std::sync::atomic::{AtomicU32, Ordering};

/// The process that has imported the package.
static IMPORTED: AtomicU32 = AtomicU32::new(0);

/// Notes that this process imports the package.
pub fn imported() {
    IMPORTED.store(std::process::id(), Ordering::Relaxed);
}

/// Keeps polars on this thread in a process that was forked since: it would wait for ever for threads that the parent has.
pub fn heed() {
    if IMPORTED.load(Ordering::Relaxed) != std::process::id() {
        polars_async::executor::ALLOW_RAYON_THREADS.set(false);
    }
}
