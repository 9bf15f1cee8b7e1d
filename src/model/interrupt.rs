//! Ending a fit before it is done, when the run that wants it is stopped.
//!
//! Each thread of a run knows the run's flag. Long loops [look at it](check), and leave through every layer between them
//! and the run by unwinding, as a cancelled query of a compiler does: a solver's traits know no flag, and a fit that
//! is stopped has no result. What cannot look, because it is one call of a library, is done on a
//! [thread of its own](apart), which is left behind.

use std::cell::RefCell;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

thread_local! {
    static FLAG: RefCell<Option<Arc<AtomicBool>>> = const { RefCell::new(None) };
}

/// How often a flag is looked at by a thread that waits.
pub(crate) const PATIENCE: Duration = Duration::from_millis(20);

/// What a fit that is stopped unwinds with.
#[derive(Debug)]
pub(crate) struct Stopped;

/// Fits on this thread end once the flag is set.
pub(crate) fn listen(flag: &Arc<AtomicBool>) {
    FLAG.set(Some(Arc::clone(flag)));
}

/// Ends the fit at work on this thread if its run was stopped.
#[inline]
pub(crate) fn check() {
    let stopped = FLAG.with_borrow(|flag| flag.as_ref().is_some_and(|flag| flag.load(Ordering::Relaxed)));
    if stopped {
        resume_unwind(Box::new(Stopped));
    }
}

/// Does work that cannot look at the flag so that nobody has to wait for it once the run is stopped. It then goes on
/// by itself until it is done or the program ends.
pub(crate) fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let Some(flag) = FLAG.with_borrow(Clone::clone) else { return work() };
    check();
    let (sender, result) = mpsc::sync_channel(1);
    let own = Arc::clone(&flag);
    let spawned = std::thread::Builder::new().spawn(move || {
        listen(&own);
        // Nobody takes it if the run was stopped.
        let _ = sender.send(work());
    });
    let thread = match spawned {
        Ok(thread) => thread,
        Err(e) => std::panic::panic_any(format!("cannot start a thread: {e}")),
    };
    loop {
        match result.recv_timeout(PATIENCE) {
            Ok(done) => return done,
            Err(RecvTimeoutError::Timeout) => check(),
            Err(RecvTimeoutError::Disconnected) => match thread.join() {
                Err(panic) => resume_unwind(panic),
                Ok(()) => std::panic::panic_any("the solver gave no answer"),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;
    use std::time::Instant;

    use super::*;

    #[test]
    fn work_apart_has_a_result_and_hands_on_a_panic() {
        std::thread::spawn(|| {
            listen(&Arc::new(AtomicBool::new(false)));
            assert_eq!(apart(|| 7), 7);
            assert!(catch_unwind(|| apart(|| resume_unwind(Box::new(3u8)))).unwrap_err().is::<u8>());
        })
        .join()
        .unwrap();
    }

    #[test]
    fn nobody_waits_for_work_that_is_stopped() {
        std::thread::spawn(|| {
            let flag = Arc::new(AtomicBool::new(false));
            listen(&flag);
            check();
            let started = Instant::now();
            std::thread::spawn(move || {
                std::thread::sleep(Duration::from_millis(50));
                flag.store(true, Ordering::Relaxed);
            });
            let ended = catch_unwind(|| apart(|| std::thread::sleep(Duration::from_secs(20))));
            assert!(ended.unwrap_err().is::<Stopped>());
            assert!(started.elapsed() < Duration::from_secs(5));
            assert!(catch_unwind(check).unwrap_err().is::<Stopped>());
        })
        .join()
        .unwrap();
    }
}
