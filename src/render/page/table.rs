//! Tables of a page, and how they are fitted to a terminal.

use std::io::{self, Write};

use super::{Block, Page};
use crate::escape::terminal;
use crate::render::Style;
use crate::render::width::{fitted, left, right, width, wrapped};

/// Columns between two columns.
const GAP: usize = 2;
/// Names are not cut to fewer columns than this.
const SHORTEST: usize = 12;
/// Heads of columns are cut to so many columns.
const LONGEST_HEAD: usize = 26;

/// A table.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
}

/// A column of a table.
#[derive(Debug, Clone, Default)]
pub(super) struct Column {
    pub head: String,
    /// Words are aligned to the left, numbers to the right.
    pub words: bool,
    /// Bars are set apart where a form can.
    pub bars: bool,
    /// What its head means, for those who do not know; empty for what is plain.
    pub legend: String,
    /// Where a terminal is too narrow for all columns, those of the highest number are left out first; 0 stays.
    pub rank: u8,
}

/// A row of a table.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    pub cells: Vec<String>,
    /// What is said of the row; empty for nothing.
    pub note: String,
    /// Left out where space is dear.
    pub detail: bool,
    /// It is the one to look at.
    pub bold: bool,
}

impl Column {
    /// A column of names or words.
    pub fn words(head: impl Into<String>) -> Self {
        Self { head: head.into(), words: true, ..Self::default() }
    }

    /// A column of numbers.
    pub fn numbers(head: impl Into<String>) -> Self {
        Self { head: head.into(), ..Self::default() }
    }

    /// A column of bars.
    pub fn bars(head: impl Into<String>) -> Self {
        Self { head: head.into(), words: true, bars: true, ..Self::default() }
    }

    /// The same column with what its head means.
    pub fn explained(self, legend: impl Into<String>) -> Self {
        Self { legend: legend.into(), ..self }
    }

    /// The same column, left out before those of lower rank.
    pub fn rank(self, rank: u8) -> Self {
        Self { rank, ..self }
    }
}

impl Row {
    /// A row of these cells.
    pub fn new(cells: Vec<String>) -> Self {
        Self { cells, ..Self::default() }
    }
}

impl Page {
    /// Adds a table of which the first column is of words and the others are of numbers. Without rows nothing is added.
    pub(super) fn table(&mut self, head: &[&str], rows: Vec<Vec<String>>) {
        let column = |(i, head): (usize, &&str)| match i {
            0 => Column::words(*head),
            // The last give way first.
            i => Column::numbers(*head).rank(u8::try_from(i - 1).unwrap_or(u8::MAX)),
        };
        let columns = head.iter().enumerate().map(column).collect();
        self.rows(columns, rows.into_iter().map(Row::new).collect());
    }

    /// Adds a table. Without rows nothing is added.
    pub(super) fn rows(&mut self, columns: Vec<Column>, rows: Vec<Row>) {
        if !rows.is_empty() {
            self.push(Block::Table(Table { columns, rows }));
        }
    }
}

/// Heads that are no wider than they need be: long ones are cut, and stay different.
fn fitted_heads(heads: &[String]) -> Vec<String> {
    let short = fitted(heads, LONGEST_HEAD);
    // Heads may be alike on purpose.
    heads
        .iter()
        .zip(short)
        .map(|(head, short)| if width(head) <= LONGEST_HEAD { head.clone() } else { short })
        .collect()
}

/// The columns of a table that a terminal shows, and their widths.
struct Layout {
    shown: Vec<usize>,
    widths: Vec<usize>,
}

impl Layout {
    /// As many columns as fit, the most important ones; then names in the first are cut, if that helps.
    fn new(table: &Table, heads: &[String], cells: &[Vec<String>], columns: usize) -> Self {
        let natural = |c: usize| {
            let rows = table.rows.iter().zip(cells).filter(|(row, _)| !row.detail);
            rows.map(|(_, cells)| width(&cells[c])).max().unwrap_or(0).max(width(&heads[c]))
        };
        let mut widths: Vec<usize> = (0..table.columns.len()).map(natural).collect();
        let mut shown: Vec<usize> = (0..table.columns.len()).collect();
        let used = |shown: &[usize], widths: &[usize]| shown.iter().map(|c| widths[*c] + GAP).sum::<usize>();
        // A long name costs no column: it is cut first.
        let shortest = |c: usize| {
            let column = &table.columns[c];
            if column.words && !column.bars { SHORTEST.max(width(&heads[c])) } else { usize::MAX }
        };
        let least = |widths: &[usize]| -> Vec<usize> {
            widths.iter().enumerate().map(|(c, width)| (*width).min(shortest(c))).collect()
        };
        while used(&shown, &least(&widths)) > columns {
            let worst = shown.iter().copied().filter(|c| table.columns[*c].rank > 0);
            let Some(worst) = worst.max_by_key(|c| (table.columns[*c].rank, *c)) else { break };
            shown.retain(|c| *c != worst);
        }
        // The widest names give way first.
        while used(&shown, &widths) > columns {
            let longest = shown.iter().copied().filter(|c| widths[*c] > shortest(*c)).max_by_key(|c| widths[*c]);
            let Some(longest) = longest else { break };
            widths[longest] -= 1;
        }
        Self { shown, widths }
    }

