//! Reading a report back.

use std::path::Path;

use super::document::{Model, Report, SCHEMA};
use crate::error::{Error, Result};

impl Report {
    /// Reads a report that `eval` wrote as JSON.
    ///
    /// # Errors
    /// An input error where the file cannot be read or is no report of this schema.
    pub fn read(path: &Path) -> Result<Self> {
        let place = path.display();
        let text = crate::verdict::read_text(&path.to_string_lossy())?;
        let value: serde_json::Value = serde_json::from_str(&text).map_err(|e| {
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
        let report: Self = serde_json::from_value(value).map_err(|e| {
            Error::input(format!("{place} is not a whole report ({e}); write it anew with randsplit eval"))
        })?;
        let sizes = |m: &Model| m.splits.len() == report.baseline.splits.len();
        if report.metrics.is_empty()
            || report.baseline.splits.is_empty()
            || report.models.is_empty()
            || !report.models.iter().all(sizes)
        {
            return Err(Error::input(format!(
                "{place} is damaged: it has no metrics, or its models have different splits; write it anew with randsplit eval"
            )));
        }
        Ok(report)
    }
}
