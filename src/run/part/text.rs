//! A part as text: a line that says what it is, and one that has it.

use serde::{Deserialize, Serialize};

use super::Part;
use crate::data::fingerprint_of_bytes;
use crate::error::{Error, Result};

/// The version of the text.
const SCHEMA: &str = "randsplit.part/1";

#[derive(Serialize, Deserialize)]
struct Header {
    schema: String,
    /// A fingerprint of the line that follows.
    checksum: String,
}

impl Part {
    /// Writes the part as two lines of JSON: one with schema and checksum, and the part, of which every number comes
    /// back bit by bit.
    ///
    /// # Errors
    /// A run error where it cannot be written as JSON.
    pub fn to_text(&self) -> Result<String> {
        let json = |e: serde_json::Error| Error::run(format!("the part cannot be written: {e}"));
        let body = serde_json::to_string(self).map_err(json)?;
        let header = Header { schema: SCHEMA.into(), checksum: fingerprint_of_bytes(body.as_bytes()) };
        Ok(format!("{}\n{body}\n", serde_json::to_string(&header).map_err(json)?))
    }

    /// Reads what [`Part::to_text`] wrote.
    ///
    /// # Errors
    /// An input error where the text is something else, of another version, or damaged.
    pub fn from_text(text: &[u8]) -> Result<Self> {
        let mut lines = text.splitn(2, |byte| *byte == b'\n');
        let header = lines.next().and_then(|line| serde_json::from_slice::<Header>(line).ok());
        let Some(header) = header.filter(|header| header.schema.starts_with("randsplit.part/")) else {
            return Err(Error::report("this is not a part of a run").advise("give one that randsplit has written"));
        };
        if header.schema != SCHEMA {
            return Err(Error::report(format!(
                "the part is of version {}, and this randsplit reads {SCHEMA}",
                header.schema
            ))
            .advise("use the version that wrote it"));
        }
        let body = lines.next().unwrap_or_default();
        let body = body.strip_suffix(b"\n").unwrap_or(body);
        if fingerprint_of_bytes(body) != header.checksum {
            return Err(Error::report("the part is damaged: its checksum is another one").advise("write it again"));
        }
        serde_json::from_slice(body)
            .map_err(|e| Error::report(format!("the part is damaged: {e}")).advise("write it again"))
    }
}
