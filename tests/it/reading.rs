//! How cells of text files become columns: numbers in the formats of many countries, codes, words for missing values.

use crate::program;

use std::fmt::Write as _;
use std::path::Path;

use program::{run, write};
use serde_json::Value;

/// The report of a text, or the sentence that refused it.
fn eval(folder: &Path, text: &str, flags: &[&str]) -> Result<Value, String> {
    let data = write(folder, "t.csv", text);
    let output = run(&[&["eval", &data, "-t", "y", "-n", "4", "-q", "-f", "json"], flags].concat());
    match output.status.code() {
        Some(0) => Ok(serde_json::from_slice(&output.stdout).unwrap()),
        code => Err(format!("{code:?} {}", String::from_utf8_lossy(&output.stderr))),
    }
}

/// A table of a column `x` that repeats those cells, and a target.
fn column(delimiter: char, cells: &[&str]) -> String {
    let mut text = format!("x{delimiter}y\n");
    for i in 0..40 {
        let cell = cells[i % cells.len()];
        let quoted = if cell.contains(delimiter) { format!("\"{cell}\"") } else { cell.to_owned() };
        let _ = writeln!(text, "{quoted}{delimiter}{}", i * 7 % 40);
    }
    text
}

fn notes(report: &Value, code: &str) -> Vec<String> {
    let all = report["warnings"].as_array().unwrap().iter().filter(|w| w["code"] == code);
    all.map(|w| w["message"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn numbers_of_many_countries_are_numbers_and_other_cells_are_text() {
    let folder = tempfile::tempdir().unwrap();
    for (delimiter, cells, kind) in [
        (';', &["1.250,5", "980,5", "3.100"][..], "number"),
        (',', &["-0,88", "0,46", "1,5"], "number"),
        ('\t', &["1,126", "785", "2,288"], "number"),
        ('|', &["$1,234.50", "$5", "($12.00)"], "number"),
        (';', &["€ 1.234,50", "€ 12,00"], "number"),
        (';', &["1 234,5", "12,25"], "number"),
        (',', &["1'234.5", "12.5"], "number"),
        (',', &["12 %", "3.5 %", "0"], "number"),
        (',', &["1.234.567", "1.234"], "number"),
        (',', &["1.5e3", "2"], "number"),
        (',', &["1998", "2024"], "number"),
        (',', &["12%", "0.5"], "text"),
        (',', &["$5", "€5"], "text"),
        (',', &["01234", "90210"], "text"),
        (',', &["1.1.0", "1.10.2"], "text"),
        (',', &["10.0.0.1", "10.0.0.2"], "text"),
        (',', &["12:30", "13:45"], "text"),
        (',', &["1/2", "3/4"], "text"),
        (',', &["[1,2]", "[3]"], "text"),
        (',', &["1;2;3", "1;2"], "text"),
        (',', &["INF", "real", "inf"], "text"),
    ] {
        let report = eval(folder.path(), &column(delimiter, cells), &[]).unwrap();
        assert_eq!(report["data"]["features"][0]["kind"], kind, "{cells:?}");
    }
}

#[test]
fn what_stays_open_is_noted_with_the_flag_that_settles_it() {
    let folder = tempfile::tempdir().unwrap();
    let text = column('\t', &["1,126", "2,288"]);
    let said = notes(&eval(folder.path(), &text, &[]).unwrap(), "RS019");
    assert!(said.len() == 1 && said[0].contains("'x'") && said[0].contains("--decimal ','"), "{said:?}");
    for flags in [&["--decimal", ","][..], &["--thousands", ","]] {
        assert!(notes(&eval(folder.path(), &text, flags).unwrap(), "RS019").is_empty());
    }
    let refused = eval(folder.path(), &text, &["--decimal", ",", "--thousands", ","]).unwrap_err();
    assert!(refused.contains("Some(2)") && refused.contains("one sign for two things"), "{refused}");
}

#[test]
fn codes_and_labels_are_told_apart_as_they_are_written() {
    let folder = tempfile::tempdir().unwrap();
    let text = column(',', &["1.1", "1.10", "2.5"]);
    let flat = eval(folder.path(), &text, &["--encode", "x=onehot"]).unwrap();
    assert_eq!(flat["data"]["features"][0]["encoding"], "onehot");
    let pinned = eval(folder.path(), &text, &["--text", "x"]).unwrap();
    assert_eq!(pinned["data"]["features"][0]["kind"], "text");
    let labels = text.replace("x,y", "y,x");
    let report = eval(folder.path(), &labels, &["--task", "classification"]).unwrap();
    assert_eq!(report["data"]["labels"], serde_json::json!(["1.1", "1.10", "2.5"]));
    let zeros = column(',', &["01", "1", "02"]).replace("x,y", "y,x");
    let report = eval(folder.path(), &zeros, &[]).unwrap();
    assert_eq!(report["data"]["labels"], serde_json::json!(["01", "02", "1"]));
}

#[test]
fn words_that_are_taken_as_missing_are_named_and_can_be_kept() {
    let folder = tempfile::tempdir().unwrap();
    let text = column(',', &["None", "Mild", "Severe"]).replace("x,y", "y,x");
    let report = eval(folder.path(), &text, &[]).unwrap();
    assert!(
        notes(&report, "RS001")[0].contains("'None' in 14") && notes(&report, "RS001")[0].contains("--keep-na None")
    );
    let kept = eval(folder.path(), &text, &["--keep-na", "None"]).unwrap();
    assert_eq!(kept["data"]["labels"], serde_json::json!(["Mild", "None", "Severe"]));
    let lost = eval(folder.path(), &text, &["--na", "nowhere"]).unwrap();
    assert!(notes(&lost, "RS022")[0].contains("'nowhere'"));
    let number = eval(folder.path(), &column(',', &["1.5", "-999.0", "2"]), &["--na", "-999"]).unwrap();
    assert_eq!(number["data"]["features"][0]["missing"], 13);
}

#[test]
fn quotes_that_swallow_rows_are_refused_and_honest_cells_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let rows: String = (0..30).map(|i| format!("item{i},{i},{}\n", i * 7 % 30)).collect();
    let stray = format!("name,x,y\n{}", rows.replace("item9,", "\"15 in,").replace("item15,", "\"20 in,"));
    let refused = eval(folder.path(), &stray, &[]).unwrap_err();
    assert!(refused.contains("lines 11 to 17"), "{refused}");
    let open = format!("name,x,y\n{}", rows.replace("item28,", "\"15 in,"));
    assert!(eval(folder.path(), &open, &[]).unwrap_err().contains("line 30"));
    let honest = format!("name,x,y\n{}", rows.replace("item9,", "\"a\nb\","));
    assert_eq!(eval(folder.path(), &honest, &[]).unwrap()["data"]["rows"], 30);
    let said = format!("sep=;\nname;x;y\n{}", rows.replace(',', ";"));
    assert_eq!(eval(folder.path(), &said, &[]).unwrap()["data"]["rows"], 30);
}

#[test]
fn new_rows_are_read_as_the_training_rows_were() {
    let folder = tempfile::tempdir().unwrap();
    let data = write(folder.path(), "t.csv", &column(',', &["02100", "01234", "A1"]));
    let report = folder.path().join("r.json").display().to_string();
    assert!(run(&["eval", &data, "-t", "y", "-n", "4", "-o", &report]).status.success());
    let new = write(folder.path(), "new.csv", "x\n01234\n\"\"\n");
    let output = run(&["predict", &report, &new]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && !said.contains("never seen"), "{said}");
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 3);
}
