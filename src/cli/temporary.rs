//! Files that are not outputs yet: each has a random name that was free, in the folder of the file that it becomes.
//! None outlives the program, however it ends (but by SIGKILL).

use std::fs::{File, Permissions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use tempfile::{Builder, TempPath};

use crate::threads::{lock, lock_until};

/// Those that exist.
static ALL: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());
/// Held while outputs get their names: the program does not end between two of them.
static NAMING: Mutex<()> = Mutex::new(());

/// How long the end of the program waits for what holds a lock: a disk may never answer.
const PATIENCE: Duration = Duration::from_millis(500);

/// Short, whatever the file will be called: a name has at most 255 bytes.
const PREFIX: &str = ".randsplit-";
const ENDING: &str = ".tmp";

/// One such file, which goes with this value.
#[derive(Debug)]
pub struct Temporary {
    path: Option<TempPath>,
}

impl Temporary {
    /// Makes an empty file in a folder. Where `like` is a file that it takes the place of, it gets that one's mode and
    /// owner.
    ///
    /// # Errors
    /// Where the folder takes no file, or the owner cannot be kept.
    pub fn create(folder: &Path, like: Option<&std::fs::Metadata>) -> io::Result<(Self, File)> {
        let mut all = lock(&ALL);
        let mut builder = Builder::new();
        builder.prefix(PREFIX).suffix(ENDING);
        if like.is_none() {
            everyone(&mut builder);
        }
        let (file, path) = builder.tempfile_in(folder)?.into_parts();
        all.push(path.to_path_buf());
        drop(all);
        let made = Self { path: Some(path) };
        if let Some(like) = like {
            keep_owner(&file, like)?;
            file.set_permissions(like.permissions())?;
        }
        Ok((made, file))
    }

    /// Another name for the file at `path`, or a copy of it where the file system has no links.
    ///
    /// # Errors
    /// Where neither can be made.
    pub fn second_name(path: &Path) -> io::Result<Self> {
        let folder = folder_of(path);
        let like = path.metadata()?;
        // The random name is free again for a moment; a link never replaces a file.
        for _ in 0..16 {
            let (made, file) = Self::create(folder, None)?;
            let Some(name) = made.path.as_deref() else { continue };
            drop(file);
            std::fs::remove_file(name)?;
            match std::fs::hard_link(path, name) {
                Ok(()) => return Ok(made),
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
                Err(_) => {
                    drop(made);
                    let (made, mut file) = Self::create(folder, Some(&like))?;
                    io::copy(&mut File::open(path)?, &mut file)?;
                    return Ok(made);
                }
            }
        }
        Err(io::Error::other("no free name was found"))
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// Where it cannot have it; the file is gone then.
    pub fn become_file(mut self, path: &Path) -> io::Result<()> {
        match self.path.take() {
            Some(temporary) => {
                let name = temporary.to_path_buf();
                let named = temporary.persist(path).map_err(|e| e.error);
                forget(&name);
                named
            }
            None => Ok(()),
        }
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Some(path) = self.path.take() {
            let name = path.to_path_buf();
            drop(path);
            forget(&name);
        }
    }
}

/// The folder that a file is in.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// While this is held the program does not end by a signal.
pub fn naming() -> MutexGuard<'static, ()> {
    lock(&NAMING)
}

/// Removes all; for the end of the program, after which no other can be made. Waits for outputs that get their names.
pub fn remove_all() {
    crate::model::external::end_all();
    let until = Instant::now() + PATIENCE;
    let naming = lock_until(&NAMING, until);
    if let Some(all) = lock_until(&ALL, until) {
        for path in all.iter() {
            let _ = std::fs::remove_file(path);
        }
        std::mem::forget(all);
    }
    std::mem::forget(naming);
}

fn forget(name: &Path) {
    lock(&ALL).retain(|other| other != name);
}

/// A new file gets the mode that the user's mask leaves.
#[cfg(unix)]
fn everyone(builder: &mut Builder) {
    use std::os::unix::fs::PermissionsExt;
    builder.permissions(Permissions::from_mode(0o666));
}

#[cfg(not(unix))]
fn everyone(_: &mut Builder) {
    let _: Option<Permissions> = None;
}

#[cfg(unix)]
fn keep_owner(file: &File, like: &std::fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let own = file.metadata()?;
    let differs = |a: u32, b: u32| (a != b).then_some(b);
    match (differs(own.uid(), like.uid()), differs(own.gid(), like.gid())) {
        (None, None) => Ok(()),
        (user, group) => fchown(file, user, group),
    }
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &std::fs::Metadata) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_random_and_go_with_their_value() {
        let folder = tempfile::tempdir().unwrap();
        let count = || folder.path().read_dir().unwrap().count();
        let (a, _) = Temporary::create(folder.path(), None).unwrap();
        let (b, _) = Temporary::create(folder.path(), None).unwrap();
        assert_eq!(count(), 2);
        drop(a);
        assert_eq!(count(), 1);
        b.become_file(&folder.path().join("x")).unwrap();
        assert_eq!(folder.path().read_dir().unwrap().next().unwrap().unwrap().file_name(), "x");
        let second = Temporary::second_name(&folder.path().join("x")).unwrap();
        assert_eq!(count(), 2);
        drop(second);
        assert_eq!(count(), 1);
    }
}
