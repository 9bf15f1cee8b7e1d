//! `randsplit schema`: what a report holds, for programs.

use crate::report::schema;

/// How it is used.
pub const EXAMPLES: &str = "\
Examples:
  randsplit schema > report.schema.json
  randsplit schema | jq '.[\"$defs\"].MetricSummary.properties | map_values(.description)'";

/// The JSON Schema of a report.
pub fn text() -> String {
    format!("{:#}\n", schema())
}
