//! Where results go.

use std::fmt::Display;
use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Seek, Write};
use std::path::{Path, PathBuf};

use super::place::{Place, check_writable};
use super::temporary::{Temporary, folder_of, naming};
use crate::error::{Error, Result};
use crate::escape::csv::Cells;

/// Prints a text to standard output.
pub fn print(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|e| Error::writing("standard output", &e))
}

/// A file that appears under its name when all of it is written, and not before: a run that fails leaves no half of one
/// behind. A link stays one, and the file behind it is replaced; a device or a pipe is written to as it is.
pub struct Sink {
    path: PathBuf,
    target: PathBuf,
    body: Body,
}

/// Where bytes go until the file has its name.
enum Body {
    /// A new file that takes the place of the old one.
    Beside(BufWriter<File>, Temporary),
    /// A file without a name, whose content is put into the old one: its folder takes no other file, or its owner
    /// would be another.
    Within(BufWriter<File>),
    /// A device or pipe, opened when there is something to write: opening a pipe waits for who reads it.
    Direct(Option<BufWriter<File>>),
}

/// What takes an output back.
enum Undo {
    /// The file that had the name before, if there was one.
    Name(Option<Temporary>),
    /// The content that the file had before.
    Content(File, File),
}

impl Sink {
    /// Starts a file that will be `path`.
    ///
    /// # Errors
    /// An input error where no file can be made there.
    pub fn create(path: &Path) -> Result<Self> {
        let cannot = |why: &dyn Display| Error::file(format!("cannot write {}: {why}", path.display()));
        if path.is_dir() {
            return Err(cannot(&"it is a folder; name a file in it"));
        }
        if path.file_name().is_none() {
            return Err(Error::file(format!("cannot write '{}': it names no file", path.display())));
        }
        let target = match Place::of(path).map_err(|e| cannot(&e))? {
            Place::File(target) => target,
            Place::Stdout | Place::Direct => {
                path.metadata().map_err(|e| cannot(&e))?;
                return Ok(Self { path: path.to_owned(), target: path.to_owned(), body: Body::Direct(None) });
            }
        };
        let denied = |e: &io::Error, what: &str| match e.kind() {
            io::ErrorKind::NotFound => cannot(&"its folder does not exist; make it first"),
            io::ErrorKind::PermissionDenied => cannot(&format!("permission denied; check the mode of its {what}")),
            _ => cannot(e),
        };
        check_writable(path).map_err(|e| match e.kind() {
            io::ErrorKind::PermissionDenied => cannot(&"permission denied; check the file's mode"),
            _ => cannot(&e),
        })?;
        let before = target.metadata().ok();
        let body = match (Temporary::create(folder_of(&target), before.as_ref()), before) {
            (Ok((temporary, file)), _) => Body::Beside(BufWriter::new(file), temporary),
            (Err(_), Some(_)) => {
                let file = tempfile::tempfile().map_err(|e| denied(&e, "folder"))?;
                Body::Within(BufWriter::new(file))
            }
            (Err(e), None) => return Err(denied(&e, "folder")),
        };
        Ok(Self { path: path.to_owned(), target, body })
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// A run error where writing fails.
    pub fn keep(mut self) -> Result<()> {
        self.complete()?;
        Self::keep_all(vec![self])
    }

    /// Ends the writing: all of it is on the disk, or has gone where it cannot be taken back from.
    ///
    /// # Errors
    /// A run error where writing fails.
    pub fn complete(&mut self) -> Result<()> {
        let done = match &mut self.body {
            Body::Beside(file, _) | Body::Within(file) => file.flush().and_then(|()| sync(file.get_ref())),
            Body::Direct(Some(file)) => file.flush(),
            Body::Direct(None) => Ok(()),
        };
        done.map_err(|e| self.failed(&e))
    }

    /// Gives all of the files, which are complete, their names, or none: where one cannot be had, those that were there
    /// before are there again.
    ///
    /// # Errors
    /// A run error where writing fails.
    pub fn keep_all(sinks: Vec<Self>) -> Result<()> {
        let _naming = naming();
        // One rename is all or nothing by itself.
        let several = sinks.len() > 1;
        let mut undo = Vec::new();
        for sink in sinks {
            let Self { path, target, body } = sink;
            match put(body, &target, several) {
                Ok(back) => undo.extend(back.map(|back| (target, back))),
                Err(e) => {
                    undo.into_iter().rev().for_each(|(target, back)| take_back(&target, back));
                    return Err(Error::writing(path.display(), &e));
                }
            }
        }
        for (target, _) in &undo {
            // The name is on the disk too; not every system can tell a folder so.
            let _ = File::open(folder_of(target)).and_then(|folder| folder.sync_all());
        }
        Ok(())
    }

    fn failed(&self, error: &io::Error) -> Error {
        Error::writing(self.path.display(), error)
    }

    fn writer(&mut self) -> io::Result<&mut BufWriter<File>> {
        match &mut self.body {
            Body::Beside(file, _) | Body::Within(file) => Ok(file),
            Body::Direct(Some(file)) => Ok(file),
            Body::Direct(none) => {
                // At its end: what is open elsewhere too may have been written to.
                let file = File::options().append(true).open(&self.path)?;
                Ok(none.insert(BufWriter::new(file)))
            }
        }
    }
}

/// Puts what was written where it belongs, and says how that is taken back.
fn put(body: Body, target: &Path, several: bool) -> io::Result<Option<Undo>> {
    match body {
        Body::Direct(_) => Ok(None),
        Body::Beside(file, temporary) => {
            drop(file);
            let old = if several && target.exists() { Some(Temporary::second_name(target)?) } else { None };
            temporary.become_file(target)?;
            Ok(Some(Undo::Name(old)))
        }
        Body::Within(mut new) => {
            let mut file = File::options().read(true).write(true).open(target)?;
            let mut old = tempfile::tempfile()?;
            io::copy(&mut file, &mut old)?;
            if let Err(e) = replace_content(&mut file, new.get_mut()) {
                let _ = replace_content(&mut file, &mut old);
                return Err(e);
            }
            Ok(Some(Undo::Content(file, old)))
        }
    }
}

fn take_back(target: &Path, undo: Undo) {
    let _ = match undo {
        Undo::Name(Some(old)) => old.become_file(target),
        // Where none was before, the new file goes.
        Undo::Name(None) => std::fs::remove_file(target),
        Undo::Content(mut file, mut old) => replace_content(&mut file, &mut old),
    };
}

fn replace_content(file: &mut File, content: &mut File) -> io::Result<()> {
    content.rewind()?;
    file.rewind()?;
    let length = io::copy(content, file)?;
    file.set_len(length)?;
    sync(file)
}

/// Waits until a file is on the disk, where the file system can.
fn sync(file: &File) -> io::Result<()> {
    match file.sync_all() {
        Err(e) if matches!(e.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        done => done,
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer()?.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer()?.flush()
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
            Some(path) if !matches!(Place::of(path), Ok(Place::Stdout)) => Self::File(Sink::create(path)?),
            _ => Self::Stdout(BufWriter::new(io::stdout())),
        })
    }

