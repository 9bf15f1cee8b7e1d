//! Where results go.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use crate::error::{Error, Result};

/// Forms of an answer that is lines for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TextOrJson {
    Text,
    Json,
}

/// Prints a text to standard output.
pub fn print(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|e| Error::writing("standard output", &e))
}

/// A file that appears under its name when all of it is written, and not before: a run that fails
/// leaves no half of one behind.
pub struct Sink {
    path: PathBuf,
    beside: PathBuf,
    before: PathBuf,
    file: BufWriter<File>,
    kept: bool,
}

impl Sink {
    /// Starts a file that will be `path`.
    ///
    /// # Errors
    /// An input error where no file can be made there.
    pub fn create(path: &Path) -> Result<Self> {
        let place = path.display();
        if path.is_dir() {
            return Err(Error::input(format!("cannot write {place}: it is a folder; name a file in it")));
        }
        let name = path.file_name().ok_or_else(|| Error::input(format!("cannot write '{place}': it names no file")))?;
        let hidden =
            |ending| path.with_file_name(format!(".{}.{}.{ending}", name.to_string_lossy(), std::process::id()));
        let (beside, before) = (hidden("part"), hidden("before"));
        let file = File::create(&beside).map_err(|e| {
            let why = if e.kind() == io::ErrorKind::NotFound {
                "its folder does not exist; make it first".into()
            } else {
                e.to_string()
            };
            Error::input(format!("cannot write {place}: {why}"))
        })?;
        Ok(Self { path: path.to_owned(), beside, before, file: BufWriter::new(file), kept: false })
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// A run error where writing fails.
    pub fn keep(self) -> Result<()> {
        Self::keep_all(vec![self])
    }

    /// Gives all of the files their names, or none: where one cannot be had, those that were there before are there
    /// again.
    ///
    /// # Errors
    /// A run error where writing fails.
    pub fn keep_all(mut sinks: Vec<Self>) -> Result<()> {
        for sink in &mut sinks {
            sink.file.flush().map_err(|e| sink.failed(&e))?;
        }
        // What is written to a device cannot be taken back, and may fail: before any file gets its name.
        for sink in sinks.iter().filter(|s| s.is_device()) {
            sink.copy_to_device().map_err(|e| sink.failed(&e))?;
        }
        // One rename is all or nothing by itself.
        let several = sinks.len() > 1;
        let named = sinks.iter_mut().filter(|s| !s.is_device()).try_for_each(|sink| {
            let aside = if several { sink.set_aside() } else { Ok(()) };
            aside.and_then(|()| std::fs::rename(&sink.beside, &sink.path)).map_err(|e| sink.failed(&e))?;
            sink.kept = true;
            Ok(())
        });
        for sink in sinks.iter().filter(|_| several) {
            // Where none was before, the new file goes.
            if named.is_err() && sink.kept && std::fs::rename(&sink.before, &sink.path).is_err() {
                let _ = std::fs::remove_file(&sink.path);
            }
            let _ = std::fs::remove_file(&sink.before);
        }
        named
    }

    fn failed(&self, error: &io::Error) -> Error {
        Error::writing(self.path.display(), error)
    }

    /// Whether the path is a device or pipe (/dev/stdout, /dev/null), which is written to, not replaced.
    fn is_device(&self) -> bool {
        std::fs::metadata(&self.path).is_ok_and(|m| !m.is_file())
    }

    fn copy_to_device(&self) -> io::Result<()> {
        let mut source = File::open(&self.beside)?;
        let mut device = File::options().write(true).open(&self.path)?;
        io::copy(&mut source, &mut device).map(drop)
    }

    /// Gives the file that has the name now another one besides.
    fn set_aside(&self) -> io::Result<()> {
        if !self.path.exists() {
            return Ok(());
        }
        // Not every file system has links.
        std::fs::hard_link(&self.path, &self.before).or_else(|_| std::fs::copy(&self.path, &self.before).map(drop))
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        if !self.kept {
            let _ = std::fs::remove_file(&self.beside);
        }
    }
}

/// Either a file or standard output.
pub enum Out {
    /// Standard output, buffered.
    Stdout(BufWriter<io::Stdout>),
    /// A file.
    File(Sink),
}

impl Out {
    /// The file of that path, or standard output.
    ///
    /// # Errors
    /// As [`Sink::create`].
    pub fn open(path: Option<&Path>) -> Result<Self> {
        Ok(match path {
            Some(path) => Self::File(Sink::create(path)?),
            None => Self::Stdout(BufWriter::new(io::stdout())),
        })
    }

    /// What is written to, for messages.
    pub fn place(&self) -> String {
        match self {
            Self::Stdout(_) => "standard output".into(),
            Self::File(sink) => sink.path.display().to_string(),
        }
    }

    /// Writes with `write` and turns its error into ours.
    ///
    /// # Errors
    /// A run error, or a broken pipe.
    pub fn with(&mut self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
        let place = self.place();
        write(self).map_err(|e| Error::writing(place, &e))
    }

    /// Ends the output.
    ///
    /// # Errors
    /// A run error where writing fails.
    pub fn finish(self) -> Result<()> {
        match self {
            Self::Stdout(mut out) => out.flush().map_err(|e| Error::writing("standard output", &e)),
            Self::File(sink) => sink.keep(),
        }
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout(out) => out.write(bytes),
            Self::File(sink) => sink.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(out) => out.flush(),
            Self::File(sink) => sink.flush(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_files_get_their_names_or_none_does() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let sinks = |text: &str| -> Vec<Sink> {
            let sink = |name| {
                let mut sink = Sink::create(&path(name)).unwrap();
                sink.write_all(text.as_bytes()).unwrap();
                sink
            };
            ["old", "new", "last"].map(sink).into()
        };
        let names = || {
            let mut all: Vec<_> = folder.path().read_dir().unwrap().map(|e| e.unwrap().file_name()).collect();
            all.sort();
            all
        };
        std::fs::write(path("old"), "before").unwrap();
        let broken = sinks("after");
        std::fs::remove_file(&broken[2].beside).unwrap();
        assert!(Sink::keep_all(broken).unwrap_err().to_string().contains("last"));
        assert_eq!((names(), std::fs::read_to_string(path("old")).unwrap()), (vec!["old".into()], "before".into()));
        Sink::keep_all(sinks("after")).unwrap();
        assert_eq!(names(), ["last", "new", "old"]);
        assert!(["old", "new", "last"].iter().all(|n| std::fs::read_to_string(path(n)).unwrap() == "after"));
    }
}
