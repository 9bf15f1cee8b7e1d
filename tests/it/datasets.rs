//! Datasets from a reader, from columns and from Arrow give the report of the same rows in a file.

use polars::prelude::{
    AnyValue, ArrayRef, ArrowField, CompatLevel, CsvReader, DataFrame, DataType, NamedFrom, ParquetWriter, SerReader,
    Series, TimeUnit,
};
use randsplit::Evaluation;
use randsplit::data::{Dataset, Values};
use serde_json::Value;

use crate::program::data;

/// A report without the name of its data.
fn report(dataset: impl Into<Dataset>, target: &str, set: impl Fn(Evaluation) -> Evaluation) -> Value {
    let report = set(Evaluation::new(dataset, target).splits(6)).run().unwrap();
    let mut report = serde_json::to_value(report).unwrap();
    report["data"]["path"] = "".into();
    report
}

fn usual(evaluation: Evaluation) -> Evaluation {
    evaluation
}

fn frame(name: &str) -> DataFrame {
    CsvReader::new(std::fs::File::open(data(name)).unwrap()).finish().unwrap()
}

/// The fields of a frame, and its rows as batches of one array a field.
fn arrow(frame: &DataFrame, rows: usize) -> (Vec<ArrowField>, Vec<Vec<ArrayRef>>) {
    let level = CompatLevel::newest();
    let batches: Vec<Vec<ArrayRef>> = (0..frame.height())
        .step_by(rows)
        .map(|from| {
            let part = frame.slice(from as i64, rows);
            part.columns().iter().map(|c| c.as_materialized_series().rechunk().to_arrow(0, level)).collect()
        })
        .collect();
    let fields = frame.columns().iter().zip(&batches[0]);
    (fields.map(|(c, array)| ArrowField::new(c.name().clone(), array.dtype().clone(), true)).collect(), batches)
}

#[test]
fn a_reader_gives_what_its_file_gives() {
    let packed = || std::fs::File::open(data("titanic.csv")).unwrap();
    let read = Dataset::from_reader("titanic", packed()).unwrap();
    assert_eq!(read.name(), "titanic");
    let of_path = report(data("titanic.csv"), "survived", usual);
    assert_eq!(report(read.clone(), "survived", usual), of_path);
    // It can be read again.
    assert_eq!(report(read, "survived", usual), of_path);
    let wrong = Evaluation::new(Dataset::from_reader("my rows", &b"a,b\n1,2\n3\n"[..]).unwrap(), "b").run();
    assert!(wrong.unwrap_err().to_string().starts_with("my rows line 3"));
}

#[test]
fn columns_give_what_their_file_gives() {
    let mut reader = csv::Reader::from_path(data("diabetes.csv")).unwrap();
    let names: Vec<String> = reader.headers().unwrap().iter().map(String::from).collect();
    let mut columns = vec![Vec::new(); names.len()];
    for record in reader.records() {
        record.unwrap().iter().zip(&mut columns).for_each(|(cell, column)| column.push(cell.parse::<f64>().unwrap()));
    }
    let columns = names.into_iter().zip(columns.into_iter().map(Values::from));
    let dataset = Dataset::from_columns("diabetes", columns).unwrap();
    let set = |e: Evaluation| e.models(["ridge", "tree:max_depth=3"]).claim("mean(ridge.r2) >= 0.3");
    assert_eq!(report(dataset, "target", set), report(data("diabetes.csv"), "target", set));
}

#[test]
fn arrow_gives_what_parquet_gives() {
    let folder = tempfile::tempdir().unwrap();
    for (name, target) in [("titanic.csv", "survived"), ("hitters.csv", "Salary"), ("airpassengers.csv", "value")] {
        let mut frame = frame(name);
        let path = folder.path().join("d.parquet");
        ParquetWriter::new(std::fs::File::create(&path).unwrap()).finish(&mut frame).unwrap();
        let of_file = report(path.to_str().unwrap(), target, usual);
        for rows in [frame.height(), 50] {
            let (fields, batches) = arrow(&frame, rows);
            let dataset = Dataset::from_arrow("rows", &fields, batches).unwrap();
            assert_eq!(report(dataset, target, usual), of_file, "{name} in batches of {rows}");
        }
    }
}

#[test]
fn arrow_categories_booleans_and_times_are_told() {
    let n = 60;
    let text = |words: [&'static str; 3]| (0..n).map(|i| words[i % 3]).collect::<Vec<_>>();
    let sizes = Series::new("size".into(), text(["small", "large", "medium"]));
    let categories = sizes.cast(&DataType::from_categories(polars::prelude::Categories::global())).unwrap();
    let days: Vec<i64> = (0..n as i64).map(|i| i * 86_400_000_000).collect();
    let day = Series::new("day".into(), days).cast(&DataType::Datetime(TimeUnit::Microseconds, None)).unwrap();
    let flag: Vec<Option<bool>> = (0..n).map(|i| (i != 4).then_some(i % 2 == 0)).collect();
    let list = Series::from_any_values_and_dtype(
        "list".into(),
        &vec![AnyValue::List(Series::new("".into(), [1i64, 2])); n],
        &DataType::List(Box::new(DataType::Int64)),
        true,
    );
    let y: Vec<f64> = (0..n).map(|i| (i * 7 % 11) as f64).collect();
    let columns = [categories, day, Series::new("flag".into(), flag), list.unwrap(), Series::new("y".into(), y)];
    let frame = DataFrame::new(n, columns.into_iter().map(Into::into).collect()).unwrap();
    let (fields, batches) = arrow(&frame, 25);
    let dataset = Dataset::from_arrow("rows", &fields, batches).unwrap();
    let report = report(dataset, "y", |e| e.models(["ols"]));
    let kinds: Vec<(&str, &str, u64)> = (report["data"]["features"].as_array().unwrap().iter())
        .map(|f| (f["name"].as_str().unwrap(), f["kind"].as_str().unwrap(), f["missing"].as_u64().unwrap()))
        .collect();
    assert_eq!(kinds, [("size", "text", 0), ("day", "time", 0), ("flag", "boolean", 1)]);
    assert_eq!(report["data"]["dropped"][0]["name"], "list");
}

#[test]
fn what_does_not_fit_is_refused() {
    let columns = |columns: Vec<(&str, Values)>| Dataset::from_columns("rows", columns).unwrap_err().to_string();
    let two = || Values::from(vec![1.0, 2.0]);
    assert_eq!(columns(vec![]), "rows has no columns; give it some");
    assert_eq!(columns(vec![("a", Values::from(Vec::<f64>::new()))]), "rows has columns but no rows; give it some");
    assert_eq!(
        columns(vec![("a", two()), ("a", two())]),
        "rows: columns 1 and 2 are both named 'a'; rename one of them"
    );
    assert_eq!(
        columns(vec![("a", two()), ("b", Values::from(vec!["x"]))]),
        "rows: column 'a' has 2 rows and column 'b' has 1; give them as many values"
    );
    let (fields, batches) = arrow(&frame("airpassengers.csv"), 100);
    let short = Dataset::from_arrow("rows", &fields, batches.iter().map(|batch| batch[1..].to_vec()));
    assert!(short.unwrap_err().to_string().contains("batch 0 does not have an array"));
    let mut swapped = batches;
    swapped[1].rotate_left(1);
    let other = Dataset::from_arrow("rows", &fields, swapped).unwrap_err().to_string();
    assert!(other.starts_with("rows: column 'time' does not fit its field"), "{other}");
    assert!(Dataset::from_arrow("rows", &fields, []).unwrap_err().to_string().contains("no rows"));
}
