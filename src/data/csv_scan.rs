//! The first pass over a text file: delimiter, header, row widths, and what each column can be.
//!
//! Types come from all rows, not from the first few, and an error names the line. Columns of plain numbers, which most
//! are, have their values after this pass; `csv_table` reads the others.

use std::collections::HashSet;
use std::io::Read;

use rayon::prelude::*;

use super::missing::{Missing, MissingRule};
use super::number_format::Evidence;
use super::quotes::{Oddity, oddity};
use super::select::check_distinct;
use super::source::cannot_read;
use super::text::{Text, Window};
use super::typed_column::Pinned;
use super::typing::{Candidate, Wanted};
use super::{LoadOptions, Selection};
use crate::error::{Error, Result};
use crate::threads::pool;
use crate::warning::{Code, Warning};

/// What the first pass found.
pub struct Scan {
    pub delimiter: u8,
    pub names: Vec<String>,
    pub unnamed: Vec<bool>,
    pub needed: Vec<bool>,
    /// One for each column; those that are not needed have seen nothing.
    pub candidates: Vec<Candidate>,
    /// Whether each text that stands for a missing value was found in a column.
    pub found: Vec<bool>,
    pub rows: usize,
    /// Line of each row.
    pub lines: Vec<u32>,
    pub notes: Vec<Warning>,
}

/// Bytes that are read from a file at a time.
const BUFFER: usize = 1 << 16;
/// The longest line that says which delimiter the others have.
const SEP_LINE: usize = 64;
/// Records that are read together, after the first of which the size of the table is guessed.
const BATCH: usize = 1000;
/// Bytes of records after which no more are read together.
const BATCH_BYTES: usize = 1 << 22;

/// A reader of the records of a text.
pub fn reader<R: Read>(text: R, delimiter: u8) -> csv::Reader<R> {
    let mut builder = csv::ReaderBuilder::new();
    builder.delimiter(delimiter).has_headers(false).flexible(true).buffer_capacity(BUFFER).from_reader(text)
}

/// The delimiter in a first line such as `sep=;`, which Excel writes and understands, and where the next line begins.
fn read_sep_line(bytes: &[u8]) -> Option<(u8, usize)> {
    let end = bytes.iter().position(|b| *b == b'\n')?;
    let line = bytes[..end].strip_suffix(b"\r").unwrap_or(&bytes[..end]);
    let line = line.strip_prefix(b"\"").and_then(|l| l.strip_suffix(b"\"")).unwrap_or(line);
    match line {
        [s, e, p, b'=', delimiter] if [*s, *e, *p].eq_ignore_ascii_case(b"sep") && delimiter.is_ascii() => {
            Some((*delimiter, end + 1))
        }
        _ => None,
    }
}

/// The delimiter among `,` `;` tab and `|` that cuts the first lines into the most equal rows.
fn sniff_delimiter(text: &Text) -> std::io::Result<u8> {
    let score = |delimiter: &u8| {
        let mut widths =
            reader(text.reader()?, *delimiter).into_byte_records().take(50).map_while(|r| r.ok()).map(|r| r.len());
        let header = widths.next().unwrap_or(1);
        let (mut same, mut all) = (0usize, 0usize);
        for w in widths {
            all += 1;
            same += usize::from(w == header);
        }
        // Most rows as wide as the header, then the widest header.
        Ok::<_, std::io::Error>((header > 1, all == 0 || 2 * same > all, header))
    };
    let mut best = b',';
    let mut best_score = score(&best)?;
    for delimiter in [b';', b'\t', b'|'] {
        let s = score(&delimiter)?;
        if s > best_score {
            (best, best_score) = (delimiter, s);
        }
    }
    Ok(best)
}

fn read_names(path: &str, line: usize, header: &csv::ByteRecord) -> Result<(Vec<String>, Vec<bool>)> {
    let mut names: Vec<String> = Vec::with_capacity(header.len());
    let mut unnamed = Vec::with_capacity(header.len());
    for (i, field) in header.iter().enumerate() {
        let text = std::str::from_utf8(field).map_err(|_| {
            Error::file(format!("column {} has a name that is not UTF-8", i + 1))
                .at(format!("{path} line {line}"))
                .advise("convert the file (`iconv -t UTF-8`)")
        })?;
        let name = text.trim();
        unnamed.push(name.is_empty());
        names.push(if name.is_empty() { format!("column_{}", i + 1) } else { name.to_owned() });
    }
    check_distinct(&names, &format!("{path} line {line}"))?;
    Ok((names, unnamed))
}

