//! One table in many forms, its columns, its task and its labels.

use std::io::Write;
use std::path::Path;

use serde_json::Value;

use crate::program::{Answer, ask as run, report as json, run_with_input};

#[test]
fn many_forms_of_one_table_give_the_same_scores() {
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("data/penguins.csv")).unwrap();
    let want = json(&["eval", "data/penguins.csv", "-t", "species", "-n", "5"]);
    let quoted: String =
        text.lines().map(|l| l.split(',').map(|c| format!("\"{c}\"")).collect::<Vec<_>>().join(",") + "\r\n").collect();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(text.as_bytes()).unwrap();
    let forms: [(&str, Vec<u8>); 5] = [
        ("semicolon.csv", text.replace(',', ";").into_bytes()),
        ("tab.tsv", text.replace(',', "\t").into_bytes()),
        ("quoted.csv", quoted.into_bytes()),
        ("mark.csv", [b"\xef\xbb\xbf", text.as_bytes()].concat()),
        ("packed.csv.gz", packed.finish().unwrap()),
    ];
    for (name, bytes) in forms {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let got = json(&["eval", path.to_str().unwrap(), "-t", "species", "-n", "5"]);
        assert_eq!(got["models"], want["models"], "{name}");
        assert_eq!(got["data"]["fingerprint"], want["data"]["fingerprint"], "{name}");
    }
    let input = Answer::from(run_with_input(&["eval", "-", "-t", "species", "-n", "5", "-f", "json"], text.as_bytes()));
    let got: Value = serde_json::from_str(&input.stdout).unwrap();
    assert_eq!(got["models"], want["models"]);
    let odd = text.replace(',', "|");
    std::fs::write(folder.path().join("odd.txt"), odd).unwrap();
    let path = folder.path().join("odd.txt");
    assert_eq!(
        json(&["eval", path.to_str().unwrap(), "-t", "species", "-n", "5", "--delimiter", "|"])["models"],
        want["models"]
    );
}

