//! A page for a terminal.

use std::io::{self, Write};

use super::{Block, Cell, Heading, List, Page, Row, Statistics, Table, Title, Tone, Widths, claim_line};
use crate::escape::terminal;
use crate::render::Style;

/// Width of the names of statistics.
const LABEL: usize = 18;
/// Width of a score's column.
const COLUMN: usize = 14;
/// The least width that is written for.
const NARROWEST: usize = 60;

impl Page {
    /// Writes it for a terminal of `width` columns.
    ///
    /// # Errors
    /// Those of the writer.
    pub(crate) fn write_text(&self, style: Style, width: usize, out: &mut dyn Write) -> io::Result<()> {
        let width = width.max(NARROWEST);
        let mut left_out = false;
        for (i, block) in self.0.iter().enumerate() {
            if let Block::Heading(heading) = block {
                left_out = heading.detail;
            }
            if left_out {
                continue;
            }
            match block {
                Block::Title(title) => write_title(title, style, out)?,
                Block::Heading(heading) => write_heading(heading, i == 0, style, out)?,
                Block::Line(tone, text) => {
                    let text = wrapped(&terminal::sentence(text), width, 2);
                    text.lines().try_for_each(|line| writeln!(out, "{}", toned(*tone, line, style)))?;
                }
                Block::Parts(parts) => {
                    let shown = |(tone, text): &(Tone, String)| toned(*tone, &terminal::sentence(text), style);
                    writeln!(out, "{}", parts.iter().map(shown).collect::<String>())?;
                }
                Block::List(list) => write_list(list, style, out)?,
                Block::Table(table) => write_table(table, style, out)?,
                Block::Statistics(statistics) => write_statistics(statistics, style, width, out)?,
                Block::Claim(claim) => writeln!(out, "{}", claim_line(claim, style))?,
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

fn write_title(title: &Title, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let [first, second] = &title.facts;
    let facts = |facts: &[String]| facts.iter().map(|f| terminal::sentence(f)).collect::<Vec<_>>().join(" · ");
    let (subject, of) = (style.bold(&terminal::name(&title.subject)), style.bold(&terminal::name(&title.of)));
    writeln!(out, "{subject}: {} {of} · {}\n{}", title.what, facts(first), facts(second))
}

fn write_heading(heading: &Heading, first: bool, style: Style, out: &mut dyn Write) -> io::Result<()> {
    if !first {
        writeln!(out)?;
    }
    if heading.quiet {
        return Ok(());
    }
    let aside = if heading.aside.is_empty() { String::new() } else { format!("  {}", heading.aside) };
    let aside = terminal::sentence(&aside);
    writeln!(
        out,
        "{}{}",
        style.bold(&terminal::sentence(&heading.text)),
        if aside.is_empty() { aside } else { style.dim(&aside) }
    )
}

fn write_list(list: &List, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let shown = list.items[..list.most.min(list.items.len())].join(", ");
    let left = list.items.len().saturating_sub(list.most);
    let more = if left > 0 { format!(" and {left} more") } else { String::new() };
    let text = terminal::sentence(&format!("{}{shown}{more}", list.lead));
    writeln!(out, "{}{}", toned(list.tone, &text, style), style.dim(&list.tail))
}

fn write_table(table: &Table, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let shown = |row: &Row| row.cells.iter().map(|cell| terminal::name(cell)).collect::<Vec<String>>();
    let rows: Vec<(&Row, Vec<String>)> = table.rows.iter().map(|row| (row, shown(row))).collect();
    let longest =
        |c: usize| rows.iter().filter(|(row, _)| !row.detail).map(|(_, cells)| length(&cells[c])).max().unwrap_or(0);
    let columns = 0..table.head.len();
    let (widths, gap): (Vec<usize>, &str) = match table.widths {
        Widths::Fitted => (columns.map(|c| longest(c).max(length(&table.head[c]))).collect(), "  "),
        Widths::Even { least, most, apart, column, .. } => {
            (columns.map(|c| if c == 0 { longest(0).clamp(least, most) + apart } else { column }).collect(), "")
        }
    };
    let line = |cells: &[String]| {
        let cell = |(c, text): (usize, &String)| {
            let padded = if c == 0 { pad_right(text, widths[c]) } else { pad(text, widths[c]) };
            format!("{gap}{padded}")
        };
        cells.iter().enumerate().map(cell).collect::<String>().trim_end().to_owned()
    };
    let head = line(&table.head);
    let head = match table.widths {
        Widths::Fitted => style.dim(&head),
        Widths::Even { bold: true, .. } => style.bold(&head),
        Widths::Even { .. } => head,
    };
    writeln!(out, "{head}")?;
    let mut left_out = 0;
    for (i, (row, cells)) in rows.iter().enumerate() {
        if !row.detail {
            let note = if row.note.is_empty() { String::new() } else { format!("  {}", row.note) };
            writeln!(out, "{}{}", line(cells), terminal::sentence(&note))?;
            continue;
        }
        left_out += 1;
        if !rows.get(i + 1).is_some_and(|(next, _)| next.detail) {
            let indent = widths[0];
            writeln!(out, "{}", style.dim(&format!("{:indent$}  and {left_out} more in the JSON", "")))?;
            left_out = 0;
        }
    }
    Ok(())
}

fn write_statistics(statistics: &Statistics, style: Style, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let fit = ((width - LABEL) / COLUMN).max(1);
    let columns: Vec<usize> = (0..statistics.names.len()).collect();
    for (i, columns) in columns.chunks(fit).enumerate() {
        if i > 0 {
            writeln!(out)?;
        }
        let heading: String = columns.iter().map(|c| pad(&short(&statistics.names[*c]), COLUMN)).collect();
        writeln!(out, "{:LABEL$}{}", "", style.bold(&heading))?;
        for statistic in &statistics.rows {
            for (end, label) in statistic.labels.iter().enumerate() {
                let cells = columns
                    .iter()
                    .map(|c| statistic.cells[*c].as_ref().map_or_else(String::new, |cell| text(cell, end)));
                writeln!(out, "{label:LABEL$}{}", cells.map(|cell| pad(&cell, COLUMN)).collect::<String>())?;
            }
        }
    }
    Ok(())
}

/// A cell, of an interval one of its ends.
fn text(cell: &Cell, end: usize) -> String {
    match cell {
        Cell::Number(text) | Cell::Split(text, None) | Cell::Bars(text) => text.clone(),
        Cell::Split(text, Some(split)) => format!("{text} #{split}"),
        Cell::Interval(None) => "–".into(),
        Cell::Interval(Some(ends)) => ends[end].clone(),
    }
}

fn length(text: &str) -> usize {
    text.chars().count()
}

/// Aligned to the right in `width` characters (bars and dashes take more than a byte).
fn pad(text: &str, width: usize) -> String {
    format!("{}{text}", " ".repeat(width.saturating_sub(length(text))))
}

fn pad_right(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(length(text))))
}

/// A score's name cut to fit its column.
fn short(name: &str) -> String {
    let name = terminal::name(name);
    if length(&name) < COLUMN { name } else { name.chars().take(COLUMN - 2).chain(['…']).collect() }
}

/// Breaks a text into lines of at most `width` characters at spaces; the lines after the first are indented.
fn wrapped(text: &str, width: usize, indent: usize) -> String {
    let start = text.len() - text.trim_start().len();
    let (mut out, mut used) = (text[..start].to_owned(), start);
    let mut first = true;
    for word in text[start..].split(' ') {
        let next = length(word);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_aligned_and_lines_wrapped() {
        let mut page = Page::default();
        page.heading("title");
        page.line(Tone::Plain, "word ".repeat(20).trim());
        page.table(&["row", "loss"], vec![vec!["7".into(), "1.5".into()], vec!["1234".into(), "10.25".into()]]);
        page.table(&["empty"], vec![]);
        let (mut out, mut markdown) = (Vec::new(), Vec::new());
        page.write_text(Style::PLAIN, 60, &mut out).unwrap();
        page.write_markdown(&mut markdown).unwrap();
        let (shown, markdown) = (String::from_utf8(out).unwrap(), String::from_utf8(markdown).unwrap());
        assert!(shown.lines().all(|l| l.chars().count() <= 60), "{shown}");
        assert!(shown.ends_with("  row    loss\n  7       1.5\n  1234  10.25\n"), "{shown}");
        assert!(markdown.contains("\n\n| row | loss |\n| --- | ---: |\n| 7 | 1.5 |"), "{markdown}");
    }
}
