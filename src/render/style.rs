//! Colour, where it is wanted.

use crate::escape::terminal;

/// Whether text is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// ANSI codes on or off.
    pub colour: bool,
    /// Whether signs of our own are put into ASCII.
    pub ascii: bool,
}

impl Style {
    /// No colour.
    pub const PLAIN: Self = Self { colour: false, ascii: false };

    fn wrap(self, code: &str, text: &str) -> String {
        // Only codes of our own are sent.
        let text = terminal::text(text);
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.into_owned() }
    }

    /// Headings.
    pub fn bold(self, text: &str) -> String {
        self.wrap("1", text)
    }

    /// What may be skipped.
    pub fn dim(self, text: &str) -> String {
        self.wrap("2", text)
    }

    /// What holds.
    pub fn good(self, text: &str) -> String {
        self.wrap("32", text)
    }

    /// What fails.
    pub fn bad(self, text: &str) -> String {
        self.wrap("31;1", text)
    }

    /// What needs attention.
    pub fn warn(self, text: &str) -> String {
        self.wrap("33", text)
    }
}