#[test]
fn columns_are_chosen_by_name_and_glob() {
    let names = |flags: &[&str]| {
        let report = json(&[&["eval", "data/breast_cancer.csv", "-t", "target", "-n", "2"], flags].concat());
        report["data"]["features"]
            .as_array()
            .unwrap()
            .iter()
            .map(|f| f["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&["--features", "mean ra*,worst area"]), ["mean radius", "worst area"]);
    assert_eq!(names(&["--drop", "worst*,* error"]).len(), 10);
    assert_eq!(names(&["--features", "mean*", "--drop", "mean c*"]).len(), 7);
    let report = json(&[
        "eval",
        "data/titanic.csv",
        "-t",
        "survived",
        "-n",
        "2",
        "--encode",
        "sex=ordinal",
        "--encode",
        "passengerClass=drop",
    ]);
    assert_eq!(report["data"]["features"][0]["encoding"], "ordinal");
    assert_eq!(report["data"]["dropped"][0]["name"], "passengerClass");
}

#[test]
fn tasks_and_labels() {
    let report =
        json(&["eval", "data/titanic.csv", "-t", "survived", "-n", "3", "--metric", "recall,recall[*],support[no]"]);
    let metrics: Vec<&str> = report["metrics"].as_array().unwrap().iter().map(|m| m.as_str().unwrap()).collect();
    assert_eq!(metrics, ["recall", "recall[no]", "recall[yes]", "support[no]"]);
    let s = &report["models"][0]["splits"][0]["scores"];
    assert_eq!((&s["recall"], &report["data"]["positive"]), (&s["recall[yes]"], &"yes".into()));
    let other =
        json(&["eval", "data/titanic.csv", "-t", "survived", "-n", "3", "--metric", "recall", "--positive", "no"]);
    assert_eq!(other["models"][0]["splits"][0]["scores"]["recall"], s["recall[no]"]);
    let guessed = json(&["eval", "data/mtcars.csv", "-t", "gear", "-n", "3"]);
    assert_eq!(guessed["data"]["task"], "classification");
    assert!(guessed["warnings"].as_array().unwrap().iter().any(|w| w["code"] == "RS002"));
    assert_eq!(
        json(&["eval", "data/mtcars.csv", "-t", "gear", "-n", "3", "--task", "regression"])["data"]["task"],
        "regression"
    );
}

/// 60 rows of `x,flag,y` whose booleans are spelt so.
fn booleans(no: &str, yes: &str) -> String {
    let row = |i: usize| {
        let flag = if i.is_multiple_of(3) { yes } else { no };
        format!("{},{flag},{}\n", i * 7 % 11, if (i * 5 % 13) + i % 3 > 6 { yes } else { no })
    };
    "x,flag,y\n".to_owned() + &(0..60).map(row).collect::<String>()
}

#[test]
fn booleans_keep_the_spelling_of_the_file_and_are_asked_for_in_any() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    for [no, yes] in [["false", "true"], ["False", "True"], ["FALSE", "TRUE"]] {
        let (data, report, rows) = (path("t.csv"), path("r.json"), path("rows"));
        std::fs::write(&data, booleans(no, yes)).unwrap();
        // Every name in another spelling than the file's but one.
        let a = run(&[
            "eval",
            &data,
            "-t",
            "y",
            "-n",
            "5",
            "-o",
            &report,
            "--positive",
            "TRUE",
            "--encode",
            "flag=onehot",
            "--metric",
            "recall[true],f1[True],support[*]",
            "--claim",
            "min(recall[True]) >= 0",
            "--fail-below",
            "f1[TRUE]=0",
        ]);
        assert_eq!(a.code, 0, "{}", a.stderr);
        let read: Value = serde_json::from_str(&std::fs::read_to_string(&report).unwrap()).unwrap();
        assert_eq!(read["data"]["labels"], serde_json::json!([no, yes]));
        assert_eq!(read["data"]["positive"], yes);
        let names = [("recall", yes), ("f1", yes), ("support", no), ("support", yes)].map(|(m, l)| format!("{m}[{l}]"));
        assert_eq!(read["metrics"], serde_json::json!(names));
        assert_eq!(run(&["check", &report, "--claim", "min(support[FALSE]) > 0"]).code, 0);
        for more in [&["inspect"][..], &["compare"], &["check", "--against", &report]] {
            let a = run(&[&more[..1], &[&report], &more[1..], &["--metric", "f1[TRUE]"]].concat());
            assert_eq!(a.code, 0, "{}", a.stderr);
        }
        // Predictions and the rows they are for are spelt alike, in every column.
        assert_eq!(run(&["export", &report, "--split", "2", "--out", &rows]).code, 0);
        let test = std::fs::read_to_string(folder.path().join("rows/test.csv")).unwrap();
        assert!(test.starts_with(&format!("row,x,flag,y,prediction,error,p({no}),p({yes})\n")), "{test}");
        for line in test.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            assert!(cells[2..6].iter().all(|c| [no, yes].contains(c)), "{line}");
            assert_eq!(cells[5] == yes, cells[3] != cells[4], "{line}");
        }
        // New rows may spell them in another way than the rows of the report.
        let predicted = |no, yes| {
            std::fs::write(path("new.csv"), booleans(no, yes)).unwrap();
            let a = run(&["predict", &report, &path("new.csv")]);
            assert_eq!((a.code, a.stderr.as_str()), (0, ""));
            a.stdout
        };
        let same = predicted(no, yes);
        assert!(
            same.contains(&format!("probability_{yes}")) && same.lines().nth(1).unwrap().contains(&format!(",{no},"))
        );
        assert_eq!(predicted("FALSE", "TRUE"), same);
        assert_eq!(predicted("false", "true"), same);
        // Parquet has a type for them.
        assert_eq!(run(&["export", &report, "--split", "2", "--out", &rows, "-f", "parquet"]).code, 0);
        let parquet = path("rows/test.parquet");
        let shown =
            json(&["eval", &parquet, "-t", "prediction", "-n", "2", "--test-size", "0.4", "--scheme", "shuffle"]);
        let kind = |name: &str| {
            let features = shown["data"]["features"].as_array().unwrap();
            features.iter().find(|f| f["name"] == name).map(|f| f["kind"].clone())
        };
        assert_eq!(
            (kind("y"), kind("flag"), kind("error")),
            (Some("boolean".into()), Some("boolean".into()), Some("boolean".into()))
        );
        assert_eq!(shown["data"]["labels"], serde_json::json!(["False", "True"]));
    }
}
