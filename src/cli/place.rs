//! Where an output goes: which file a path names, whether it is one that is replaced or one that is written to, and
//! whether two paths are one file.

use std::fs::{File, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use super::temporary::folder_of;
use crate::error::{Error, Result};

/// What a path names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Standard output.
    Stdout,
    /// A device, a pipe, or a file that is open already, which is written to as it is.
    Direct,
    /// A file, behind all links.
    File(PathBuf),
}

/// Links that are followed; more are a circle.
const MOST_LINKS: usize = 40;

impl Place {
    /// What is written to where the output is called `path`.
    ///
    /// # Errors
    /// Where links lead in a circle or cannot be read.
    pub fn of(path: &Path) -> io::Result<Self> {
        let mut at = path.to_owned();
        for _ in 0..MOST_LINKS {
            if let Some(handle) = open_handle(&at) {
                return Ok(if handle == "1" { Self::Stdout } else { Self::Direct });
            }
            match std::fs::symlink_metadata(&at) {
                Ok(what) if what.is_symlink() => {
                    let to = std::fs::read_link(&at)?;
                    at = folder_of(&at).join(to);
                }
                Ok(what) if !what.is_file() && !what.is_dir() => return Ok(Self::Direct),
                _ => return Ok(Self::File(at)),
            }
        }
        Err(io::Error::other("its links lead in a circle"))
    }
}

/// The number of an open handle, where the path is one: `/dev/fd/3`, `/proc/self/fd/3`, `/dev/stdout`.
fn open_handle(path: &Path) -> Option<&str> {
    if path == Path::new("/dev/stdout") {
        return Some("1");
    }
    let (folder, name) = (path.parent()?, path.file_name()?.to_str()?);
    let own = folder == Path::new("/dev/fd")
        || folder == Path::new("/proc/self/fd")
        || folder.strip_prefix("/proc").is_ok_and(|rest| {
            rest.ends_with("fd") && rest.components().count() >= 2 && rest.starts_with(std::process::id().to_string())
        });
    (own && name.bytes().all(|b| b.is_ascii_digit())).then_some(name)
}

/// Whether two paths are one regular file, under whatever names, or will be.
pub fn same_file(a: &Path, b: &Path) -> bool {
    match (a.metadata(), b.metadata()) {
        (Ok(x), Ok(y)) => x.is_file() && y.is_file() && same_identity((a, &x), (b, &y)),
        (Err(_), Err(_)) => same_name(a, b),
        _ => false,
    }
}

#[cfg(unix)]
fn same_identity((_, a): (&Path, &Metadata), (_, b): (&Path, &Metadata)) -> bool {
    use std::os::unix::fs::MetadataExt;
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

#[cfg(not(unix))]
fn same_identity((a, _): (&Path, &Metadata), (b, _): (&Path, &Metadata)) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

/// Whether two files that are not there yet will be one.
fn same_name(a: &Path, b: &Path) -> bool {
    let (Ok(Place::File(a)), Ok(Place::File(b))) = (Place::of(a), Place::of(b)) else { return false };
    let folder = |path: &Path| folder_of(path).canonicalize().ok();
    let (Some(folder), true) = (folder(&a), folder(&a) == folder(&b)) else { return false };
    let (Some(a), Some(b)) = (a.file_name(), b.file_name()) else { return false };
    let lower = |name: &std::ffi::OsStr| name.to_string_lossy().to_lowercase();
    a == b || lower(a) == lower(b) && ignores_case(&folder)
}

/// Whether the file system takes `x` and `X` for one name.
fn ignores_case(folder: &Path) -> bool {
    let Ok(probe) = tempfile::Builder::new().prefix(".randsplit-case-").tempfile_in(folder) else { return false };
    let other = probe.path().file_name().map(|name| name.to_string_lossy().to_uppercase());
    other.is_some_and(|name| folder.join(name).exists())
}

/// Whether standard output goes to this regular file.
fn is_stdout(path: &Path) -> bool {
    cfg!(unix) && same_file(Path::new("/dev/stdout"), path)
}

/// Refuses outputs that are one of the inputs, each with what it is, and outputs that are one file.
///
/// # Errors
/// An input error that names both.
pub fn check_outputs(outputs: &[&Path], inputs: &[(&str, &Path)]) -> Result<()> {
    for (i, output) in outputs.iter().enumerate() {
        let shown = output.display();
        if let Some((what, input)) = inputs.iter().find(|(_, input)| same_file(output, input)) {
            let also = if output == input { String::new() } else { format!(" ({})", input.display()) };
            return Err(
                Error::file(format!("cannot write {shown}: it is the {what}{also}")).advise("choose another name")
            );
        }
        if let Some(other) = outputs[..i].iter().find(|other| same_file(other, output)) {
            let text = if other == output {
                format!("--output {shown} is given twice; leave one out")
            } else {
                format!("the outputs {} and {shown} are one file; leave one out", other.display())
            };
            return Err(Error::file(text));
        }
        if !matches!(Place::of(output), Ok(Place::Stdout)) && is_stdout(output) {
            return Err(
                Error::file(format!("cannot write {shown}: standard output goes there too")).advise("leave one out")
            );
        }
    }
    match inputs.iter().find(|(_, input)| is_stdout(input)) {
        Some((what, input)) => {
            Err(Error::file(format!("standard output goes to {}, which is the {what}", input.display()))
                .advise("choose another file"))
        }
        None => Ok(()),
    }
}

/// Checks that the file at `path` takes writing, through the system's own rules about links.
///
/// # Errors
/// Where it does not; one that is not there is none.
pub fn check_writable(path: &Path) -> io::Result<()> {
    match File::options().write(true).open(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn one_file_is_known_under_all_its_names() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::create_dir(path("sub")).unwrap();
        std::fs::write(path("a"), "").unwrap();
        std::fs::write(path("b"), "").unwrap();
        std::fs::hard_link(path("a"), path("hard")).unwrap();
        std::os::unix::fs::symlink("a", path("soft")).unwrap();
        std::os::unix::fs::symlink("sub/later", path("early")).unwrap();
        std::os::unix::fs::symlink("ring", path("ring")).unwrap();
        for name in ["a", "hard", "soft", "sub/../a", "./a"] {
            assert!(same_file(&path("a"), &path(name)), "{name}");
        }
        assert!(!same_file(&path("a"), &path("b")));
        // Files that are not there yet.
        assert!(same_file(&path("new"), &path("sub/../new")) && same_file(&path("early"), &path("sub/later")));
        assert!(!same_file(&path("new"), &path("other")) && !same_file(&path("new"), &path("sub/new")));
        assert_eq!(Place::of(&path("soft")).unwrap(), Place::File(path("a")));
        assert_eq!(Place::of(&path("early")).unwrap(), Place::File(path("sub/later")));
        assert_eq!(Place::of(Path::new("/dev/null")).unwrap(), Place::Direct);
        assert_eq!(Place::of(Path::new("/dev/stdout")).unwrap(), Place::Stdout);
        assert!(Place::of(&path("ring")).is_err());
        // A device takes any number of outputs.
        assert!(!same_file(Path::new("/dev/null"), Path::new("/dev/null")));
    }
}
