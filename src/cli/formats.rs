//! Forms of the result, and where each goes.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::place::check_outputs;
use super::sink::{Out, Sink, unless_unread};
use super::terminal;
use crate::error::{Error, Result, suggestion_or_all};
use crate::escape::csv::Cells;
use crate::render::{Style, write_csv, write_github, write_junit, write_markdown, write_table_of};
use crate::report::Report;

/// Forms of the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A table for people
    Table,
    /// The whole report as JSON
    Json,
    /// A line of JSON a split, as they come, in order
    Ndjson,
    /// A row a split and model
    Csv,
    /// The table as Markdown
    Markdown,
    /// The verdicts as JUnit XML
    Junit,
    /// The verdicts as annotations of GitHub Actions, and a step summary
    Github,
}

/// One place and what is written there.
pub struct Destination {
    /// The form.
    pub format: Format,
    /// Where.
    pub out: Out,
    path: Option<PathBuf>,
    /// Whether whoever read it has gone away.
    unread: bool,
}

/// All that is asked of the output.
pub struct Outputs {
    /// What is written where.
    pub list: Vec<Destination>,
    /// Whether the table is printed besides.
    pub also_table: bool,
    /// Whether the run tells something by its exit code, read or not.
    judged: bool,
    /// How cells of text are written to CSV.
    pub cells: Cells,
}

/// The form that a file's ending tells, and whether a table is printed besides.
fn by_ending(path: &Path) -> Result<(Format, bool)> {
    let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase());
    match ending.as_deref() {
        Some("json") => Ok((Format::Json, true)),
        Some("ndjson" | "jsonl") => Ok((Format::Ndjson, true)),
        Some("csv") => Ok((Format::Csv, true)),
        Some("md" | "markdown") => Ok((Format::Markdown, true)),
        Some("xml") => Ok((Format::Junit, true)),
        Some("txt") => Ok((Format::Table, false)),
        _ => Err(Error::input(format!(
            "the ending of {} tells no format; name it .json, .ndjson, .csv, .md, .xml or .txt, or add --format",
            path.display()
        ))),
    }
}

/// `FORMAT=FILE`, where the part before the sign is a format.
fn named(text: &str) -> Option<(Format, &str)> {
    let (name, path) = text.split_once('=')?;
    Some((Format::from_str(name, false).ok()?, path))
}

/// Refuses what looks like a format and a file, and is none: a file of that whole name is hardly meant.
fn check_format_name(text: &str) -> Result<()> {
    let Some((name, path)) = text.split_once('=') else { return Ok(()) };
    let word = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphabetic());
    if !word || path.is_empty() {
        return Ok(());
    }
    let formats = || Format::value_variants().iter().filter_map(ValueEnum::to_possible_value);
    let names: Vec<String> = formats().map(|v| v.get_name().to_owned()).collect();
    let list = suggestion_or_all(name, || names.iter().map(String::as_str));
    Err(Error::input(format!("--output {text}: no format '{name}'{list}; a file of that name is ./{text}")))
}

impl Outputs {
    /// Opens every place before the run: one that cannot be written to should not cost the wait. `inputs` are the files
    /// that are read, each with what it is; `judged` runs tell something by their exit code, read or not.
    ///
    /// # Errors
    /// An input error where flags do not fit together, a file cannot be made, or is another one that is in use.
    pub fn open(format: Option<Format>, outputs: &[String], inputs: &[(&str, &Path)], judged: bool) -> Result<Self> {
        let mut list: Vec<(Format, Option<PathBuf>)> = Vec::new();
        let (mut also_table, mut plain) = (false, 0);
        for text in outputs {
            if let Some((format, path)) = named(text) {
                if path.is_empty() {
                    return Err(Error::input(format!("--output {text}: no file is named; write {text}FILE")));
                }
                list.push((format, Some(path.into())));
                continue;
            }
            check_format_name(text)?;
            let path = PathBuf::from(text);
            plain += 1;
            match format {
                Some(format) => list.push((format, Some(path))),
                None => {
                    let (format, table) = by_ending(&path)?;
                    also_table |= table;
                    list.push((format, Some(path)));
                }
            }
        }
        if plain > 1 && format.is_some() {
            return Err(Error::input("--format is for one file; write --output FORMAT=FILE for each of several"));
        }
        // A form for standard output, where no file took it.
        match format {
            Some(format) if plain == 0 => list.push((format, None)),
            None if plain == 0 => also_table = true,
            _ => {}
        }
        let paths: Vec<&Path> = list.iter().filter_map(|(_, path)| path.as_deref()).collect();
        check_outputs(&paths, inputs)?;
        if list.is_empty() && also_table {
            (list, also_table) = (vec![(Format::Table, None)], false);
        }
        let open = |(format, path): (Format, Option<PathBuf>)| {
            Ok(Destination { format, out: Out::open(path.as_deref())?, path, unread: false })
        };
        Ok(Self { list: list.into_iter().map(open).collect::<Result<_>>()?, also_table, judged, cells: Cells::Raw })
    }

