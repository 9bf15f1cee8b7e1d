//! The pieces of a page as HTML.

use maud::{Markup, PreEscaped, html};

use super::super::claim::{called, claim_reason};
use super::super::statistics::{Cell, Statistics};
use super::super::table::{Column, Row, Table};
use super::super::{Block, List, Tone, sanity};
use super::{safe, splits};
use crate::escape::xml;
use crate::plot::{Figure, SvgOptions};
use crate::verdict::{ClaimResult, Verdict};

/// Writes pieces in order; those of one metric stand together, and claims are one list.
pub(super) fn write(blocks: &[&Block]) -> Markup {
    let mut parts: Vec<Markup> = Vec::new();
    let mut at = 0;
    while let Some(block) = blocks.get(at) {
        let run = match block {
            Block::Metric(Some(metric)) => {
                let ends = |block: &&Block| matches!(block, Block::Metric(_));
                let run = 1 + blocks[at + 1..].iter().take_while(|block| !ends(block)).count();
                parts.push(html! {
                    div.metric id=(slug(metric)) data-metric=(safe(metric)) {
                        h3 { (safe(metric)) }
                        (write(&blocks[at + 1..at + run]))
                    }
                });
                run
            }
            Block::Claim(_) | Block::Check(_) => {
                let is_verdict = |block: &&&Block| matches!(block, Block::Claim(_) | Block::Check(_));
                let run = blocks[at..].iter().take_while(is_verdict).count();
                parts.push(html! { ul.claims { @for block in &blocks[at..at + run] { (verdict(block)) } } });
                run
            }
            block => {
                parts.push(piece(block));
                1
            }
        };
        at += run;
    }
    html! { @for part in parts { (part) "\n" } }
}

fn verdict(block: &Block) -> Markup {
    match block {
        Block::Claim(claim) => claim_item(claim),
        Block::Check(check) => {
            let word = check.verdict.name();
            html! {
                li class={ "claim " (word.replace([' ', '/'], "-")) } { b { (word) } " " (safe(&sanity::sentence(check))) }
            }
        }
        _ => html! {},
    }
}

fn claim_item(claim: &ClaimResult) -> Markup {
    let verdict = match claim.verdict {
        Verdict::Holds => "holds",
        Verdict::Fails => "fails",
        Verdict::Undecided => "undecided",
    };
    html! {
        li class={ "claim " (verdict) } {
            b { (verdict) } " "
            @if let Some(name) = called(claim) { (safe(name)) ": " }
            code { (safe(&claim.text)) }
            " for " (safe(&claim.model)) ": " (safe(&claim_reason(claim)))
            @if let Some(why) = &claim.why { " " span.why { "Why: " (safe(why)) } }
        }
    }
}

fn piece(block: &Block) -> Markup {
    match block {
        Block::Heading(heading) => html! {
            h3 {
                (safe(&heading.text))
                @if !heading.aside.is_empty() { " " code { (safe(&heading.aside)) } }
            }
        },
        Block::Line(line) => html! {
            p.(tone(line.tone)) {
                @if let Some((marked, lead)) = &line.lead { b.(tone(*marked)) { (safe(lead)) } " " }
                (safe(line.text.trim_start()))
            }
        },
        Block::List(list) => list_items(list),
        Block::Table(table) => table_of(table),
        Block::Statistics(statistics) => statistics_table(statistics),
        Block::Examples(lines) => html! { pre { code { @for line in lines { (safe(line)) "\n" } } } },
        Block::Figure(figure) => figure_of(figure),
        Block::Splits(rows) => splits::write(rows),
        Block::Claim(_) | Block::Check(_) => verdict(block),
        // Of a terminal, and what is written where it begins.
        Block::Hint(_) | Block::Title(_) | Block::Section(_) | Block::Metric(_) => html! {},
    }
}

/// A metric's name as a link finds it.
fn slug(metric: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    format!("metric-{}", metric.chars().take(60).map(plain).collect::<String>())
}

fn tone(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain => "plain",
        Tone::Dim => "dim",
        Tone::Warn => "warn",
    }
}

