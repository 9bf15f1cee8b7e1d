//! Pictures beside a report, to which its Markdown refers.

use std::path::{Component, Path, PathBuf};

use super::sink::{Out, Sink};
use crate::error::{Error, Result};
use crate::plot::SvgOptions;
use crate::render::main_figures;
use crate::report::Report;

/// Writes the pictures of a report into a folder, which is made where it is not there. They get their names with the other
/// outputs.
///
/// # Errors
/// An input error where the folder cannot be made, a run error where writing fails.
pub fn write(report: &Report, folder: &Path) -> Result<Vec<Sink>> {
    std::fs::create_dir_all(folder)
        .map_err(|e| Error::file(format!("cannot make the folder {}: {e}", folder.display())))?;
    let mut sinks = Vec::new();
    for figure in main_figures(report) {
        let mut out = Out::open(Some(&folder.join(format!("{}.svg", figure.id))))?;
        let svg = figure.svg(SvgOptions { standalone: true, adaptive: true });
        out.with(|out| writeln!(out, "{svg}"))?;
        if let Out::File(mut sink) = out {
            sink.complete()?;
            sinks.push(sink);
        }
    }
    Ok(sinks)
}

/// The folder as a page names it that stands in a file, with `/` between its parts; as it was given where there is no file.
pub fn address(folder: &Path, page: Option<&Path>) -> String {
    let named = page.and_then(|page| relative(folder, page.parent()?)).unwrap_or_else(|| folder.to_owned());
    let parts: Vec<String> = named
        .components()
        .map(|part| match part {
            Component::RootDir => String::new(),
            part => part.as_os_str().to_string_lossy().into_owned(),
        })
        .collect();
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

/// A path as seen from a folder; `None` where one of them is not to be found.
fn relative(path: &Path, from: &Path) -> Option<PathBuf> {
    let from = if from.as_os_str().is_empty() { Path::new(".") } else { from };
    let (path, from) = (std::path::absolute(path).ok()?, std::path::absolute(from).ok()?);
    let same = path.components().zip(from.components()).take_while(|(a, b)| a == b).count();
    if same == 0 {
        return None;
    }
    let up = from.components().skip(same).map(|_| Component::ParentDir);
    Some(up.chain(path.components().skip(same)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_named_as_seen_from_the_page() {
        let address = |folder: &str, page: &str| super::address(Path::new(folder), Some(Path::new(page)));
        assert_eq!(address("figures", "report.md"), "figures");
        assert_eq!(address("out/figures", "out/report.md"), "figures");
        assert_eq!(address("figures", "out/report.md"), "../figures");
        assert_eq!(address("/a/b/figures", "/a/c/report.md"), "../b/figures");
        assert_eq!(super::address(Path::new("a/figures"), None), "a/figures");
    }
}
