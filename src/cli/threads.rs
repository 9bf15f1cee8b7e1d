//! `--threads` alone says how many threads there are.

#![allow(unsafe_code)] // The libraries' own pools are sized by the environment, which can be changed in no other way.

/// Sizes the pools that libraries start by themselves; 0 is one thread a core.
///
/// To be called when the program has one thread.
pub fn size_pools(threads: usize) {
    let threads = crate::threads::count(threads);
    for pool in ["POLARS_MAX_THREADS", "RAYON_NUM_THREADS"] {
        // SAFETY: nothing else reads or writes the environment: no other thread has been started.
        unsafe { std::env::set_var(pool, threads.to_string()) };
    }
}
