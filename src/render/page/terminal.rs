//! A page for a terminal.

use std::io::{self, Write};

use super::{Block, Heading, Line, List, Page, Title, Tone, claim, sanity};
use crate::escape::terminal;
use crate::render::Style;
use crate::render::ascii::Ascii;
use crate::render::width::wrapped;
use crate::setting::DETAIL;

/// The least width that is written for.
const NARROWEST: usize = 40;
/// Sentences are wrapped here in wider terminals too: longer lines are hard to read.
const READABLE: usize = 120;
/// No terminal is as wide as this: nothing is to be wrapped.
const UNWRAPPED: usize = 1000;

fn readable(width: usize) -> usize {
    if width < UNWRAPPED { width.min(READABLE) } else { width }
}

/// How a page is written for a terminal.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TextOptions {
    pub style: Style,
    /// Columns of the terminal.
    pub width: usize,
    /// Whether sections that are summed up elsewhere are shown.
    pub detail: bool,
    /// Whether pictures are drawn.
    pub plot: bool,
}

impl Page {
    /// Writes it for a terminal.
    ///
    /// # Errors
    /// Those of the writer.
    pub(crate) fn write_text(&self, options: TextOptions, out: &mut dyn Write) -> io::Result<()> {
        let (style, width) = (options.style, options.width.max(NARROWEST));
        let out: &mut dyn Write = if style.ascii { &mut Ascii(out) } else { out };
        let mut left_out = false;
        for (i, block) in self.0.iter().enumerate() {
            if let Block::Heading(heading) = block {
                left_out = heading.detail && !options.detail;
            }
            if left_out {
                continue;
            }
            match block {
                Block::Title(title) => write_title(title, style, width, out)?,
                Block::Heading(heading) => write_heading(heading, i == 0, style, width, out)?,
                Block::Line(line) => write_line(line, style, width, out)?,
                Block::List(list) => write_list(list, style, width, out)?,
                Block::Table(table) => table.write_text(style, width, out)?,
                Block::Statistics(statistics) => statistics.write_text(style, width, out)?,
                Block::Section(section) => {
                    let heading = Heading { text: section.title.to_owned(), ..Heading::default() };
                    write_heading(&heading, i == 0, style, width, out)?;
                }
                Block::Hint(_) if options.detail => {}
                Block::Figure(figure) if options.plot => {
                    writeln!(out)?;
                    figure.text(readable(width)).iter().try_for_each(|line| writeln!(out, "{line}"))?;
                }
                // For a page with room for pictures.
                Block::Figure(_) | Block::Metric(_) | Block::Splits(_) => {}
                Block::Hint(what) => {
                    let text = format!("{DETAIL} shows {what}");
                    writeln!(out)?;
                    wrapped(&text, width, 2).iter().try_for_each(|line| writeln!(out, "{}", style.dim(line)))?;
                }
                Block::Examples(lines) => {
                    writeln!(out)?;
                    lines.iter().try_for_each(|line| writeln!(out, "  {line}"))?;
                }
                Block::Check(check) => {
                    let (lead, text) = (sanity::mark(check.verdict, style), sanity::sentence(check));
                    write_marked(&lead, &terminal::sentence(&text), 2, Tone::Plain, style, width, out)?;
                }
                Block::Claim(found) => {
                    for (lead, text) in claim::lines(found, style) {
                        write_marked(&lead, &terminal::sentence(&text), 2, Tone::Plain, style, width, out)?;
                    }
                }
            }
        }
        Ok(())
    }
}

fn toned(tone: Tone, text: &str, style: Style) -> String {
    match tone {
        Tone::Plain => text.to_owned(),
        Tone::Dim => style.dim(text),
        Tone::Warn => style.warn(text),
    }
}

/// A sentence behind something marked, which is one word; lines after the first are indented.
fn write_marked(
    lead: &str,
    text: &str,
    indent: usize,
    tone: Tone,
    style: Style,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let bare = strip_colour(lead);
    let between = if bare.is_empty() || text.is_empty() { "" } else { " " };
    let whole = format!("{bare}{between}{text}");
    for (i, line) in wrapped(&whole, readable(width), indent).iter().enumerate() {
        match line.strip_prefix(bare.as_str()).filter(|_| i == 0 && !bare.is_empty()) {
            Some(rest) => writeln!(out, "{lead}{}", toned(tone, rest, style))?,
            None => writeln!(out, "{}", toned(tone, line, style))?,
        }
    }
    Ok(())
}

