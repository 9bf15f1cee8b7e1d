//! Cells of CSV that a spreadsheet opens, or that a person reads in a terminal.

use std::borrow::Cow;

use super::terminal;

/// How cells of text are written to CSV; as they are, where nothing else is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cells {
    /// With ' before what a spreadsheet would take for a formula.
    pub spreadsheet: bool,
    /// With characters that act on a terminal shown and not sent.
    pub terminal: bool,
}

/// Whether a spreadsheet takes a cell that begins like this for a formula, or drops the character and looks behind it.
fn starts_formula(c: char) -> bool {
    matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠')
}

/// Whether the text is a number, which is no formula whatever its sign.
fn is_number(text: &str) -> bool {
    let signs = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | 'e' | 'E');
    text.chars().all(signs) && text.parse::<f64>().is_ok()
}

/// The text with one more `'` before it where, but for such marks, it begins with `=`, `+`, `-`, `@`, a tab or a line end
/// and is no number. Taking one `'` away from each cell that has one before such a character gives the text back.
pub fn spreadsheet(text: &str) -> Cow<'_, str> {
    let behind = text.trim_start_matches('\'');
    let formula = behind.starts_with(starts_formula) && (behind.len() < text.len() || !is_number(text));
    if formula { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

impl Cells {
    /// As they are.
    pub const RAW: Self = Self { spreadsheet: false, terminal: false };
    /// Safe to open in a spreadsheet.
    pub const SPREADSHEET: Self = Self { spreadsheet: true, terminal: false };

    /// The text as it is written.
    pub fn write(self, text: &str) -> Cow<'_, str> {
        let text = if self.spreadsheet { spreadsheet(text) } else { Cow::Borrowed(text) };
        if self.terminal { Cow::Owned(terminal::text(&text).into_owned()) } else { text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_for_a_terminal_are_shown_and_others_are_kept() {
        let hostile = "=\u{1b}[2J\u{9b}31m\na";
        let [raw, sheet] = [Cells::RAW, Cells::SPREADSHEET];
        assert_eq!(
            (raw.write(hostile).as_ref(), sheet.write(hostile).as_ref()),
            (hostile, format!("'{hostile}").as_str())
        );
        assert_eq!(Cells { terminal: true, ..raw }.write(hostile), "=\\x1b[2J\\u{9b}31m\\na");
        assert_eq!(Cells { terminal: true, ..sheet }.write(hostile), "'=\\x1b[2J\\u{9b}31m\\na");
    }
}
