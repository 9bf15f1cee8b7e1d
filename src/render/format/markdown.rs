//! The report as Markdown, for pull requests and pages.

use std::io::{self, Write};

use super::{Format, WriteOptions, WritePage};
use crate::render::page::{MarkdownPictures, report_page};
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
        let pictures = pictures(options);
        report_page(report, options.kept, pictures != MarkdownPictures::LeftOut).write_markdown(pictures, out)
    }

    fn page(&self) -> Option<WritePage> {
        Some(|page, options, out| page.write_markdown(pictures(options), out))
    }
}

/// Pictures stand in a folder, where there is one; else they are drawn where they are asked for.
fn pictures<'a>(options: &WriteOptions<'a>) -> MarkdownPictures<'a> {
    match options.figures {
        Some(folder) => MarkdownPictures::Folder(folder),
        None if options.plot => MarkdownPictures::Letters,
        None => MarkdownPictures::LeftOut,
    }
}
