//! Pictures: marks on scales, drawn as SVG, PNG or text. They know no report.
//!
//! No drawing library is used: those at hand write colours and shapes that neither a style sheet nor a script can tell apart,
//! and a page needs both.

mod bins;
mod mark;
#[cfg(feature = "png")]
mod png;
mod scale;
mod svg;
mod text;

pub use bins::{Bins, binned};
pub use mark::{Dash, Ink, Mark, Series, Side};
pub use scale::Scale;
pub use svg::{PALETTE, SvgOptions};

/// Width of a figure, in pixels of its own.
pub const WIDTH: f64 = 720.0;

/// A picture: panels of marks on two axes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Figure {
    /// An identifier, unique among the figures that are shown together: letters, digits and `-`.
    pub id: String,
    /// What is to be seen in it.
    pub title: String,
    /// What it shows, for those who cannot see it.
    pub description: String,
    /// Its panels, row by row.
    pub panels: Vec<Panel>,
    /// How many panels stand beside each other; 0 counts as 1.
    pub columns: usize,
    /// Whether panels are as wide as they are high, where there is room.
    pub square: bool,
    /// What the inks mean.
    pub key: Vec<(Ink, String)>,
    /// What it shows, as numbers.
    pub numbers: Numbers,
}

/// Marks on two axes.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// What tells it from the other panels; empty for one panel.
    pub title: String,
    /// From left to right.
    pub x: Axis,
    /// From the bottom up.
    pub y: Axis,
    /// Height of the area of the marks, in pixels.
    pub height: f64,
    /// The marks, the lowest first.
    pub marks: Vec<Mark>,
}

/// A scale with its name.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// What the numbers are, with their unit.
    pub label: String,
    /// From numbers to places.
    pub scale: Scale,
    /// Whether its ticks are drawn.
    pub ticks: bool,
}

/// The numbers of a figure, as a table of texts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Numbers {
    /// Names of the columns.
    pub head: Vec<String>,
    /// Rows, as long as the head.
    pub rows: Vec<Vec<String>>,
}

impl Axis {
    /// An axis with ticks.
    pub fn new(label: impl Into<String>, scale: Scale) -> Self {
        Self { label: label.into(), scale, ticks: true }
    }

    /// An axis without ticks and name.
    pub fn bare(scale: Scale) -> Self {
        Self { label: String::new(), scale, ticks: false }
    }
}

impl Numbers {
    /// A table with these columns.
    pub fn new(head: &[&str]) -> Self {
        Self { head: head.iter().map(|name| (*name).to_owned()).collect(), rows: Vec::new() }
    }

    /// Adds a row.
    pub fn push(&mut self, row: impl IntoIterator<Item = String>) {
        self.rows.push(row.into_iter().collect());
    }
}
