//! Tables of a page, and how they are fitted to a terminal.

use std::io::{self, Write};

use super::{Block, Page};
use crate::escape::{MOST_OF_NAME, terminal};
use crate::render::Style;
use crate::render::width::{fitted, left, right, width, wrapped};

/// Columns between two columns.
const GAP: usize = 2;
/// Names are not cut to fewer columns than this.
const SHORTEST: usize = 12;
/// Heads of columns are cut to so many columns.
const LONGEST_HEAD: usize = 26;
/// A column that is wrapped gets so many columns, or others are left out.
const COMFORTABLE: usize = 34;

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
    /// Words are wrapped where the room is short, and never cut.
    pub wraps: bool,
    /// Words are to be typed as they are; several are parted by commas.
    pub code: bool,
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

    /// A column of sentences.
    pub fn prose(head: impl Into<String>) -> Self {
        Self { wraps: true, ..Self::words(head) }
    }

    /// A column of words to type.
    pub fn code(head: impl Into<String>) -> Self {
        Self { code: true, ..Self::prose(head) }
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

    /// Adds a table. Without rows nothing is added, and no column that may give way has no value in any of them.
    pub(super) fn rows(&mut self, columns: Vec<Column>, mut rows: Vec<Row>) {
        if rows.is_empty() {
            return;
        }
        let is_empty = |at: usize| rows.iter().all(|row| matches!(row.cells[at].as_str(), "" | "–"));
        let kept: Vec<bool> = columns.iter().enumerate().map(|(at, c)| c.rank == 0 || !is_empty(at)).collect();
        let keep = |at: usize| kept[at];
        for row in &mut rows {
            row.cells =
                std::mem::take(&mut row.cells).into_iter().enumerate().filter(|c| keep(c.0)).map(|c| c.1).collect();
        }
        let columns = columns.into_iter().enumerate().filter(|c| keep(c.0)).map(|c| c.1).collect();
        self.push(Block::Table(Table { columns, rows }));
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

/// Cuts the names of a column to so many columns of a terminal, so that they stay different.
fn fit_column(cells: &mut [Vec<String>], at: usize, columns: usize) {
    let names: Vec<String> = cells.iter().map(|cells| cells[at].clone()).collect();
    for (cells, name) in cells.iter_mut().zip(fitted(&names, columns)) {
        cells[at] = name;
    }
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
        let longest_word = |c: usize| {
            let words = cells.iter().flat_map(|cells| cells[c].split(' ')).map(width);
            words.max().unwrap_or(0).max(width(&heads[c]))
        };
        let narrowest: Vec<usize> =
            (0..table.columns.len()).map(|c| if table.columns[c].wraps { longest_word(c) } else { 0 }).collect();
        // A long name costs no column: it is cut first.
        let shortest = |c: usize| match &table.columns[c] {
            column if column.wraps => narrowest[c],
            column if column.words && !column.bars => SHORTEST.max(width(&heads[c])),
            _ => usize::MAX,
        };
        let least = |widths: &[usize]| -> Vec<usize> {
            let comfortable = |c: usize| if table.columns[c].wraps { COMFORTABLE } else { 0 };
            widths.iter().enumerate().map(|(c, width)| (*width).min(shortest(c).max(comfortable(c)))).collect()
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

    /// The lines of a row; it has one but where a cell is wrapped.
    fn lines(&self, table: &Table, cells: &[String]) -> Vec<String> {
        let of = |c: &usize| match table.columns[*c].wraps {
            true => wrapped(&cells[*c], self.widths[*c], 0),
            false => vec![cells[*c].clone()],
        };
        let cells: Vec<Vec<String>> = self.shown.iter().map(of).collect();
        let line = |at: usize| {
            let cell = |(c, lines): (&usize, &Vec<String>)| {
                let aligned = if table.columns[*c].words { left } else { right };
                format!("{:GAP$}{}", "", aligned(lines.get(at).map_or("", String::as_str), self.widths[*c]))
            };
            self.shown.iter().zip(&cells).map(cell).collect::<String>().trim_end().to_owned()
        };
        (0..cells.iter().map(Vec::len).max().unwrap_or(0)).map(line).collect()
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
        let is_name = |c: usize| self.columns[c].words && !self.columns[c].bars && !self.columns[c].wraps;
        // What is long is told apart by its own text, whatever room there is.
        let text = |(c, cell): (usize, &String)| match &self.columns[c] {
            column if column.wraps => terminal::sentence(cell),
            _ if is_name(c) => terminal::text(cell).into_owned(),
            _ => terminal::name(cell),
        };
        let mut cells: Vec<Vec<String>> =
            self.rows.iter().map(|row| row.cells.iter().enumerate().map(text).collect()).collect();
        for c in (0..self.columns.len()).filter(|c| is_name(*c)) {
            fit_column(&mut cells, c, MOST_OF_NAME);
        }
        let heads: Vec<String> = self.columns.iter().map(|column| terminal::text(&column.head).into_owned()).collect();
        let heads = fitted_heads(&heads);
        let layout = Layout::new(self, &heads, &cells, columns);
        for c in layout.shown.iter().copied().filter(|c| is_name(*c)) {
            fit_column(&mut cells, c, layout.widths[c]);
        }
        layout.lines(self, &heads).iter().try_for_each(|line| writeln!(out, "{}", style.dim(line)))?;
        let mut left_out = 0;
        for (i, (row, cells)) in self.rows.iter().zip(&cells).enumerate() {
            if !row.detail {
                for line in layout.lines(self, cells) {
                    let line = if row.bold { style.bold(&line) } else { line };
                    writeln!(out, "{line}")?;
                }
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
        // Bars have their ends for a head.
        let name = |c: usize| if self.columns[c].bars { "distribution" } else { heads[c].as_str() };
        let hidden: Vec<&str> = (0..heads.len()).filter(|c| !layout.shown.contains(c)).map(name).collect();
        if !hidden.is_empty() {
            let between = if legend.is_empty() { "" } else { "; " };
            legend += &format!("{between}not shown, for want of room: {}", hidden.join(", "));
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

    #[test]
    fn sentences_are_wrapped_and_words_to_type_are_whole() {
        let columns =
            vec![Column::code("name"), Column::prose("what it is"), Column::words("task"), Column::words("by").rank(1)];
        let summary = "a model of some trees that are grown on parts of the rows";
        let row = ["forest, forest[LABEL]", summary, "regression", "somebody"].map(str::to_owned).to_vec();
        let table = Table { columns, rows: vec![Row::new(row)] };
        let wide = shown(&table, 120);
        assert_eq!(wide.len(), 2);
        assert!(wide[1].ends_with("  regression  somebody") && wide[1].contains(summary));
        for columns in [46, 60, 80] {
            let lines = shown(&table, columns);
            assert!(lines.iter().all(|line| width(line) <= columns), "{lines:?}");
            assert!(lines[0].ends_with("task") && lines[1].starts_with("  forest,"), "{lines:?}");
            // All of the sentence is there, in order and under its head.
            let at = lines[0].find("what it is").unwrap();
            let end = lines[0].find("task").unwrap();
            let rows = lines.iter().skip(1).filter(|line| !line.contains("for want of room"));
            let cell = |line: &String| line.chars().skip(at).take(end - at).collect::<String>().trim().to_owned();
            let text = rows.map(cell).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
            assert_eq!(text, summary, "{lines:?}");
            assert!(lines.iter().any(|line| line.contains("forest[LABEL]")), "{lines:?}");
        }
    }
}
