//! The first pass over a text file: delimiter, header, row widths and the type of each column.
//!
//! Polars parses the values (see `csv_table`). This pass exists because types must come from all
//! rows, not from the first few, and because an error must name the line.

use super::dates::parse_time;
use super::{LoadOptions, Selection, Spelling};
use crate::error::{Error, Result};

/// Texts that stand for a missing value: those that pandas takes by default.
const MISSING_TEXTS: [&str; 19] = [
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA",
    "NULL", "NaN", "None", "n/a", "nan", "null",
];

/// The largest whole number that a double holds exactly, 2^53.
const EXACT: f64 = 9_007_199_254_740_992.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Number,
    Boolean,
    Time,
    Text,
}

/// What the first pass found.
#[derive(Debug)]
pub struct Scan {
    pub delimiter: u8,
    pub names: Vec<String>,
    pub unnamed: Vec<bool>,
    pub needed: Vec<bool>,
    pub kinds: Vec<Kind>,
    pub missing: Vec<usize>,
    pub non_finite: Vec<usize>,
    pub decimal_comma: Vec<bool>,
    pub rows: usize,
    /// Line of each row, only where rows are not simply one after the other.
    pub lines: Vec<u32>,
    /// Where the first data row starts.
    pub body: usize,
    /// Whether polars can parse the bytes as they are, with the empty field as the one missing text.
    pub plain: bool,
}

/// Whether a trimmed field stands for a missing value.
pub fn is_missing(field: &str, extra: &[String]) -> bool {
    (field.len() <= 8 && MISSING_TEXTS.contains(&field)) || extra.iter().any(|m| m == field)
}

/// A number as people write them: `3`, `-1.5e3`, `+.5`, `inf`; with `comma`, `3,5`.
pub fn parse_number(field: &str, comma: bool) -> Option<f64> {
    let number: f64 = if comma && field.contains(',') {
        if field.contains('.') {
            return None;
        }
        field.replacen(',', ".", 1).parse().ok()?
    } else {
        field.parse().ok()?
    };
    // Rust reads "nan" in any spelling; those that are not missing texts are no numbers.
    (!number.is_nan()).then_some(number)
}

/// What a column can still be, given the fields so far.
#[derive(Debug, Clone)]
struct Candidate {
    number: bool,
    comma_number: bool,
    boolean: bool,
    time: bool,
    /// All whole numbers so far, one of them too large for a double.
    whole: bool,
    huge: bool,
    non_finite: usize,
    missing: usize,
    plain: bool,
}

impl Candidate {
    fn new(comma: bool) -> Self {
        Self {
            number: true,
            comma_number: comma,
            boolean: true,
            time: true,
            whole: true,
            huge: false,
            non_finite: 0,
            missing: 0,
            plain: true,
        }
    }

    fn see(&mut self, raw: &str, extra: &[String]) {
        let field = raw.trim();
        if field.len() != raw.len() {
            self.plain = false;
        }
        if is_missing(field, extra) {
            self.missing += 1;
            self.plain &= field.is_empty();
            return;
        }
        if self.number || self.comma_number {
            let number = parse_number(field, self.comma_number);
            self.comma_number &= number.is_some();
            self.number &= number.is_some() && !field.contains(',');
            if let Some(x) = number {
                if x.is_infinite() {
                    self.non_finite += 1;
                    self.plain = false;
                }
                self.whole &= x.fract() == 0.0;
                self.huge |= x.abs() > EXACT && field.bytes().all(|b| b.is_ascii_digit() || b == b'-');
                self.plain &= is_plain_number(field.as_bytes());
            }
        }
        self.boolean = self.boolean && Spelling::read(field).is_some();
        self.time = self.time && parse_time(field).is_some();
    }

    fn kind(&self, rows: usize) -> Kind {
        if self.missing == rows {
            Kind::Number
        } else if self.boolean {
            Kind::Boolean
        } else if self.number || self.comma_number {
            // Identifiers beyond 2^53 would run together as doubles.
            if self.whole && self.huge { Kind::Text } else { Kind::Number }
        } else if self.time {
            Kind::Time
        } else {
            Kind::Text
        }
    }
}

/// Digits, at most one point, an optional minus and exponent: what every parser reads alike.
fn is_plain_number(field: &[u8]) -> bool {
    let digits = field.strip_prefix(b"-").unwrap_or(field);
    let (mantissa, exponent) = match digits.iter().position(|b| matches!(b, b'e' | b'E')) {
        Some(at) => (&digits[..at], Some(&digits[at + 1..])),
        None => (digits, None),
    };
    let points = mantissa.iter().filter(|b| **b == b'.').count();
    mantissa.first().is_some_and(u8::is_ascii_digit)
        && mantissa.last().is_some_and(u8::is_ascii_digit)
        && points <= 1
        && mantissa.iter().all(|b| b.is_ascii_digit() || *b == b'.')
        && exponent.is_none_or(|e| {
            let e = e.strip_prefix(b"-").or_else(|| e.strip_prefix(b"+")).unwrap_or(e);
            !e.is_empty() && e.iter().all(u8::is_ascii_digit)
        })
}

fn reader(bytes: &[u8], delimiter: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(bytes)
}

/// The delimiter among `,` `;` tab and `|` that cuts the first lines into the most equal rows.
fn sniff_delimiter(bytes: &[u8]) -> u8 {
    let score = |delimiter: &u8| {
        let mut widths = reader(bytes, *delimiter).into_byte_records().take(50).map_while(|r| r.ok()).map(|r| r.len());
        let header = widths.next().unwrap_or(1);
        let (mut same, mut all) = (0usize, 0usize);
        for w in widths {
            all += 1;
            same += usize::from(w == header);
        }
        // Most rows as wide as the header, then the widest header.
        (header > 1, all == 0 || 2 * same > all, header)
    };
    let mut best = b',';
    let mut best_score = score(&best);
    for delimiter in [b';', b'\t', b'|'] {
        let s = score(&delimiter);
        if s > best_score {
            (best, best_score) = (delimiter, s);
        }
    }
    best
}

