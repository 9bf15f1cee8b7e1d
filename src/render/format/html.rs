//! The report as a page for a browser.

use std::io::{self, Write};

use super::{Format, WriteOptions, WritePage};
use crate::render::page::{HtmlOptions, whole_page};
use crate::report::Report;

/// A page with pictures, in one file.
#[derive(Debug)]
pub struct Html;

impl Format for Html {
    fn name(&self) -> &'static str {
        "html"
    }

    fn summary(&self) -> &'static str {
        "A page with pictures, in one file"
    }

    fn good_for(&self) -> &'static str {
        "looking at, and sending to others"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["html", "htm"]
    }

    fn write(&self, report: &Report, options: &WriteOptions, out: &mut dyn Write) -> io::Result<()> {
        let kind = report.data.as_ref().map_or("scores", |data| data.task.name());
        whole_page(report, options.kept, options.command).write_html(HtmlOptions { kind }, out)
    }

    fn page(&self) -> Option<WritePage> {
        Some(|page, _, out| page.write_html(HtmlOptions { kind: "page" }, out))
    }

    fn has_figures(&self) -> bool {
        true
    }
}
