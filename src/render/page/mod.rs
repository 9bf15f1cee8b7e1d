//! A page: what is shown of a document, in order, before it is text of any kind. Terminal and Markdown are made of the
//! same page, so that nothing is in one and not in the other; only details are left to those with more room.

mod claim;
mod comparison;
mod confusion;
mod grid;
mod inspection;
mod markdown;
mod model;
mod probes;
mod report;
mod terminal;
mod title;
mod tuning;
mod warnings;

use crate::verdict::ClaimResult;

pub(crate) use claim::{claim_line, claim_reason};
#[cfg(feature = "cli")]
pub(crate) use comparison::{comparison_line, p_value, standing_line};
pub use inspection::inspection_page;
pub(crate) use report::report_page;

/// The pieces of a page, in order. Texts are as they are in the document; each form makes them safe for itself.
#[derive(Debug, Clone, Default)]
pub struct Page(Vec<Block>);

/// How a piece of a page is marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Not at all.
    Plain,
    /// It may be skipped.
    Dim,
    /// It needs attention.
    Warn,
}

/// A piece of a page.
#[derive(Debug, Clone)]
enum Block {
    Title(Title),
    Heading(Heading),
    /// A sentence, which a terminal wraps.
    Line(Tone, String),
    /// A sentence of parts, in one line.
    Parts(Vec<(Tone, String)>),
    List(List),
    Table(Table),
    Statistics(Statistics),
    Claim(Box<ClaimResult>),
}

/// What a page is about.
#[derive(Debug, Clone)]
struct Title {
    subject: String,
    what: String,
    of: String,
    /// A line each in a terminal.
    facts: [Vec<String>; 2],
}

/// The beginning of a section.
#[derive(Debug, Clone, Default)]
struct Heading {
    text: String,
    /// What is said beside it, such as parameters.
    aside: String,
    /// The section speaks for itself where space is dear: a blank line is enough.
    quiet: bool,
    /// The section is summed up elsewhere, and left out where space is dear.
    detail: bool,
}

/// A sentence with a list in it, of which a terminal shows the first items.
#[derive(Debug, Clone)]
struct List {
    tone: Tone,
    lead: String,
    items: Vec<String>,
    most: usize,
    tail: String,
}

/// A table; the first column is aligned to the left, the others to the right.
#[derive(Debug, Clone)]
struct Table {
    head: Vec<String>,
    rows: Vec<Row>,
    widths: Widths,
}

#[derive(Debug, Clone, Default)]
struct Row {
    cells: Vec<String>,
    /// What is said of the row; empty for nothing.
    note: String,
    /// Left out where space is dear.
    detail: bool,
}

/// How wide the columns of a table are in a terminal.
#[derive(Debug, Clone, Copy)]
enum Widths {
    /// As wide as their cells, and the head is dim.
    Fitted,
    /// The first as wide as its cells and `apart`, from `least` to `most`, and the others of one width.
    Even { least: usize, most: usize, apart: usize, column: usize, bold: bool },
}

/// The same statistics of several scores, to be compared: a terminal has a column a score, Markdown a row a score.
#[derive(Debug, Clone)]
struct Statistics {
    names: Vec<String>,
    rows: Vec<Statistic>,
}

#[derive(Debug, Clone)]
struct Statistic {
    /// Its name at the head of a column.
    head: &'static str,
    /// Its name at the beginning of a line, of an interval one for each end.
    labels: &'static [&'static str],
    /// One for each score; `None` where there is no such score.
    cells: Vec<Option<Cell>>,
}

#[derive(Debug, Clone)]
enum Cell {
    Number(String),
    Interval(Option<[String; 2]>),
    /// A number and its split.
    Split(String, Option<u64>),
    Bars(String),
}

impl Page {
    fn push(&mut self, block: Block) {
        self.0.push(block);
    }

    /// Begins a section.
    fn heading(&mut self, text: impl Into<String>) {
        self.push(Block::Heading(Heading { text: text.into(), ..Heading::default() }));
    }

    /// Begins a section that needs no heading where space is dear.
    fn quiet_heading(&mut self, text: &str) {
        self.push(Block::Heading(Heading { text: text.into(), quiet: true, ..Heading::default() }));
    }

    /// Adds a sentence that may be wrapped.
    fn line(&mut self, tone: Tone, text: impl Into<String>) {
        self.push(Block::Line(tone, text.into()));
    }

    /// Adds a sentence in one line.
    fn sentence(&mut self, text: impl Into<String>) {
        self.push(Block::Parts(vec![(Tone::Plain, text.into())]));
    }

    /// Adds a table as wide as its cells. Without rows nothing is added.
    fn table(&mut self, head: &[&str], rows: Vec<Vec<String>>) {
        let rows = rows.into_iter().map(|cells| Row { cells, ..Row::default() }).collect();
        self.rows(head, rows, Widths::Fitted);
    }

    fn rows(&mut self, head: &[&str], rows: Vec<Row>, widths: Widths) {
        if !rows.is_empty() {
            self.push(Block::Table(Table { head: head.iter().map(|h| (*h).to_owned()).collect(), rows, widths }));
        }
    }
}
