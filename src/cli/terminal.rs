//! What the terminal can show.

use std::fmt::Display;
use std::io::{IsTerminal, Write};

use clap::{Args, ValueEnum};

use crate::escape::terminal as escape;
use crate::render::{Style, wrapped};

/// The flags of commands whose output people read.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct ScreenFlags {
    /// Colour: auto, always or never
    #[arg(
        long,
        value_enum,
        default_value = "auto",
        hide_possible_values = true,
        value_name = "WHEN",
        hide_short_help = true
    )]
    color: Colour,

    /// Do not fit tables to the terminal
    #[arg(long, hide_short_help = true)]
    wide: bool,
}

/// Columns of a table that is not fitted.
const WIDE: usize = 10_000;

/// When to use colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Colour {
    #[default]
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

fn environment_forbids() -> bool {
    // See https://no-color.org: any value that is not empty.
    std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty()) || std::env::var_os("TERM").is_some_and(|t| t == "dumb")
}

impl ScreenFlags {
    /// How text is written: to standard output where `direct`, else to a file, which gets no colour.
    pub fn style(self, direct: bool) -> Style {
        let colour = match self.color {
            Colour::Auto => colour_on_stdout(),
            Colour::Always => true,
            Colour::Never => false,
        };
        Style { colour: colour && direct, ascii: locale_is_ascii() }
    }

    /// Columns that tables are fitted to.
    pub fn width(self) -> usize {
        if self.wide { WIDE } else { width() }
    }
}

/// Whether the locale asks for something else than UTF-8. One that is not set asks for nothing.
fn locale_is_ascii() -> bool {
    let set = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
    set.is_some_and(|locale| {
        let locale = locale.to_lowercase();
        !locale.contains("utf-8") && !locale.contains("utf8")
    })
}

/// Whether standard output gets colour where nobody says so.
pub fn colour_on_stdout() -> bool {
    std::io::stdout().is_terminal() && !environment_forbids()
}

/// Writes a sentence to standard error, on one line, whatever names from data are in it.
pub fn say(line: impl Display) {
    say_as_it_is(fitted(&escape::sentence(&line.to_string())));
}

/// Writes lines of our own, in which nothing from data acts, to standard error. Where that takes none (closed, full,
/// nobody reads), nothing else fails for it.
pub fn say_as_it_is(lines: impl Display) {
    // Worked out first, then written at once: lines of two threads do not mix.
    let text = format!("{lines}\n");
    let mut error = std::io::stderr();
    let _ = error.write_all(text.as_bytes()).and_then(|()| error.flush());
}

/// Tells an error.
pub fn complain(error: impl Display) {
    let lines = fitted(&format!("{PLAIN_MARK} {}", escape::lines(&error.to_string())));
    say_as_it_is(format_args!("{}{}", error_mark(), lines.strip_prefix(PLAIN_MARK).unwrap_or(&lines)));
}

/// What an error begins with.
const PLAIN_MARK: &str = "error:";

/// Sentences are wrapped here in wider terminals too: longer lines are hard to read.
const READABLE: u16 = 120;

/// Each line wrapped to the terminal on standard error; as it is where that is none, and lines are for programs.
fn fitted(lines: &str) -> String {
    let Some((width, _)) = terminal_size::terminal_size_of(std::io::stderr()) else { return lines.to_owned() };
    let columns = usize::from(width.0.min(READABLE));
    if columns == 0 {
        return lines.to_owned();
    }
    lines.split('\n').flat_map(|line| wrapped(line, columns, 2)).collect::<Vec<_>>().join("\n")
}

/// Whether standard error gets colour.
pub fn colour_on_stderr() -> bool {
    std::io::stderr().is_terminal() && !environment_forbids()
}

/// `error:`, in red where standard error is a terminal.
fn error_mark() -> &'static str {
    if colour_on_stderr() { "\x1b[31;1merror:\x1b[0m" } else { PLAIN_MARK }
}

/// Columns of the terminal on standard output; where it is none, those of the variable COLUMNS, else 100.
pub fn width() -> usize {
    let said = || std::env::var("COLUMNS").ok()?.trim().parse().ok().filter(|columns| *columns > 0);
    terminal_size::terminal_size_of(std::io::stdout())
        .map(|(width, _)| usize::from(width.0))
        .or_else(said)
        .unwrap_or(100)
}
