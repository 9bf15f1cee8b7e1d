//! Threads to work on.

use crate::error::{Error, Result};
use crate::setting::THREADS;

/// More threads than any machine has cores; asking for more only costs memory.
const MOST: usize = 1024;

/// A pool of so many threads; 0 is one a core, whatever the environment says.
///
/// # Errors
/// A run error if threads cannot be started.
pub fn pool(threads: usize) -> Result<rayon::ThreadPool> {
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    let threads = if threads == 0 { cores() } else { threads.min(MOST) };
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(refused)
}

/// What there is to say where the system starts no thread.
pub fn refused(why: impl std::fmt::Display) -> Error {
    Error::run(format!("cannot start threads: {why}"))
        .advise(format!("lower {THREADS}, or raise the limits of threads and memory (ulimit -u, ulimit -v)"))
}