/// A text of our own without the codes of colour in it.
fn strip_colour(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\x1b[") {
        out.push_str(before);
        rest = after.split_once('m').map_or("", |(_, rest)| rest);
    }
    out + rest
}

fn write_line(line: &Line, style: Style, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let lead = line.lead.as_ref().map_or_else(String::new, |(tone, lead)| {
        let lead = terminal::sentence(lead);
        if *tone == Tone::Plain { lead } else { toned(*tone, &lead, style) }
    });
    write_marked(&lead, &terminal::sentence(&line.text), 2, line.tone, style, width, out)
}

fn write_title(title: &Title, style: Style, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let [first, second] = &title.facts;
    let facts = |facts: &[String]| facts.iter().map(|f| terminal::sentence(f)).collect::<Vec<_>>().join(" · ");
    let subject = terminal::name(&title.subject);
    let of = title.of.as_ref().map_or_else(String::new, |of| format!(" {}", terminal::name(of)));
    let text = format!("{}{of} · {}", title.what, facts(first));
    write_marked(&style.bold(&format!("{subject}:")), &text, 2, Tone::Plain, style, width, out)?;
    wrapped(&facts(second), width, 2).iter().try_for_each(|line| writeln!(out, "{line}"))
}

fn write_heading(heading: &Heading, first: bool, style: Style, width: usize, out: &mut dyn Write) -> io::Result<()> {
    if !first {
        writeln!(out)?;
    }
    if heading.quiet {
        return Ok(());
    }
    let text = style.bold(&terminal::sentence(&heading.text));
    write_marked(&text, &terminal::sentence(&heading.aside), 2, Tone::Dim, style, width, out)
}

fn write_list(list: &List, style: Style, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let shown = list.items[..list.most.min(list.items.len())].join(", ");
    let left = list.items.len().saturating_sub(list.most);
    let more = if left > 0 { format!(" and {left} more") } else { String::new() };
    let text = terminal::sentence(&format!("{}{shown}{more}{}", list.lead, list.tail));
    wrapped(&text, readable(width), 2).iter().try_for_each(|line| writeln!(out, "{}", toned(list.tone, line, style)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_aligned_and_lines_wrapped() {
        let mut page = Page::default();
        page.heading("title");
        page.line(Tone::Plain, "word ".repeat(20).trim());
        page.led(Tone::Warn, "RS001", "word ".repeat(20).trim());
        page.table(&["row", "loss"], vec![vec!["7".into(), "1.5".into()], vec!["1234".into(), "10.25".into()]]);
        page.table(&["empty"], vec![]);
        let (mut out, mut markdown) = (Vec::new(), Vec::new());
        let options = TextOptions { style: Style::PLAIN, width: 60, detail: false, plot: false };
        page.write_text(options, &mut out).unwrap();
        page.write_markdown(crate::render::page::MarkdownPictures::LeftOut, &mut markdown).unwrap();
        let (shown, markdown) = (String::from_utf8(out).unwrap(), String::from_utf8(markdown).unwrap());
        assert!(shown.lines().all(|l| l.chars().count() <= 60), "{shown}");
        assert!(shown.contains("\nRS001 word word"), "{shown}");
        assert!(shown.ends_with("  row    loss\n  7       1.5\n  1234  10.25\n"), "{shown}");
        assert!(markdown.contains("\n\n| row | loss |\n| --- | ---: |\n| 7 | 1.5 |"), "{markdown}");
    }

    #[test]
    fn a_marked_word_keeps_its_colour_and_costs_no_width() {
        let mut out = Vec::new();
        let style = Style { colour: true, ..Style::PLAIN };
        write_marked(&style.bad("fails"), &"word ".repeat(20), 2, Tone::Plain, style, 40, &mut out).unwrap();
        let shown = String::from_utf8(out).unwrap();
        assert!(shown.starts_with("\u{1b}[31;1mfails\u{1b}[0m word"));
        assert!(strip_colour(&shown).lines().all(|line| line.len() <= 40), "{shown}");
    }
}