fn read_names(path: &str, header: &csv::ByteRecord) -> Result<(Vec<String>, Vec<bool>)> {
    let mut names: Vec<String> = Vec::with_capacity(header.len());
    let mut unnamed = Vec::with_capacity(header.len());
    for (i, field) in header.iter().enumerate() {
        let text = std::str::from_utf8(field).map_err(|_| {
            Error::input(format!(
                "{path} line 1: column {} has a name that is not UTF-8; convert the file (`iconv -t UTF-8`)",
                i + 1
            ))
        })?;
        let name = text.trim();
        unnamed.push(name.is_empty());
        names.push(if name.is_empty() { format!("column_{}", i + 1) } else { name.to_owned() });
        if let Some(first) = names[..i].iter().position(|n| *n == names[i]) {
            return Err(Error::input(format!(
                "{path} line 1: columns {} and {} are both named '{}'; rename one of them",
                first + 1,
                i + 1,
                names[i]
            )));
        }
    }
    Ok((names, unnamed))
}

/// Reads the whole text once.
pub fn scan(path: &str, bytes: &[u8], options: &LoadOptions, selection: &Selection) -> Result<Scan> {
    let delimiter = options.delimiter.unwrap_or_else(|| sniff_delimiter(bytes));
    let mut reader = reader(bytes, delimiter);
    let mut record = csv::ByteRecord::new();
    let broken = |e: csv::Error| Error::input(format!("{path}: {e}"));
    reader.read_byte_record(&mut record).map_err(broken)?;
    let (names, unnamed) = read_names(path, &record)?;
    let needed = selection.needed(&names, path)?;
    let mut candidates = vec![Candidate::new(delimiter != b','); names.len()];
    let (mut rows, mut body, mut lines) = (0usize, 0usize, Vec::new());
    let mut first_line = 0u64;
    while reader.read_byte_record(&mut record).map_err(broken)? {
        // The line after the last line break before the record: a quoted field may span lines.
        let (line, byte) = record.position().map_or((0, 0), |p| (p.line(), p.byte() as usize));
        let line = line
            + bytes[byte..].iter().take_while(|b| matches!(b, b'\r' | b'\n')).filter(|b| **b == b'\n').count() as u64;
        if rows == 0 {
            (body, first_line) = (byte, line);
        }
        if record.len() != names.len() {
            return Err(Error::input(format!(
                "{path} line {line}: {} fields where the header has {}; look for a stray delimiter or a missing quote there",
                record.len(),
                names.len()
            )));
        }
        if lines.is_empty() && line != first_line + rows as u64 {
            lines = (first_line..first_line + rows as u64).map(|l| l as u32).collect();
        }
        if !lines.is_empty() {
            lines.push(line as u32);
        }
        for (j, field) in record.iter().enumerate().filter(|(j, _)| needed[*j]) {
            let text = std::str::from_utf8(field).map_err(|_| {
                Error::input(format!(
                    "{path} line {line}: column '{}' is not UTF-8 there; convert the file (`iconv -f LATIN1 -t UTF-8`)",
                    names[j]
                ))
            })?;
            candidates[j].see(text, &options.missing);
        }
        rows += 1;
    }
    if rows == 0 {
        return Err(Error::input(format!("{path} has a header but no rows; add data rows below it")));
    }
    let plain_lines = lines.is_empty();
    if plain_lines {
        lines = (first_line..first_line + rows as u64).map(|l| l as u32).collect();
    }
    let kinds: Vec<Kind> = candidates.iter().map(|c| c.kind(rows)).collect();
    let plain =
        plain_lines && candidates.iter().zip(&kinds).all(|(c, k)| c.plain || (*k == Kind::Text && c.missing == 0));
    Ok(Scan {
        delimiter,
        missing: candidates.iter().map(|c| c.missing).collect(),
        non_finite: candidates.iter().map(|c| c.non_finite).collect(),
        decimal_comma: candidates.iter().map(|c| !c.number && c.comma_number).collect(),
        names,
        unnamed,
        needed,
        kinds,
        rows,
        lines,
        body,
        plain,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delimiters_are_found() {
        assert_eq!(sniff_delimiter(b"a,b\n1,2\n"), b',');
        assert_eq!(sniff_delimiter(b"a;b\n1,5;2\n1,0;3\n"), b';');
        assert_eq!(sniff_delimiter(b"a\tb, c\n1\t2\n"), b'\t');
        assert_eq!(sniff_delimiter(b"a\n1\n"), b',');
    }

    #[test]
    fn plain_numbers_are_those_that_need_no_care() {
        for good in ["0", "-1", "1.5", "1e5", "2.5E-3"] {
            assert!(is_plain_number(good.as_bytes()), "{good}");
        }
        for bad in ["+1", ".5", "1.", "inf", "1,5", "1e", "-", "1.2.3"] {
            assert!(!is_plain_number(bad.as_bytes()), "{bad}");
        }
    }

    #[test]
    fn decimal_commas_are_numbers_only_with_another_delimiter() {
        assert_eq!(parse_number("3,5", true), Some(3.5));
        assert_eq!(parse_number("3,5", false), None);
        assert_eq!(parse_number("1.000,5", true), None);
    }
}
