//! Runs a target over many inputs, and shows the smallest input that fails.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, Once};
use std::time::{Duration, Instant};

use crate::random::Random;

/// What is wrong with how an input was treated.
pub type Fault = String;

pub struct Target<'a> {
    /// Its name, and its folder among the regressions.
    pub name: &'static str,
    /// Inputs of an ordinary run.
    pub runs: u64,
    /// A new input.
    pub make: &'a dyn Fn(&mut Random) -> Vec<u8>,
    /// Tries an input.
    pub check: &'a dyn Fn(&[u8]) -> Result<(), Fault>,
}

/// The input that is tried, and since when.
type Current = Option<(Instant, Vec<u8>)>;

thread_local! {
    static SHOWN: Cell<bool> = const { Cell::new(false) };
}

/// Panics are what is looked for, and are shown once, with the input.
fn silence() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let shown = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if SHOWN.get() {
                shown(info);
            }
        }));
    });
}

fn of_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name}={text} is not a whole number")))
}

/// The sentences of an error must be about the input, and not about the program.
pub fn check_error(error: &randsplit::Error) -> Result<(), Fault> {
    let text = error.to_string();
    let blames =
        ["internal error", "a mistake in randsplit", "please report", "a bug in randsplit", "unwrap()", "panicked"];
    match blames.iter().find(|blame| text.contains(**blame)) {
        Some(blame) => Err(format!("the error says '{blame}': {text}")),
        None if text.trim().is_empty() => Err("the error says nothing".into()),
        None => Ok(()),
    }
}

/// As [`check_error`], for what may be fine too.
pub fn expect_or_error<T>(result: randsplit::Result<T>) -> Result<Option<T>, Fault> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) => check_error(&error).map(|()| None),
    }
}

impl Target<'_> {
    fn fault(&self, input: &[u8]) -> Option<Fault> {
        SHOWN.set(false);
        let done = catch_unwind(AssertUnwindSafe(|| (self.check)(input)));
        SHOWN.set(true);
        match done {
            Ok(result) => result.err(),
            Err(panic) => {
                let text = panic.downcast_ref::<String>().cloned();
                let text = text.or_else(|| panic.downcast_ref::<&str>().map(|t| (*t).to_owned()));
                Some(format!("it panicked: {}", text.unwrap_or_default()))
            }
        }
    }

    /// A smaller input that fails as well: pieces are left out while that goes.
    fn smaller(&self, mut input: Vec<u8>) -> Vec<u8> {
        let end = Instant::now() + Duration::from_secs(10);
        let mut piece = input.len() / 2;
        while piece > 0 {
            let mut at = 0;
            while at < input.len() && Instant::now() < end {
                let mut less = input.clone();
                less.drain(at..(at + piece).min(less.len()));
                if self.fault(&less).is_some() { input = less } else { at += piece }
            }
            piece /= 2;
        }
        input
    }

    fn report(&self, input: Vec<u8>, place: &str) -> ! {
        let input = self.smaller(input);
        let fault = self.fault(&input).unwrap_or_else(|| "it fails not always".into());
        let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{}", self.name));
        let kept = std::fs::write(&file, &input).map_or_else(|e| e.to_string(), |()| file.display().to_string());
        panic!(
            "{} ({place}): {fault}\nthe input, {} bytes, kept in {kept}:\n{}\nput it into tests/fuzz/regressions/{}/",
            self.name,
            input.len(),
            input[..input.len().min(4000)].escape_ascii(),
            self.name
        );
    }

    /// Tries the regressions, then random inputs.
    pub fn run(&self) {
        silence();
        SHOWN.set(true);
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/regressions").join(self.name);
        let mut files: Vec<PathBuf> =
            std::fs::read_dir(folder).map(|list| list.map(|e| e.unwrap().path()).collect()).unwrap_or_default();
        files.sort();
        for file in &files {
            let input = std::fs::read(file).unwrap();
            if self.fault(&input).is_some() {
                self.report(input, &file.display().to_string());
            }
        }
        let seed = of_environment("RANDSPLIT_FUZZ_SEED").unwrap_or(1);
        let seconds = of_environment("RANDSPLIT_FUZZ_SECONDS").map(Duration::from_secs);
        let trace = std::env::var_os("RANDSPLIT_FUZZ_TRACE").map(|folder| PathBuf::from(folder).join(self.name));
        let current: Arc<Mutex<Current>> = Arc::default();
        let watched = Arc::clone(&current);
        let name = self.name;
        // An input that takes long is shown and no fault: how long something takes depends on the machine.
        let watcher = std::thread::spawn(move || {
            let mut told = Vec::new();
            loop {
                std::thread::park_timeout(Duration::from_secs(1));
                match &*watched.lock().unwrap() {
                    None => break,
                    Some((start, input)) if start.elapsed().as_secs() >= 5 && *input != told => {
                        eprintln!(
                            "{name}: takes more than 5 seconds: {}",
                            input[..input.len().min(2000)].escape_ascii()
                        );
                        told.clone_from(input);
                    }
                    Some(_) => {}
                }
            }
        });
        let start = Instant::now();
        let mut done = 0;
        while seconds.map_or(done < self.runs, |s| start.elapsed() < s) {
            let input = (self.make)(&mut Random::new(seed.wrapping_mul(1 << 40).wrapping_add(done)));
            *current.lock().unwrap() = Some((Instant::now(), input.clone()));
            if let Some(file) = &trace {
                std::fs::write(file, &input).unwrap();
            }
            if self.fault(&input).is_some() {
                self.report(input, &format!("seed {seed}, input {done}"));
            }
            done += 1;
        }
        *current.lock().unwrap() = None;
        watcher.thread().unpark();
        watcher.join().unwrap();
        println!(
            "{name}: {} regressions and {done} random inputs in {:.0} s",
            files.len(),
            start.elapsed().as_secs_f64()
        );
    }
}
