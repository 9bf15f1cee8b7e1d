//! Forms of the result, and where each goes.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use super::command_line::command_line;
use super::figures;
use super::place::check_outputs;
use super::sink::{Out, Sink, unless_unread};
use crate::error::{Error, Result, suggestion_or_all};
use crate::escape::csv::Cells;
use crate::metric::NamedMetric;
use crate::names::listed;
use crate::render::{FORMATS, Format, Style, WriteOptions, format, format_of_ending};
use crate::report::Report;
use crate::run::{NamedModel, SplitScores};

/// Reads the name of one of some formats; the values that are possible are theirs.
pub fn parser(of: fn(&dyn Format) -> bool) -> impl TypedValueParser<Value = &'static dyn Format> {
    let value = |f: &&'static dyn Format| {
        let value = PossibleValue::new(f.name()).help(f.summary());
        // What it was called where it is no report.
        if f.name() == table().name() { value.alias("text") } else { value }
    };
    let values: Vec<PossibleValue> = FORMATS.iter().filter(|f| of(**f)).map(value).collect();
    PossibleValuesParser::new(values).try_map(|name| {
        let name = if name == "text" { table().name().to_owned() } else { name };
        format(&name).ok_or("no such format")
    })
}

/// What `--format` is, with the names of some formats.
pub fn help(of: fn(&dyn Format) -> bool) -> String {
    let names: Vec<&str> = FORMATS.iter().filter(|f| of(**f)).map(|f| f.name()).collect();
    format!("Form of the result: {} [default: by the ending of --output, else table]", listed(&names, "or"))
}

/// How a report is shown to people.
#[derive(Debug, Clone, Copy)]
pub struct Screen {
    /// On standard output.
    pub style: Style,
    /// Columns that tables are fitted to.
    pub width: usize,
    /// Whether all is shown.
    pub detail: bool,
    /// Whether pictures are drawn.
    pub plot: bool,
}

/// The form for people, which is shown where none is asked for.
pub fn table() -> &'static dyn Format {
    FORMATS[0]
}

/// The ending of a file's name, without the dot.
pub fn ending(path: &Path) -> String {
    path.extension().map_or_else(String::new, |e| e.to_string_lossy().into_owned())
}

/// Forms of an answer that is no report: those of pages, and JSON.
pub fn shows_pages(format: &dyn Format) -> bool {
    format.page().is_some() || format.is_whole()
}

/// The form that was asked for, or that the ending of the file tells.
pub fn chosen(
    asked: Option<&'static dyn Format>,
    output: Option<&Path>,
    shows: fn(&dyn Format) -> bool,
) -> &'static dyn Format {
    let by_ending = || output.and_then(|path| format_of_ending(&ending(path))).filter(|format| shows(*format));
    asked.or_else(by_ending).unwrap_or_else(table)
}

/// One place and what is written there.
pub struct Destination {
    /// The form.
    pub format: &'static dyn Format,
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
    /// Where pictures go to which Markdown refers.
    pub figures: Option<PathBuf>,
    /// Whether lines of splits were written as these were done.
    pub lines_written: bool,
}

/// The form that a file's ending tells.
fn by_ending(path: &Path) -> Result<&'static dyn Format> {
    format_of_ending(&ending(path)).ok_or_else(|| {
        let endings: Vec<String> =
            FORMATS.iter().filter_map(|f| f.endings().first()).map(|ending| format!(".{ending}")).collect();
        Error::setting(format!("the ending of {} tells no format", path.display()))
            .advise(format!("name it {}, or add --format", listed(&endings, "or")))
    })
}

/// `FORMAT=FILE`, where the part before the sign is a format.
fn named(text: &str) -> Option<(&'static dyn Format, &str)> {
    let (name, path) = text.split_once('=')?;
    Some((format(name)?, path))
}

/// Refuses what looks like a format and a file, and is none: a file of that whole name is hardly meant.
fn check_format_name(text: &str) -> Result<()> {
    let Some((name, path)) = text.split_once('=') else { return Ok(()) };
    let word = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphabetic());
    if !word || path.is_empty() {
        return Ok(());
    }
    let list = suggestion_or_all(name, || FORMATS.iter().map(|f| f.name()));
    Err(Error::setting(format!("--output {text}: no format '{name}'{list}"))
        .advise(format!("a file of that name is ./{text}")))
}