    fn line(&self, table: &Table, cells: &[String]) -> String {
        let cell = |c: &usize| {
            let aligned = if table.columns[*c].words { left } else { right };
            format!("{:GAP$}{}", "", aligned(&cells[*c], self.widths[*c]))
        };
        self.shown.iter().map(cell).collect::<String>().trim_end().to_owned()
    }
}

impl Table {
    /// What the heads of these columns mean.
    pub(super) fn legend(&self, shown: impl Iterator<Item = usize>) -> String {
        let legends = shown.map(|c| &self.columns[c]).filter(|column| !column.legend.is_empty());
        let of = |column: &Column| {
            if column.head.is_empty() { column.legend.clone() } else { format!("{}: {}", column.head, column.legend) }
        };
        legends.map(of).collect::<Vec<_>>().join("; ")
    }

    /// Writes it for a terminal of so many columns.
    pub(super) fn write_text(&self, style: Style, columns: usize, out: &mut dyn Write) -> io::Result<()> {
        let mut cells: Vec<Vec<String>> =
            self.rows.iter().map(|row| row.cells.iter().map(|cell| terminal::name(cell)).collect()).collect();
        let heads: Vec<String> = self.columns.iter().map(|column| terminal::name(&column.head)).collect();
        let heads = fitted_heads(&heads);
        let layout = Layout::new(self, &heads, &cells, columns);
        for c in layout.shown.iter().copied().filter(|c| self.columns[*c].words && !self.columns[*c].bars) {
            let names: Vec<String> = cells.iter().map(|cells| cells[c].clone()).collect();
            for (cells, name) in cells.iter_mut().zip(fitted(&names, layout.widths[c])) {
                cells[c] = name;
            }
        }
        writeln!(out, "{}", style.dim(&layout.line(self, &heads)))?;
        let mut left_out = 0;
        for (i, (row, cells)) in self.rows.iter().zip(&cells).enumerate() {
            if !row.detail {
                let line = layout.line(self, cells);
                let line = if row.bold { style.bold(&line) } else { line };
                writeln!(out, "{line}")?;
                if !row.note.is_empty() {
                    let note = terminal::sentence(&format!("    {}", row.note));
                    wrapped(&note, columns, GAP).iter().try_for_each(|line| writeln!(out, "{}", style.dim(line)))?;
                }
                continue;
            }
            left_out += 1;
            if !self.rows.get(i + 1).is_some_and(|next| next.detail) {
                writeln!(out, "{}", style.dim(&format!("{:GAP$}and {left_out} more in the JSON", "")))?;
                left_out = 0;
            }
        }
        let mut legend = self.legend(layout.shown.iter().copied());
        let hidden: Vec<&String> = (0..heads.len()).filter(|c| !layout.shown.contains(c)).map(|c| &heads[c]).collect();
        if !hidden.is_empty() {
            let between = if legend.is_empty() { "" } else { "; " };
            let names = hidden.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", ");
            legend += &format!("{between}not shown, for want of room: {names}");
        }
        let lines = wrapped(&terminal::sentence(&legend), columns, GAP);
        lines.iter().filter(|line| !line.is_empty()).try_for_each(|line| writeln!(out, "{}", style.dim(line)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(table: &Table, columns: usize) -> Vec<String> {
        let mut out = Vec::new();
        table.write_text(Style::PLAIN, columns, &mut out).unwrap();
        String::from_utf8(out).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_narrow_terminal_has_the_columns_that_matter_most() {
        let columns = vec![
            Column::words("model"),
            Column::numbers("mean"),
            Column::numbers("gap").rank(2),
            Column::numbers("worst").rank(1),
        ];
        let row = |name: &str| Row::new([name, "0.123", "0.456", "0.789"].map(str::to_owned).to_vec());
        let table = Table { columns, rows: vec![row("elastic-net:alpha=0.1"), row("elastic-net:alpha=0.2")] };
        let head = |columns| shown(&table, columns)[0].split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(head(80), ["model", "mean", "gap", "worst"]);
        assert_eq!(head(32), ["model", "mean", "worst"]);
        assert_eq!(head(22), ["model", "mean"]);
        for columns in [22, 32, 40, 80] {
            let lines = shown(&table, columns);
            assert!(lines.iter().all(|line| width(line) <= columns), "{lines:?}");
            assert_ne!(lines[1], lines[2]);
        }
        assert!(shown(&table, 80)[1].contains("elastic-net:alpha=0.1 "));
    }
}
