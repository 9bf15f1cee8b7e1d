//! What an error says, in parts.

use std::fmt;

use crate::escape::terminal;

/// One problem: `place: what; advice`. Names from data are in it as they are shown: see
/// [`terminal`](crate::escape::terminal).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// The file, and the row or line in it, where the problem is of one.
    pub place: Option<String>,
    /// What is wrong, without a full stop.
    pub what: String,
    /// What to do about it, where more can be said than to correct it.
    pub advice: Option<String>,
    /// What a front end knows of where the setting came from.
    pub note: Option<String>,
    /// Lines below the sentence, such as a mark under a place in a text.
    pub lines: Vec<String>,
}

impl Problem {
    pub(super) fn new(what: &str) -> Self {
        Self { what: terminal::sentence(what), ..Self::default() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        f.write_str(&self.what)?;
        if let Some(advice) = &self.advice {
            write!(f, "; {advice}")?;
        }
        if let Some(note) = &self.note {
            write!(f, " ({note})")?;
        }
        self.lines.iter().try_for_each(|line| write!(f, "\n{line}"))
    }
}
