//! Folders and processes of external models. None outlives the program, however it ends (but by SIGKILL).

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use tempfile::TempDir;

use super::output::{Listener, Output};
use crate::threads::{lock, lock_until};

/// How long the end of the program waits for a lock.
const PATIENCE: Duration = Duration::from_secs(2);

static FOLDERS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());
static RUNNING: Mutex<Vec<Weak<Mutex<Group>>>> = Mutex::new(Vec::new());

/// What is said of a file or folder that cannot be made or written.
pub fn cannot_write(path: &Path, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => format!(
            "{} cannot be written: the disk is full; free some space, or set TMPDIR to a folder with more",
            path.display()
        ),
        _ => format!("{} cannot be written: {error}", path.display()),
    }
}

/// A folder for the files of a run, gone when this is.
pub struct Folder {
    folder: Option<TempDir>,
}

impl Folder {
    /// Makes one where temporary files belong.
    ///
    /// # Errors
    /// Why none can be made.
    pub fn new() -> Result<Self, String> {
        let made = tempfile::Builder::new().prefix("randsplit-").tempdir();
        let folder = made.map_err(|e| {
            let why = cannot_write(&std::env::temp_dir(), &e);
            format!("its temporary files have no place: {why}")
        })?;
        lock(&FOLDERS).push(folder.path().to_path_buf());
        Ok(Self { folder: Some(folder) })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.as_ref().map_or(Path::new(""), TempDir::path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Some(folder) = self.folder.take() {
            let path = folder.path().to_path_buf();
            // A process that was just ended may still hold a file for a moment.
            if folder.close().is_err() {
                let _ = std::fs::remove_dir_all(&path);
            }
            lock(&FOLDERS).retain(|other| *other != path);
        }
    }
}

/// A program with all that it starts, ended when this is dropped.
pub struct Process {
    group: Arc<Mutex<Group>>,
}

/// A child process and the group that it leads.
struct Group {
    child: Child,
    /// How it ended, once that is known; the rest of its group is ended then too.
    status: Option<ExitStatus>,
}

impl Process {
    /// Starts a program in a group of its own, so that a Ctrl-C at the terminal is randsplit's alone.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub fn start(mut command: Command) -> io::Result<Self> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        // While the list is held nobody ends the program between the start and the entry.
        let mut running = lock(&RUNNING);
        let group = Arc::new(Mutex::new(Group { child: command.spawn()?, status: None }));
        running.retain(|other| other.strong_count() > 0);
        running.push(Arc::downgrade(&group));
        Ok(Self { group })
    }

    /// How it ended, if it has.
    pub fn ended(&self) -> Option<ExitStatus> {
        lock(&self.group).ended()
    }

    /// Starts a program that is given no input, and follows what it prints.
    ///
    /// # Errors
    /// Where it cannot be started, with its name.
    pub fn follow(mut command: Command, listener: Option<&Listener>) -> Result<(Self, Output), String> {
        let program = command.get_program().to_string_lossy().into_owned();
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let process = Self::start(command).map_err(|e| format!("'{program}' cannot be started: {e}"))?;
        let output = Output::default();
        {
            let child = &mut lock(&process.group).child;
            if let Some(pipe) = child.stdout.take() {
                output.follow(pipe, listener.cloned());
            }
            if let Some(pipe) = child.stderr.take() {
                output.follow(pipe, listener.cloned());
            }
        }
        Ok((process, output))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        lock(&self.group).end();
    }
}

impl Group {
    fn ended(&mut self) -> Option<ExitStatus> {
        if self.status.is_none() {
            self.status = self.child.try_wait().ok().flatten();
            if self.status.is_some() {
                // What it has started and left behind; later its number may be another's.
                self.kill_group();
            }
        }
        self.status
    }

    fn end(&mut self) {
        if self.status.is_some() {
            return;
        }
        self.kill_group();
        let _ = self.child.kill();
        // What is killed ends at once; what cannot be waited for is left.
        for _ in 0..200 {
            if self.ended().is_some() {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    #[cfg(unix)]
    fn kill_group(&self) {
        let _ = rustix::process::kill_process_group(
            rustix::process::Pid::from_child(&self.child),
            rustix::process::Signal::KILL,
        );
    }

    #[cfg(not(unix))]
    fn kill_group(&self) {
        let id = self.child.id().to_string();
        let _ = Command::new("taskkill").args(["/F", "/T", "/PID", &id]).output();
    }
}

/// Ends all programs and removes all folders; for the end of randsplit.
pub fn end_all() {
    let until = std::time::Instant::now() + PATIENCE;
    if let Some(running) = lock_until(&RUNNING, until) {
        for child in running.iter().filter_map(Weak::upgrade) {
            if let Some(mut group) = lock_until(&child, until) {
                group.end();
            }
        }
    }
    if let Some(folders) = lock_until(&FOLDERS, until) {
        folders.iter().for_each(|folder| drop(std::fs::remove_dir_all(folder)));
    }
}

/// How a program ended, in words.
pub fn said(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return format!("it was ended by signal {signal}");
    }
    match status.code() {
        Some(code) => format!("it ended with exit code {code}"),
        None => "it ended".into(),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn what_a_program_starts_ends_with_it() {
        let folder = Folder::new().unwrap();
        let alive = folder.path().join("alive");
        let mut command = Command::new("sh");
        command.args(["-c", "(while sleep 0.02; do date > alive; done) & wait"]).current_dir(folder.path());
        let process = Process::start(command).unwrap();
        while !alive.exists() {
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(process.ended().is_none());
        drop(process);
        std::thread::sleep(Duration::from_millis(60));
        std::fs::remove_file(&alive).unwrap();
        std::thread::sleep(Duration::from_millis(150));
        assert!(!alive.exists());
        let path = folder.path().to_path_buf();
        drop(folder);
        assert!(!path.exists());
    }

    #[test]
    fn ends_are_told_apart() {
        let status = |script: &str| said(Command::new("sh").args(["-c", script]).status().unwrap());
        assert_eq!(status("exit 3"), "it ended with exit code 3");
        assert_eq!(status("kill -9 $$"), "it was ended by signal 9");
    }
}
