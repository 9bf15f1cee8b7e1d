//! A run's end before its last split: what is set by someone who waits reaches every fit under way.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};

use crate::error::Result;
use crate::model::interrupt::{PATIENCE, listen};
use crate::threads::refused;

/// Does work whose fits end soon after `stop` is set: they look at the flag that the work is given, on the threads
/// that [listen to it](heed).
///
/// # Errors
/// A run error if threads cannot be started, and whatever the work returns.
pub(crate) fn until_stopped<T>(stop: &AtomicBool, work: impl FnOnce(&Arc<AtomicBool>) -> Result<T>) -> Result<T> {
    let halt = Arc::new(AtomicBool::new(stop.load(Ordering::Relaxed)));
    let (over, watched) = mpsc::channel::<()>();
    std::thread::scope(|threads| {
        let flag = &halt;
        let observe = std::thread::Builder::new().spawn_scoped(threads, move || {
            while watched.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                if stop.load(Ordering::Relaxed) {
                    flag.store(true, Ordering::Relaxed);
                }
            }
        });
        observe.map_err(refused)?;
        // Dropped when the work is done, or breaks down: the watch ends then.
        let _over = over;
        work(&halt)
    })
}

/// Lets the fits on the threads of a pool end once the flag is set.
pub(crate) fn heed(pool: &rayon::ThreadPool, halt: &Arc<AtomicBool>) {
    pool.broadcast(|_| listen(halt));
}
