//! The whole report as JSON, schema `randsplit.report/1`.

use std::io::{self, Write};

use super::{Format, WriteOptions};
use crate::report::Report;

/// The whole report.
#[derive(Debug)]
pub struct Json;

impl Format for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn summary(&self) -> &'static str {
        "The whole report as JSON"
    }

    fn good_for(&self) -> &'static str {
        "keeping a report for other commands, jq and other programs"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["json"]
    }

    fn write(&self, report: &Report, _: &WriteOptions, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, report).map_err(io::Error::from)?;
        writeln!(out)
    }

    fn is_whole(&self) -> bool {
        true
    }
}
