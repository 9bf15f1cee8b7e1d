//! `randsplit schema`: what the documents that randsplit writes hold, for programs.

use clap::ValueEnum;

use crate::predict::model_schema;
use crate::report::schema;
use crate::sanity::sanity_schema;

/// How it is used.
pub const EXAMPLES: &str = "\
Examples:
  randsplit schema > report.schema.json
  randsplit schema model > model.schema.json
  randsplit schema sanity > sanity.schema.json
  randsplit schema | jq '.[\"$defs\"].MetricSummary.properties | map_values(.description)'";

/// A document that randsplit writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Document {
    /// What eval writes as JSON
    Report,
    /// What fit writes
    Model,
    /// What sanity writes as JSON
    Sanity,
}

/// The JSON Schema of a document.
pub fn text(of: Document) -> String {
    match of {
        Document::Report => format!("{:#}\n", schema()),
        Document::Model => format!("{:#}\n", model_schema()),
        Document::Sanity => format!("{:#}\n", sanity_schema()),
    }
}