/// Refuses a quoted cell that swallowed rows, or notes that it may have.
fn check_quotes(path: &str, line: usize, found: Option<Oddity>, notes: &mut Vec<Warning>) -> Result<()> {
    match found {
        None => Ok(()),
        Some(Oddity::Open(from)) => Err(Error::file(format!("{path} line {}: a quote opens a cell there and none closes it, so that all lines after it are one cell", line + from)).advise("remove the quote, or double it inside a quoted cell")),
        Some(Oddity::Stray(from, to)) => Err(Error::file(format!("{path} lines {} to {}: a quote at the beginning of a cell makes one cell of these lines, and there is text behind the quote that ends it", line + from, line + to)).advise("remove both quotes, or double those inside a quoted cell")),
        Some(Oddity::Rows(from, to)) => {
            notes.push(Warning::new(
                Code::QuotedLines,
                format!(
                    "{path} lines {} to {} are one cell between quotes, and would be rows without these; remove the quotes if they are stray",
                    line + from,
                    line + to
                ),
            ));
            Ok(())
        }
    }
}

/// How each column is to be read, as far as options and selection say.
fn wanted(names: &[String], path: &str, options: &LoadOptions, selection: &Selection) -> Result<Vec<Candidate>> {
    let pinned = options.pinned(names, path, selection)?;
    let set = |names: &'_ [String]| names.iter().cloned().collect::<HashSet<String>>();
    let (numbers, levels, few) = (set(&selection.numbers), set(&selection.levels), set(&selection.few_levels));
    let candidate = |(j, name): (usize, &String)| {
        let wanted = match pinned[j] {
            Pinned::Text => Wanted::Text,
            Pinned::Number => Wanted::Number,
            Pinned::No if numbers.contains(name) => Wanted::Number,
            Pinned::No => Wanted::Any,
        };
        let mut candidate = Candidate::new(wanted);
        if wanted != Wanted::Text && (levels.contains(name) || few.contains(name)) {
            candidate.keep_texts(levels.contains(name));
        }
        candidate
    };
    Ok(names.iter().enumerate().map(candidate).collect())
}

/// Records that are read together; the columns take their cells of them side by side.
struct Batch {
    records: Vec<csv::ByteRecord>,
    /// Line of each; as many as were read.
    lines: Vec<u32>,
}

impl Batch {
    fn new() -> Self {
        Self { records: vec![csv::ByteRecord::new(); BATCH], lines: Vec::with_capacity(BATCH) }
    }

    fn rows(&self) -> impl Iterator<Item = (&csv::ByteRecord, u32)> {
        self.records.iter().zip(self.lines.iter().copied())
    }

    /// Shows a column its cells; says which of the texts that stand for a missing value it has found.
    ///
    /// # Errors
    /// The line of the first cell that is not UTF-8.
    fn show(
        &self,
        column: usize,
        candidate: &mut Candidate,
        rule: &MissingRule,
    ) -> std::result::Result<Vec<usize>, u32> {
        let mut found = Vec::new();
        for (record, line) in self.rows() {
            let cell = std::str::from_utf8(record.get(column).unwrap_or_default()).map_err(|_| line)?;
            if let Some(Missing::Named(at)) = candidate.see(trimmed(cell), rule)
                && !found.contains(&at)
            {
                found.push(at);
            }
        }
        Ok(found)
    }
}

fn broken(path: &str, e: &csv::Error) -> Error {
    Error::file(e.to_string()).at(path)
}

/// A cell without blanks around it. Most have none, which their first and last byte say.
fn trimmed(cell: &str) -> &str {
    let is_graphic = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
    let bytes = cell.as_bytes();
    if is_graphic(bytes.first()) && is_graphic(bytes.last()) { cell } else { cell.trim() }
}

