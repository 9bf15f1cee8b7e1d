//! A page as HTML: one file that asks for nothing, with pictures that are there without its script.

mod blocks;
mod splits;

use std::io::{self, Write};

use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::{Block, Page, Section};
use crate::escape::terminal;

const STYLE: &str = include_str!("../../html/page.css");
const SCRIPT: &str = include_str!("../../html/page.js");

/// Text from data, made safe; a browser gets nothing that acts, and no signs that turn its direction.
fn safe(text: &str) -> String {
    terminal::sentence(text)
}

/// The source that a content security policy allows: the hash of what stands in the page.
fn source(of: &str) -> String {
    use base64::Engine;
    format!("'sha256-{}'", base64::engine::general_purpose::STANDARD.encode(Sha256::digest(of.as_bytes())))
}

/// What a page is of, which its script and its tests go by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HtmlOptions<'a> {
    /// Such as `regression`.
    pub kind: &'a str,
}

impl Page {
    /// Writes it as HTML. The same page gives the same bytes.
    ///
    /// # Errors
    /// Those of the writer.
    pub(crate) fn write_html(&self, options: HtmlOptions, out: &mut dyn Write) -> io::Result<()> {
        let policy = format!(
            "default-src 'none'; style-src {}; script-src {}; img-src data:; base-uri 'none'; form-action 'none'",
            source(STYLE),
            source(SCRIPT)
        );
        let title = self.html_title();
        let markup = html! {
            (DOCTYPE)
            html lang="en" data-theme="auto" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta http-equiv="Content-Security-Policy" content=(policy);
                    meta name="generator" content={ "randsplit " (env!("CARGO_PKG_VERSION")) };
                    title { (title) }
                    style { (PreEscaped(STYLE)) }
                }
                body data-kind=(options.kind) {
                    a.skip href="#main" { "Skip to the content" }
                    (self.html_header())
                    (self.html_sections())
                    script { (PreEscaped(SCRIPT)) }
                }
            }
        };
        out.write_all(markup.into_string().as_bytes())?;
        writeln!(out)
    }

    fn html_title(&self) -> String {
        let of = self.0.iter().find_map(|block| match block {
            Block::Title(title) => Some(format!("{}: {}", safe(&title.subject), title.what)),
            Block::Heading(heading) => Some(safe(&heading.text)),
            _ => None,
        });
        of.unwrap_or_else(|| "randsplit".into())
    }

    /// What the page is about, and where its sections are.
    fn html_header(&self) -> Markup {
        let title = self.0.iter().find_map(|block| if let Block::Title(title) = block { Some(title) } else { None });
        let sections = self.sections();
        html! {
            @if let Some(title) = title {
                header {
                    h1 {
                        (safe(&title.subject)) ": " (title.what)
                        @if let Some(of) = &title.of { " of " code { (safe(of)) } }
                    }
                    @for facts in title.facts.iter().filter(|facts| !facts.is_empty()) {
                        p.facts { (facts.iter().map(|fact| safe(fact)).collect::<Vec<_>>().join(" · ")) }
                    }
                    div.controls hidden {}
                }
            }
            @if sections.len() > 1 {
                nav aria-label="Sections" {
                    ul {
                        @for section in sections { li { a href={ "#" (section.id) } { (section.title) } } }
                    }
                }
            }
        }
    }

    fn sections(&self) -> Vec<&Section> {
        self.0
            .iter()
            .filter_map(|block| if let Block::Section(section) = block { Some(section) } else { None })
            .collect()
    }

    /// Everything after the title, section by section.
    fn html_sections(&self) -> Markup {
        let blocks: Vec<&Block> = self.0.iter().filter(|block| !matches!(block, Block::Title(_))).collect();
        // What stands before the first section has none.
        let begins = |block: &&Block| matches!(block, Block::Section(_));
        let starts: Vec<usize> = (0..blocks.len()).filter(|at| begins(&blocks[*at])).collect();
        let first = starts.first().copied().unwrap_or(blocks.len());
        let ends = starts.iter().skip(1).copied().chain([blocks.len()]);
        html! {
            main #main {
                (blocks::write(&blocks[..first]))
                @for (start, end) in starts.iter().copied().zip(ends) {
                    @if let Block::Section(section) = blocks[start] {
                        section id=(section.id) aria-labelledby={ (section.id) "-h" } {
                            h2 id={ (section.id) "-h" } { (section.title) }
                            (blocks::write(&blocks[start + 1..end]))
                        }
                    }
                }
            }
        }
    }
}
