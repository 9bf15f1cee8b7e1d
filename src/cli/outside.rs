//! What a `randsplit.toml` that nobody named may touch: it lies in a folder that may be a stranger's, so it writes to no
//! file outside it, and what it reads outside is told.

use std::path::Path;

use super::place::Place;
use super::temporary::folder_of;
use super::terminal;
use crate::error::{Error, Result};

/// Checks one value of such a file, as it is found from the working folder.
///
/// # Errors
/// An input error where an output is outside the folder.
pub fn check_value(place: &str, key: &str, value: &str) -> Result<()> {
    let here = folder_of(Path::new(place));
    match key {
        "output" => {
            // FORMAT=FILE, or a file.
            let path = value.split_once('=').map_or(value, |(_, path)| path);
            if is_inside(here, Path::new(value)) && is_inside(here, Path::new(path)) {
                return Ok(());
            }
            Err(Error::report(format!("output {value} is outside this folder"))
                .at(place)
                .advise(format!("if that is meant, add --config {place}")))
        }
        "data" | "claims" | "scheme" => {
            let path = if key == "scheme" { value.strip_prefix("file:") } else { Some(value).filter(|v| *v != "-") };
            if let Some(path) = path.filter(|path| !is_inside(here, Path::new(path))) {
                terminal::say(format_args!("{place} reads {path}, which is outside this folder"));
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Whether a file is in a folder or one of its folders, links followed.
fn is_inside(folder: &Path, path: &Path) -> bool {
    match Place::of(path) {
        Ok(Place::Stdout) => true,
        Ok(Place::Direct) => path == Path::new("/dev/null"),
        Ok(Place::File(target)) => {
            let Ok(folder) = folder.canonicalize() else { return false };
            // A folder that is not there takes no file, and is refused as such.
            folder_of(&target).canonicalize().map_or(true, |of_file| of_file.starts_with(folder))
        }
        Err(_) => false,
    }
}