fn list_items(list: &List) -> Markup {
    let text = format!("{}{}{}", list.lead, list.items.join(", "), list.tail);
    if text.chars().count() <= crate::escape::MOST_OF_MESSAGE {
        return html! { p.(tone(list.tone)) { (safe(&text)) } };
    }
    html! {
        details {
            summary { (safe(&list.lead)) }
            p.(tone(list.tone)) { @for item in &list.items { (safe(item)) " " } (safe(&list.tail)) }
        }
    }
}

/// The picture, and its numbers as a table.
fn figure_of(figure: &Figure) -> Markup {
    let id = format!("fig-{}", figure.id);
    let figure = Figure { id: id.clone(), ..figure.clone() };
    html! {
        figure.fig id=(id) {
            figcaption { (safe(&figure.title)) }
            div.picture { (PreEscaped(figure.svg(SvgOptions::default()))) }
            @if !figure.numbers.rows.is_empty() {
                details.numbers {
                    summary { "Numbers" span.vh { " of " (safe(&figure.title)) } }
                    p { (safe(&figure.description)) }
                    (plain_table(&figure.numbers.head, &figure.numbers.rows))
                }
            }
        }
    }
}

/// Rows whose cells end where the next begins, for there are many.
fn plain_rows(rows: &[Vec<String>]) -> String {
    let mut out = String::new();
    for row in rows {
        for (at, cell) in row.iter().enumerate() {
            out += if at == 0 { "<tr><th>" } else { "<td>" };
            out += &xml::text(cell);
        }
        out.push('\n');
    }
    out
}

/// A table of texts; the first column names the rows.
fn plain_table(head: &[String], rows: &[Vec<String>]) -> Markup {
    html! {
        div.scroll { table.data.plain {
            thead { tr {
                @for (at, name) in head.iter().enumerate() { th.(if at == 0 { "words" } else { "n" }) scope="col" { (safe(name)) } }
            } }
            tbody { (PreEscaped(plain_rows(rows))) }
        } }
    }
}

fn table_of(table: &Table) -> Markup {
    let legend = table.legend(0..table.columns.len());
    html! {
        div.scroll { table.data {
            thead { tr {
                @for column in &table.columns {
                    @if head(column).is_empty() { td {} } @else { th.(class(column)) scope="col" { (safe(head(column))) } }
                }
            } }
            tbody { @for row in &table.rows { (table_row(table, row)) } }
        } }
        @if !legend.is_empty() { p.dim { (safe(&legend)) } }
    }
}

/// Bars have their ends for a head, which say nothing where they are not above each other.
fn head(column: &Column) -> &str {
    if column.head.is_empty() && column.bars { "distribution" } else { &column.head }
}

fn table_row(table: &Table, row: &Row) -> Markup {
    html! {
        tr.(if row.bold { "best" } else { "other" }) {
            @for (at, cell) in row.cells.iter().enumerate() {
                @if at == 0 {
                    th scope="row" {
                        (safe(cell))
                        @if !row.note.is_empty() { " " span.note { (safe(&row.note)) } }
                    }
                } @else {
                    td.(class(&table.columns[at])) { (safe(cell)) }
                }
            }
        }
    }
}

fn class(column: &Column) -> &'static str {
    match column {
        Column { bars: true, .. } => "bars",
        Column { words: true, .. } => "words",
        _ => "n",
    }
}

/// A row a statistic and a column a score.
fn statistics_table(of: &Statistics) -> Markup {
    let shown: Vec<usize> =
        (0..of.names.len()).filter(|at| of.rows.iter().any(|row| row.cells[*at].is_some())).collect();
    html! {
        div.scroll { table.data {
            thead { tr {
                th scope="col" { "statistic" }
                @for at in &shown { th.n scope="col" { (safe(&of.names[*at])) } }
            } }
            tbody {
                @for row in &of.rows {
                    tr {
                        th scope="row" { (row.head) }
                        @for at in &shown {
                            @match &row.cells[*at] {
                                None => td {},
                                Some(Cell::Bars(bars)) => td.bars { (bars) },
                                Some(Cell::Interval(None)) => td.n { "–" },
                                Some(Cell::Interval(Some([low, high]))) => td.n { (low) " to " (high) },
                                Some(Cell::Number(text) | Cell::Split(text, None)) => td.n { (text) },
                                Some(Cell::Split(text, Some(split))) => td.n { (text) " (#" (split) ")" },
                            }
                        }
                    }
                }
            }
        } }
    }
}