impl Outputs {
    /// Opens every place before the run: one that cannot be written to should not cost the wait. `inputs` are the files
    /// that are read, each with what it is; `judged` runs tell something by their exit code, read or not.
    ///
    /// # Errors
    /// An input error where flags do not fit together, a file cannot be made, or is another one that is in use.
    pub fn open(
        format: Option<&'static dyn Format>,
        outputs: &[String],
        inputs: &[(&str, &Path)],
        judged: bool,
    ) -> Result<Self> {
        let mut list: Vec<(&'static dyn Format, Option<PathBuf>)> = Vec::new();
        let (mut also_table, mut plain) = (false, 0);
        for text in outputs {
            if let Some((format, path)) = named(text) {
                if path.is_empty() {
                    return Err(Error::setting(format!("--output {text}: no file is named"))
                        .advise(format!("write {text}FILE")));
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
                    let format = by_ending(&path)?;
                    also_table |= !is_table(format);
                    list.push((format, Some(path)));
                }
            }
        }
        if plain > 1 && format.is_some() {
            return Err(
                Error::setting("--format is for one file").advise("write --output FORMAT=FILE for each of several")
            );
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
            (list, also_table) = (vec![(table(), None)], false);
        }
        let open = |(format, path): (&'static dyn Format, Option<PathBuf>)| {
            Ok(Destination { format, out: Out::open(path.as_deref())?, path, unread: false })
        };
        let list = list.into_iter().map(open).collect::<Result<_>>()?;
        Ok(Self { list, also_table, judged, cells: Cells::RAW, figures: None, lines_written: true })
    }

    /// The files that are written, each with what it is.
    pub fn paths(&self) -> Vec<(&'static str, PathBuf)> {
        self.list.iter().filter_map(|to| Some(("output", to.path.clone()?))).collect()
    }

    /// Whether verdicts are shown to the person who runs it.
    pub fn shows_verdicts(&self) -> bool {
        let shows = |d: &Destination| d.path.is_none() && d.format.shows_verdicts();
        self.also_table || self.list.iter().any(shows) || self.list.iter().all(|d| is_table(d.format))
    }

    /// Writes a line of a split wherever lines are asked for.
    ///
    /// # Errors
    /// A run error where writing fails; a broken pipe where nobody reads anything of the run any more.
    pub fn line(&mut self, split: &SplitScores, models: &[NamedModel], metrics: &[NamedMetric]) -> Result<()> {
        for to in self.list.iter_mut().filter(|d| !d.unread) {
            let Some(line) = to.format.line() else { continue };
            let line = line(split, models, metrics);
            // A reader at the other end of a pipe gets each line when it is true.
            to.unread = !unless_unread(to.out.with(|out| writeln!(out, "{line}").and_then(|()| out.flush())))?;
        }
        let wanted = self.judged || self.also_table || self.list.iter().any(|d| !d.unread);
        if wanted { Ok(()) } else { Err(Error::BrokenPipe) }
    }

    /// Whether a form shows pictures.
    pub fn has_figures(&self) -> bool {
        self.list.iter().any(|to| to.format.has_figures())
    }

    /// Whether nothing but lines of splits is written.
    pub fn only_lines(&self) -> bool {
        !self.also_table && self.list.iter().all(|to| to.format.line().is_some())
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
    pub fn finish(self, report: &Report, screen: &Screen, undecided_fails: bool) -> Result<()> {
        let kept = self.list.iter().find(|to| to.format.is_whole()).and_then(|to| to.path.clone());
        let command = command_line(report);
        let mut options = WriteOptions {
            command: command.as_deref(),
            width: screen.width,
            detail: screen.detail,
            plot: screen.plot,
            cells: self.cells,
            undecided_fails,
            kept: kept.as_deref(),
            ..WriteOptions::default()
        };
        let address = |page: Option<&Path>| self.figures.as_deref().map(|folder| figures::address(folder, page));
        let plain = Style { colour: false, ..screen.style };
        let appendices: Vec<_> = self.list.iter().filter_map(|to| to.format.appendix()).collect();
        let (direct, files): (Vec<_>, Vec<_>) = self.list.into_iter().partition(|to| to.out.is_direct());
        let fill = |to: &mut Destination| {
            let cells = to.out.cells(options.cells);
            let style = if to.path.is_none() { screen.style } else { plain };
            let figures = address(to.path.as_deref());
            let options = WriteOptions { style, cells, figures: figures.as_deref(), ..options };
            if self.lines_written && to.format.line().is_some() {
                return Ok(());
            }
            to.out.with(|out| to.format.write(report, &options, out))
        };
        let mut sinks: Vec<Sink> =
            self.figures.as_deref().map_or(Ok(Vec::new()), |folder| figures::write(report, folder))?;
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
            let mut out = Out::open(None)?;
            options.style = screen.style;
            let written = out.with(|out| table().write(report, &options, out));
            unless_unread(written.and_then(|()| out.finish()))?;
        }
        options.style = Style::PLAIN;
        // A file that somebody else shows cannot refer to pictures beside it.
        options.plot = true;
        for (variable, format) in appendices {
            append(report, variable, format, &options)?;
        }
        Sink::keep_all(sinks)
    }
}

/// Whether this is the form for people.
fn is_table(format: &dyn Format) -> bool {
    format.name() == table().name()
}

/// Adds a form of the report to the file that a variable of the environment names, where it names one.
fn append(report: &Report, variable: &str, format: &dyn Format, options: &WriteOptions) -> Result<()> {
    let Some(path) = std::env::var_os(variable).filter(|p| !p.is_empty()) else { return Ok(()) };
    let path = PathBuf::from(path);
    let mut text = Vec::new();
    let written = format.write(report, options, &mut text).and_then(|()| {
        std::fs::File::options().create(true).append(true).open(&path).and_then(|mut file| file.write_all(&text))
    });
    written.map_err(|e| Error::writing(path.display(), &e))
}
