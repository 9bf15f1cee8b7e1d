//! The file of a journal, and what goes on from one.

use std::fs::{File, TryLockError};
use std::io::{BufRead, BufReader, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use super::terminal;
use crate::error::{Error, Result};
use crate::evaluation::PreparedEvaluation;
use crate::run::Part;
use crate::run::part::journal::{Journal, JournalHeader, is_begun, split_line};

/// What is written stays written through a loss of power after so long.
const SYNCED: Duration = Duration::from_secs(1);

/// Whether a journal that is there has what pictures need.
pub fn has_pictures(path: &Path) -> bool {
    let Some(file) = File::open(path).ok().filter(is_file) else { return false };
    let mut line = Vec::new();
    let header = BufReader::new(file).read_until(b'\n', &mut line).ok().and_then(|_| Journal::read(&line).ok());
    header.is_some_and(|journal| journal.header.question.get("figures") == Some(&true.into()))
}

/// Whether something can be read to its end and added to.
fn is_file(file: &File) -> bool {
    file.metadata().is_ok_and(|metadata| metadata.is_file())
}

/// A journal that is written.
pub struct JournalFile {
    path: PathBuf,
    file: Arc<File>,
    /// Whether something was written since it was last made sure of.
    is_dirty: Arc<AtomicBool>,
    syncing: Option<(Sender<()>, JoinHandle<()>)>,
}

impl JournalFile {
    /// Begins a journal.
    ///
    /// # Errors
    /// An input error where the file is there already, or cannot be made.
    pub fn create(path: &Path, header: &JournalHeader) -> Result<Self> {
        let file = File::options().read(true).append(true).create_new(true).open(path).map_err(|e| match e.kind() {
            std::io::ErrorKind::AlreadyExists => Error::file(format!("{} is there already", path.display()))
                .advise("go on with it by --resume, or give --journal another name"),
            std::io::ErrorKind::NotFound => {
                Error::file(format!("cannot write {}: its folder does not exist", path.display()))
                    .advise("make it first")
            }
            _ => Error::file(format!("cannot write {}: {e}", path.display())),
        })?;
        let journal = Self::of(path, file)?;
        journal.write(&header.line()?)?;
        Ok(journal)
    }

    /// Goes on with a journal, behind its last whole line, and gives the splits that it has; begins one where there is none.
    ///
    /// # Errors
    /// An input error where it is of another question, damaged, or in use.
    pub fn resume(path: &Path, prepared: &PreparedEvaluation, header: &JournalHeader) -> Result<(Self, Vec<Part>)> {
        if !path.try_exists().unwrap_or(true) {
            return Ok((Self::create(path, header)?, Vec::new()));
        }
        let named = |e: Error| e.within(&path.display().to_string());
        let cannot = |e: std::io::Error| Error::file(format!("cannot go on with {}: {e}", path.display()));
        let mut file = File::options().read(true).append(true).open(path).map_err(cannot)?;
        if !is_file(&file) {
            return Err(
                Error::file(format!("{} is no file, and a journal is one", path.display())).advise("name another")
            );
        }
        let mut text = Vec::new();
        let locked = Self::of(path, file.try_clone().map_err(cannot)?)?;
        std::io::Read::read_to_end(&mut file, &mut text).map_err(cannot)?;
        if is_begun(&text) {
            file.set_len(0).map_err(cannot)?;
            locked.write(&header.line()?)?;
            return Ok((locked, Vec::new()));
        }
        let journal = Journal::read(&text).map_err(named)?;
        if let Some(difference) = journal.header.question.difference(&prepared.question()) {
            return Err(Error::report(format!(
                "{} is the journal of another question: {difference} (the journal first)",
                path.display()
            ))
            .advise("ask as it was asked, or begin anew with --journal"));
        }
        let splits = prepared.plan.splits();
        let last = journal.done.iter().filter_map(|part| part.splits().places.iter().next()).max();
        if let Some(last) = last.filter(|last| *last >= splits as u64) {
            return Err(Error::report(format!(
                "{} has splits up to #{last}, and {splits} are asked for: sums over splits cannot be taken apart",
                path.display()
            ))
            .advise(format!("ask for at least {}, or begin anew with --journal", last + 1)));
        }
        if journal.is_torn {
            terminal::say(format!("{}: the last line was cut off and is left out", path.display()));
            file.set_len(journal.whole as u64).and_then(|()| file.seek(std::io::SeekFrom::End(0))).map_err(cannot)?;
        }
        Ok((locked, journal.done))
    }

    /// A file that nobody else writes to.
    fn of(path: &Path, file: File) -> Result<Self> {
        // Some file systems of clusters have no locks; only one that is held says that somebody writes.
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            return Err(Error::file(format!("{} is in use by another run", path.display()))
                .advise("wait for it, or give each run a journal of its own"));
        }
        let (file, is_dirty) = (Arc::new(file), Arc::new(AtomicBool::new(false)));
        let (ended, ends) = channel::<()>();
        let (synced, dirty) = (Arc::clone(&file), Arc::clone(&is_dirty));
        let thread = std::thread::Builder::new().spawn(move || {
            while ends.recv_timeout(SYNCED) == Err(RecvTimeoutError::Timeout) {
                if dirty.swap(false, Ordering::Relaxed) {
                    // A disk that takes nothing more is met by the next line.
                    let _ = synced.sync_data();
                }
            }
        });
        let syncing = thread.ok().map(|thread| (ended, thread));
        Ok(Self { path: path.to_owned(), file, is_dirty, syncing })
    }

    /// Adds what came of a split.
    ///
    /// # Errors
    /// A run error where writing fails; what was written before stays.
    pub fn keep(&self, part: &Part) -> Result<()> {
        self.write(&split_line(part)?)
    }

    fn write(&self, line: &str) -> Result<()> {
        (&*self.file).write_all(line.as_bytes()).map_err(|e| {
            Error::writing(self.path.display(), &e).advise("the splits before are kept; make room and use --resume")
        })?;
        self.is_dirty.store(true, Ordering::Relaxed);
        Ok(())
    }
}

impl Drop for JournalFile {
    fn drop(&mut self) {
        if let Some((ended, thread)) = self.syncing.take() {
            drop(ended);
            let _ = thread.join();
        }
        let _ = self.file.sync_data();
    }
}
