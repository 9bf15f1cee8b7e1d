//! Text files into typed columns.
//!
//! The first pass (`csv_scan`) tells the types and has the values of plain numbers; a second one reads the cells of the
//! other columns, with the same functions that told their types.

use std::collections::{HashMap, HashSet};

use super::csv_scan::{Scan, other_columns, reader, scan};
use super::dates::parse_time;
use super::missing::MissingRule;
use super::number::{Mark, NumberFormat, parse_number};
use super::number_format::{Evidence, File, Settled, Votes, settle};
use super::source::cannot_read;
use super::text::Text;
use super::typed_column::long_numbers;
use super::typing::{Candidate, Kind, Texts};
use super::{Column, LoadOptions, Selection, Spelling, Table, Time, Values};
use crate::error::{Error, Result, Subject};
use crate::setting::{DROP, NA, NUMBER, TEXT};
use crate::warning::{Code, Warning};

/// How the cells of a column are read.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Reading {
    /// The first pass has the values.
    Done,
    Number(NumberFormat),
    Boolean,
    Time,
    Text,
    /// Whole numbers that a float may not tell apart: text, unless they turn out to be times.
    Huge,
}

/// A column that the second pass fills.
enum Cells {
    Numbers(NumberFormat, Vec<f64>),
    Booleans(Vec<f64>, Option<Spelling>),
    Times(Vec<Time>),
    Texts(Texts),
}

impl Cells {
    fn new(reading: Reading, rows: usize) -> Option<Self> {
        Some(match reading {
            Reading::Done => return None,
            Reading::Number(format) => Self::Numbers(format, Vec::with_capacity(rows)),
            Reading::Boolean => Self::Booleans(Vec::with_capacity(rows), None),
            Reading::Time => Self::Times(Vec::with_capacity(rows)),
            Reading::Text | Reading::Huge => Self::Texts(Texts::default()),
        })
    }

    /// Adds a cell without blanks around it; `None` for a missing one.
    fn push(&mut self, cell: Option<&str>, rule: &MissingRule) {
        match self {
            Self::Numbers(format, values) => {
                let known = |x: &f64| x.is_finite() && rule.of_number(*x).is_none();
                values.push(cell.and_then(|text| parse_number(text, *format)).filter(known).unwrap_or(f64::NAN));
            }
            Self::Booleans(values, spelling) => {
                let read = cell.and_then(Spelling::read);
                // Of several spellings in one column the first one names them all.
                *spelling = spelling.or(read.map(|r| r.1));
                values.push(read.map_or(f64::NAN, |r| f64::from(u8::from(r.0))));
            }
            Self::Times(values) => values.push(cell.and_then(parse_time).unwrap_or(Time::MISSING)),
            Self::Texts(texts) => _ = texts.push(cell),
        }
    }

    fn into_values(self) -> Values {
        match self {
            Self::Numbers(_, values) => Values::Number(values.into()),
            Self::Booleans(values, spelling) => Values::Boolean(values.into(), spelling.unwrap_or_default()),
            Self::Times(values) => Values::times(values.into_iter()),
            Self::Texts(texts) => texts.into_values(|_| None),
        }
    }
}

/// Reads a CSV text into the needed columns.
pub fn read(path: &str, mut text: Text, options: &LoadOptions, selection: &Selection) -> Result<Table> {
    let scan = scan(path, &mut text, options, selection)?;
    into_table(path, &text, scan, options, selection)
}

