//! Ctrl-C and other signals that end the program. Where something can be reported the first one asks for an end; at any
//! other time, and the second time, it is the end. No end leaves a temporary file.

#[cfg(unix)]
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::time::Duration;

use super::{ExitCode, temporary, terminal};

/// Nothing could be reported now.
const AT_ONCE: u8 = 0;
/// Splits are being done.
const REPORTING: u8 = 1;
/// The end was asked for.
const STOPPING: u8 = 2;

static STATE: AtomicU8 = AtomicU8::new(AT_ONCE);
static STOP: AtomicBool = AtomicBool::new(false);

/// While it lives the first signal asks for an end, and what is done by then is reported.
pub struct Reporting(());

impl Reporting {
    /// From here on.
    pub fn start() -> Self {
        let _ = STATE.compare_exchange(AT_ONCE, REPORTING, Ordering::SeqCst, Ordering::SeqCst);
        Self(())
    }

    /// Set by the first signal.
    pub fn stop(&self) -> &'static AtomicBool {
        &STOP
    }

    /// Up to here; whether an end was asked for.
    pub fn end(self) -> bool {
        drop(self);
        STATE.load(Ordering::SeqCst) == STOPPING
    }
}

impl Drop for Reporting {
    fn drop(&mut self) {
        let _ = STATE.compare_exchange(REPORTING, AT_ONCE, Ordering::SeqCst, Ordering::SeqCst);
    }
}

/// Asks for an end after so long, as a signal does.
pub fn end_after(time: Duration) {
    // Where no thread starts, the run is as long as it takes.
    let _ = std::thread::Builder::new().spawn(move || {
        std::thread::sleep(time);
        asked();
    });
}

/// Somebody wants the program to end.
fn asked() {
    if STATE.compare_exchange(REPORTING, STOPPING, Ordering::SeqCst, Ordering::SeqCst).is_ok() {
        STOP.store(true, Ordering::SeqCst);
        // On its own thread: who asks again is heard even where standard error takes no more.
        aside("stopping; the splits that are done will be reported; press Ctrl-C again to stop at once");
        return;
    }
    let first = STATE.swap(STOPPING, Ordering::SeqCst) == AT_ONCE;
    temporary::remove_all();
    if first {
        say_and_wait("stopped before there was anything to report");
    }
    exit(ExitCode::Stopped);
}

/// Ends the program now: nothing is flushed, no other thread is waited for.
pub fn exit(code: ExitCode) -> ! {
    #[cfg(unix)]
    signal_hook::low_level::exit(i32::from(code.code()));
    #[cfg(not(unix))]
    std::process::exit(i32::from(code.code()));
}

fn aside(text: &'static str) -> Option<std::thread::JoinHandle<()>> {
    std::thread::Builder::new().spawn(move || terminal::say(text)).ok()
}

/// Says why the program ends, unless standard error takes nothing.
fn say_and_wait(text: &'static str) {
    let Some(thread) = aside(text) else { return };
    for _ in 0..100 {
        if thread.is_finished() {
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Starts to listen, until the program ends. Signals that are ignored (`nohup`, a job in the background) stay so.
#[cfg(unix)]
pub fn listen() {
    use signal_hook::consts::{
        SIGALRM, SIGHUP, SIGINT, SIGPROF, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGVTALRM, SIGXCPU,
    };
    use signal_hook::iterator::Signals;

    const ALL: [i32; 10] = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGXCPU, SIGALRM, SIGVTALRM, SIGPROF, SIGUSR1, SIGUSR2];
    let ignored = ignored();
    let is_ignored = move |signal: i32| match ignored {
        Some(set) => set >> (signal - 1) & 1 == 1,
        // Nobody can tell here; what is left alone is surely right for `nohup`.
        None => signal == SIGHUP,
    };
    if !is_ignored(signal_hook::consts::SIGXFSZ) {
        // A file that may not grow is an error of writing then, which says so.
        let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::new(AtomicBool::new(false)));
    }
    let (ready, started) = std::sync::mpsc::channel();
    let heed = move || {
        let Ok(mut signals) = Signals::new(ALL.into_iter().filter(|s| !is_ignored(*s))) else { return };
        let _ = ready.send(());
        for signal in signals.forever() {
            match signal {
                SIGINT | SIGTERM | SIGHUP => asked(),
                SIGXCPU => {
                    temporary::remove_all();
                    say_and_wait("error: the limit of processor time is reached (ulimit -t); raise it");
                    exit(ExitCode::Run);
                }
                _ => {
                    temporary::remove_all();
                    let _ = signal_hook::low_level::emulate_default_handler(signal);
                }
            }
        }
    };
    // Without a thread to be had a signal just kills.
    if std::thread::Builder::new().name("signals".into()).stack_size(1 << 18).spawn(heed).is_ok() {
        let _ = started.recv();
    }
}

/// The signals that are ignored, one bit each, where the system tells.
#[cfg(unix)]
fn ignored() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let set = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
    u64::from_str_radix(set.trim(), 16).ok()
}

/// Starts to listen, until the program ends.
#[cfg(not(unix))]
pub fn listen() {
    // A handler that is there already is nobody's but ours; without one Ctrl-C just kills.
    let _ = ctrlc::set_handler(asked);
}