/// The records of a text with what is checked of each.
struct Records<'t> {
    path: &'t str,
    reader: csv::Reader<Window<Box<dyn Read + Send + 't>>>,
    delimiter: u8,
    /// Lines before the header.
    before: usize,
    /// Bytes of the text.
    length: usize,
    /// Cells of the header.
    width: usize,
    notes: Vec<Warning>,
}

impl Records<'_> {
    /// Reads the header.
    fn header(&mut self) -> Result<csv::ByteRecord> {
        let mut record = csv::ByteRecord::new();
        self.reader.read_byte_record(&mut record).map_err(|e| broken(self.path, &e))?;
        self.width = record.len();
        let header = self.reader.get_ref().look(0, self.reader.position().byte() as usize);
        let found = oddity(header, self.delimiter, self.width, self.reader.is_done());
        check_quotes(self.path, 1 + self.before, found, &mut self.notes)?;
        Ok(record)
    }

    /// Reads the next records, none at the end. What is wrong with one comes after those before it.
    fn read(&mut self, batch: &mut Batch) -> Result<()> {
        batch.lines.clear();
        let start = self.at();
        for record in &mut batch.records {
            let Some(line) = self.next(record)? else { break };
            batch.lines.push(line);
            if self.at() - start > BATCH_BYTES {
                break;
            }
        }
        Ok(())
    }

    /// The line of the next record.
    fn next(&mut self, record: &mut csv::ByteRecord) -> Result<Option<u32>> {
        let (path, before, reader) = (self.path, self.before, &mut self.reader);
        if !reader.read_byte_record(record).map_err(|e| broken(path, &e))? {
            return Ok(None);
        }
        let (from, to) = (record.position().map_or(0, |p| p.byte() as usize), reader.position().byte() as usize);
        let counted = record.position().map_or(0, |p| p.line() as usize) + before;
        // The line after the last line break before the record: a quoted field may span lines.
        let own = reader.get_ref().look(from, to);
        let blank = own.iter().take_while(|b| matches!(b, b'\r' | b'\n')).filter(|b| **b == b'\n').count();
        let line = counted + blank;
        let is_last = to == self.length;
        if record.len() != self.width || reader.position().line() as usize + before > line + 1 || is_last {
            check_quotes(path, counted, oddity(own, self.delimiter, self.width, is_last), &mut self.notes)?;
        }
        reader.get_mut().forget(to);
        if record.len() != self.width {
            return Err(Error::file(format!("{} fields where the header has {}", record.len(), self.width))
                .at(format!("{path} line {line}"))
                .advise("look for a stray delimiter or a missing quote there"));
        }
        Ok(Some(line as u32))
    }

    /// Bytes that were read.
    fn at(&self) -> usize {
        self.reader.position().byte() as usize
    }
}

