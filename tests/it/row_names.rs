//! Rows named by a column: beside the number wherever a row is named, and never a feature.

use crate::program;

use std::path::Path;

use program::{data, run, write};
use serde_json::Value;

/// The cars with a column of codes that names them, the target first: `007` is row 7.
fn cars(folder: &Path) -> String {
    let text = std::fs::read_to_string(data("mtcars.csv")).unwrap();
    let named = text.lines().enumerate().map(|(i, line)| match i {
        0 => format!("car,{line}"),
        i => format!("{:03},{line}", i - 1),
    });
    write(folder, "cars.csv", &(named.collect::<Vec<_>>().join("\n") + "\n"))
}

fn fine(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn json(path: &str) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

#[test]
fn the_page_and_the_report_name_rows_by_the_column_and_no_model_sees_it() {
    let folder = tempfile::tempdir().unwrap();
    let (cars, plain) = (cars(folder.path()), data("mtcars.csv"));
    let [named, without] = ["named.json", "plain.json"].map(|name| folder.path().join(name).display().to_string());
    let eval = |data: &str, report: &str, more: &[&str]| {
        fine(
            &[&["eval", data, "-t", "mpg", "-m", "ols", "-n", "200", "-q", "--probe", "churn", "-o", report], more]
                .concat(),
        )
    };
    let page = eval(&cars, &named, &["--id", "car"]);
    assert!(page.contains("row 28 (028) alone is 73 % of its squared error"), "{page}");
    assert!(
        page.contains("\n    row 28 (028): mpg 15.8, predicted 25.908 on average; cyl 8, disp 351, hp 264\n"),
        "{page}"
    );
    assert!(page.contains("for row\n  8 (008)"), "{page}");
    assert!(eval(&plain, &without, &[]).contains("    row 28: mpg 15.8, predicted 25.908 on average"));
    let (named, without) = (json(&named), json(&without));
    assert_eq!(named["models"][0]["splits"], without["models"][0]["splits"]);
    assert_eq!(named["data"]["fingerprint"], without["data"]["fingerprint"], "names are no data");
    assert_eq!(named["data"]["features"], without["data"]["features"]);
    assert_eq!((&named["config"]["id"], &without["config"]["id"]), (&Value::from("car"), &Value::Null));
    let why = &named["models"][0]["why"];
    assert_eq!((&why["reasons"][0]["row"], &why["reasons"][0]["id"]), (&28.into(), &"028".into()));
    // The row of the file.
    let line = std::fs::read_to_string(&cars).unwrap().lines().nth(29).unwrap().to_owned();
    let cells: Vec<&str> = line.split(',').collect();
    let row = &why["row_values"][0];
    assert_eq!(row["id"], cells[0]);
    for (name, at) in [("cyl", 2), ("disp", 3), ("hp", 4)] {
        assert_eq!(row["values"][name].as_str().unwrap().parse::<f64>().unwrap(), cells[at].parse::<f64>().unwrap());
    }
}

#[test]
fn inspect_names_rows_by_the_column_of_the_report_or_by_another_that_stays_a_feature() {
    let folder = tempfile::tempdir().unwrap();
    let cars = cars(folder.path());
    let report = folder.path().join("r.json").display().to_string();
    fine(&["eval", &cars, "-t", "mpg", "-m", "ols", "-n", "60", "-q", "--id", "car", "-o", &report]);
    let head = |more: &[&str]| {
        let page = fine(&[&["inspect", &report, "-q", "--split", "worst"], more].concat());
        let head = page.lines().find(|line| line.trim_start().starts_with("row  ")).unwrap();
        (head.split_whitespace().map(str::to_owned).collect::<Vec<_>>(), page)
    };
    let (own, _) = head(&[]);
    assert_eq!(own[..3], ["row", "car", "mpg"]);
    let (other, page) = head(&["--id", "gear"]);
    assert_eq!(other[..3], ["row", "gear", "mpg"]);
    assert!(page.contains("\n  gear "), "a feature still: {page}");
    let found: Value = serde_json::from_str(&fine(&["inspect", &report, "-q", "--rows", "-f", "json"])).unwrap();
    assert_eq!(found["data"]["id"], "car");
    let rows = &found["rows"];
    for list in [&rows["all"], &rows["costly"], &rows["influential"], &found["splits"][0]["rows"], &found["row_values"]]
    {
        let list = list.as_array().unwrap();
        assert!(!list.is_empty());
        for row in list {
            assert_eq!(row["id"], format!("{:03}", row["row"].as_u64().unwrap()));
        }
    }
    assert_eq!(rows["all"].as_array().unwrap().len(), 32);
}

#[test]
fn predictions_carry_the_names_of_new_rows() {
    let folder = tempfile::tempdir().unwrap();
    let cars = cars(folder.path());
    let [report, model] = ["r.json", "m.json"].map(|name| folder.path().join(name).display().to_string());
    fine(&["eval", &cars, "-t", "mpg", "-m", "ridge", "-n", "20", "-q", "--id", "car", "-o", &report]);
    fine(&["fit", &report, "-o", &model, "-q"]);
    for by in [&model, &report] {
        let text = fine(&["predict", by, &cars, "--id", "car"]);
        let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
        assert_eq!(lines[0][..3], ["row", "car", "prediction"]);
        assert!(lines[1..].iter().all(|line| line[1].parse::<usize>().unwrap().to_string() == line[0]), "{text}");
        assert_eq!(lines[8][1], "007");
        // Nothing else changes.
        let without = fine(&["predict", by, &cars]);
        let cut = |line: &Vec<&str>| [&line[..1], &line[2..]].concat().join(",");
        assert_eq!(lines.iter().map(cut).collect::<Vec<_>>(), without.lines().collect::<Vec<_>>());
        let rows: Value = serde_json::from_str(&fine(&["predict", by, &cars, "--id", "car", "-f", "json"])).unwrap();
        assert_eq!((&rows[7]["row"], &rows[7]["car"]), (&7.into(), &"007".into()));
    }
    // A feature may name them too, and a column that is called like another gets another name.
    let text = std::fs::read_to_string(&cars).unwrap().replacen("car,", "prediction,", 1);
    let other = write(folder.path(), "other.csv", &text);
    assert!(fine(&["predict", &model, &other, "--id", "prediction"]).starts_with("row,prediction_,prediction,"));
    assert!(fine(&["predict", &model, &cars, "--id", "gear"]).starts_with("row,gear,prediction,"));
}

#[test]
fn a_column_that_is_not_there_or_has_another_use_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let cars = cars(folder.path());
    let report = folder.path().join("r.json").display().to_string();
    fine(&["eval", &cars, "-t", "mpg", "-n", "5", "-q", "--id", "car", "-o", &report]);
    for (arguments, said) in [
        (&["eval", &cars, "-t", "mpg", "--id", "cat"][..], "no column 'cat' for --id, did you mean 'car'?"),
        (&["eval", &cars, "-t", "mpg", "--id", "mpg"], "--id mpg is the target"),
        (
            &["eval", &cars, "-t", "mpg", "--id", "car", "--features", "car,wt"],
            "--features names 'car', which --id takes",
        ),
        (&["inspect", &report, "--id", "cat"], "no column 'cat' for --id"),
        (&["predict", &report, &cars, "--id", "cat"], "no column 'cat' for --id"),
    ] {
        let output = run(arguments);
        let error = String::from_utf8_lossy(&output.stderr).replace('\n', " ");
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(error.contains(said), "{error}");
    }
    // The config file has it as a key.
    let config = write(folder.path(), "c.toml", &format!("data = '{cars}'\ntarget = 'mpg'\nid = 'car'\nsplits = 5\n"));
    let report: Value = serde_json::from_str(&fine(&["eval", "--config", &config, "-q", "-f", "json"])).unwrap();
    assert_eq!(report["config"]["id"], "car");
    assert!(report["data"]["features"].as_array().unwrap().iter().all(|f| f["name"] != "car"));
}
