//! A journal: what is done of a run, a line a split, so that a run that is cut off loses no split.
//!
//! The first line says what was asked. Each line is a JSON object with a checksum of what it has; a last line without its end
//! was being written when the run was cut off, and is left out.

use serde::{Deserialize, Serialize};

use super::{Part, Question, Splits};
use crate::data::fingerprint_of_bytes;
use crate::error::{Error, Result};

/// The version of the text.
const SCHEMA: &str = "randsplit.journal/1";

/// What the first line says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JournalHeader {
    schema: String,
    /// Splits that were asked for.
    pub splits: usize,
    /// The command line, without the name of the program.
    pub command: Vec<String>,
    /// What was asked of each split.
    pub question: Question,
}

impl JournalHeader {
    /// Of a run of so many splits.
    pub fn new(question: Question, splits: usize, command: Vec<String>) -> Self {
        Self { schema: SCHEMA.into(), splits, command, question }
    }

    /// Its line, with the line's end.
    ///
    /// # Errors
    /// A run error where it cannot be written as JSON.
    pub fn line(&self) -> Result<String> {
        line("journal", self)
    }
}

/// What a journal has.
#[derive(Debug, Clone, PartialEq)]
pub struct Journal {
    /// What its first line says.
    pub header: JournalHeader,
    /// The splits, a part each, in the order of the plan, each once.
    pub done: Vec<Part>,
    /// Bytes of whole lines; what follows them is to be cut off.
    pub whole: usize,
    /// Whether the last line was cut off.
    pub is_torn: bool,
}

/// The line of a part of one split, with the line's end.
///
/// # Errors
/// A run error where it cannot be written as JSON.
pub fn split_line(part: &Part) -> Result<String> {
    line("split", &part.splits)
}

fn line(key: &str, value: &impl Serialize) -> Result<String> {
    let body = serde_json::to_string(value).map_err(|e| Error::run(format!("the journal cannot be written: {e}")))?;
    Ok(format!("{{\"checksum\":\"{}\",\"{key}\":{body}}}\n", fingerprint_of_bytes(body.as_bytes())))
}

/// How each line begins.
const START: &[u8] = b"{\"checksum\":\"";

/// Whether a journal was cut off before its first line was whole.
pub fn is_begun(text: &[u8]) -> bool {
    !text.contains(&b'\n') && (START.starts_with(text) || text.starts_with(START))
}

/// What a line has, where its checksum is right.
fn body<'l>(line: &'l [u8], key: &str) -> Option<&'l [u8]> {
    let rest = line.strip_suffix(b"\n")?.strip_suffix(b"}")?.strip_prefix(START)?;
    let end = rest.iter().position(|byte| *byte == b'"')?;
    let (checksum, rest) = rest.split_at(end);
    let body = rest.strip_prefix(format!("\",\"{key}\":").as_bytes())?;
    (fingerprint_of_bytes(body).as_bytes() == checksum).then_some(body)
}

impl Part {
    /// Brings parts of one split each into the order of the plan, each split once.
    ///
    /// # Errors
    /// An input error where two of them have different results of one split.
    pub(crate) fn in_order(parts: &mut Vec<Self>) -> Result<()> {
        let place = |part: &Self| part.splits.places.iter().next();
        parts.sort_by_key(place);
        for pair in parts.windows(2).filter(|pair| place(&pair[0]) == place(&pair[1])) {
            pair[0].common(&pair[1])?;
        }
        parts.dedup_by_key(|part| place(part));
        Ok(())
    }
}

impl Journal {
    /// Reads a journal.
    ///
    /// # Errors
    /// An input error where it is something else, of another version, or damaged in a line that is whole.
    pub fn read(text: &[u8]) -> Result<Self> {
        let mut lines = text.split_inclusive(|byte| *byte == b'\n');
        let first = lines.next().unwrap_or_default();
        if !first.starts_with(START) {
            return Err(Error::report("this is not a journal of a run").advise("give one that randsplit has written"));
        }
        let damaged = |number: usize| {
            Error::report(format!("line {number} of the journal is damaged: its checksum is another one"))
                .advise("take a copy of it, or begin a new journal")
        };
        let header: JournalHeader =
            body(first, "journal").and_then(|body| serde_json::from_slice(body).ok()).ok_or_else(|| damaged(1))?;
        if header.schema != SCHEMA {
            return Err(Error::report(format!(
                "the journal is of version {}, and this randsplit reads {SCHEMA}",
                header.schema
            ))
            .advise("use the version that wrote it"));
        }
        let (mut done, mut whole, mut is_torn) = (Vec::new(), first.len(), false);
        for (number, line) in (2..).zip(lines) {
            if !line.ends_with(b"\n") {
                is_torn = true;
                break;
            }
            let splits: Option<Splits> = body(line, "split").and_then(|body| serde_json::from_slice(body).ok());
            let splits = splits.filter(|splits| splits.len() == 1 && splits.check().is_ok());
            done.push(Part { splits: splits.ok_or_else(|| damaged(number))?, ..Part::new(Question::default()) });
            whole += line.len();
        }
        Part::in_order(&mut done)?;
        Ok(Self { header, done, whole, is_torn })
    }
}
