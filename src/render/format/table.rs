//! The report as a table for people: a column a metric, a row a statistic.

use std::io::{self, Write};

use super::{Format, WriteOptions, WritePage};
use crate::render::page::{TextOptions, report_page};
use crate::report::Report;

fn text_options(options: &WriteOptions) -> TextOptions {
    TextOptions { style: options.style, width: options.width, detail: options.detail, plot: options.plot }
}

/// A table for people.
#[derive(Debug)]
pub struct Table;

impl Format for Table {
    fn name(&self) -> &'static str {
        "table"
    }

    fn summary(&self) -> &'static str {
        "A table for people"
    }

    fn good_for(&self) -> &'static str {
        "reading"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["txt"]
    }

    fn write(&self, report: &Report, options: &WriteOptions, out: &mut dyn Write) -> io::Result<()> {
        report_page(report, options.kept, options.plot).write_text(text_options(options), out)
    }

    fn page(&self) -> Option<WritePage> {
        Some(|page, options, out| page.write_text(text_options(options), out))
    }

    fn shows_verdicts(&self) -> bool {
        true
    }
}