fn into_table(path: &str, text: &Text, mut scan: Scan, options: &LoadOptions, selection: &Selection) -> Result<Table> {
    let needed: Vec<usize> = (0..scan.names.len()).filter(|j| scan.needed[*j]).collect();
    let numbers = |c: &Candidate| c.may_be_numbers() && c.code().is_none();
    let open = needed.iter().any(|j| numbers(&scan.candidates[*j]) && scan.candidates[*j].numbers.is_open());
    let others: Vec<Evidence> = if open { other_columns(path, text, &scan)? } else { Vec::new() };
    let own = needed.iter().map(|j| &scan.candidates[*j]).filter(|c| numbers(c)).map(|c| &c.numbers);
    let votes = Votes::of(own.chain(&others));
    let mut notes = std::mem::take(&mut scan.notes);
    let mut shown = Vec::new();
    let mut columns = Vec::with_capacity(needed.len());
    let mut readings = Vec::with_capacity(needed.len());
    let known: HashMap<&str, Mark> = options.known.iter().filter_map(|k| Some((k.name.as_str(), k.decimal?))).collect();
    for j in &needed {
        let name = &scan.names[*j];
        let mark = known.get(name.as_str()).copied().or(options.decimal);
        let file = File { delimiter: scan.delimiter, votes, mark, thousands: options.thousands };
        let (reading, decimal) = tell(name, &scan.candidates[*j], &file, &mut notes, &mut shown);
        let candidate = &mut scan.candidates[*j];
        let mut column = Column::new(name.as_str(), Values::Number(Vec::new().into()));
        column.unnamed = scan.unnamed[*j];
        column.decimal = decimal;
        column.words = std::mem::take(&mut candidate.words);
        let format = match reading {
            Reading::Number(format) => Some(format),
            Reading::Done => Some(NumberFormat::default()),
            _ => None,
        };
        if let Some(format) = format {
            column.non_finite = candidate.non_finite;
            column.written = candidate.take_written(|text| parse_number(text, format));
        }
        if reading == Reading::Done {
            let mut values = candidate.plain.take().unwrap_or_default();
            values.resize(scan.rows, f64::NAN);
            values.shrink_to_fit();
            column.values = Values::Number(values.into());
        }
        candidate.plain = None;
        columns.push(column);
        readings.push(reading);
    }
    if !shown.is_empty() {
        notes.push(Warning::new(
            Code::NumbersRead,
            format!("numbers are read without the signs around and between their digits: {}", shown.join(", ")),
        ));
    }
    let rule = MissingRule::new(options);
    if readings.iter().any(|r| *r != Reading::Done) {
        let mut cells: Vec<Option<Cells>> = readings.iter().map(|r| Cells::new(*r, scan.rows)).collect();
        let broken = |e: csv::Error| Error::file(e.to_string()).at(path);
        let mut reader = reader(text.reader().map_err(|e| cannot_read(path, &e))?, scan.delimiter);
        let mut record = csv::ByteRecord::new();
        reader.read_byte_record(&mut record).map_err(broken)?;
        while reader.read_byte_record(&mut record).map_err(broken)? {
            for (j, cells) in needed.iter().zip(&mut cells) {
                let Some(cells) = cells else { continue };
                // The first pass refused what is not UTF-8.
                let text = std::str::from_utf8(record.get(*j).unwrap_or_default()).unwrap_or_default().trim();
                let missing = rule.of_text(text);
                cells.push(Some(text).filter(|_| missing.is_none()), &rule);
            }
        }
        for (column, cells) in columns.iter_mut().zip(cells) {
            if let Some(cells) = cells {
                column.values = cells.into_values().without_times(&options.missing);
            }
        }
    }
    for (column, reading) in columns.iter_mut().zip(&readings) {
        if *reading == Reading::Huge {
            settle_huge(column, &mut notes);
        }
    }
    note_unfound(&scan.found, options, &mut notes);
    let table = Table {
        path: path.to_owned(),
        names: scan.names,
        columns,
        rows: scan.rows,
        unsupported: Vec::new(),
        index: Vec::new(),
        lines: scan.lines,
        notes,
        row_names: None,
    };
    check_numbers(&table, options, selection)?;
    Ok(table)
}

