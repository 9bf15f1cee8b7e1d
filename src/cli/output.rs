//! Where results go.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

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
        let beside = path.with_file_name(format!(".{}.{}.part", name.to_string_lossy(), std::process::id()));
        let file = File::create(&beside).map_err(|e| {
            let why = if e.kind() == io::ErrorKind::NotFound {
                "its folder does not exist; make it first".into()
            } else {
                e.to_string()
            };
            Error::input(format!("cannot write {place}: {why}"))
        })?;
        Ok(Self { path: path.to_owned(), beside, file: BufWriter::new(file), kept: false })
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// A run error where writing fails.
    pub fn keep(mut self) -> Result<()> {
        let failed = |path: &Path, e: &io::Error| Error::writing(path.display(), e);
        self.file.flush().map_err(|e| failed(&self.path, &e))?;
        // A device or pipe (/dev/stdout, /dev/null) is written to, not replaced.
        if std::fs::metadata(&self.path).is_ok_and(|m| !m.is_file()) {
            let mut source = File::open(&self.beside).map_err(|e| failed(&self.path, &e))?;
            let mut device = File::options().write(true).open(&self.path).map_err(|e| failed(&self.path, &e))?;
            return io::copy(&mut source, &mut device).map(drop).map_err(|e| failed(&self.path, &e));
        }
        std::fs::rename(&self.beside, &self.path).map_err(|e| failed(&self.path, &e))?;
        self.kept = true;
        Ok(())
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
