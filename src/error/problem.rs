//! What an error says, in parts.

use std::fmt;

use serde::Serialize;

use super::Subject;
use crate::escape::terminal;

/// One problem: `place: what; advice`. Names from data are in it as they are shown: see
/// [`terminal`](crate::escape::terminal).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Problem {
    /// What it is about, where that is one thing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<Subject>,
    /// The file, and the row or line in it, where the problem is of one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// What is wrong, without a full stop.
    pub what: String,
    /// What to do about it, where more can be said than to correct it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
    /// What a front end knows of where the setting came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Lines below the sentence, such as a mark under a place in a text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
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
