//! The report as Markdown, for pull requests and pages.

use std::io::{self, Write};

use super::{Format, WriteOptions, WritePage};
use crate::render::page::report_page;
use crate::report::Report;

/// The table as Markdown.
#[derive(Debug)]
pub struct Markdown;

impl Format for Markdown {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn summary(&self) -> &'static str {
        "The table as Markdown"
    }

    fn good_for(&self) -> &'static str {
        "pull requests and pages"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["md", "markdown"]
    }

    fn write(&self, report: &Report, options: &WriteOptions, out: &mut dyn Write) -> io::Result<()> {
        report_page(report, options.kept, options.figures.is_some()).write_markdown(options.figures, out)
    }

    fn page(&self) -> Option<WritePage> {
        Some(|page, options, out| page.write_markdown(options.figures, out))
    }
}
