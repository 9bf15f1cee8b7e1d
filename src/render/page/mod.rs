//! A page: what is shown of a document, in order, before it is text of any kind. Terminal, Markdown and HTML are made of the
//! same pieces, so that nothing is in one and not in the other; only details and pictures are left to those with more room.

mod answer;
mod called;
mod claim;
mod comparison;
mod confusion;
mod grid;
mod html;
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
mod whole;

use crate::plot::Figure;
use crate::verdict::ClaimResult;

pub(super) use called::called;
pub use claim::claim_line;
pub(crate) use claim::claim_reason;
pub use comparison::compare_page;
pub(crate) use html::HtmlOptions;
pub use inspection::inspection_page;
pub use judged::judged_page;
pub(super) use leaderboard::{pair, ranked};
pub use listing::{ListEntry, ListParam, Listing, listing_page};
pub(crate) use markdown::MarkdownPictures;
pub(crate) use report::report_page;
use sanity::CheckLine;
pub use sanity::{sanity_page, sanity_verdicts};
use statistics::Statistics;
use table::Table;
pub(crate) use terminal::TextOptions;
pub(crate) use whole::whole_page;

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
    /// The beginning of one of the large parts of a page.
    Section(Section),
    /// What follows is of this metric; of none again where there is no name.
    Metric(Option<String>),
    /// A picture.
    Figure(Box<Figure>),
    /// The scores of a model on all splits.
    Splits(SplitRows),
}

/// A large part of a page.
#[derive(Debug, Clone)]
struct Section {
    /// By which links find it.
    id: &'static str,
    title: &'static str,
}

/// The scores of a model on its splits.
#[derive(Debug, Clone)]
struct SplitRows {
    caption: String,
    /// The model, by name and number.
    name: String,
    model: usize,
    metrics: Vec<String>,
    /// Number and scores of each split, as texts that are numbers.
    rows: Vec<(u64, Vec<String>)>,
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
    /// Its pictures.
    pub(crate) fn into_figures(self) -> Vec<Figure> {
        let figure = |block| if let Block::Figure(figure) = block { Some(*figure) } else { None };
        self.0.into_iter().filter_map(figure).collect()
    }

    fn push(&mut self, block: Block) {
        self.0.push(block);
    }

    /// Begins a large part.
    fn section(&mut self, id: &'static str, title: &'static str) {
        self.push(Block::Section(Section { id, title }));
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
