//! Ctrl-C: the first one asks for an end, the second one is the end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::ExitCode;

/// Starts to listen for Ctrl-C and SIGTERM. The flag is set by the first.
pub fn listen() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    // A handler that is there already is nobody's but ours; without one Ctrl-C just kills.
    let _ = ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(ExitCode::Stopped.code()));
        }
        eprintln!("stopping; the splits that are done will be reported; press Ctrl-C again to stop at once");
    });
    stop
}
