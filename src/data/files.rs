//! Which files a path means: itself, the Parquet files of a folder, or those that a pattern matches.

use std::path::{Component, Path, PathBuf};

use super::select::matches;
use super::source::cannot_read;
use crate::error::{Error, Result};

/// The files of a table in the order of their names, which is that of its rows; `None` where the path is a file's own.
///
/// # Errors
/// An input error where a folder or pattern has no such file.
pub fn files_of(path: &str) -> Result<Option<Vec<String>>> {
    let here = Path::new(path);
    let (mut files, what) = if here.is_dir() {
        (parquet_files(path, here)?, "is a folder without a Parquet file")
    } else if !here.exists() && path.contains(['*', '?']) {
        (matching(path, here)?, "matches no file")
    } else {
        return Ok(None);
    };
    files.sort();
    if files.is_empty() {
        return Err(Error::file(format!("{path} {what}")).advise("name a CSV or Parquet file, or where some are"));
    }
    Ok(Some(files.into_iter().map(|file| file.to_string_lossy().into_owned()).collect()))
}

/// The Parquet files in a folder, but for those that are hidden or that a writer keeps for itself.
fn parquet_files(path: &str, folder: &Path) -> Result<Vec<PathBuf>> {
    let is_own = |name: &str| name.starts_with(['.', '_']);
    let is_parquet = |name: &str| {
        let name = name.to_lowercase();
        [".parquet", ".pq"].iter().any(|end| name.ends_with(end))
    };
    let names = names_in(path, folder)?.into_iter().filter(|name| is_parquet(name) && !is_own(name));
    Ok(names.map(|name| folder.join(name)).filter(|file| file.is_file()).collect())
}

/// The files that match a pattern, of which each folder and the name may have stars and question marks.
fn matching(path: &str, pattern: &Path) -> Result<Vec<PathBuf>> {
    let mut found = vec![PathBuf::new()];
    for component in pattern.components() {
        let text = component.as_os_str().to_string_lossy();
        if !matches!(component, Component::Normal(_)) || !text.contains(['*', '?']) {
            found.iter_mut().for_each(|place| place.push(component));
            continue;
        }
        let mut next = Vec::new();
        for place in found.into_iter().filter(|place| place.as_os_str().is_empty() || place.is_dir()) {
            let folder = if place.as_os_str().is_empty() { Path::new(".") } else { &place };
            let names = names_in(path, folder)?.into_iter();
            let named = names.filter(|name| matches(&text, name) && (!name.starts_with('.') || text.starts_with('.')));
            next.extend(named.map(|name| place.join(name)));
        }
        found = next;
    }
    Ok(found.into_iter().filter(|file| file.is_file()).collect())
}

fn names_in(path: &str, folder: &Path) -> Result<Vec<String>> {
    let entries = folder.read_dir().map_err(|e| cannot_read(path, &e))?;
    let name =
        |entry: std::io::Result<std::fs::DirEntry>| entry.map(|entry| entry.file_name().to_str().map(String::from));
    let names = entries.map(name).collect::<std::io::Result<Vec<_>>>().map_err(|e| cannot_read(path, &e))?;
    Ok(names.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_those_of_a_folder_or_pattern_in_the_order_of_names() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("day=1/in")).unwrap();
        std::fs::create_dir_all(folder.path().join("day=2")).unwrap();
        for name in ["b.parquet", "a.PQ", "_meta.parquet", ".c.parquet", "d.csv", "day=2/x.parquet", "day=1/y.parquet"]
        {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let root = folder.path().to_str().unwrap();
        let of = |end: &str| {
            let files = files_of(&format!("{root}{end}")).map_err(|e| e.to_string())?;
            let short = |file: String| file[root.len() + 1..].to_owned();
            Ok::<_, String>(files.map(|files| files.into_iter().map(short).collect::<Vec<_>>()))
        };
        assert_eq!(of("").unwrap().unwrap(), ["a.PQ", "b.parquet"]);
        assert_eq!(of("/*.parquet").unwrap().unwrap(), ["_meta.parquet", "b.parquet"]);
        assert_eq!(of("/day=*/?.parquet").unwrap().unwrap(), ["day=1/y.parquet", "day=2/x.parquet"]);
        assert_eq!(of("/b.parquet").unwrap(), None);
        assert_eq!(of("/none.parquet").unwrap(), None);
        assert!(of("/day=1/in").unwrap_err().contains("is a folder without a Parquet file"));
        assert!(of("/*.feather").unwrap_err().contains("matches no file"));
    }
}
