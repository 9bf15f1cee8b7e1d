//! Reading a report back.

use std::path::Path;

use super::document::{Report, SCHEMA};
use crate::error::{Error, Result};

impl Report {
    /// Reads a report that `eval` wrote as JSON.
    ///
    /// # Errors
    /// An input error where the file cannot be read or is no report of this schema.
    pub fn read(path: &Path) -> Result<Self> {
        let place = path.display();
        let text = std::fs::read(path).map_err(|e| {
            let why =
                if e.kind() == std::io::ErrorKind::NotFound { "there is no such file".into() } else { e.to_string() };
            Error::input(format!("cannot read {place}: {why}; write a report with randsplit eval … -o run.json"))
        })?;
        let value: serde_json::Value = serde_json::from_slice(&text).map_err(|e| {
            Error::input(format!(
                "{place} is no report: it is not JSON ({e}); write one with randsplit eval … -o run.json"
            ))
        })?;
        match value.get("schema").and_then(serde_json::Value::as_str) {
            Some(SCHEMA) => {}
            Some(other) => {
                return Err(Error::input(format!("{place} has the schema '{other}', and {SCHEMA} is needed")));
            }
            None => {
                return Err(Error::input(format!(
                    "{place} is no report: it names no schema; write one with randsplit eval … -o run.json"
                )));
            }
        }
        serde_json::from_value(value).map_err(|e| {
            Error::input(format!("{place} is not a whole report ({e}); write it anew with randsplit eval"))
        })
    }
}
