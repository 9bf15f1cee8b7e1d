//! Columns as files have them: dates and their clocks, types of Parquet, indexes, and names of any kind.

use crate::program;

use std::fmt::Write as _;
use std::path::Path;

use polars::prelude::{DataFrame, NamedFrom, ParquetWriter, Series};
use program::{Noise, run, write};
use serde_json::Value;

/// The report on a file.
fn report(data: &str, flags: &[&str]) -> Value {
    let output = run(&[&["eval", data, "-t", "y", "-n", "8", "-q", "-f", "json"], flags].concat());
    let said = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{data}: {e}: {said}"))
}

fn fixture(name: &str) -> String {
    format!("tests/fixtures/{name}.parquet")
}

fn features(report: &Value) -> Vec<&str> {
    report["data"]["features"].as_array().unwrap().iter().map(|f| f["name"].as_str().unwrap()).collect()
}

fn feature<'r>(report: &'r Value, name: &str) -> &'r Value {
    report["data"]["features"].as_array().unwrap().iter().find(|f| f["name"] == name).unwrap_or(&Value::Null)
}

/// The messages of a code.
fn messages<'r>(report: &'r Value, code: &str) -> Vec<&'r str> {
    let all = report["warnings"].as_array().unwrap().iter();
    all.filter(|w| w["code"] == code).map(|w| w["message"].as_str().unwrap()).collect()
}

fn r2(report: &Value) -> f64 {
    report["models"][0]["metrics"]["r2"]["mean"].as_f64().unwrap()
}

/// The sentence of an invalid input.
fn refusal(arguments: &[&str]) -> String {
    let output = run(arguments);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), said.lines().count()), (Some(2), 1), "{said}");
    said
}

