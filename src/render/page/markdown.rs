//! A page as Markdown.

use std::io::{self, Write};

use super::statistics::{Cell, Statistics};
use super::table::Table;
use super::{Block, Page, sanity};
use crate::escape::markdown::{code, code_name, name, text};
use crate::verdict::{ClaimResult, Verdict};

use super::claim::{called, claim_reason};

/// What becomes of pictures in Markdown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MarkdownPictures<'a> {
    /// They are left out.
    LeftOut,
    /// They stand in files of a folder, which is named as the page sees it.
    Folder(&'a str),
    /// They are drawn with letters, so that they are seen where no file can be referred to.
    Letters,
}

/// Columns of a picture that is drawn with letters.
const COLUMNS: usize = 100;

impl Page {
    /// Writes it as Markdown.
    ///
    /// # Errors
    /// Those of the writer.
    pub(crate) fn write_markdown(&self, pictures: MarkdownPictures, out: &mut dyn Write) -> io::Result<()> {
        let is_item = |b: &Block| matches!(b, Block::Line(_) | Block::List(_) | Block::Claim(_) | Block::Check(_));
        let mut item_before = false;
        let is_shown = |block: &&Block| match block {
            Block::Hint(_) | Block::Metric(_) | Block::Splits(_) => false,
            Block::Figure(_) => pictures != MarkdownPictures::LeftOut,
            _ => true,
        };
        for (i, block) in self.0.iter().filter(is_shown).enumerate() {
            // Items that follow each other are one list.
            if i > 0 && !(item_before && is_item(block)) {
                writeln!(out)?;
            }
            item_before = is_item(block);
            match block {
                Block::Title(title) => {
                    let facts: Vec<String> = title.facts.iter().flatten().map(|fact| text(fact)).collect();
                    let subject = name(&title.subject);
                    let of = title.of.as_ref().map_or_else(String::new, |of| format!(" of {}", code_name(of)));
                    writeln!(out, "## {subject}: {}{of}\n\n{}.", title.what, facts.join(", "))?;
                }
                Block::Heading(heading) => {
                    let level = if i == 0 { "##" } else { "###" };
                    writeln!(out, "{level} {}", text(&heading.text))?;
                    if !heading.aside.is_empty() {
                        writeln!(out, "\n{}", code(&heading.aside))?;
                    }
                }
                Block::Line(line) => {
                    let lead = line.lead.as_ref().map_or_else(String::new, |(_, lead)| format!("{lead} "));
                    writeln!(out, "- {}", text(&format!("{lead}{}", line.text.trim_start())))?;
                }
                Block::List(list) => {
                    writeln!(out, "- {}", text(&format!("{}{}{}", list.lead, list.items.join(", "), list.tail)))?;
                }
                Block::Table(table) => {
                    write_table(table, out)?;
                    let legend = table.legend(0..table.columns.len());
                    if !legend.is_empty() {
                        writeln!(out, "\n{}", text(&legend))?;
                    }
                    let noted = table.rows.iter().any(|row| !row.note.is_empty());
                    if noted {
                        writeln!(out)?;
                    }
                    for row in table.rows.iter().filter(|row| !row.note.is_empty()) {
                        writeln!(out, "- {}: {}", name(&row.cells[0]), text(&row.note))?;
                    }
                    item_before = noted;
                }
                Block::Statistics(statistics) => write_statistics(statistics, out)?,
                Block::Check(check) => writeln!(out, "- {}", sanity::item(check))?,
                Block::Claim(claim) => writeln!(out, "- {}", claim_item(claim))?,
                Block::Examples(lines) => writeln!(out, "```sh\n{}\n```", lines.join("\n"))?,
                Block::Section(section) => writeln!(out, "### {}", section.title)?,
                Block::Figure(figure) => match pictures {
                    MarkdownPictures::LeftOut => {}
                    MarkdownPictures::Folder(folder) => {
                        let address = format!("{folder}/{}.svg", figure.id);
                        writeln!(out, "![{}](<{}>)", text(&figure.title), address.replace(['<', '>', '\n'], "_"))?;
                    }
                    MarkdownPictures::Letters => write_fenced(&figure.text(COLUMNS), out)?,
                },
                Block::Hint(_) | Block::Metric(_) | Block::Splits(_) => {}
            }
        }
        Ok(())
    }
}

/// Lines as they are, between fences that are longer than any in them.
fn write_fenced(lines: &[String], out: &mut dyn Write) -> io::Result<()> {
    let ticks = |line: &String| line.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(lines.iter().map(ticks).max().unwrap_or(0).max(2) + 1);
    writeln!(out, "{fence}text\n{}\n{fence}", lines.join("\n"))
}

fn write_row(cells: impl Iterator<Item = String>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "| {} |", cells.collect::<Vec<_>>().join(" | "))
}

fn write_table(table: &Table, out: &mut dyn Write) -> io::Result<()> {
    write_row(table.columns.iter().map(|column| name(&column.head)), out)?;
    let aligned = table.columns.iter().map(|column| if column.words { "---" } else { "---:" }.to_owned());
    write_row(aligned, out)?;
    let cell = |(at, cell): (usize, &String)| match &table.columns[at] {
        column if column.bars => format!("`{cell}`"),
        column if column.code => {
            cell.split(", ").filter(|word| !word.is_empty()).map(code).collect::<Vec<_>>().join(", ")
        }
        column if column.wraps => text(cell),
        _ => name(cell),
    };
    table.rows.iter().try_for_each(|row| write_row(row.cells.iter().enumerate().map(cell), out))
}

fn write_statistics(of: &Statistics, out: &mut dyn Write) -> io::Result<()> {
    write_row(["metric"].into_iter().chain(of.rows.iter().map(|row| row.head)).map(str::to_owned), out)?;
    let aligned = |cells: &[Option<Cell>]| {
        let words = cells.iter().flatten().any(|cell| matches!(cell, Cell::Interval(_) | Cell::Bars(_)));
        if words { "---" } else { "---:" }.to_owned()
    };
    write_row(["---".to_owned()].into_iter().chain(of.rows.iter().map(|row| aligned(&row.cells))), out)?;
    let known = |at: &usize| of.rows.iter().any(|row| row.cells[*at].is_some());
    for at in (0..of.names.len()).filter(known) {
        let cells = of.rows.iter().map(|row| row.cells[at].as_ref().map_or_else(String::new, cell));
        write_row([name(&of.names[at])].into_iter().chain(cells), out)?;
    }
    Ok(())
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Number(number) | Cell::Split(number, None) => number.clone(),
        Cell::Split(number, Some(split)) => format!("{number} (#{split})"),
        Cell::Interval(None) => "–".into(),
        Cell::Interval(Some([low, high])) => format!("{low} to {high}"),
        Cell::Bars(bars) => format!("`{bars}`"),
    }
}

fn claim_item(claim: &ClaimResult) -> String {
    let verdict = match claim.verdict {
        Verdict::Holds => "holds",
        Verdict::Fails => "**fails**",
        Verdict::Undecided => "*undecided*",
    };
    let called = called(claim).map_or(String::new(), |n| format!(" {}:", name(n)));
    let why = claim.why.as_ref().map_or(String::new(), |why| format!("; why: {}", text(why)));
    format!("{verdict}:{called} {} for {}, {}{why}", code(&claim.text), name(&claim.model), text(&claim_reason(claim)))
}
