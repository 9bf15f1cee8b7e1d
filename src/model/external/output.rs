//! What a program prints: passed on where that is wanted, and its last lines kept for errors.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::threads::lock;

/// Lines that are kept.
const LINES: usize = 20;
/// Bytes of a line that are kept.
const LENGTH: usize = 400;

/// Takes each line that a model prints.
pub type Listener = Arc<dyn Fn(&str) + Send + Sync>;

/// The last lines that a program printed.
#[derive(Clone, Default)]
pub struct Output {
    last: Arc<Mutex<VecDeque<String>>>,
}

impl Output {
    /// Reads a pipe to its end on a thread of its own, so that the program never waits for a reader.
    pub fn follow(&self, pipe: impl Read + Send + 'static, listener: Option<Listener>) {
        let last = Arc::clone(&self.last);
        let work = move || {
            let mut pipe = BufReader::new(pipe);
            let mut line = Vec::new();
            while read_line(&mut pipe, &mut line) {
                let text = String::from_utf8_lossy(&line);
                let text = text.trim_end();
                if let Some(listener) = &listener {
                    listener(text);
                }
                if !text.trim().is_empty() {
                    let mut last = lock(&last);
                    last.push_back(text.to_owned());
                    if last.len() > LINES {
                        last.pop_front();
                    }
                }
            }
        };
        let _ = std::thread::Builder::new().name("output".into()).stack_size(1 << 18).spawn(work);
    }

    /// How the program ended, with the last line that it printed.
    pub fn after(&self, how: &str) -> String {
        // What it printed last may still be on its way.
        std::thread::sleep(Duration::from_millis(30));
        self.last().map_or_else(|| how.to_owned(), |line| format!("{how}; its last line: {line}"))
    }

    /// The last line that says something.
    fn last(&self) -> Option<String> {
        lock(&self.last).back().map(|line| line.trim().to_owned())
    }
}

/// Reads a line, of a long one its beginning; `false` at the end.
fn read_line(pipe: &mut impl BufRead, line: &mut Vec<u8>) -> bool {
    line.clear();
    let mut any = false;
    loop {
        let (used, ends) = match pipe.fill_buf() {
            Ok([]) | Err(_) => return any,
            Ok(bytes) => {
                any = true;
                let end = bytes.iter().position(|b| *b == b'\n');
                let part = &bytes[..end.unwrap_or(bytes.len())];
                line.extend_from_slice(&part[..part.len().min(LENGTH.saturating_sub(line.len()))]);
                (end.map_or(bytes.len(), |end| end + 1), end.is_some())
            }
        };
        pipe.consume(used);
        if ends {
            return true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_kept_however_much_is_printed() {
        let (heard, output) = (Arc::new(Mutex::new(0)), Output::default());
        let counter = Arc::clone(&heard);
        let text = format!("{}\n{}\nlast \n\n", "x".repeat(1_000_000), "line\n".repeat(100_000));
        let (sent, done) = std::sync::mpsc::channel();
        let listener: Listener = Arc::new(move |_: &str| {
            *counter.lock().unwrap() += 1;
            let _ = sent.send(());
        });
        output.follow(std::io::Cursor::new(text.into_bytes()), Some(listener));
        while done.recv().is_ok() {}
        assert_eq!(output.last().unwrap(), "last");
        assert_eq!(*heard.lock().unwrap(), 100_004);
        let kept = output.last.lock().unwrap();
        assert!(kept.len() == LINES && kept.iter().all(|line| line.len() <= LENGTH));
    }
}
