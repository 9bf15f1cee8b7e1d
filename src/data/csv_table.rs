//! Text files into typed columns: polars parses what the first pass has checked.

use std::io::Cursor;
use std::sync::Arc;

use polars::prelude::{CsvParseOptions, CsvReadOptions, DataFrame, DataType, Field, PlSmallStr, Schema, SerReader};

use super::csv_scan::{Kind, Scan, is_missing, parse_number, scan};
use super::dates::parse_time;
use super::{Column, LoadOptions, Selection, Spelling, Table, Time, Values};
use crate::error::{Error, Result};

/// Reads a CSV text into the needed columns.
pub fn read(path: &str, mut bytes: Vec<u8>, options: &LoadOptions, selection: &Selection) -> Result<Table> {
    let mut scan = scan(path, &bytes, options, selection)?;
    let mut frame = if scan.plain { parse(&bytes[scan.body..], &scan) } else { None };
    if frame.is_none() {
        bytes = rewrite(&bytes, &scan, options).map_err(|e| Error::run(format!("{path}: {e}")))?;
        scan.delimiter = b',';
        frame = parse(&bytes, &scan);
    }
    let frame = frame.ok_or_else(|| {
        Error::run(format!("{path}: the two passes over the file do not agree; please report this file"))
    })?;
    drop(bytes);
    let mut columns = Vec::new();
    for (j, series) in needed(&scan).zip(frame.columns()) {
        columns.push(Column {
            name: scan.names[j].clone(),
            values: typed(scan.kinds[j], series)?.without_times(&options.missing),
            non_finite: scan.non_finite[j],
            unnamed: scan.unnamed[j],
            order: Vec::new(),
            notes: Vec::new(),
        });
    }
    Ok(Table {
        path: path.to_owned(),
        names: scan.names,
        columns,
        rows: scan.rows,
        unsupported: Vec::new(),
        index: Vec::new(),
        lines: scan.lines,
    })
}

fn needed(scan: &Scan) -> impl Iterator<Item = usize> + '_ {
    (0..scan.names.len()).filter(|j| scan.needed[*j])
}

/// Polars' parse of the rows, or `None` where it disagrees with the first pass on the number of
/// rows or of missing values (odd quoting, blank lines), so that the text must be rewritten first.
fn parse(body: &[u8], scan: &Scan) -> Option<DataFrame> {
    let start = body.iter().position(|b| !matches!(b, b'\r' | b'\n')).unwrap_or(0);
    let schema: Schema = (0..scan.names.len())
        .map(|j| {
            let kind = if scan.kinds[j] == Kind::Number { DataType::Float64 } else { DataType::String };
            Field::new(PlSmallStr::from_string(format!("c{j}")), kind)
        })
        .collect();
    let frame = CsvReadOptions::default()
        .with_has_header(false)
        .with_schema(Some(Arc::new(schema)))
        .with_projection(Some(Arc::new(needed(scan).collect())))
        .with_parse_options(CsvParseOptions::default().with_separator(scan.delimiter).with_missing_is_null(true))
        .into_reader_with_file_handle(Cursor::new(&body[start..]))
        .finish()
        .ok()?;
    let agree = frame.height() == scan.rows
        && needed(scan).zip(frame.columns()).all(|(j, c)| c.null_count() == scan.missing[j] + scan.non_finite[j]);
    agree.then_some(frame)
}

/// The same rows in the plainest form: commas, numbers as Rust prints them, missing values and
/// infinities empty, columns that are not needed empty.
fn rewrite(bytes: &[u8], scan: &Scan, options: &LoadOptions) -> csv::Result<Vec<u8>> {
    let mut reader =
        csv::ReaderBuilder::new().delimiter(scan.delimiter).flexible(true).has_headers(true).from_reader(bytes);
    let mut out = csv::Writer::from_writer(Vec::with_capacity(bytes.len()));
    let mut record = csv::StringRecord::new();
    let mut raw = csv::ByteRecord::new();
    while reader.read_byte_record(&mut raw)? {
        record.clear();
        for (j, field) in raw.iter().enumerate() {
            let text = std::str::from_utf8(field).unwrap_or("").trim();
            if !scan.needed[j] || is_missing(text, &options.missing) {
                record.push_field("");
            } else if scan.kinds[j] == Kind::Number {
                match parse_number(text, scan.decimal_comma[j]) {
                    Some(x) if x.is_finite() => record.push_field(&format!("{x:e}")),
                    _ => record.push_field(""),
                }
            } else {
                record.push_field(text);
            }
        }
        out.write_record(&record)?;
    }
    out.into_inner().map_err(|e| e.into_error().into())
}

fn typed(kind: Kind, column: &polars::prelude::Column) -> Result<Values> {
    let internal = |e: polars::error::PolarsError| Error::run(format!("polars: {e}"));
    if kind == Kind::Number {
        return Ok(Values::Number(column.f64().map_err(internal)?.iter().map(|x| x.unwrap_or(f64::NAN)).collect()));
    }
    let text = column.str().map_err(internal)?;
    let cells = || text.iter().map(|cell| cell.map(str::trim));
    Ok(match kind {
        Kind::Boolean => {
            let read = || cells().map(|c| c.and_then(Spelling::read));
            // Of several spellings in one column the first one names them all.
            let spelling = read().flatten().next().map_or(Spelling::default(), |(_, spelling)| spelling);
            Values::Boolean(read().map(|b| b.map_or(f64::NAN, |(b, _)| f64::from(u8::from(b)))).collect(), spelling)
        }
        Kind::Time => Values::times(cells().map(|c| c.and_then(parse_time).unwrap_or(Time::MISSING))),
        _ => Values::text(cells()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Table {
        let selection = Selection { target: "y".into(), ..Default::default() };
        read("t.csv", text.as_bytes().to_vec(), &LoadOptions::default(), &selection).unwrap()
    }

    fn numbers(t: &Table, name: &str) -> Vec<f64> {
        match &t.column(name).unwrap().values {
            Values::Number(v) => v.clone(),
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
                assert_eq!(codes, &[1, 0, super::super::MISSING]);
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