/// How a column is read, and the mark before its decimals; what is unusual about it is noted.
fn tell(
    name: &str,
    candidate: &Candidate,
    file: &File,
    notes: &mut Vec<Warning>,
    shown: &mut Vec<String>,
) -> (Reading, Option<Mark>) {
    let mut note = |code, text: String| notes.push(Warning::new(code, format!("column '{name}': {text}")));
    let reading = |kind| match kind {
        Kind::Number => Reading::Done,
        Kind::Boolean => Reading::Boolean,
        Kind::Time => Reading::Time,
        Kind::Text => Reading::Text,
    };
    if !candidate.may_be_numbers() {
        return (reading(candidate.kind_but_numbers()), None);
    }
    if let Some(code) = candidate.code() {
        let flag = NUMBER.item(name);
        note(
            Code::NumbersAsText,
            format!(
                "digits that begin with a 0, such as {code}, are taken as codes and not as numbers; {flag} reads them as numbers"
            ),
        );
        return (Reading::Text, None);
    }
    if candidate.huge().is_some() && !candidate.wants_numbers() {
        return (Reading::Huge, None);
    }
    match settle(&candidate.numbers, file) {
        Settled::Numbers { format, mark, doubt, example } => {
            if let Some(doubt) = doubt {
                note(Code::AmbiguousNumbers, doubt);
            }
            if let Some(text) = example {
                let number = parse_number(&text, format).unwrap_or(f64::NAN);
                shown.push(format!("'{name}' ({text} is {number})"));
            }
            let done = candidate.plain.is_some() && format == NumberFormat::default();
            (if done { Reading::Done } else { Reading::Number(format) }, mark)
        }
        Settled::Text(reason) => {
            note(Code::NumbersAsText, reason);
            (Reading::Text, None)
        }
        Settled::Other => (reading(candidate.kind_but_numbers()), None),
    }
}

/// Nanoseconds since 1970 of the years from 1990 to 2100.
const NANOSECONDS: std::ops::Range<f64> = 631_152_000e9..4_102_444_800e9;

/// Whole numbers beyond 2^53: numbers where they are times that stay apart, else text.
fn settle_huge(column: &mut Column, notes: &mut Vec<Warning>) {
    let Values::Text { codes, levels } = &column.values else { return };
    let name = &column.name;
    let numbers: Vec<f64> =
        levels.iter().map(|l| parse_number(l, NumberFormat::default()).unwrap_or(f64::NAN)).collect();
    let mut sorted = numbers.clone();
    sorted.sort_unstable_by(f64::total_cmp);
    let (Some(least), Some(most)) = (sorted.first(), sorted.last()) else { return };
    let apart = sorted.windows(2).all(|pair| pair[0] < pair[1]);
    let day = |nanoseconds: f64| {
        chrono::DateTime::from_timestamp((nanoseconds / 1e9) as i64, 0)
            .map_or_else(String::new, |d| d.format("%Y-%m-%d").to_string())
    };
    if apart && NANOSECONDS.contains(least) && NANOSECONDS.contains(most) {
        notes.push(Warning::new(
            Code::NumbersRead,
            format!(
                "column '{name}' is read as numbers, and seems to hold times in nanoseconds since 1970 ({} to {}); if these are ids, name it in {DROP} or {TEXT}",
                day(*least),
                day(*most)
            ),
        ));
        let values = codes.iter().map(|c| numbers.get(*c as usize).copied().unwrap_or(f64::NAN)).collect();
        column.values = Values::Number(values);
        return;
    }
    notes.push(long_numbers(name, levels));
}

/// Notes texts of --na that no column holds.
fn note_unfound(found: &[bool], options: &LoadOptions, notes: &mut Vec<Warning>) {
    let unfound: Vec<String> =
        options.missing.iter().zip(found).filter(|(_, found)| !**found).map(|(text, _)| format!("'{text}'")).collect();
    if !unfound.is_empty() {
        let text = format!("{NA} names {}, which no column that is read holds", unfound.join(", "));
        notes.push(Warning::new(Code::MissingNotFound, text));
    }
}

