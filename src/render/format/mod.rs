//! Output formats: a file each, behind one trait.

mod csv;
mod github;
mod html;
mod json;
mod junit;
mod markdown;
mod ndjson;
mod table;
mod verdicts;

use std::fmt::Debug;
use std::io::{self, Write};
use std::path::Path;

use super::{Page, Style};
use crate::escape::csv::Cells;
use crate::metric::NamedMetric;
use crate::report::Report;
use crate::run::{NamedModel, SplitScores};

pub use verdicts::{Outcome, VerdictEntry, VerdictList};

/// All formats, in the order in which they are listed; the first is the one for people. A new one is a line here.
pub static FORMATS: &[&dyn Format] = &[
    // It is what is shown where nothing is asked for.
    &table::Table,
    &json::Json,
    &ndjson::Ndjson,
    &csv::Csv,
    &html::Html,
    &markdown::Markdown,
    &junit::Junit,
    &github::Github,
];

/// A form of a report.
pub trait Format: Debug + Sync {
    /// Its name, as it is asked for.
    fn name(&self) -> &'static str;

    /// One line about it, without a full stop.
    fn summary(&self) -> &'static str;

    /// What it is good for, in a few words.
    fn good_for(&self) -> &'static str;

    /// The endings of files that have it, without a dot, the usual one first; empty where a name tells nothing.
    fn endings(&self) -> &'static [&'static str];

    /// Writes a report.
    ///
    /// # Errors
    /// Those of the writer.
    fn write(&self, report: &Report, options: &WriteOptions, out: &mut dyn Write) -> io::Result<()>;

    /// What makes the line of a split, where lines are written as splits are done; together they are what
    /// [`Format::write`] writes.
    fn line(&self) -> Option<SplitLine> {
        None
    }

    /// What writes a page other than that of a report, such as that of an inspection, where it is a form of pages.
    fn page(&self) -> Option<WritePage> {
        None
    }

    /// Whether the whole report can be read back.
    fn is_whole(&self) -> bool {
        false
    }

    /// Whether it shows pictures, for which a run gathers more than scores.
    fn has_figures(&self) -> bool {
        false
    }

    /// What writes verdicts alone, of whatever kind, where it is a form of them.
    fn verdicts(&self) -> Option<WriteVerdicts> {
        None
    }

    /// Whether it is verdicts alone.
    fn is_verdicts(&self) -> bool {
        self.verdicts().is_some()
    }

    /// Whether verdicts are shown to the person who runs it, on standard output.
    fn shows_verdicts(&self) -> bool {
        false
    }

    /// A variable of the environment that names a file to which another form of the report is added.
    fn appendix(&self) -> Option<(&'static str, &'static dyn Format)> {
        None
    }
}

/// Makes the line of a split, without a line break, given the models (the baseline first) and the metrics.
pub type SplitLine = fn(&SplitScores, &[NamedModel], &[NamedMetric]) -> String;

/// Writes a page.
pub type WritePage = fn(&Page, &WriteOptions, &mut dyn Write) -> io::Result<()>;

/// Writes verdicts.
pub type WriteVerdicts = fn(&VerdictList, &mut dyn Write) -> io::Result<()>;

/// How a report is written; each format takes what concerns it.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct WriteOptions<'a> {
    /// Whether text is coloured.
    pub style: Style,
    /// Columns of the terminal.
    pub width: usize,
    /// Whether what is summed up elsewhere is shown too, where a form would leave it out.
    pub detail: bool,
    /// How cells of text are written in CSV.
    pub cells: Cells,
    /// Whether an undecided claim counts as one that fails.
    pub undecided_fails: bool,
    /// The file in which the whole report is kept.
    pub kept: Option<&'a Path>,
    /// Whether pictures are drawn with letters, in a terminal and in Markdown that has no folder of them.
    pub plot: bool,
    /// The folder of pictures, as a page that refers to them names it.
    pub figures: Option<&'a str>,
    /// The command that makes the report again.
    pub command: Option<&'a str>,
}

impl Default for WriteOptions<'_> {
    fn default() -> Self {
        Self {
            style: Style::PLAIN,
            width: 80,
            detail: false,
            cells: Cells::RAW,
            undecided_fails: false,
            kept: None,
            plot: false,
            figures: None,
            command: None,
        }
    }
}

/// The format of that name.
pub fn format(name: &str) -> Option<&'static dyn Format> {
    FORMATS.iter().copied().find(|f| f.name() == name)
}

/// The format of files with that ending, given without a dot, in any case.
pub fn format_of_ending(ending: &str) -> Option<&'static dyn Format> {
    FORMATS.iter().copied().find(|f| f.endings().iter().any(|e| e.eq_ignore_ascii_case(ending)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_endings_are_of_one_format() {
        let names: Vec<&str> = FORMATS.iter().map(|f| f.name()).collect();
        let endings: Vec<&str> = FORMATS.iter().flat_map(|f| f.endings()).copied().collect();
        for list in [names, endings] {
            let unique: std::collections::BTreeSet<&&str> = list.iter().collect();
            assert_eq!(unique.len(), list.len(), "{list:?}");
        }
        assert_eq!(format_of_ending("MD").unwrap().name(), "markdown");
        assert!(format("md").is_none() && format_of_ending("").is_none());
    }
}
