//! A folder that looks like the working one, but for one file: what is in it are links. A program that reads the data's
//! file by a path from its working folder then reads the other one. Where the file is not below the working folder, or is
//! read by its whole path, a program is only told of the other one: randsplit's worker for Python heeds it.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::super::scratch::Folder;

/// The variable of the environment with the path of the data's file.
const DATA: &str = "RANDSPLIT_DATA";
/// That with the path of the one that is to be read in its place.
const CHANGED: &str = "RANDSPLIT_CHANGED_DATA";
/// Entries of the largest folder that is copied as links.
const MOST: usize = 10_000;

/// A folder for programs to run in.
pub struct OtherFolder {
    /// Where its files are; they are gone with it.
    _files: Folder,
    original: PathBuf,
    other: PathBuf,
    working: Option<PathBuf>,
}

impl OtherFolder {
    /// With these bytes in place of the file.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub fn new(file: &Path, bytes: &[u8]) -> io::Result<Self> {
        let files = Folder::new().map_err(io::Error::other)?;
        let original = file.canonicalize()?;
        let name = original.file_name().map_or_else(|| "data".into(), PathBuf::from);
        let here = std::env::current_dir()?.canonicalize()?;
        let working = files.path().join("working");
        let (other, working) = match original.strip_prefix(&here) {
            Ok(below) if linked(&here, &working, below).is_ok() => (working.join(below), Some(working)),
            _ => (files.path().join(name), None),
        };
        std::fs::write(&other, bytes)?;
        Ok(Self { _files: files, original, other, working })
    }

    /// Has a program run in it.
    pub fn place(&self, command: &mut Command) {
        command.env(DATA, &self.original).env(CHANGED, &self.other);
        if let Some(working) = &self.working {
            command.current_dir(working);
        }
    }
}

/// Makes a folder of links to what is in another one; folders on the way to `but`, which is left out, are made anew.
fn linked(from: &Path, to: &Path, but: &Path) -> io::Result<()> {
    std::fs::create_dir(to)?;
    let mut parts = but.components();
    let Some(first) = parts.next() else { return Ok(()) };
    for (count, entry) in from.read_dir()?.enumerate() {
        let entry = entry?;
        let name = entry.file_name();
        if name != first.as_os_str() {
            link(&entry.path(), &to.join(name))?;
        }
        if count >= MOST {
            return Err(io::Error::other("the working folder has too many files"));
        }
    }
    let rest = parts.as_path();
    if rest.as_os_str().is_empty() { Ok(()) } else { linked(&from.join(first), &to.join(first), rest) }
}

#[cfg(unix)]
fn link(from: &Path, to: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(from, to)
}

#[cfg(not(unix))]
fn link(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::Error::other("links are not for everybody here"))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn all_but_one_file_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::create_dir_all(path("here/a/b")).unwrap();
        for name in ["here/x", "here/a/y", "here/a/b/data.csv", "here/a/b/z"] {
            std::fs::write(path(name), name).unwrap();
        }
        linked(&path("here"), &path("there"), Path::new("a/b/data.csv")).unwrap();
        for name in ["x", "a/y", "a/b/z"] {
            assert_eq!(std::fs::read_to_string(path("there").join(name)).unwrap(), format!("here/{name}"));
        }
        assert!(!path("there/a/b/data.csv").exists());
    }
}