    /// What is written to, for messages.
    pub fn place(&self) -> String {
        match self {
            Self::Stdout(_) => "standard output".into(),
            Self::File(sink) => sink.path.display().to_string(),
        }
    }

    /// Whether it is written to as it is, and cannot be taken back.
    pub fn is_direct(&self) -> bool {
        matches!(self, Self::Stdout(_) | Self::File(Sink { body: Body::Direct(_), .. }))
    }

    /// How cells of data are written to it: text must not act on the terminal of whoever reads it there.
    pub fn cells(&self, asked: Cells) -> Cells {
        Cells { terminal: matches!(self, Self::Stdout(out) if out.get_ref().is_terminal()), ..asked }
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

/// Whether a write went well, or nobody reads what was written, which ends that output alone.
///
/// # Errors
/// Any other error.
pub fn unless_unread(written: Result<()>) -> Result<bool> {
    match written {
        Ok(()) => Ok(true),
        Err(Error::BrokenPipe) => Ok(false),
        Err(e) => Err(e),
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
                sink.complete().unwrap();
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
        std::fs::create_dir(path("last")).unwrap();
        assert!(Sink::keep_all(broken).unwrap_err().to_string().contains("last"));
        std::fs::remove_dir(path("last")).unwrap();
        assert_eq!((names(), std::fs::read_to_string(path("old")).unwrap()), (vec!["old".into()], "before".into()));
        Sink::keep_all(sinks("after")).unwrap();
        assert_eq!(names(), ["last", "new", "old"]);
        assert!(["old", "new", "last"].iter().all(|n| std::fs::read_to_string(path(n)).unwrap() == "after"));
    }

    #[test]
    fn content_that_is_put_into_a_file_is_taken_back() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("x");
        std::fs::write(&target, "before, and longer").unwrap();
        let mut new = BufWriter::new(tempfile::tempfile().unwrap());
        new.write_all(b"after").unwrap();
        new.flush().unwrap();
        let undo = put(Body::Within(new), &target, true).unwrap().unwrap();
        assert_eq!(std::fs::read_to_string(&target).unwrap(), "after");
        take_back(&target, undo);
        assert_eq!(std::fs::read_to_string(&target).unwrap(), "before, and longer");
    }
}