/// Refuses a column that --number names and that has other cells.
fn check_numbers(table: &Table, options: &LoadOptions, selection: &Selection) -> Result<()> {
    if options.number.is_empty() || !selection.only.is_empty() {
        return Ok(());
    }
    let number = Selection::columns(&options.number, &table.names, &table.path, NUMBER)?;
    let pinned: HashSet<&String> = table.names.iter().zip(number).filter(|(_, n)| *n).map(|(name, _)| name).collect();
    for column in table.columns.iter().filter(|column| pinned.contains(&column.name)) {
        let Values::Text { codes, levels } = &column.values else { continue };
        let other: Vec<bool> = levels.iter().map(|l| !super::number::looks_like_number(l)).collect();
        let row = codes.iter().position(|c| other.get(*c as usize).copied().unwrap_or(false));
        if let Some(row) = row {
            let text = &levels[codes[row] as usize];
            return Err(Error::file(format!("{NUMBER} names column '{}', which holds '{text}' there", column.name))
                .about(Subject::Column(column.name.clone()))
                .at(format!("{} {}", table.path, table.place(row)))
                .advise(format!("correct it, or name it in {}", NA.item(text))));
        }
        return Err(Error::file(format!(
            "the numbers of column '{}', which {NUMBER} names, are not written in one format",
            column.name
        ))
        .at(&table.path)
        .advise("write them alike"));
    }
    Ok(())
}
#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Table {
        let selection = Selection { target: "y".into(), ..Default::default() };
        read("t.csv", Text::bytes(text.as_bytes().to_vec()), &LoadOptions::default(), &selection).unwrap()
    }

    fn numbers(t: &Table, name: &str) -> Vec<f64> {
        match &t.column(name).unwrap().values {
            Values::Number(v) => v.to_vec(),
            other => panic!("{name} is {other:?}"),
        }
    }

    #[test]
    fn plain_and_odd_spellings_give_the_same_numbers() {
        let want = vec![1.5, 2000.0, -3.0];
        assert_eq!(numbers(&table("a,y\n1.5,1\n2e3,2\n-3,3\n"), "a"), want);
        assert_eq!(numbers(&table("a, y\r\n 1.5 ,1\r\n\r\n\"2e3\",2\r\n-3.,3\r\n"), "a"), want);
        assert_eq!(numbers(&table("a;y\n1,5;1\n2000;2\n-3;3\n"), "a"), want);
        assert_eq!(numbers(&table("a\ty\n1.5\t1\n+2e3\t2\n-3\t3"), "a"), want);
    }

    #[test]
    fn missing_texts_and_infinities_are_missing_and_counted() {
        let t = table("a,b,y\nNA,x,1\ninf,,2\n,n/a,3\n4,z,4\n");
        let a = numbers(&t, "a");
        assert!(a[0].is_nan() && a[1].is_nan() && a[2].is_nan());
        assert_eq!(a[3], 4.0);
        assert_eq!(t.column("a").unwrap().non_finite, 1);
        assert_eq!(t.column("b").unwrap().values.missing(), 2);
    }

    #[test]
    fn quoted_fields_may_hold_delimiters_quotes_and_line_breaks() {
        let t = table("a,y\n\"x, \"\"y\"\"\nz\",1\nw,2\n\"\",3\n");
        match &t.column("a").unwrap().values {
            Values::Text { codes, levels } => {
                assert_eq!(levels, &["w", "x, \"y\"\nz"]);
                assert_eq!(**codes, [1, 0, super::super::MISSING]);
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(t.place(1), "row 1 (line 4)");
    }

    #[test]
    fn types_come_from_all_rows() {
        let long: String = (0..5000).map(|i| format!("{i},{i}\n")).collect();
        let t = table(&format!("a,y\n{long}x,1\n"));
        assert_eq!(t.column("a").unwrap().values.kind(), "text");
        let t =
            table("a,b,c,y\nTrue,2024-01-01,99999999999999999999,1\nfalse,2024-01-02 10:00,99999999999999999998,2\n");
        let kinds: Vec<_> = t.columns.iter().map(|c| c.values.kind()).collect();
        assert_eq!(kinds, ["boolean", "time", "text", "number"]);
    }
}
