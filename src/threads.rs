//! Threads to work on, and the locks between them.

use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::setting::THREADS;

/// More threads than any machine has cores; asking for more only costs memory.
const MOST: usize = 1024;

/// How many threads are meant; 0 is one a core, whatever the environment says.
pub fn count(threads: usize) -> usize {
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    if threads == 0 { cores() } else { threads.min(MOST) }
}

/// A pool of so many threads, counted by [`count`].
///
/// # Errors
/// A run error if threads cannot be started.
pub fn pool(threads: usize) -> Result<rayon::ThreadPool> {
    rayon::ThreadPoolBuilder::new().num_threads(count(threads)).build().map_err(refused)
}

/// Locks, also where a thread has panicked that had the lock.
pub fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The same, but for a lock that is not to be had in time.
pub fn lock_until<T: ?Sized>(mutex: &Mutex<T>, until: Instant) -> Option<MutexGuard<'_, T>> {
    loop {
        match mutex.try_lock() {
            Ok(guard) => return Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => return Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) if Instant::now() < until => std::thread::sleep(Duration::from_millis(5)),
            Err(TryLockError::WouldBlock) => return None,
        }
    }
}

/// What there is to say where the system starts no thread.
pub fn refused(why: impl std::fmt::Display) -> Error {
    Error::run(format!("cannot start threads: {why}"))
        .advise(format!("lower {THREADS}, or raise the limits of threads and memory (ulimit -u, ulimit -v)"))
}
