//! Text files: bytes to columns.

use std::io::Write;

use randsplit::data::{Dataset, LoadOptions, MISSING, Mark, Selection, Table, Values};
use randsplit::{Code, Result};

use crate::harness::{Fault, Target, expect_or_error};
use crate::random::{CELLS, Random};

const WORDS: [&str; 14] =
    [",", ";", "\t", "|", "\n", "\r\n", "\r", "\"", "\"\n", "\n\n", "y\n", "sep=,\n", "a,y\n", "NA\n"];

/// A table in the usual form, with unusual cells.
pub fn table(random: &mut Random) -> Vec<u8> {
    let delimiter = *random.pick(&[&",", &";", &"\t", &"|"]);
    let ending = *random.pick(&[&"\n", &"\r\n"]);
    let columns = 1 + random.below(4);
    let mut text: Vec<String> =
        vec![(0..columns).map(|j| ["y", "a", "b b", "ä"][j]).collect::<Vec<_>>().join(delimiter)];
    // Most columns are of one kind, so that types are told.
    let kinds: Vec<usize> = (0..columns).map(|_| random.below(CELLS.len() + 20)).collect();
    for _ in 0..random.below(12) {
        let mut cell = |kind: usize| match random.below(8) {
            0 => random.pick(&CELLS).to_owned(),
            1 => random.number().to_string(),
            _ if kind < CELLS.len() => CELLS[kind].to_owned(),
            _ if kind < CELLS.len() + 10 => random.number().to_string(),
            _ => random.below(100).to_string(),
        };
        text.push(kinds.iter().map(|k| cell(*k)).collect::<Vec<_>>().join(delimiter));
    }
    (text.join(ending) + if random.one_in(4) { "" } else { ending }).into_bytes()
}

fn make(random: &mut Random) -> Vec<u8> {
    let input = table(random);
    if random.one_in(3) {
        return input;
    }
    let other = table(random);
    random.mutate(&input, &other, &WORDS)
}

fn read(bytes: &[u8], options: &LoadOptions, selection: &Selection) -> Result<Table> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    Dataset::from_path(file.path().to_str().unwrap()).load(options, selection)
}

/// The numbers of a column must be those that its cells hold as texts.
fn same_numbers(name: &str, numbers: &[f64], codes: &[u32], levels: &[String]) -> std::result::Result<(), Fault> {
    for (row, (number, code)) in numbers.iter().zip(codes).enumerate() {
        let text = if *code == MISSING { None } else { Some(levels[*code as usize].as_str()) };
        let written = text.map_or(f64::NAN, |t| t.parse().unwrap_or(f64::INFINITY));
        let same = number.to_bits() == written.to_bits() || (number.is_nan() && !written.is_finite());
        if !same {
            return Err(format!("column '{name}', row {row}: {text:?} is read as {number}"));
        }
    }
    Ok(())
}

/// Reads a file in several ways, which must agree.
fn check(bytes: &[u8]) -> std::result::Result<(), Fault> {
    let selection = Selection { target: "y".into(), ..Selection::default() };
    let Some(table) = expect_or_error(read(bytes, &LoadOptions::default(), &selection))? else { return Ok(()) };
    for column in &table.columns {
        if column.values.len() != table.rows {
            return Err(format!("column '{}' has {} values for {} rows", column.name, column.values.len(), table.rows));
        }
    }
    let text = LoadOptions { text: vec!["*".into()], ..LoadOptions::default() };
    let texts = read(bytes, &text, &selection).map_err(|e| format!("as texts it is not read: {e}"))?;
    let odd = |code: &Code| matches!(code, Code::NumbersRead | Code::AmbiguousNumbers);
    let plain = !table.notes.iter().any(|note| odd(&note.code));
    for (column, other) in table.columns.iter().zip(&texts.columns) {
        let Values::Text { codes, levels } = &other.values else {
            return Err(format!("'{}' is to be text and is {}", other.name, other.values.kind()));
        };
        let comma = column.decimal == Some(Mark::Comma);
        match &column.values {
            Values::Number(numbers) if plain && !comma => same_numbers(&column.name, numbers, codes, levels)?,
            Values::Text { .. } if column.values != other.values => {
                return Err(format!("the texts of '{}' are {:?} and {:?}", column.name, column.values, other.values));
            }
            values => {
                let missing = |v: &Values| (0..v.len()).map(|row| v.is_missing(row)).collect::<Vec<_>>();
                if column.non_finite == 0 && missing(values) != missing(&other.values) {
                    return Err(format!("'{}' has other missing values as text", column.name));
                }
            }
        }
    }
    // What a column is does not depend on what else is read.
    for name in table.names.iter().filter(|name| *name != "y" && !name.contains(['*', '?', ','])) {
        let only = Selection { features: vec![name.clone()], ..selection.clone() };
        let Some(one) = expect_or_error(read(bytes, &LoadOptions::default(), &only))? else { continue };
        for column in &one.columns {
            let all = table.column(&column.name).map_err(|e| e.to_string())?;
            let same = format!("{:?}", all.values) == format!("{:?}", column.values);
            if !same {
                return Err(format!(
                    "with '{name}' alone, '{}' is {:?} and not {:?}",
                    column.name, column.values, all.values
                ));
            }
        }
    }
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).unwrap();
    let unpacked = read(&packed.finish().unwrap(), &LoadOptions::default(), &selection);
    let same =
        unpacked.is_ok_and(|t| t.rows == table.rows && format!("{:?}", t.columns) == format!("{:?}", table.columns));
    if same { Ok(()) } else { Err("packed by gzip it is another table".into()) }
}

/// Numbers that are written in any way, between any delimiters, are read as they were.
fn check_numbers(seed: &[u8]) -> std::result::Result<(), Fault> {
    let number = |b: &[u8]| b.iter().fold(0u64, |n, b| n.wrapping_mul(257).wrapping_add(u64::from(*b)));
    let mut random = Random::new(number(seed));
    let rows = 1 + random.below(8);
    let values: Vec<f64> = (0..rows).map(|_| random.number()).collect();
    let delimiter = *random.pick(&[&",", &";", &"\t"]);
    let mut text = format!("y{delimiter}x\n");
    for (row, value) in values.iter().enumerate() {
        let written = match random.below(4) {
            0 => format!("{value:e}"),
            1 => format!("\"{value}\""),
            2 => format!(" {value:?} "),
            _ => value.to_string(),
        };
        text.push_str(&format!("{row}{delimiter}{written}\n"));
    }
    // Times since 1970 and ids have rules of their own.
    if values.iter().any(|v| v.abs() >= 9e15) {
        return Ok(());
    }
    let selection = Selection { target: "y".into(), ..Selection::default() };
    let options = LoadOptions { decimal: Some(Mark::Point), number: vec!["x".into()], ..LoadOptions::default() };
    let table = read(text.as_bytes(), &options, &selection).map_err(|e| format!("{e}\n{text}"))?;
    let same = table.column("x").is_ok_and(|x| x.values.numbers().is_some_and(|read| read == values));
    if same { Ok(()) } else { Err(format!("{values:?} is read as {:?} from\n{text}", table.column("x"))) }
}

#[test]
fn text_files() {
    Target { name: "csv", runs: 1500, make: &make, check: &check }.run();
}

#[test]
fn numbers_in_text_files() {
    let make = |random: &mut Random| (0..8).map(|_| random.byte()).collect();
    Target { name: "numbers", runs: 1000, make: &make, check: &check_numbers }.run();
}
