//! Reading a report back.

use std::path::Path;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::document::{Report, SCHEMA, SplitTable};
use crate::error::{Error, Result, Subject};

/// As much of a report as tells its schema; every value of another kind is passed over.
#[derive(Deserialize)]
#[serde(untagged)]
enum Schema {
    Name(String),
    Other(IgnoredAny),
}

#[derive(Deserialize)]
struct Head {
    schema: Option<Schema>,
}

impl Report {
    /// Reads a report that `eval` wrote as JSON.
    ///
    /// # Errors
    /// An input error where the file cannot be read or is not a report of this schema.
    pub fn read(path: &Path) -> Result<Self> {
        Self::read_file(path).map_err(|e| e.about(Subject::File(path.display().to_string())))
    }

    fn read_file(path: &Path) -> Result<Self> {
        let place = path.display();
        let text = crate::toml_file::read_text(&path.to_string_lossy())?;
        // Straight into columns: a tree of values would take several times the file.
        let read = serde_json::from_str::<Self>(&text);
        let report = match read {
            Ok(report) if report.schema == SCHEMA => report,
            Ok(report) => return Err(other_schema(path, &report.schema)),
            Err(why) => return Err(why_unread(path, &text, &why)),
        };
        let splits = report.splits().map_or(0, SplitTable::len);
        // An evaluation has data and a baseline; scores that were made elsewhere may have the latter.
        let of_something = match (&report.data, &report.scores) {
            (Some(_), None) => report.baseline.is_some(),
            (None, scores) => scores.is_some(),
            (Some(_), Some(_)) => false,
        };
        if report.metrics.is_empty()
            || report.models.is_empty()
            || splits == 0
            || !of_something
            || report.all_models().any(|model| model.splits.len() != splits)
        {
            return Err(Error::report(format!(
                "{place} is damaged: it has no metrics, no data or no baseline, or its models have different splits"
            ))
            .advise("write it anew with randsplit eval"));
        }
        Ok(report)
    }
}

fn other_schema(path: &Path, schema: &str) -> Error {
    Error::report(format!("{} has the schema '{schema}', and {SCHEMA} is needed", path.display()))
}

/// Why a text is not a report: no JSON at all, of another schema, or not whole.
fn why_unread(path: &Path, text: &str, why: &serde_json::Error) -> Error {
    let place = path.display();
    if let Err(e) = serde_json::from_str::<IgnoredAny>(text) {
        return Error::report(format!("{place} is not a report: it is not JSON ({e})"))
            .advise("write one with randsplit eval … -o run.json");
    }
    match serde_json::from_str::<Head>(text).ok().and_then(|head| head.schema) {
        Some(Schema::Name(schema)) if schema == SCHEMA => {
            Error::report(format!("{place} is not a whole report ({why})")).advise("write it anew with randsplit eval")
        }
        Some(Schema::Name(schema)) => other_schema(path, &schema),
        Some(Schema::Other(_)) | None => Error::report(format!("{place} is not a report: it names no schema"))
            .advise("write one with randsplit eval … -o run.json"),
    }
}