fn parquet(folder: &Path, name: &str, columns: Vec<Series>) -> String {
    let path = folder.join(name);
    let height = columns[0].len();
    let mut frame = DataFrame::new(height, columns.into_iter().map(Into::into).collect()).unwrap();
    ParquetWriter::new(std::fs::File::create(&path).unwrap()).finish(&mut frame).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Times as people write them, with year, month, day of the week (pandas: `dt.dayofweek + 1` of the clock that was
/// written) and days since 1970 UTC.
const MOMENTS: [(&str, f64, f64, f64, f64); 12] = [
    ("2019-12-31 23:30:00-03", 2019.0, 12.0, 2.0, 18262.104166666668),
    ("2020-01-01T01:00:00+02:00", 2020.0, 1.0, 3.0, 18261.958333333332),
    ("2020-02-29", 2020.0, 2.0, 6.0, 18321.0),
    ("2020-03-01 00:15:00+0530", 2020.0, 3.0, 7.0, 18321.78125),
    ("2020-04-30T18:00Z", 2020.0, 4.0, 4.0, 18382.75),
    ("2020/05/04 06:00", 2020.0, 5.0, 1.0, 18386.25),
    ("2021-06-30T23:59:59.5-08:00", 2021.0, 6.0, 3.0, 18809.333327546297),
    ("2021-07-09 12:00:00 UTC", 2021.0, 7.0, 5.0, 18817.5),
    ("20210801T000000+0100", 2021.0, 8.0, 7.0, 18839.958333333332),
    ("2021-W35-6", 2021.0, 9.0, 6.0, 18874.0),
    ("1969-12-31 12:00:00", 1969.0, 12.0, 3.0, -0.5),
    ("2022-10-30 00:30:00+02:00[Europe/Paris]", 2022.0, 10.0, 7.0, 19294.9375),
];

/// One table with dates, every fifth of them missing, and one with what they become in four columns.
fn dated(folder: &Path) -> [String; 2] {
    let mut noise = Noise(3);
    let (mut dates, mut parts) = (String::from("d,x,y\n"), String::from("a,b,c,e,x,y\n"));
    for i in 0..96 {
        let (text, year, month, weekday, days) = MOMENTS[i * 5 % 12];
        let (x, noise) = (noise.normal(), noise.normal());
        let y = 3.0 * month - weekday + 0.001 * days + x + noise;
        let gap = i % 5 == 2;
        let _ = writeln!(dates, "{},{x},{y}", if gap { "" } else { text });
        match gap {
            true => writeln!(parts, ",,,,{x},{y}").unwrap(),
            false => writeln!(parts, "{year},{month},{weekday},{days},{x},{y}").unwrap(),
        }
    }
    [write(folder, "dates.csv", &dates), write(folder, "parts.csv", &parts)]
}

#[test]
fn dates_are_the_numbers_of_the_clock_that_was_written_and_missing_ones_are_missing() {
    let folder = tempfile::tempdir().unwrap();
    let tables = dated(folder.path());
    let new = [
        write(folder.path(), "new_dates.csv", "d,x\n,0.5\n2020-04-30T18:00Z,0.5\n0000-00-00,0.5\n"),
        write(folder.path(), "new_parts.csv", "a,b,c,e,x\n,,,,0.5\n2020,4,4,18382.75,0.5\n,,,,0.5\n"),
    ];
    for model in ["ridge", "tree:max_depth=4", "boost:n_estimators=20", "knn"] {
        let of = |i: usize| {
            let path = folder.path().join(format!("{i}.json")).display().to_string();
            let eval = run(&["eval", &tables[i], "-t", "y", "-n", "8", "-m", model, "-q", "-o", &path]);
            assert!(eval.status.success(), "{}", String::from_utf8_lossy(&eval.stderr));
            let report: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
            let predicted = run(&["predict", &path, &new[i]]);
            assert!(predicted.status.success(), "{}", String::from_utf8_lossy(&predicted.stderr));
            (report["models"][0]["metrics"].clone(), String::from_utf8(predicted.stdout).unwrap())
        };
        assert_eq!(of(0), of(1), "{model}");
    }
    let report = report(&tables[0], &[]);
    assert_eq!((&feature(&report, "d")["kind"], &feature(&report, "d")["missing"]), (&"time".into(), &19.into()));
}

#[test]
fn rows_are_ordered_by_the_instant_and_not_by_the_clock() {
    let folder = tempfile::tempdir().unwrap();
    let mut text = String::from("at,n,y\n");
    for i in 0..40 {
        // Clocks that run ahead and behind by hours, one minute after another.
        let (hours, sign) = ([9, 3][i % 2], ["+", "-"][i % 2]);
        let clock = if i % 2 == 0 { 12 + hours } else { 12 - hours };
        let _ = writeln!(text, "2024-05-01T{clock}:{i:02}:00{sign}0{hours}:00,{i},{}", i * i);
    }
    let data = write(folder.path(), "t.csv", &text);
    let scores = |time: &str| report(&data, &["--time", time, "--features", "n"])["models"][0]["metrics"].clone();
    assert_eq!(scores("at"), scores("n"));
}

#[test]
fn columns_that_are_nearly_dates_or_dates_of_another_spelling_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let mut text = String::from("zero,stray,german,american,compact,end,y\n");
    for i in 0..60 {
        let (month, day) = (i % 12 + 1, i % 28 + 1);
        let date = format!("20{:02}-{month:02}-{day:02}", i % 20);
        let zero = if i % 6 == 1 { "0000-00-00" } else { &date };
        let stray = if i % 6 == 1 { "never" } else { &date };
        let end = if i % 6 == 1 { "9999-12-31 00:00" } else { &date };
        let _ = writeln!(
            text,
            "{zero},{stray},{day}.{month}.2023,{month}/{day}/2023,2023{month:02}{day:02},{end},{}",
            i * 7 % 13
        );
    }
    let data = write(folder.path(), "t.csv", &text);
    let found = report(&data, &["--task", "regression"]);
    assert_eq!((&feature(&found, "zero")["kind"], &feature(&found, "zero")["missing"]), (&"time".into(), &10.into()));
    let [stray] = messages(&found, "RS024")[..] else { panic!("{found}") };
    assert!(stray.contains("'stray' holds dates") && stray.contains("--na never"), "{stray}");
    let unread = messages(&found, "RS025").join("\n");
    for part in
        ["'german' is left out", "day first, such as '1.1.2023'", "month first", "without signs, such as 20230101"]
    {
        assert!(unread.contains(part), "{part}: {unread}");
    }
    let [end] = messages(&found, "RS026")[..] else { panic!("{found}") };
    assert!(end.contains("'end' holds 9999-12-31 in 10 rows") && end.contains("--na 9999-12-31"), "{end}");
    let mended = report(&data, &["--task", "regression", "--na", "never", "--na", "9999-12-31"]);
    assert_eq!((&feature(&mended, "stray")["kind"], &feature(&mended, "end")["missing"]), (&"time".into(), &10.into()));
}

#[test]
fn types_of_parquet_that_are_no_features_are_left_out_and_numbers_of_any_kind_are_read() {
    let found = report(&fixture("kinds"), &[]);
    assert_eq!(features(&found), ["half", "decimal", "wide", "number_categories"]);
    assert!(r2(&found) > 0.97, "{}", r2(&found));
    for name in ["decimal", "wide"] {
        assert_eq!(feature(&found, name)["missing"], 1, "{name}");
    }
    let unsupported = messages(&found, "RS005").join("\n");
    for kind in ["struct", "list", "fixed-size list", "map", "time of day", "duration", "binary", "fixed-size binary"] {
        assert!(unsupported.contains(&format!("its type {kind} cannot")), "{kind}: {unsupported}");
    }
    let said = refusal(&["eval", &fixture("kinds"), "-t", "struct"]);
    assert!(said.contains("column 'struct' is of type struct, which randsplit cannot use"), "{said}");
    let said = refusal(&["eval", &fixture("same_names"), "-t", "y"]);
    assert!(said.contains("columns 1 and 2 are both named 'x'; rename one of them"), "{said}");
}

#[test]
fn levels_keep_the_order_that_a_file_states() {
    // Sorted, high < low < mid explains nothing: the levels stand for 0, 1 and 2.
    let ordinal = |column: &str| {
        r2(&report(&fixture("ordered"), &["--features", column, "--encode", &format!("{column}=ordinal")]))
    };
    assert!(ordinal("step") > 0.95, "{}", ordinal("step"));
    assert!(ordinal("free") < 0.4, "{}", ordinal("free"));
}

#[test]
fn calendar_parts_are_those_of_the_zone_of_a_parquet_file() {
    assert!(r2(&report(&fixture("paris"), &[])) > 0.98);
}

#[test]
fn indexes_of_pandas_are_no_features_unless_they_are_asked_for() {
    for (name, index) in [("index", "__index_level_0__"), ("levels", "__index_level_1__"), ("named", "shop")] {
        let found = report(&fixture(name), &[]);
        assert_eq!(features(&found), ["x"], "{name}");
        assert!(
            messages(&found, "RS004").iter().any(|m| m.contains(index) && m.contains("it numbers the rows")),
            "{name}"
        );
    }
    let asked = [&["--encode", "__index_level_0__=ordinal"][..], &["--features", "x,__index_level_0__"]];
    for flags in asked {
        let found = report(&fixture("index"), flags);
        assert_eq!(features(&found), ["x", "__index_level_0__"]);
        assert!(r2(&found) > 0.99);
    }
    let folder = tempfile::tempdir().unwrap();
    let mut text = String::from(",Unnamed: 0,id,Index,age,y\n");
    for i in 0..40 {
        // The row numbers out of order, the ids with one left out.
        let _ =
            writeln!(text, "{i},{},{},{},{},{}", i * 7 % 40, i + i32::from(i > 20), 1 + i * 3 % 40, i % 9, i * i % 11);
    }
    let data = write(folder.path(), "t.csv", &text);
    assert_eq!(features(&report(&data, &["--task", "regression"])), ["id", "age"]);
}

#[test]
fn texts_in_parquet_are_read_as_in_csv_and_na_names_numbers_texts_and_dates() {
    let folder = tempfile::tempdir().unwrap();
    let text = |of: &dyn Fn(i32) -> String| (0..60).map(of).collect::<Vec<_>>();
    let path = parquet(
        folder.path(),
        "t.parquet",
        vec![
            Series::new(
                "day".into(),
                text(&|i| if i == 9 { "1900-01-01".into() } else { format!("2024-02-{:02}", i % 28 + 1) }),
            ),
            Series::new("sure".into(), text(&|i| ["true", "false"][i as usize % 2].into())),
            Series::new("code".into(), text(&|i| format!("0{}", i % 4))),
            Series::new("word".into(), text(&|i| ["a", "b", "?"][i as usize % 3].into())),
            Series::new("n".into(), (0..60).map(|i| if i % 10 == 0 { -999 } else { i }).collect::<Vec<i64>>()),
            Series::new(
                "nanos".into(),
                (0..60).map(|i| 1_700_000_000_000_000_000 + i * 86_400_000_000_000).collect::<Vec<i64>>(),
            ),
            Series::new("y".into(), (0..60).map(|i| f64::from(i * 7 % 13) / 3.0).collect::<Vec<_>>()),
        ],
    );
    let found = report(&path, &["--na=-999.0", "--na", "?", "--na", "1900-01-01"]);
    let of = |name: &str| {
        let f = feature(&found, name);
        (f["kind"].as_str().unwrap().to_owned(), f["missing"].as_u64().unwrap())
    };
    assert_eq!(of("day"), ("time".into(), 1));
    assert_eq!(of("sure"), ("boolean".into(), 0));
    assert_eq!(of("code"), ("text".into(), 0));
    assert_eq!(of("word"), ("text".into(), 20));
    assert_eq!(of("n"), ("number".into(), 6));
    assert_eq!(of("nanos"), ("number".into(), 0));
    assert!(messages(&found, "RS027")[0].contains("'code' is text in the file and holds numbers alone"));
}

#[test]
fn names_of_columns_are_free() {
    let folder = tempfile::tempdir().unwrap();
    let mut noise = Noise(17);
    let mut text = String::from("d,d.year,d.days,t,t=(missing),\"a,b\",a*b,axb,y\n");
    for i in 0..90 {
        let (own, days, other) = (noise.normal(), noise.normal(), noise.normal());
        let level = ["(missing)", "u", ""][i % 3];
        let y = 3.0 * own + 2.0 * days + other + 0.1 * noise.normal();
        let (year, month) = (2000 + i % 20, i % 12 + 1);
        let _ = writeln!(text, "{year}-{month:02}-05,{own},{days},{level},{other},{},{},{},{y}", i % 5, i % 4, i % 7);
    }
    let data = write(folder.path(), "t.csv", &text);
    let probes = ["--probe", "importance", "--probe", "coefficients", "--chain", "d.year", "-m", "ridge"];
    let claim = "mean(coefficient[d.days (column)]) > 1.5";
    let found = report(&data, &[&probes[..], &["--claim", claim]].concat());
    assert!(messages(&found, "RS302").is_empty());
    assert_eq!(found["claims"][0]["verdict"], "holds");
    let of = |name: &str, what: &str| found["models"][0]["probes"][name][what].as_f64().unwrap_or(f64::NAN);
    assert!(of("importance[d.year]", "mean") > 0.5 && of("importance[d]", "mean") < 0.1);
    // Each coefficient is one reading, of one value a split (ridge: years and days of a date run together).
    let coefficients = found["models"][0]["probes"].as_object().unwrap();
    let names: Vec<&String> = coefficients.keys().filter(|k| k.starts_with("coefficient[")).collect();
    let want = [
        "d.days",
        "d.days (column)",
        "d.year",
        "d.year (column)",
        "t=(missing)",
        "t=(missing) (level of t)",
        "t=(missing) (column)",
    ];
    for name in want {
        assert!(names.contains(&&format!("coefficient[{name}]")), "{name}: {names:?}");
        assert!(of(&format!("coefficient[{name}]"), "sd") < 0.5, "{name}");
    }
    assert!(of("coefficient[d.year (column)]", "mean") > 2.0 && of("coefficient[d.year]", "mean").abs() < 0.5);
    // The new rows are those of the table.
    let path = folder.path().join("r.json").display().to_string();
    assert!(run(&["eval", &data, "-t", "y", "-n", "8", "-q", "-m", "ols", "-o", &path]).status.success());
    let predicted = String::from_utf8(run(&["predict", &path, &data]).stdout).unwrap();
    assert_eq!(predicted.lines().count(), 91);

    assert_eq!(features(&report(&data, &["--drop", "d,d.*,t*,a*b"])), ["a,b", "axb"]);
    assert_eq!(features(&report(&data, &["--features", "t,a,b,d.year"])), ["d.year", "t", "a,b"]);
}
