//! What the terminal can show.

use std::fmt::Display;
use std::io::{IsTerminal, Write};

use clap::{Args, ValueEnum};

use crate::escape::terminal as escape;

/// The flag of commands whose output may be coloured.
#[derive(Debug, Clone, Copy, Args)]
pub struct ColourFlag {
    /// Colour: auto, always or never
    #[arg(long, value_enum, default_value = "auto", hide_possible_values = true, value_name = "WHEN")]
    color: Colour,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Colour {
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

impl ColourFlag {
    /// Whether standard output gets colour.
    pub fn on_stdout(self) -> bool {
        match self.color {
            Colour::Auto => colour_on_stdout(),
            Colour::Always => true,
            Colour::Never => false,
        }
    }
}

/// Whether standard output gets colour where nobody says so.
pub fn colour_on_stdout() -> bool {
    std::io::stdout().is_terminal() && !environment_forbids()
}

/// Writes a sentence to standard error, on one line, whatever names from data are in it.
pub fn say(line: impl Display) {
    say_as_it_is(escape::sentence(&line.to_string()));
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
    say_as_it_is(format_args!("{} {}", error_mark(), escape::lines(&error.to_string())));
}

/// Whether standard error gets colour.
pub fn colour_on_stderr() -> bool {
    std::io::stderr().is_terminal() && !environment_forbids()
}

/// `error:`, in red where standard error is a terminal.
fn error_mark() -> &'static str {
    if colour_on_stderr() { "\x1b[31;1merror:\x1b[0m" } else { "error:" }
}

/// Columns of the terminal on standard output, 100 where it is none.
pub fn width() -> usize {
    terminal_size::terminal_size_of(std::io::stdout()).map_or(100, |(width, _)| usize::from(width.0))
}