    /// Whether verdicts are shown to the person who runs it.
    pub fn shows_verdicts(&self) -> bool {
        let shows = |d: &Destination| d.path.is_none() && matches!(d.format, Format::Table | Format::Github);
        self.also_table || self.list.iter().any(shows) || self.list.iter().all(|d| d.format == Format::Table)
    }

    /// Writes a line of a split wherever lines are asked for.
    ///
    /// # Errors
    /// A run error where writing fails; a broken pipe where nobody reads anything of the run any more.
    pub fn line(&mut self, line: impl Fn() -> String) -> Result<()> {
        for to in self.list.iter_mut().filter(|d| d.format == Format::Ndjson && !d.unread) {
            // A reader at the other end of a pipe gets each line when it is true.
            to.unread = !unless_unread(to.out.with(|out| writeln!(out, "{}", line()).and_then(|()| out.flush())))?;
        }
        let wanted = self.judged || self.also_table || self.list.iter().any(|d| !d.unread);
        if wanted { Ok(()) } else { Err(Error::BrokenPipe) }
    }

    /// Whether nothing but lines of splits is written.
    pub fn only_lines(&self) -> bool {
        !self.also_table && self.list.iter().all(|to| to.format == Format::Ndjson)
    }

    /// Ends outputs that have [nothing but lines](Outputs::only_lines): files get their names.
    ///
    /// # Errors
    /// A run error where writing fails.
    pub fn finish_lines(self) -> Result<()> {
        let (direct, files): (Vec<_>, Vec<_>) = self.list.into_iter().partition(|to| to.out.is_direct());
        let mut sinks = Vec::new();
        for to in files {
            if let Out::File(mut sink) = to.out {
                sink.complete()?;
                sinks.push(sink);
            }
        }
        for to in direct.into_iter().filter(|to| !to.unread) {
            unless_unread(to.out.finish())?;
        }
        Sink::keep_all(sinks)
    }

    /// Writes the report to every place: files get their names when all else went well.
    ///
    /// # Errors
    /// A run error where writing fails.
    pub fn finish(self, report: &Report, colour: bool, undecided_fails: bool) -> Result<()> {
        let kept = self.list.iter().find(|to| to.format == Format::Json).and_then(|to| to.path.clone());
        let kept = kept.as_deref();
        let github = self.list.iter().any(|d| d.format == Format::Github);
        let (direct, files): (Vec<_>, Vec<_>) = self.list.into_iter().partition(|to| to.out.is_direct());
        let fill = |to: &mut Destination| {
            let style = Style { colour: colour && to.path.is_none() };
            to.out.with(|out| write(report, kept, (to.format, self.cells), style, undecided_fails, out))
        };
        let mut sinks: Vec<Sink> = Vec::new();
        for mut to in files {
            fill(&mut to)?;
            if let Out::File(mut sink) = to.out {
                sink.complete()?;
                sinks.push(sink);
            }
        }
        for mut to in direct.into_iter().filter(|to| !to.unread) {
            unless_unread(fill(&mut to).and_then(|()| to.out.finish()))?;
        }
        if self.also_table {
            let mut table = Out::open(None)?;
            let written = table.with(|out| write_table_of(report, kept, Style { colour }, terminal::width(), out));
            unless_unread(written.and_then(|()| table.finish()))?;
        }
        if github {
            step_summary(report)?;
        }
        Sink::keep_all(sinks)
    }
}

fn write(
    report: &Report,
    kept: Option<&Path>,
    (format, cells): (Format, Cells),
    style: Style,
    undecided_fails: bool,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    match format {
        Format::Table => write_table_of(report, kept, style, terminal::width(), out),
        Format::Markdown => write_markdown(report, out),
        Format::Csv => write_csv(report, cells, out).map_err(std::io::Error::from),
        Format::Junit => write_junit(report, undecided_fails, out),
        Format::Github => write_github(report, out),
        Format::Json => {
            serde_json::to_writer_pretty(&mut *out, report).map_err(std::io::Error::from)?;
            writeln!(out)
        }
        // Written as the splits came.
        Format::Ndjson => Ok(()),
    }
}

/// Adds the report to the summary of the step, where GitHub Actions names a file for it.
fn step_summary(report: &Report) -> Result<()> {
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|p| !p.is_empty()) else { return Ok(()) };
    let path = PathBuf::from(path);
    let mut text = Vec::new();
    let written = write_markdown(report, &mut text).and_then(|()| {
        std::fs::File::options().create(true).append(true).open(&path).and_then(|mut file| file.write_all(&text))
    });
    written.map_err(|e| Error::writing(path.display(), &e))
}
