//! Cells of CSV files that a spreadsheet opens.

use std::borrow::Cow;

/// How cells of text are written to CSV.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Cells {
    /// As they are.
    #[default]
    Raw,
    /// With ' before what a spreadsheet would take for a formula.
    Spreadsheet,
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
    /// The text as it is written.
    pub fn write(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::Raw => Cow::Borrowed(text),
            Self::Spreadsheet => spreadsheet(text),
        }
    }
}