/// Reads the whole text once; a line before the table is left out of it.
pub fn scan(path: &str, text: &mut Text, options: &LoadOptions, selection: &Selection) -> Result<Scan> {
    let failed = |e: std::io::Error| cannot_read(path, &e);
    let sep_line = read_sep_line(&text.prefix(SEP_LINE).map_err(failed)?);
    let said = sep_line.map(|(delimiter, _)| delimiter);
    text.skip(sep_line.map_or(0, |(_, start)| start));
    let delimiter = match options.delimiter.or(said) {
        Some(delimiter) => delimiter,
        None => sniff_delimiter(text).map_err(failed)?,
    };
    // Lines are counted from 1, and one may stand before the header.
    let before = usize::from(sep_line.is_some());
    let length = text.len();
    let reader = reader(Window::new(text.reader().map_err(failed)?), delimiter);
    let mut records = Records { path, reader, delimiter, before, length, width: 0, notes: Vec::new() };
    let (names, unnamed) = read_names(path, 1 + before, &records.header()?)?;
    let needed = selection.needed(&names, path)?;
    let mut candidates = wanted(&names, path, options, selection)?;
    let rule = MissingRule::new(options);
    let mut found = vec![false; options.missing.len()];
    let mut lines = Vec::new();
    let (mut batch, mut next) = (Batch::new(), Batch::new());
    let mut is_read = records.read(&mut batch);
    let pool = pool(0)?;
    // While the columns look at their cells, the next records are read.
    while !batch.lines.is_empty() {
        let is_first = lines.is_empty();
        if is_first && is_read.is_ok() && records.at() < length {
            // As many rows as fit, and a few more, so that no column has to move.
            let expected = (length as f64 / records.at() as f64 * batch.lines.len() as f64 * 1.02) as usize;
            candidates.iter_mut().zip(&needed).filter(|(_, needed)| **needed).for_each(|(c, _)| c.reserve(expected));
            lines.reserve_exact(expected);
        }
        let show = || {
            let columns = candidates.par_iter_mut().enumerate().filter(|(j, _)| needed[*j]);
            columns.map(|(j, candidate)| (j, batch.show(j, candidate, &rule))).collect::<Vec<_>>()
        };
        let read = || if is_read.is_ok() { records.read(&mut next) } else { Ok(()) };
        let (seen, is_next_read) = pool.install(|| rayon::join(show, read));
        let mut wrong = None;
        for (j, seen) in seen {
            match seen {
                Ok(seen) => seen.into_iter().for_each(|at| found[at] = true),
                Err(line) if wrong.is_none_or(|(first, _)| line < first) => wrong = Some((line, j)),
                Err(_) => {}
            }
        }
        if let Some((line, j)) = wrong {
            return Err(Error::file(format!("column '{}' is not UTF-8 there", names[j]))
                .at(format!("{path} line {line}"))
                .advise("convert the file (`iconv -f LATIN1 -t UTF-8`)"));
        }
        is_read?;
        lines.extend_from_slice(&batch.lines);
        is_read = is_next_read;
        std::mem::swap(&mut batch, &mut next);
    }
    is_read?;
    let rows = lines.len();
    if rows == 0 {
        return Err(Error::file(format!("{path} has a header but no rows")).advise("add data rows below it"));
    }
    Ok(Scan { delimiter, names, unnamed, needed, candidates, found, rows, lines, notes: records.notes })
}

/// What the columns that are not needed say about the format of numbers.
///
/// # Errors
/// An input error where the text cannot be read.
pub fn other_columns(path: &str, text: &Text, scan: &Scan) -> Result<Vec<Evidence>> {
    let rule = MissingRule::new(&LoadOptions::default());
    let mut others: Vec<(usize, Candidate)> =
        (0..scan.names.len()).filter(|j| !scan.needed[*j]).map(|j| (j, Candidate::new(Wanted::Any))).collect();
    if !others.is_empty() {
        let mut reader = reader(text.reader().map_err(|e| cannot_read(path, &e))?, scan.delimiter);
        let mut record = csv::ByteRecord::new();
        let _ = reader.read_byte_record(&mut record);
        while matches!(reader.read_byte_record(&mut record), Ok(true)) {
            for (j, candidate) in &mut others {
                candidate.plain = None;
                candidate.see(std::str::from_utf8(record.get(*j).unwrap_or(b"")).unwrap_or("?").trim(), &rule);
            }
        }
    }
    let numbers = others.into_iter().filter(|(_, c)| c.may_be_numbers() && c.code().is_none());
    Ok(numbers.map(|(_, c)| c.numbers).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delimiters_are_found() {
        let sniff_delimiter = |text: &[u8]| super::sniff_delimiter(&Text::bytes(text.to_vec())).unwrap();
        assert_eq!(sniff_delimiter(b"a,b\n1,2\n"), b',');
        assert_eq!(sniff_delimiter(b"a;b\n1,5;2\n1,0;3\n"), b';');
        assert_eq!(sniff_delimiter(b"a\tb, c\n1\t2\n"), b'\t');
        assert_eq!(sniff_delimiter(b"a\n1\n"), b',');
        assert_eq!(read_sep_line(b"sep=;\r\na;b\n"), Some((b';', 7)));
        assert_eq!(read_sep_line(b"\"SEP=,\"\na,b\n"), Some((b',', 8)));
        assert_eq!(read_sep_line(b"sep=\t\na\tb\n"), Some((b'\t', 6)));
        assert_eq!(read_sep_line(b"sep,y\n1,2\n"), None);
    }
}
