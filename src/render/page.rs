//! A page of headings, sentences and tables that can be written as text or as Markdown.

use std::io::{self, Write};

use super::style::Style;
use crate::escape::{markdown, terminal};

/// How a piece of a page is marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Not at all.
    Plain,
    /// It may be skipped.
    Dim,
    /// It needs attention.
    Warn,
}

enum Block {
    Heading(String),
    Line(Mark, String),
    Table { head: Vec<String>, rows: Vec<Vec<String>> },
}

/// The pieces of a page, in order.
#[derive(Default)]
pub struct Page(Vec<Block>);

fn width_of(text: &str) -> usize {
    text.chars().count()
}

/// Breaks a text into lines of at most `width` characters at spaces; the lines after the first are indented.
fn wrapped(text: &str, width: usize, indent: usize) -> String {
    let start = text.len() - text.trim_start().len();
    let (mut out, mut used) = (text[..start].to_owned(), start);
    let mut first = true;
    for word in text[start..].split(' ') {
        let next = width_of(word);
        if !first && used + 1 + next > width {
            out.push('\n');
            out.push_str(&" ".repeat(start + indent));
            used = start + indent;
        } else if !first {
            out.push(' ');
            used += 1;
        }
        first = false;
        out.push_str(word);
        used += next;
    }
    out
}

impl Page {
    /// Adds a heading.
    pub fn heading(&mut self, text: impl Into<String>) {
        self.0.push(Block::Heading(text.into()));
    }

    /// Adds a sentence.
    pub fn line(&mut self, mark: Mark, text: impl Into<String>) {
        self.0.push(Block::Line(mark, text.into()));
    }

    /// Adds a table; the first column is aligned to the left, the others to the right. Without rows nothing is
    /// added.
    pub fn table(&mut self, head: &[&str], rows: Vec<Vec<String>>) {
        if !rows.is_empty() {
            self.0.push(Block::Table { head: head.iter().map(|h| (*h).to_owned()).collect(), rows });
        }
    }

    /// Writes it for a terminal of `width` columns.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_text(&self, style: Style, width: usize, out: &mut dyn Write) -> io::Result<()> {
        for (i, block) in self.0.iter().enumerate() {
            match block {
                Block::Heading(text) => {
                    if i > 0 {
                        writeln!(out)?;
                    }
                    writeln!(out, "{}", style.bold(&terminal::sentence(text)))?;
                }
                Block::Line(mark, text) => {
                    let text = wrapped(&terminal::sentence(text), width.max(60), 2);
                    let shown = |line: &str| match mark {
                        Mark::Plain => line.to_owned(),
                        Mark::Dim => style.dim(line),
                        Mark::Warn => style.warn(line),
                    };
                    text.lines().try_for_each(|line| writeln!(out, "{}", shown(line)))?;
                }
                Block::Table { head, rows } => {
                    let shown = |row: &Vec<String>| row.iter().map(|cell| terminal::name(cell)).collect();
                    let rows: Vec<Vec<String>> = rows.iter().map(shown).collect();
                    let widths: Vec<usize> = (0..head.len())
                        .map(|c| rows.iter().chain([head]).map(|row| width_of(&row[c])).max().unwrap_or(0))
                        .collect();
                    let line = |row: &[String]| -> String {
                        let cell = |(c, text): (usize, &String)| {
                            let pad = " ".repeat(widths[c] - width_of(text));
                            if c == 0 { format!("  {text}{pad}") } else { format!("  {pad}{text}") }
                        };
                        row.iter().enumerate().map(cell).collect::<String>().trim_end().to_owned()
                    };
                    writeln!(out, "{}", style.dim(&line(head)))?;
                    for row in &rows {
                        writeln!(out, "{}", line(row))?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Writes it as Markdown.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_markdown(&self, out: &mut dyn Write) -> io::Result<()> {
        let cell = |text: &String| markdown::name(text);
        for (i, block) in self.0.iter().enumerate() {
            match block {
                Block::Heading(text) => {
                    let mark = if i == 0 { "##" } else { "\n###" };
                    writeln!(out, "{mark} {}\n", markdown::text(text))?;
                }
                Block::Line(_, text) => writeln!(out, "- {}", markdown::text(text))?,
                Block::Table { head, rows } => {
                    writeln!(out, "\n| {} |", head.iter().map(cell).collect::<Vec<_>>().join(" | "))?;
                    writeln!(out, "| --- |{}", " ---: |".repeat(head.len() - 1))?;
                    for row in rows {
                        writeln!(out, "| {} |", row.iter().map(cell).collect::<Vec<_>>().join(" | "))?;
                    }
                    writeln!(out)?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(page: &Page, width: usize) -> String {
        let mut out = Vec::new();
        page.write_text(Style::PLAIN, width, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn tables_are_aligned_and_lines_wrapped() {
        let mut page = Page::default();
        page.heading("title");
        page.line(Mark::Plain, "word ".repeat(20).trim());
        page.table(&["row", "loss"], vec![vec!["7".into(), "1.5".into()], vec!["1234".into(), "10.25".into()]]);
        page.table(&["empty"], vec![]);
        let shown = text(&page, 60);
        assert!(shown.lines().all(|l| l.chars().count() <= 60), "{shown}");
        assert!(shown.ends_with("  row    loss\n  7       1.5\n  1234  10.25\n"), "{shown}");
        let mut out = Vec::new();
        page.write_markdown(&mut out).unwrap();
        let markdown = String::from_utf8(out).unwrap();
        assert!(markdown.contains("| row | loss |\n| --- | ---: |\n| 7 | 1.5 |"), "{markdown}");
    }
}
