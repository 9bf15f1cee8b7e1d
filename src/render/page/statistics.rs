//! The same statistics of several scores, to be compared.

use std::io::{self, Write};

use crate::escape::terminal;
use crate::render::Style;
use crate::render::width::{fitted, right, width};

/// Columns between two scores.
const GAP: usize = 2;
/// Names of scores are not cut to fewer columns than this, which holds `balanced_accuracy` and `average_precision`.
const SHORTEST: usize = 17;

/// Statistics of scores: a terminal has a column a score, Markdown a row a score.
#[derive(Debug, Clone)]
pub(super) struct Statistics {
    pub names: Vec<String>,
    pub rows: Vec<Statistic>,
}

#[derive(Debug, Clone)]
pub(super) struct Statistic {
    /// Its name at the head of a column.
    pub head: &'static str,
    /// Its name at the beginning of a line, of an interval one for each end.
    pub labels: &'static [&'static str],
    /// One for each score; `None` where there is no such score.
    pub cells: Vec<Option<Cell>>,
}

#[derive(Debug, Clone)]
pub(super) enum Cell {
    Number(String),
    Interval(Option<[String; 2]>),
    /// A number and its split.
    Split(String, Option<u64>),
    Bars(String),
}

impl Cell {
    /// Whether it holds no number.
    pub(super) fn is_none(&self) -> bool {
        match self {
            Self::Number(text) | Self::Split(text, _) => text == "–",
            Self::Interval(ends) => ends.is_none(),
            Self::Bars(_) => false,
        }
    }
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

impl Statistics {
    /// Writes them for a terminal of so many columns: as many scores beside each other as fit, the others below.
    pub(super) fn write_text(&self, style: Style, columns: usize, out: &mut dyn Write) -> io::Result<()> {
        let label = self.rows.iter().flat_map(|row| row.labels).map(|label| width(label)).max().unwrap_or(0);
        let longest = |at: usize| {
            let cells = self.rows.iter().filter_map(|row| Some((row.labels.len(), row.cells[at].as_ref()?)));
            cells.flat_map(|(ends, cell)| (0..ends).map(|end| width(&text(cell, end)))).max().unwrap_or(0)
        };
        let names: Vec<String> = self.names.iter().map(|name| terminal::text(name).into_owned()).collect();
        // A name takes what its numbers take, or a little more.
        let room = (0..names.len()).map(longest).max().unwrap_or(0).max(SHORTEST);
        let names = fitted(&names, room);
        let widths: Vec<usize> = names.iter().enumerate().map(|(at, name)| longest(at).max(width(name))).collect();
        let mut rest: &[usize] = &(0..names.len()).collect::<Vec<_>>();
        let mut first = true;
        while !rest.is_empty() {
            let mut used = label;
            let fits = |at: &&usize| {
                used += widths[**at] + GAP;
                used <= columns
            };
            let count = rest.iter().take_while(fits).count().max(1);
            let (now, later) = rest.split_at(count);
            if !first {
                writeln!(out)?;
            }
            (rest, first) = (later, false);
            let line = |cells: &mut dyn Iterator<Item = String>| {
                cells.zip(now).map(|(cell, at)| format!("{:GAP$}{}", "", right(&cell, widths[*at]))).collect::<String>()
            };
            let head = line(&mut now.iter().map(|at| names[*at].clone()));
            writeln!(out, "{:label$}{}", "", style.bold(&head))?;
            for row in &self.rows {
                for (end, name) in row.labels.iter().enumerate() {
                    let cell = |at: &usize| row.cells[*at].as_ref().map_or_else(String::new, |cell| text(cell, end));
                    writeln!(out, "{name:label$}{}", line(&mut now.iter().map(cell)).trim_end())?;
                }
            }
        }
        Ok(())
    }
}
