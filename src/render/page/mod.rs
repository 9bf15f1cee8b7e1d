//! A page: what is shown of a document, in order, before it is text of any kind. Terminal and Markdown are made of the
//! same page, so that nothing is in one and not in the other; only details are left to those with more room.

mod answer;
mod called;
mod claim;
mod comparison;
mod confusion;
mod grid;
mod inspection;
mod judged;
mod leaderboard;
mod listing;
mod markdown;
mod model;
mod probes;
mod report;
mod sanity;
mod statistics;
mod table;
mod terminal;
mod title;
mod tuning;
mod warnings;

use crate::verdict::ClaimResult;

pub use claim::claim_line;
pub(crate) use claim::claim_reason;
pub use comparison::compare_page;
pub use inspection::inspection_page;
pub use judged::judged_page;
pub use listing::{ListEntry, ListParam, Listing, listing_page};
pub(crate) use report::report_page;
use sanity::CheckLine;
pub use sanity::{sanity_page, sanity_verdicts};
use statistics::Statistics;
use table::Table;
pub(crate) use terminal::TextOptions;

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
    Line(Line),
    List(List),
    Table(Table),
    Statistics(Statistics),
    Claim(Box<ClaimResult>),
    Check(CheckLine),
    /// Lines to type, which are never wrapped.
    Examples(Vec<String>),
    /// Where more is to be had, for a form that leaves details out.
    Hint(&'static str),
}

/// What a page is about.
#[derive(Debug, Clone)]
struct Title {
    subject: String,
    what: String,
    /// The target, where there is one.
    of: Option<String>,
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

/// A sentence, which a terminal wraps.
#[derive(Debug, Clone)]
struct Line {
    /// What stands before it, marked, such as a code.
    lead: Option<(Tone, String)>,
    tone: Tone,
    text: String,
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

    /// Adds a sentence.
    fn line(&mut self, tone: Tone, text: impl Into<String>) {
        self.push(Block::Line(Line { lead: None, tone, text: text.into() }));
    }

    /// Adds a plain sentence.
    fn sentence(&mut self, text: impl Into<String>) {
        self.line(Tone::Plain, text);
    }

    /// Adds a sentence with something marked before it.
    fn led(&mut self, tone: Tone, lead: impl Into<String>, text: impl Into<String>) {
        self.push(Block::Line(Line { lead: Some((tone, lead.into())), tone: Tone::Plain, text: text.into() }));
    }
}
